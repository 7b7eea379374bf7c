"""The text that Presidio's patterns read: the words of a call, with spoken numbers written as digits."""

from __future__ import annotations

from bisect import bisect_right
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
    firsts: list[int]
    """The first word of each piece, and at last where the words end."""

    def words_of(self, start: int, end: int) -> tuple[int, int]:
        """The words that text[start:end] touches."""
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(0, bisect_right(self.starts, max(start, end - 1)) - 1)
        return self.firsts[first], self.firsts[last + 1]

    def chars_of(self, first: int, end: int) -> tuple[int, int]:
        """Where words[first:end] stand in the text: whole pieces."""
        begin = bisect_right(self.firsts, first) - 1
        stop = bisect_right(self.firsts, end - 1) - 1
        after = self.starts[stop + 1] - 1 if stop + 1 < len(self.starts) else len(self.text)
        return self.starts[begin], after


def write_analysis_text(script: Script, runs: Sequence[Run]) -> AnalysisText:
    """The text of a script: one line per breath, "four one double one" written as "4111"."""
    pieces, firsts = list(script.words), list(range(len(script.words) + 1))
    for say in script.says:
        pieces[say.end - 1] += "\n"
    for run in reversed(runs):
        if run.end - run.first > 1:
            ends = "\n" if pieces[run.end - 1].endswith("\n") else ""
            pieces[run.first : run.end] = [run.value.upper() + ends]
            del firsts[run.first + 1 : run.end]
    starts = [0, *accumulate([len(piece) + 1 for piece in pieces])]
    return AnalysisText(" ".join(pieces), starts[:-1], firsts)
