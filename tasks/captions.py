"""A redacted conversation as captions: WebVTT (W3C, 2019) and SubRip."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_LINE_CHARACTERS: Final = 42
_LINES: Final = 2
_LONGEST_MS: Final = 7_000
_SHORTEST_MS: Final = 1_000
"""Two lines of 42 characters for 1 to 7 seconds can be read (Netflix, Timed Text Style Guide, English)."""
_PAUSE_MS: Final = 1_500
"""After a pause this long what is said next has a cue of its own."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown from start to end, milliseconds."""

    start_ms: int
    end_ms: int
    speaker: str | None
    text: str


def cues(words: Iterable[Mapping[str, Any]]) -> list[Cue]:
    """Cues in time order from rows of `words` in their order; none where no word has a time.

    A cue holds words of one turn, fits on two lines, and stays long enough to be read where nothing of the
    same speaker follows. Words without times are shown with the words beside them.
    """
    timed = [
        Cue(*span, part[0]["speaker"], _text(part))
        for _, turn in groupby(words, key=lambda word: word["turn_index"])
        for part in _parts(list(turn))
        if (span := _span(part)) is not None
    ]
    by_time = sorted(timed, key=lambda cue: cue.start_ms)
    return [_readable(cue, by_time[place + 1 :]) for place, cue in enumerate(by_time)]


def as_vtt(shown: Iterable[Cue]) -> str:
    """A WebVTT file: speakers as voices, everything escaped."""
    blocks = [f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n{_voice(cue)}" for cue in shown]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def as_srt(shown: Iterable[Cue]) -> str:
    """A SubRip file: speakers before what they say."""
    blocks = [
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n{_named(cue)}"
        for number, cue in enumerate(shown, start=1)
    ]
    return "".join(f"{block}\n\n" for block in blocks)


def _parts(turn: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """A turn cut where it pauses, lasts too long or does not fit."""
    part: list[Mapping[str, Any]] = []
    for word in turn:
        if part and _is_full(part, word):
            yield part
            part = []
        part.append(word)
    yield part


def _is_full(part: Sequence[Mapping[str, Any]], word: Mapping[str, Any]) -> bool:
    lines = wrap(_text([*part, word]), _LINE_CHARACTERS, break_long_words=False, break_on_hyphens=False)
    if len(lines) > _LINES:
        return True
    span, start_ms, end_ms = _span(part), word["start_ms"], word["end_ms"]
    if span is None or start_ms is None or end_ms is None:
        return False
    return bool(start_ms - span[1] >= _PAUSE_MS or end_ms - span[0] > _LONGEST_MS)


def _span(part: Sequence[Mapping[str, Any]]) -> tuple[int, int] | None:
    starts = [word["start_ms"] for word in part if word["start_ms"] is not None]
    ends = [word["end_ms"] for word in part if word["end_ms"] is not None]
    return (min(starts), max(ends)) if starts and ends else None


def _text(part: Sequence[Mapping[str, Any]]) -> str:
    """The words on one line, a mark that several words share written once."""
    said = [
        word["word"]
        for before, word in zip([None, *part], part, strict=False)
        if before is None or word["entity"] is None or word["word"] != before["word"]
    ]
    return " ".join(" ".join(said).split())


def _readable(cue: Cue, later: Sequence[Cue]) -> Cue:
    following = [other.start_ms for other in later if other.speaker == cue.speaker]
    until_ms = min([cue.start_ms + _SHORTEST_MS, *following])
    return replace(cue, end_ms=max(cue.end_ms, until_ms, cue.start_ms + 1))


def _voice(cue: Cue) -> str:
    text = _escaped(_wrapped(cue.text))
    return f"<v {_escaped(cue.speaker)}>{text}</v>" if cue.speaker else text


def _named(cue: Cue) -> str:
    text = cue.text.replace("-->", "->")
    return _wrapped(f"{cue.speaker}: {text}" if cue.speaker else text)


def _wrapped(text: str) -> str:
    return "\n".join(wrap(text, _LINE_CHARACTERS, break_long_words=False, break_on_hyphens=False))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(time_ms: int, point: str) -> str:
    seconds, milliseconds = divmod(time_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{milliseconds:03}"
