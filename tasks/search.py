"""Step: where a phrase is said, the newest calls first.

The index `token_places` says where each word is said. It is asked for the newest days first, then for ever
more days until there are enough places: a common phrase is found in the newest calls, a rare one has few
rows. Words are read of the calls that are shown, and of no others.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import pyarrow as pa

    from tasks.lake.catalog import Connection

_MORE_DAYS: Final = 8
"""Each time too few places are found, so many times as many days are looked at."""

_FIRST_CALLS: Final = 1_500
"""The newest days with so many calls together, or the newest day, are looked at first: each look costs."""

_MOST_TOGETHER: Final = 32
"""Places whose words are read at once."""

_LONGEST_PAUSE_MS: Final = 2000

DAYS: Final = """
select call_date, count(*) as calls from calls
where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
group by call_date order by call_date desc nulls last
"""
"""What `search` may be given, by who has it from before: it costs as much as a tenth of a search."""
_PLACES: Final = """
with calls as ( -- named, or DuckDB reads all of their columns
    select call_id, call_date, started_at, agent_id, queue from calls
)
select places.call_bucket, places.call_id, places.speaker, places.first_place, places.last_place,
    places.start_ms, places.end_ms, calls.call_date, calls.started_at, calls.agent_id, calls.queue
from placed_phrases(
    [$phrase], $slop, since := $oldest, until := $newest, speakers := $speakers
) as places
inner join calls on places.call_id = calls.call_id
where ($oldest is not null or calls.call_date is null)
    and ($oldest is null or calls.call_date between $oldest and $newest)
    and coalesce(places.longest_pause_ms, 0) <= $pause_ms
order by calls.started_at desc nulls last, places.call_id, places.first_place
"""
_PLACED: Final = ("call_bucket", "call_id", "first_place", "last_place")
_FACTS: Final = (
    "call_id", "call_date", "started_at", "agent_id", "queue", "speaker", "start_ms", "end_ms",
)  # fmt: skip

_SHOWN: Final = """
with places as (
    select unnest($call_bucket)::bigint as call_bucket, unnest($call_id) as call_id,
        unnest($first_place) as first_place, unnest($last_place) as last_place,
        generate_subscripts($call_id, 1) as number
),
said as (
    select places.number,
        list_transform(
            voice_words[places.first_place:places.last_place], lambda word_index: word_index + 1
        ) as own_words, -- from 1, as lists count
        own_words[1] as first, own_words[-1] as last,
        list_select(word_texts, own_words) as texts,
        word_texts[greatest(first - $around, 1):first - 1] as texts_before,
        word_texts[last + 1:last + $around] as texts_after
    from places inner join call_words as words
        on places.call_bucket = words.call_bucket
        and places.call_id is not distinct from words.call_id -- with =, the catalog is asked for each id, too
    where $oldest is null or words.call_date between $oldest and $newest
)
select number, first - 1 as first_word, last - 1 as last_word,
    array_to_string(texts, ' ') as words,
    nullif(array_to_string(texts_before, ' '), '') as words_before,
    nullif(array_to_string(texts_after, ' '), '') as words_after
from said
order by number
"""
_CALLS_WITH_ALL: Final = """
with asked as (select unnest(tokens) as token from phrase_tokens([$phrase])),
holding as (
    select call_id from token_places inner join asked using (token)
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
    group by call_id having count(distinct token) = (select count(distinct token) from asked)
)
select count(*) from holding
"""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for."""

    phrase: str
    speaker: str | None = None
    slop: int = 0
    """How many other words of the speaker may stand in between."""
    since: date | None = None
    until: date | None = None
    limit: int = 20
    context_words: int = 8


@dataclass(frozen=True, slots=True)
class Found:
    """Places, newest call first, each with the words around it and the call's facts."""

    hits: list[Row]
    more: bool
    """There are more than the limit."""
    calls_with_the_words: int | None
    """Calls that hold all the phrase's words, though not one after another; None where places were found."""

    def as_dict(self) -> Row:
        """For machines."""
        return asdict(self)


def search(connection: Connection, asked: Search, days_with_calls: Sequence[Row] | None = None) -> Found:
    """The newest places where the phrase is said, as redacted; for a connection that reads.

    `days_with_calls` are the rows of DAYS, where they are known.
    """
    if days_with_calls is None:
        days_with_calls = connection.execute(DAYS, days_of(asked)).to_arrow_table().to_pylist()
    hits: list[Row] = []
    for days in _days(days_with_calls):
        places = _places(connection, asked, days)
        shown = places.slice(0, asked.limit - len(hits))
        for start in range(0, shown.num_rows, _MOST_TOGETHER):
            hits += _shown(connection, asked, days, shown.slice(start, _MOST_TOGETHER))
        if places.num_rows > shown.num_rows:
            return Found(hits, more=True, calls_with_the_words=None)
    return Found(hits, more=False, calls_with_the_words=None if hits else _calls_with_all(connection, asked))


def days_of(asked: Search) -> Row:
    """The values that DAYS takes."""
    return {"since": asked.since, "until": asked.until}


def _days(rows: Sequence[Row]) -> Iterator[Row]:
    """The newest days, then ever more of those before; at last None, for calls whose day is not known."""
    dated = [row["call_date"] for row in rows if row["call_date"] is not None]
    together = accumulate(row["calls"] for row in rows if row["call_date"] is not None)
    start, size = 0, max(sum(calls <= _FIRST_CALLS for calls in together), 1)
    while start < len(dated):
        block = dated[start : start + size]
        yield {"oldest": block[-1], "newest": block[0]}
        start, size = start + size, size * _MORE_DAYS
    if len(dated) < len(rows):
        yield {"oldest": None, "newest": None}


def _places(connection: Connection, asked: Search, days: Row) -> pa.Table:
    values: Row = {"phrase": asked.phrase, "slop": asked.slop, "pause_ms": _LONGEST_PAUSE_MS}
    values["speakers"] = None if asked.speaker is None else [asked.speaker]
    return connection.execute(_PLACES, values | days).to_arrow_table()


def _shown(connection: Connection, asked: Search, days: Row, places: pa.Table) -> list[Row]:
    """The places with their words and the words around them."""
    values: Row = {name: places[name].to_pylist() for name in _PLACED} | {"around": asked.context_words}
    rows = connection.execute(_SHOWN, values | days).to_arrow_table().to_pylist()
    facts = places.select(_FACTS).to_pylist()
    return [facts[row.pop("number") - 1] | row for row in rows]


def _calls_with_all(connection: Connection, asked: Search) -> int:
    values = {"phrase": asked.phrase} | days_of(asked)
    rows = connection.execute(_CALLS_WITH_ALL, values).fetchall()
    return int(rows[0][0])
