"""Step: a call as people read it: turns with their words and findings, whole or around one passage."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from tasks.lake.catalog import Connection

Row = dict[str, Any]
Span = tuple[int, int]
"""From the first to before the last, or in milliseconds from start to end."""

NEIGHBOURS: Final = 4
"""Turns that are shown before and after a passage."""

_CALL: Final = "select * from calls where call_id = $call and ($day is null or call_date = $day)"
_COLUMNS: Final = "turn_index, channel, speaker, word_index, word, start_ms, end_ms, confidence, entity"
_WORDS: Final = f"select {_COLUMNS} from words where {{of}} order by word_index"
_PASSAGE: Final = f"""
with placed as (
    select {_COLUMNS}, {{distance}} as distance, min(distance) over () as nearest from words where {{of}}
),
around as (
    select
        *,
        min(turn_index) filter (where distance = nearest) over () as first_turn,
        max(turn_index) filter (where distance = nearest) over () as last_turn
    from placed
)
select {_COLUMNS} from around
where turn_index between first_turn - {NEIGHBOURS} and last_turn + {NEIGHBOURS} order by word_index
"""
_FROM_WORDS: Final = "greatest($start - word_index, word_index + 1 - $end, 0)"
_FROM_TIMES: Final = "greatest($start - end_ms, start_ms - $end, 0)"
_FINDINGS: Final = """
select
    finding_id, entity, reason, score, tier, channel, speaker, start_word, end_word, start_ms, end_ms, mode,
    review_status
from redactions where {of} and start_word < $end and end_word > $start
order by start_word, end_word, finding_id
"""


class Heard(NamedTuple):
    """A word as the lake has it: redacted. A tuple, for an hour's call has ten thousand."""

    number: int
    """Its place in the call."""
    text: str
    start_ms: int | None
    end_ms: int | None
    confidence: float | None
    entity: str | None

    @property
    def is_gone(self) -> bool:
        """Whether it stands for what was taken out."""
        return self.entity is not None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn with its words."""

    index: int
    channel: int
    speaker: str | None
    words: list[Heard]

    @property
    def start_ms(self) -> int | None:
        """Where its first word begins; None without word times."""
        return self.words[0].start_ms

    @property
    def end_ms(self) -> int | None:
        """Where its last word ends; None without word times."""
        return self.words[-1].end_ms


@dataclass(frozen=True, slots=True)
class Reading:
    """Turns in their order, and the findings among their words."""

    turns: list[Spoken]
    findings: list[Row]


def call_facts(connection: Connection, call_id: str, day: date | None = None) -> Row | None:
    """The call's row of `calls`, found sooner with its day; None where there is no such call."""
    found = connection.execute(_CALL, {"call": call_id, "day": day}).to_arrow_table().to_pylist()
    return found[0] if found else None


def whole_call(connection: Connection, facts: Row) -> Reading:
    """All of it."""
    return _read(connection, facts, _WORDS)


def passage(connection: Connection, facts: Row, words: Span | None, times_ms: Span | None) -> Reading:
    """The turns of some words, or without words those nearest to a time, with their neighbours.

    Speech that got no words has a time only. The whole call where neither is known.
    """
    if words is None and times_ms is None:
        return whole_call(connection, facts)
    start, end = words or times_ms or (0, 0)
    sql = _PASSAGE.replace("{distance}", _FROM_WORDS if words else _FROM_TIMES)
    return _read(connection, facts, sql, start=start, end=end)


def _read(connection: Connection, facts: Row, sql: str, **place: int) -> Reading:
    of, values = _of(facts["call_id"], facts["call_date"])
    rows = connection.execute(sql.replace("{of}", of), values | place).fetchall()
    turns = [
        Spoken(index, channel, speaker, [Heard._make(row[3:]) for row in group])
        for (index, channel, speaker), group in groupby(rows, key=lambda row: row[:3])
    ]
    if not turns:
        return Reading([], [])
    reach = {"start": turns[0].words[0].number, "end": turns[-1].words[-1].number + 1}
    found = connection.execute(_FINDINGS.replace("{of}", of), values | reach).to_arrow_table()
    return Reading(turns, found.to_pylist())


def _of(call_id: str, day: date | None) -> tuple[str, Row]:
    """A condition that leaves the files of other days closed, and its values."""
    if day is None:
        return "call_id = $call and call_date is null", {"call": call_id}
    return "call_id = $call and call_date = $day", {"call": call_id, "day": day}
