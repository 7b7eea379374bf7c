"""CTM, the time-marked transcripts of NIST's sclite: file, channel, start, duration, word, confidence.

Source: NIST SCTK, doc/infmts.htm, "CTM file format". Channels are "1" and "2" or "A" and "B" there; a file
with a channel "0" counts from 0, and a channel may also be a speaker's name.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tasks.compare.formats.broken import BrokenReference
from tasks.compare.reference import Reference, Side, Utterance, party

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FORM: Final = "wanted: file channel start duration word [confidence], times in seconds"
_SIDES: Final = ("A", "B")
_PAUSE_MS: Final = 1_000
"""Words further apart than this are two utterances."""


@dataclass(frozen=True, slots=True)
class _Row:
    recording: str
    channel: str
    word: str
    start_ms: int
    end_ms: int


def read_ctm(text: str) -> dict[str, Reference]:
    """The references of a CTM file by recording, as its first column names them.

    Raises:
        BrokenReference: a line is not of the form.
    """
    rows = list(_rows(text))
    first = 0 if any(row.channel == "0" for row in rows) else 1
    sides: dict[str, dict[str, list[_Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        sides[row.recording][row.channel].append(row)
    return {
        recording: Reference(tuple(_side(channel, said, first) for channel, said in channels.items()))
        for recording, channels in sides.items()
    }


def _rows(text: str) -> Iterator[_Row]:
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.split()
        if not fields or line.lstrip().startswith(";;"):
            continue
        if len(fields) < 5:
            raise BrokenReference(_FORM, number)
        if fields[4].startswith("<ALT") or "*" in fields[2:4]:
            raise BrokenReference("alternatives (<ALT_BEGIN>) are not supported; keep one of them", number)
        try:
            start_s, duration_s = float(fields[2]), float(fields[3])
        except ValueError:
            raise BrokenReference(_FORM, number) from None
        if not (math.isfinite(start_s + duration_s) and start_s >= 0 and duration_s >= 0):
            raise BrokenReference("times are seconds, from 0 on", number)
        start_ms, end_ms = round(start_s * 1000), round((start_s + duration_s) * 1000)
        yield _Row(fields[0], fields[1], fields[4], start_ms, end_ms)


def _side(label: str, rows: Iterable[_Row], first: int) -> Side:
    channel, speaker = party(label)
    if label.upper() in _SIDES:
        channel, speaker = _SIDES.index(label.upper()), None
    elif channel is not None:
        channel = max(channel - first, 0)
    ordered = sorted(rows, key=lambda row: row.start_ms)
    return Side(tuple(_utterance(run, speaker) for run in _runs(ordered)), channel, speaker)


def _utterance(rows: Sequence[_Row], speaker: str | None) -> Utterance:
    return Utterance(
        words=tuple(row.word for row in rows),
        speaker=speaker,
        start_ms=rows[0].start_ms,
        end_ms=max(row.end_ms for row in rows),
        word_times=tuple((row.start_ms, row.end_ms) for row in rows),
    )


def _runs(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    run: list[_Row] = []
    for row in rows:
        if run and row.start_ms - run[-1].end_ms > _PAUSE_MS:
            yield run
            run = []
        run.append(row)
    if run:
        yield run
