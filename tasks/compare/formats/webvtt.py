"""WebVTT: cues with times, and voice tags that say who speaks.

Source: https://www.w3.org/TR/webvtt1/, read 2026-11-22.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from tasks.compare.formats.broken import BrokenReference
from tasks.compare.reference import Reference, Side, Utterance, party

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TIME: Final = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING: Final = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?")
_NO_CUES: Final = ("NOTE", "STYLE", "REGION")
_VOICE: Final = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]*)>")
_TAG: Final = re.compile(r"<[^>]*>")


def read_webvtt(text: str) -> Reference:
    """A side for every voice; cues without a voice tag are of nobody in particular.

    Raises:
        BrokenReference: it is not WebVTT.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].split()[:1] != ["WEBVTT"]:
        raise BrokenReference("a WebVTT file begins with WEBVTT", 1)
    voices: dict[tuple[int | None, str | None], list[Utterance]] = defaultdict(list)
    for first_line, block in _blocks(lines):
        if first_line > 1 and block[0].split()[0] not in _NO_CUES:
            for who, utterance in _cue(first_line, block):
                voices[who].append(utterance)
    return Reference(
        tuple(Side(tuple(said), channel, speaker) for (channel, speaker), said in voices.items())
    )


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """What stands between blank lines, with the number of its first line."""
    block: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _cue(first_line: int, block: list[str]) -> Iterator[tuple[tuple[int | None, str | None], Utterance]]:
    at = 0 if "-->" in block[0] else 1
    timing = _TIMING.fullmatch(block[at].strip()) if at < len(block) else None
    if timing is None:
        raise BrokenReference("wanted: times such as 00:00:01.000 --> 00:00:02.500", first_line + at)
    start_ms, end_ms = _milliseconds(timing.groups()[:4]), _milliseconds(timing.groups()[4:])
    if end_ms < start_ms:
        raise BrokenReference("the cue ends before it begins", first_line + at)
    for label, said in _by_voice(" ".join(block[at + 1 :])):
        channel, speaker = party(label)
        words = tuple(html.unescape(_TAG.sub(" ", said)).split())
        if words:
            yield (channel, speaker), Utterance(words, speaker, start_ms, end_ms)


def _by_voice(payload: str) -> Iterator[tuple[str, str]]:
    """The parts of a cue with the voice that is named before each, which is "" where none is."""
    parts = _VOICE.split(payload)
    yield "", parts[0]
    for label, said in zip(parts[1::2], parts[2::2], strict=True):
        yield html.unescape(label), said


def _milliseconds(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, milliseconds = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
