"""A comparison as it goes on: recordings come in one after another, and only counts stay."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from tasks.compare.alignment import errors
from tasks.compare.marks import Marker, mark_side, mark_unreferenced
from tasks.compare.normalise import normalise
from tasks.compare.pairing import pair_sides
from tasks.compare.scores import Record, Taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tasks.compare.hypothesis import Hypothesis, Sound
    from tasks.compare.reference import Reference


@dataclass(slots=True)
class Differing:
    """What two engines heard differently: wrong, missing and added words, and both engines' words."""

    errors: int = 0
    words: int = 0

    @property
    def share(self) -> float | None:
        """Differences for every word that one of them heard, on average; None where both heard nothing."""
        return 2 * self.errors / self.words if self.words else None


@dataclass(slots=True)
class Comparison:
    """The engines under comparison by name, and all that was counted about them."""

    names: tuple[str, ...]
    marker: Marker = field(default_factory=Marker)
    records: dict[str, Record] = field(default_factory=dict)
    differing: dict[tuple[str, str], Differing] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    """Recordings that are not scored, by reason."""
    recordings: int = 0

    def __post_init__(self) -> None:
        """Begin with nothing counted."""
        self.records = {name: Record() for name in self.names}
        self.differing = {pair: Differing() for pair in combinations(self.names, 2)}

    def add(
        self,
        sound: Sound,
        reference: Reference | None,
        heard: Mapping[str, Hypothesis],
        failed: Mapping[str, str],
    ) -> None:
        """Count a recording: what was heard by engine, and why there is nothing where an engine failed."""
        number, self.recordings = self.recordings, self.recordings + 1
        heard = {name: heard[name] for name in self.names if name in heard}
        for name, reason in failed.items():
            failures = self.records[name].failures
            failures[reason] = failures.get(reason, 0) + 1
        for name, one in heard.items():
            self.records[name].taken[number] = Taken(sound.duration_ms, one.requests)
        self._count_differences(sound, heard)
        if reference is None:
            for name, one in heard.items():
                self.records[name].sides[number] = mark_unreferenced(one, sound)
        elif heard:
            self._mark(number, reference, sound, heard)

    def _mark(self, number: int, reference: Reference, sound: Sound, heard: Mapping[str, Hypothesis]) -> None:
        pairings = pair_sides(reference, sound, list(heard.values()), self.marker.language)
        if isinstance(pairings, str):
            self.left_out[pairings] += 1
            return
        for name, one in heard.items():
            self.records[name].sides[number] = [
                mark_side(number, pairing, one, sound, self.marker) for pairing in pairings
            ]

    def _count_differences(self, sound: Sound, heard: Mapping[str, Hypothesis]) -> None:
        for channel in sound.streams:
            texts = {name: self._texts(one, channel) for name, one in heard.items()}
            for one, other in combinations(texts, 2):
                pair = self.differing[one, other]
                pair.errors += errors(texts[one], texts[other])
                pair.words += len(texts[one]) + len(texts[other])

    def _texts(self, one: Hypothesis, channel: int | None) -> Sequence[str]:
        words = [one.words[place].text for place in one.on(channel)]
        return [token.text for token in normalise(words, self.marker.language)]
