"""Step: where a phrase is said, the newest calls first.

The index `token_calls` says in which calls the phrase's rarer words are said. Only those are looked at, a few
at first and ever more until there are enough: a common phrase is found in the newest calls, a rare one in the
few that can hold it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from tasks.lake.catalog import Connection

_INDEXED_TOKENS: Final = 2
"""The longest words of a phrase are the rare ones; the index need not say where its small words are."""

_FIRST_CALLS: Final = 64
_MORE_CALLS: Final = 8
"""Each time none or too few are found, so many times as many calls are looked at."""

_LISTED_CALLS: Final = 512
"""More are not picked out one by one: looking at all calls of their days is quicker."""

_LONGEST_PAUSE_MS: Final = 2000

_CANDIDATES: Final = """
with holding as (
    select call_id from token_calls
    where token in ({tokens})
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
    group by call_id having count(*) = $wanted
)
select calls.call_id, calls.call_date from holding inner join calls using (call_id)
order by calls.call_date desc nulls last, calls.started_at desc nulls last, calls.call_id
"""
_SAID: Final = """
select call_id, call_date, speaker, start_ms, end_ms, first_word, last_word, words
from said_phrases([$phrase], $slop)
where ($calls is null or list_contains($calls, call_id))
    and ($oldest is null or call_date between $oldest and $newest)
    and ($speaker is null or speaker = $speaker) and coalesce(longest_pause_ms, 0) <= $pause_ms
"""
_CONTEXT: Final = """
with hits as (
    select unnest($calls) as call_id, unnest($firsts) as first_word, unnest($lasts) as last_word
),
near as (
    select hits.call_id, hits.first_word, hits.last_word, words.word_index, words.word
    from hits inner join words
        on hits.call_id = words.call_id
        and words.word_index between hits.first_word - $around and hits.last_word + $around
    where list_contains($calls, words.call_id)
        and ($oldest is null or words.call_date between $oldest and $newest)
)
select near.call_id, near.first_word, near.last_word, calls.agent_id, calls.queue, calls.started_at,
    string_agg(word, ' ' order by word_index) filter (where word_index < first_word) as words_before,
    string_agg(word, ' ' order by word_index) filter (where word_index > last_word) as words_after
from near inner join calls on near.call_id = calls.call_id
group by all
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
    calls_with_the_words: int
    """Calls that hold the phrase's rarer words, said together or not."""

    def as_dict(self) -> Row:
        """For machines."""
        return asdict(self)


def search(connection: Connection, asked: Search) -> Found:
    """The newest places where the phrase is said, as redacted; for a connection that reads."""
    tokens = _tokens(connection, asked.phrase)
    candidates = _candidates(connection, asked, tokens) if tokens else []
    hits: list[Row] = []
    for block in _blocks(candidates):
        hits += _said(connection, asked, block)
        if len(hits) > asked.limit:
            break
    shown = hits[: asked.limit]
    return Found(_with_context(connection, asked, shown), len(hits) > asked.limit, len(candidates))


def _tokens(connection: Connection, phrase: str) -> list[str]:
    rows = connection.execute("select distinct unnest(tokens) from phrase_tokens([?])", [phrase]).fetchall()
    return sorted((token for (token,) in rows), key=lambda token: (-len(token), token))[:_INDEXED_TOKENS]


def _candidates(
    connection: Connection, asked: Search, tokens: Sequence[str]
) -> list[tuple[str, date | None]]:
    named = {f"token_{number}": token for number, token in enumerate(tokens)}
    sql = _CANDIDATES.format(
        tokens=", ".join(f"${name}" for name in named)
    )  # IN over values skips row groups
    values = {**named, "wanted": len(tokens), "since": asked.since, "until": asked.until}
    return connection.execute(sql, values).fetchall()


def _blocks(candidates: list[tuple[str, date | None]]) -> Iterator[list[tuple[str, date | None]]]:
    start, size = 0, _FIRST_CALLS
    while start < len(candidates):
        yield candidates[start : start + size]
        start, size = start + size, size * _MORE_CALLS


def _said(connection: Connection, asked: Search, block: list[tuple[str, date | None]]) -> list[Row]:
    order = {call_id: place for place, (call_id, _) in enumerate(block)}
    values = {
        "phrase": asked.phrase,
        "slop": asked.slop,
        "speaker": asked.speaker,
        "pause_ms": _LONGEST_PAUSE_MS,
        "calls": list(order) if len(order) <= _LISTED_CALLS else None,
    } | _days([day for _, day in block])
    rows: list[Row] = connection.execute(_SAID, values).to_arrow_table().to_pylist()
    own = [row for row in rows if row["call_id"] in order]
    return sorted(own, key=lambda row: (order[row["call_id"]], row["first_word"]))


def _with_context(connection: Connection, asked: Search, hits: list[Row]) -> list[Row]:
    if not hits:
        return []
    values = {
        "calls": [hit["call_id"] for hit in hits],
        "firsts": [hit["first_word"] for hit in hits],
        "lasts": [hit["last_word"] for hit in hits],
        "around": asked.context_words,
    } | _days([hit["call_date"] for hit in hits])
    rows = connection.execute(_CONTEXT, values).to_arrow_table().to_pylist()
    facts = {(row["call_id"], row["first_word"], row["last_word"]): row for row in rows}
    return [facts[hit["call_id"], hit["first_word"], hit["last_word"]] | hit for hit in hits]


def _days(days: Sequence[date | None]) -> Row:
    """The first and the last, so that other days' files stay closed; none where a day is not known."""
    known = [day for day in days if day is not None]
    if len(known) < len(days):
        return {"oldest": None, "newest": None}
    return {"oldest": min(known), "newest": max(known)}
