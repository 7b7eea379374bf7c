"""The text that Presidio's patterns read: the words of a call, with spoken numbers written as digits."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.redact.runs import Run
    from tasks.redact.script import Script


@dataclass(frozen=True, slots=True)
class AnalysisText:
    """A text whose every character belongs to words of the conversation."""

    text: str
    starts: list[int]
    """Where each piece of the text begins."""
    spans: list[tuple[int, int]]
    """The words of each piece, end exclusive."""

    def words_of(self, start: int, end: int) -> tuple[int, int]:
        """The words that text[start:end] touches."""
        first = self.spans[max(0, bisect_right(self.starts, start) - 1)]
        last = self.spans[max(0, bisect_right(self.starts, max(start, end - 1)) - 1)]
        return first[0], last[1]

    def chars_of(self, first: int, end: int) -> tuple[int, int]:
        """Where words[first:end] stand in the text: whole pieces."""
        begin = bisect_right(self.spans, (first, len(self.text) + first)) - 1
        stop = bisect_right(self.spans, (end - 1, len(self.text) + end)) - 1
        after = self.starts[stop + 1] - 1 if stop + 1 < len(self.starts) else len(self.text)
        return self.starts[begin], after


def write_analysis_text(script: Script, runs: Sequence[Run]) -> AnalysisText:
    """The text of a script: one line per breath, "four one double one" written as "4111"."""
    runs_in: dict[int, list[Run]] = defaultdict(list)
    for run in runs:
        if run.end - run.first > 1:
            runs_in[script.say_of[run.first]].append(run)
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    for index, say in enumerate(script.says):
        word = say.first
        for run in runs_in[index]:
            _add_words(script, word, run.first, pieces, spans)
            pieces.append(run.value.upper())
            spans.append((run.first, run.end))
            word = run.end
        _add_words(script, word, say.end, pieces, spans)
        pieces[-1] += "\n"
    starts = [0, *accumulate(len(piece) + 1 for piece in pieces)]
    return AnalysisText(" ".join(pieces), starts[:-1], spans)


def _add_words(script: Script, first: int, end: int, pieces: list[str], spans: list[tuple[int, int]]) -> None:
    pieces.extend(script.words[first:end])
    spans.extend(zip(range(first, end), range(first + 1, end + 1), strict=True))
