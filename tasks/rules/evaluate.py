"""Rules over calls, set by set: each phrase is looked for once, each rule is a formula over what is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from tasks.rules.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    from tasks.rules.compiled import Compiled
    from tasks.rules.rules_file import Rules

_NUMBERS: Final = ("sign", "slop", "least_ms", "first_ms", "last_ms", "after_sign", "after_ms")
_SIGN: Final = ("sign", "kind", "speaker", "least_ms", "first_ms", "last_ms", "after_sign", "after_ms")
_PHRASE: Final = ("sign", "phrase", "slop")
_EVIDENCE: Final = ("rule", "sign")

_LONGEST_PAUSE_MS: Final = 2000
"""Between two words of a phrase, as in the question phrase_search."""

_CALLS: Final = """
create or replace temp table asked_calls as
select call_id, call_date, duration_ms, landed_at from calls
where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
"""
_SAID: Final = """
select phrase, $slop::integer as slop, call_id, speaker, start_ms, end_ms, last_word_ms, words
from {relation}
where coalesce(longest_pause_ms, 0) <= $pause_ms
"""
_OWN_WORDS: Final = "placed_phrases($phrases, $slop, since := $since, until := $until, worded := true)"
_ALL_WORDS: Final = "said_phrases($phrases, $slop, since := $since, until := $until)"
"""Dearer: it tells words in between as well, and reads the calls for them."""
_PLACES: Final = """
create or replace temp table places as
with said as ({said}),
heard as (
    select signs.sign, said.call_id, said.speaker, said.start_ms, said.end_ms, said.last_word_ms, said.words
    from said inner join phrases using (phrase, slop) inner join signs using (sign)
    union all
    select signs.sign, gaps.call_id, gaps.voice_before, gaps.start_ms, gaps.end_ms, gaps.start_ms, null
    from gaps inner join signs
        on signs.kind = 'dead_air' and gaps.place = 'middle' and gaps.duration_ms >= signs.least_ms
    union all
    select signs.sign, over.call_id, over.voice, over.start_ms, over.end_ms, over.start_ms, null
    from talk_over as over inner join signs
        on signs.kind = 'talk_over' and over.overlap_ms >= signs.least_ms
)
select heard.*, signs.after_sign, signs.after_ms
from heard inner join asked_calls using (call_id) inner join signs using (sign)
where (signs.speaker is null or heard.speaker = signs.speaker)
    and (signs.first_ms is null or heard.last_word_ms <= signs.first_ms)
    and (signs.last_ms is null or heard.start_ms >= asked_calls.duration_ms - signs.last_ms)
"""
_HITS: Final = """
with spots as (
    select sign, call_id, speaker, start_ms, end_ms, words from places as later
    where after_sign is null or exists (
        select 1 from places as earlier
        where earlier.sign = later.after_sign and earlier.call_id = later.call_id
            and earlier.end_ms between later.start_ms - later.after_ms and later.start_ms
    )
),
signs_met as (
    select call_id, list(distinct sign) as met from spots group by call_id
),
judged as materialized (
    select asked_calls.*, coalesce(signs_met.met, []) as met
    from asked_calls left join signs_met using (call_id)
),
matched as (
    {matched}
),
shown as (
    select evidence.rule, spots.* from evidence inner join spots using (sign)
)
select
    matched.call_id, matched.call_date, matched.landed_at, matched.rule,
    (row_number() over (
        partition by matched.call_id, matched.rule
        order by shown.start_ms, shown.end_ms, shown.sign, shown.words
    ))::integer as place,
    shown.speaker, shown.start_ms, shown.end_ms, shown.words
from matched left join shown on matched.call_id = shown.call_id and matched.rule = shown.rule
order by matched.rule, matched.call_id, place
"""


def evaluate(
    connection: duckdb.DuckDBPyConnection, rules: Rules, since: date | None = None, until: date | None = None
) -> pa.Table:
    """The calls of these days that each rule matches, with evidence; for a connection that reads.

    One row per place that made the rule match, or one without times and words where it matches by absence:
    call_id, call_date, landed_at, rule, place (from 1), speaker, start_ms, end_ms, words.
    """
    done = compiled(rules)
    days = {"since": since, "until": until}
    _give(connection, done)
    connection.execute(_CALLS, days)
    said, values = _said(done, days)
    connection.execute(_PLACES.format(said=said), values)
    matched = "\n    union all\n    ".join(
        f"select call_id, call_date, landed_at, $rule_{number} as rule from judged where {formula}"
        for number, formula in enumerate(done.formulas.values())
    )
    names = {f"rule_{number}": name for number, name in enumerate(done.formulas)}
    return connection.execute(_HITS.format(matched=matched), names).to_arrow_table()


def _give(connection: duckdb.DuckDBPyConnection, done: Compiled) -> None:
    for name, rows, columns in (
        ("signs", done.signs, _SIGN),
        ("phrases", done.phrases, _PHRASE),
        ("evidence", done.evidence, _EVIDENCE),
    ):
        connection.register("given", _table(rows, columns))
        connection.execute(f"create or replace temp table {name} as from given")
        connection.unregister("given")


def _table(rows: list[dict[str, Any]], columns: Sequence[str]) -> pa.Table:
    kinds: list[pa.DataType] = [pa.int32() if name in _NUMBERS else pa.string() for name in columns]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(zip(columns, kinds, strict=True))))


def _said(done: Compiled, days: dict[str, date | None]) -> tuple[str, dict[str, object]]:
    """One select for all phrases that allow the same number of words in between."""
    values: dict[str, object] = {**days, "pause_ms": _LONGEST_PAUSE_MS}
    selects = []
    for slop in sorted({row["slop"] for row in done.phrases} | {0}):
        values[f"slop_{slop}"] = slop
        values[f"phrases_{slop}"] = sorted({row["phrase"] for row in done.phrases if row["slop"] == slop})
        select = _SAID.format(relation=_ALL_WORDS if slop else _OWN_WORDS)
        selects.append(select.replace("$slop", f"$slop_{slop}").replace("$phrases", f"$phrases_{slop}"))
    return " union all ".join(selects), values
