"""Step: a call as people read it: turns with their words and findings around one passage, or part by part."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pyarrow as pa

    from tasks.lake.catalog import Connection

Row = dict[str, Any]
Span = tuple[int, int]
"""From the first to before the last, or in milliseconds from start to end."""

NEIGHBOURS: Final = 4
"""Turns that are shown before and after a passage."""

_CALL: Final = "select * from calls where call_id = $call and ($day is null or call_date = $day)"
_COLUMNS: Final = "turn_index, channel, speaker, word_index, word, start_ms, end_ms, confidence, entity"
_WORDS: Final = f"select {_COLUMNS} from words where {{of}} order by word_index"
_TURN: Final = ["turn_index", "channel", "speaker"]
_OUTLINE: Final = [*_TURN, "start_ms_min", "end_ms_max", "word_index_count"]
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
_FROM_TIMES: Final = "coalesce(greatest($start - end_ms, start_ms - $end, 0), word_index)"
"""Without word times, whatever the time, the beginning."""
_FINDINGS: Final = """
select
    finding_id, entity, reason, score, tier, channel, speaker, start_word, end_word, start_ms, end_ms, mode,
    review_status
from redactions where {of} and (start_word is null or (start_word < $end and end_word > $start))
order by start_word, end_word, finding_id
"""
_BEYOND: Final = 1 << 31
"""No call has as many words."""


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
class Outlined:
    """A turn without its words."""

    index: int
    channel: int
    speaker: str | None
    start_ms: int | None
    end_ms: int | None
    word_count: int


@dataclass(frozen=True, slots=True)
class WholeCall:
    """Who speaks when in all of a call, every finding, and its words, of which a page shows a part."""

    turns: list[Outlined]
    findings: list[Row]
    words: pa.Table

    def between(self, first: int, last: int) -> list[Spoken]:
        """The turns from one to another, both included, with their words."""
        before = sum(turn.word_count for turn in self.turns if turn.index < first)
        count = sum(turn.word_count for turn in self.turns if first <= turn.index <= last)
        shown = self.words.slice(before, count)
        return _spoken(zip(*(column.to_pylist() for column in shown.columns), strict=True))

    def said(self) -> tuple[list[int], list[str]]:
        """The turn of each word, and its text; a word's index is its place in these lists.

        They are two, for Python looks through ten thousand tuples again and again for what to free.
        """
        turns: Any = self.words["turn_index"].to_pylist()
        texts: Any = self.words["word"].to_pylist()
        return turns, texts


@dataclass(frozen=True, slots=True)
class Reading:
    """Turns in their order, and the findings among their words."""

    turns: list[Spoken]
    findings: list[Row]


def call_facts(connection: Connection, call_id: str, day: date | None = None) -> Row | None:
    """The call's row of `calls`, found sooner with its day; None where there is no such call."""
    found = connection.execute(_CALL, {"call": call_id, "day": day}).to_arrow_table().to_pylist()
    return found[0] if found else None


def find_call(connection: Connection, call_id: str, day: date | None) -> Row | None:
    """The call's row, also where it has landed again under another day than is asked for."""
    found = call_facts(connection, call_id, day)
    return found if found is not None or day is None else call_facts(connection, call_id)


def whole_call(connection: Connection, facts: Row) -> WholeCall:
    """All of a call from one look at its words: to ask for each relation takes longer than to read it."""
    of, values = _of(facts["call_id"], facts["call_date"])
    words = connection.execute(_WORDS.replace("{of}", of), values).to_arrow_table()
    turns = words.group_by(_TURN, use_threads=False).aggregate(
        [("start_ms", "min"), ("end_ms", "max"), ("word_index", "count")]
    )
    outlined = [Outlined(*row.values()) for row in turns.select(_OUTLINE).to_pylist()]
    return WholeCall(outlined, _findings(connection, facts, (0, _BEYOND)), words)


def passage(connection: Connection, facts: Row, words: Span | None, times_ms: Span | None) -> Reading:
    """The turns of some words, or without words those nearest to a time, with their neighbours.

    Speech that got no words has a time only. The beginning of the call where neither is known.
    """
    start, end = words or times_ms or (0, 1)
    by_time = words is None and times_ms is not None
    sql = _PASSAGE.replace("{distance}", _FROM_TIMES if by_time else _FROM_WORDS)
    of, values = _of(facts["call_id"], facts["call_date"])
    turns = _spoken(
        connection.execute(sql.replace("{of}", of), values | {"start": start, "end": end}).fetchall()
    )
    if not turns:
        return Reading([], [])
    reach = (turns[0].words[0].number, turns[-1].words[-1].number + 1)
    return Reading(turns, _findings(connection, facts, reach))


def _spoken(words: Iterable[tuple[Any, ...]]) -> list[Spoken]:
    return [
        Spoken(index, channel, speaker, [Heard._make(row[3:]) for row in group])
        for (index, channel, speaker), group in groupby(words, key=lambda row: row[:3])
    ]


def _findings(connection: Connection, facts: Row, words: Span) -> list[Row]:
    of, values = _of(facts["call_id"], facts["call_date"])
    reach = {"start": words[0], "end": words[1]}
    found: list[Row] = (
        connection.execute(_FINDINGS.replace("{of}", of), values | reach).to_arrow_table().to_pylist()
    )
    return found


def _of(call_id: str, day: date | None) -> tuple[str, Row]:
    """A condition that leaves the files of other days closed, and its values."""
    if day is None:
        return "call_id = $call and call_date is null", {"call": call_id}
    return "call_id = $call and call_date = $day", {"call": call_id, "day": day}
