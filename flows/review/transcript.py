"""Turns as elements of a page: every word its own, findings marked, nothing unescaped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from flows.review import plain_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tasks.read_call import Heard, Outlined, Reading, Spoken

Row = dict[str, Any]

UNSURE_BELOW: Final = 0.7
_NUMBERED: Final = re.compile(r"_(\d+|[0-9a-f]{12})\]")
"""The number or pseudonym in [PERSON_1] or [PERSON_1a2b3c4d5e6f]."""


_MARKS: Final = re.compile(
    r"\[([A-Z][A-Z0-9_]*?)(?:_(?:\d+|[0-9a-f]{12}))?\](?: \[\1(?:_(?:\d+|[0-9a-f]{12}))?\])*"
)
"""Marks of one kind side by side."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A turn as a page shows it."""

    index: int
    channel: int
    speaker: str | None
    start_ms: int | None
    end_ms: int | None
    words: Markup


def shown_turns(
    reading: Reading, own: Collection[str] = (), hits: Collection[int] = frozenset()
) -> list[Shown]:
    """The turns; findings named in `own` are marked by the page itself, which lets people change them.

    `hits` are words to point out.
    """
    begins: dict[int, Row] = {}
    for finding in reading.findings:
        is_shown = finding["finding_id"] not in own and finding["review_status"] != "rejected"
        if is_shown and finding["start_word"] is not None:
            for word in range(finding["start_word"], finding["end_word"]):
                begins.setdefault(word, finding)
    return [_shown(turn, begins, hits) for turn in reading.turns]


def chips(text: str | None) -> Markup:
    """Words in which what was taken out stands as its kind, once for a run of marks."""
    escaped = str(escape(text or ""))
    made = _MARKS.sub(
        lambda found: f'<span class="tagged flagged">{plain_words.entity(found[1])}</span>', escaped
    )
    return Markup(made)  # noqa: S704  (escaped above; a kind is letters, digits and spaces)


def channel_names(facts: Row, turns: Iterable[Spoken | Outlined]) -> list[str]:
    """Who is heard on each channel of the sound."""
    names: dict[int, dict[str, None]] = {channel: {} for channel in range(facts["channel_count"])}
    for turn in turns:
        names.setdefault(turn.channel, {})[plain_words.speaker(turn.speaker)] = None
    return [
        " and ".join(names[channel]) or f"Channel {channel + 1}" for channel in range(facts["channel_count"])
    ]


def muted_spans(findings: Iterable[Row], channel_count: int) -> str:
    """Where the sound of findings is muted, as the player reads it: `channel start end`, milliseconds.

    Of a passage nobody noted whose it is: it is shown on all channels.
    """
    return ",".join(
        f"{channel} {one['start_ms']} {one['end_ms']}"
        for one in findings
        if one["mode"] != "none" and one["start_ms"] is not None
        for channel in (range(channel_count) if one["channel"] is None else [one["channel"]])
    )


def _shown(turn: Spoken, marked: dict[int, Row], hits: Collection[int]) -> Shown:
    """Put together as plain text, for ten thousand words of a long call take their time otherwise."""
    words = Markup(" ".join(_parts(turn.words, marked, hits)))  # noqa: S704  (whatever was said is escaped below)
    return Shown(turn.index, turn.channel, turn.speaker, turn.start_ms, turn.end_ms, words)


def _parts(words: list[Heard], marked: dict[int, Row], hits: Collection[int]) -> Iterator[str]:
    """Words, those of one finding inside of its mark."""
    for finding, group in groupby(words, lambda word: marked.get(word.number)):
        inside = (_word(word, hits) for word in group)
        if finding is None:
            yield from inside
        else:
            yield f"{_begin(finding)} {' '.join(inside)}</mark>"


def _begin(finding: Row) -> str:
    told = f"{plain_words.FILTERS['tier'](finding['tier'])}: {plain_words.reason(finding['reason'])}"
    kind = escape(plain_words.entity(finding["entity"]))
    tier = escape(finding["tier"])
    return f'<mark class="found {tier}" title="{escape(told)}"><span class="tag">{kind}</span>'


def _word(word: Heard, hits: Collection[int]) -> str:
    if word.is_gone:
        kinds, text = "w gone", _gone(word.text)
    else:
        unsure = word.confidence is not None and word.confidence < UNSURE_BELOW
        kinds, text = "w unsure" if unsure else "w", word.text
    if word.number in hits:
        kinds += " hit"
    start, end = word.start_ms, word.end_ms
    place = f'data-s="{start}" data-e="{end}"' if start is not None else 'data-s="" data-e=""'
    said = text if text.isalnum() else escape(text)
    return f'<span class="{kinds}" id="w{word.number}" {place}>{said}</span>'


def _gone(mark: str) -> str:
    """What stands for a word that was taken out: its number or pseudonym, if it has one."""
    numbered = _NUMBERED.search(mark)
    return f"#{numbered[1]}" if numbered else "•••"
