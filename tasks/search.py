"""Step: where a phrase is said, the newest calls first.

The index `token_places` says where each word is said. It is asked for the newest day first, then for ever
more days until there are enough places: a common phrase is found in the newest calls, a rare one has few
rows. Words and times are read of the calls that are shown, and of no others.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from tasks.lake.catalog import Connection

_MORE_DAYS: Final = 8
"""Each time too few places are found, so many times as many days are looked at."""

_SHOWN_TOGETHER: Final = 32
"""Places whose words are read at once."""

_LONGEST_PAUSE_MS: Final = 2000

_DAYS: Final = """
select distinct call_date from calls
where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
order by call_date desc nulls last
"""
_PLACES: Final = """
select places.call_id, places.voice, places.first_place, places.last_place
from placed_phrases([$phrase], $slop, since := $oldest, until := $newest) as places
inner join calls on places.call_id = calls.call_id
where ($oldest is not null or calls.call_date is null)
    and ($oldest is null or calls.call_date between $oldest and $newest)
    and ($speaker is null or places.voice = $speaker)
order by calls.started_at desc nulls last, places.call_id, places.first_place, places.voice
"""
_SHOWN: Final = """
with places as (
    select unnest($calls) as call_id, unnest($voices) as voice,
        unnest($firsts) as first_place, unnest($lasts) as last_place,
        generate_subscripts($calls, 1) as number
),
said as (
    select places.number, voices.call_id, voices.speaker, word_indexes[first_place] as first_word,
        word_indexes[last_place] as last_word, list_slice(word_indexes, first_place, last_place) as own_words
    from places inner join voice_words as voices
        on places.call_id = voices.call_id and places.voice = voices.voice
    where voices.call_id in ({calls})
        and ($oldest is null or voices.call_date between $oldest and $newest)
),
near as (
    select said.*, words.word_index, words.word, words.start_ms, words.end_ms,
        list_contains(said.own_words, words.word_index) as is_said,
        words.start_ms - lag(words.end_ms) over (
            partition by said.number, is_said order by words.word_index
        ) as pause_ms
    from said inner join words
        on said.call_id = words.call_id
        and words.word_index between said.first_word - $around and said.last_word + $around
    where words.call_id in ({calls})
        and ($oldest is null or words.call_date between $oldest and $newest)
)
select calls.call_id, calls.call_date, calls.started_at, calls.agent_id, calls.queue,
    near.speaker, near.first_word, near.last_word,
    min(near.start_ms) filter (where is_said) as start_ms,
    max(near.end_ms) filter (where is_said) as end_ms,
    string_agg(near.word, ' ' order by word_index) filter (where is_said) as words,
    string_agg(near.word, ' ' order by word_index) filter (where word_index < first_word) as words_before,
    string_agg(near.word, ' ' order by word_index) filter (where word_index > last_word) as words_after
from near inner join calls on near.call_id = calls.call_id
group by near.number, calls.call_id, calls.call_date, calls.started_at, calls.agent_id, calls.queue,
    near.speaker, near.first_word, near.last_word
having coalesce(max(near.pause_ms) filter (where is_said), 0) <= $pause_ms
order by near.number
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


def search(connection: Connection, asked: Search) -> Found:
    """The newest places where the phrase is said, as redacted; for a connection that reads."""
    hits: list[Row] = []
    for days in _days(connection, asked):
        places = _places(connection, asked, days)
        for start in range(0, len(places), _SHOWN_TOGETHER):
            hits += _shown(connection, asked, days, places[start : start + _SHOWN_TOGETHER])
            if len(hits) > asked.limit:
                return Found(hits[: asked.limit], more=True, calls_with_the_words=None)
    return Found(hits, more=False, calls_with_the_words=None if hits else _calls_with_all(connection, asked))


def _days(connection: Connection, asked: Search) -> Iterator[Row]:
    """The newest day, then ever more of those before; at last None, for calls whose day is not known."""
    rows = connection.execute(_DAYS, {"since": asked.since, "until": asked.until}).fetchall()
    dated = [day for (day,) in rows if day is not None]
    start, size = 0, 1
    while start < len(dated):
        block = dated[start : start + size]
        yield {"oldest": block[-1], "newest": block[0]}
        start, size = start + size, size * _MORE_DAYS
    if len(dated) < len(rows):
        yield {"oldest": None, "newest": None}


def _places(connection: Connection, asked: Search, days: Row) -> list[tuple[Any, ...]]:
    values = {"phrase": asked.phrase, "slop": asked.slop, "speaker": asked.speaker}
    return connection.execute(_PLACES, values | days).fetchall()


def _shown(connection: Connection, asked: Search, days: Row, places: Sequence[tuple[Any, ...]]) -> list[Row]:
    """The places with their words and the words around them, but for those with a long pause inside."""
    columns = zip(("calls", "voices", "firsts", "lasts"), zip(*places, strict=True), strict=True)
    values = {name: list(column) for name, column in columns}
    named = {f"call_{number}": call_id for number, call_id in enumerate(sorted(set(values["calls"])))}
    sql = _SHOWN.format(calls=", ".join(f"${name}" for name in named))  # IN over values has files skipped
    limits = {"around": asked.context_words, "pause_ms": _LONGEST_PAUSE_MS}
    rows: list[Row] = connection.execute(sql, values | named | limits | days).to_arrow_table().to_pylist()
    return rows


def _calls_with_all(connection: Connection, asked: Search) -> int:
    values = {"phrase": asked.phrase, "since": asked.since, "until": asked.until}
    rows = connection.execute(_CALLS_WITH_ALL, values).fetchall()
    return int(rows[0][0])
