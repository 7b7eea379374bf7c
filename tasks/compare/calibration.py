"""Whether confidence means what it says: of words that are 80 % sure, 80 % should be right.

Expected calibration error over ten equally wide bins: Guo et al. 2017, arXiv 1706.04599.
"""

from __future__ import annotations

from dataclasses import dataclass, field

BINS = 10


@dataclass(slots=True)
class Calibration:
    """Words by how sure the engine was of them."""

    words: list[int] = field(default_factory=lambda: [0] * BINS)
    right: list[int] = field(default_factory=lambda: [0] * BINS)
    sure: list[float] = field(default_factory=lambda: [0.0] * BINS)
    """The sum of their confidences."""

    def add(self, confidence: float, *, right: bool) -> None:
        """Count a word. Only what the engine states, 0 to 1, counts."""
        place = min(int(confidence * BINS), BINS - 1)
        self.words[place] += 1
        self.right[place] += right
        self.sure[place] += confidence

    def merge(self, other: Calibration) -> None:
        """Count another's words in."""
        for mine, theirs in ((self.words, other.words), (self.right, other.right)):
            mine[:] = [one + two for one, two in zip(mine, theirs, strict=True)]
        self.sure = [one + two for one, two in zip(self.sure, other.sure, strict=True)]

    @property
    def count(self) -> int:
        """All words with a confidence."""
        return sum(self.words)

    @property
    def error(self) -> float | None:
        """How far confidence is from the share of right words, 0 to 1, on average; None without words."""
        apart = sum(abs(right - sure) for right, sure in zip(self.right, self.sure, strict=True))
        return apart / self.count if self.count else None

    def bins(self) -> list[dict[str, float | int]]:
        """The bins that hold words: edges, words, mean confidence, share of right words."""
        return [
            {
                "from": place / BINS,
                "to": (place + 1) / BINS,
                "words": self.words[place],
                "confidence": self.sure[place] / self.words[place],
                "right": self.right[place] / self.words[place],
            }
            for place in range(BINS)
            if self.words[place]
        ]
