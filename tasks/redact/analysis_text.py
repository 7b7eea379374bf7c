"""The text that Presidio's patterns read: the words of a call, with spoken numbers written as digits."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

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
    spoken = {run.first: run for run in runs if run.end - run.first > 1}
    pieces: list[str] = []
    starts: list[int] = []
    spans: list[tuple[int, int]] = []
    length = word = 0
    while word < len(script.words):
        run = spoken.get(word)
        end = run.end if run else word + 1
        text = run.value.upper() if run else script.words[word]
        separator = "\n" if end == script.span(word).end else " "
        pieces.append(text + separator)
        starts.append(length)
        spans.append((word, end))
        length += len(text) + 1
        word = end
    return AnalysisText("".join(pieces), starts, spans)
