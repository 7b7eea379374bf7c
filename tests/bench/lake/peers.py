"""The work of some questions done by others over the same files: pandas, polars, and SQLite with a copy.

They begin with turns, calls and findings, for they have no marts. Each answers with as many rows as the
question does, of calls and findings with the same columns in the same order, of turns with fewer columns: no
offsets of words, no voices.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import polars as pl
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PHRASE: Final = "cancel my account"
_TALK: Final = [
    *("call_id", "call_date", "agent_id", "queue"),
    *("agent_talk_ms", "customer_talk_ms", "other_talk_ms"),
]
_SQLITE_COLUMNS: Final = {
    "calls": _TALK,
    "redactions": ["call_id", "entity", "tier", "score"],
    "turns": ["call_id", "speaker", "start_ms", "end_ms", "word_count", "text"],
}


def with_pandas() -> dict[str, Callable[[Path], int]]:
    """By question: from the folder of the tables to the number of rows."""
    return {
        "talk_listen_ratio": _pandas_talk,
        "redactions_by_type": _pandas_redactions,
        "dead_air": _pandas_dead_air,
        "interruptions": _pandas_interruptions,
        "words_per_minute": _pandas_pace,
        "phrase_search": _pandas_phrase,
    }


def _frame(folder: Path, table: str, *columns: str) -> pd.DataFrame:
    return pd.read_parquet(folder / table, columns=list(columns), partitioning=None)


def _pandas_talk(folder: Path) -> int:
    calls = _frame(folder, "calls", *_TALK)
    both = calls.agent_talk_ms + calls.customer_talk_ms
    shares = calls.assign(
        agent_share=calls.agent_talk_ms / both, ratio=calls.agent_talk_ms / calls.customer_talk_ms
    )
    return len(shares.sort_values(["call_date", "call_id"]))


def _pandas_redactions(folder: Path) -> int:
    found = _frame(folder, "redactions", "call_id", "entity", "tier", "score")
    tiers = {tier: found.tier == tier for tier in ("auto", "flagged", "review")}
    counted = (
        found.assign(**tiers)
        .groupby("entity")
        .agg(
            findings=("tier", "size"),
            auto=("auto", "sum"),
            flagged=("flagged", "sum"),
            review=("review", "sum"),
            calls=("call_id", "nunique"),
            mean_score=("score", "mean"),
        )
    )
    return len(counted.sort_values("findings", ascending=False))


def _pandas_turns(folder: Path) -> pd.DataFrame:
    turns = _frame(folder, "turns", "call_id", "speaker", "start_ms", "end_ms")
    return turns.sort_values(["call_id", "start_ms"])


def _pandas_dead_air(folder: Path) -> int:
    turns = _pandas_turns(folder)
    heard = turns.groupby("call_id").end_ms.cummax().groupby(turns.call_id).shift()
    return len(turns[turns.start_ms - heard >= 5_000])


def _pandas_interruptions(folder: Path) -> int:
    turns = _pandas_turns(folder)
    before = turns.groupby("call_id").end_ms.shift()
    over = turns.assign(
        over=pd.concat([before, turns.end_ms], axis=1).min(axis=1, skipna=False) - turns.start_ms
    )
    return len(over[over.over >= 500].groupby(["call_id", "speaker"]).over.agg(["size", "sum", "max"]))


def _pandas_pace(folder: Path) -> int:
    turns = _frame(folder, "turns", "call_id", "speaker", "start_ms", "end_ms", "word_count")
    turns["talk_ms"] = turns.end_ms - turns.start_ms
    said = turns.groupby(["call_id", "speaker"])[["word_count", "talk_ms"]].sum()
    said = said[said.word_count >= 20]
    return len(said.assign(pace=said.word_count / said.talk_ms * 60_000))


def _pandas_phrase(folder: Path) -> int:
    turns = _frame(folder, "turns", "call_id", "start_ms", "text")
    return int(turns[turns.text.str.contains(PHRASE, regex=False)].text.str.count(PHRASE).sum())


def with_polars() -> dict[str, Callable[[Path], int]]:
    """By question."""
    return {
        "talk_listen_ratio": _polars_talk,
        "redactions_by_type": _polars_redactions,
        "dead_air": _polars_dead_air,
        "interruptions": _polars_interruptions,
        "words_per_minute": _polars_pace,
        "phrase_search": _polars_phrase,
    }


def _scan(folder: Path, table: str) -> pl.LazyFrame:
    return pl.scan_parquet(folder / table / "**" / "*.parquet", hive_partitioning=True)


def _polars_talk(folder: Path) -> int:
    agent, customer = pl.col("agent_talk_ms"), pl.col("customer_talk_ms")
    shares = (
        _scan(folder, "calls")
        .select(_TALK)
        .with_columns(agent_share=agent / (agent + customer), ratio=agent / customer)
    )
    return shares.sort("call_date", "call_id").collect().height


def _polars_redactions(folder: Path) -> int:
    found = _scan(folder, "redactions").group_by("entity")
    tiers = [(pl.col("tier") == tier).sum().alias(tier) for tier in ("auto", "flagged", "review")]
    counted = found.agg(
        pl.len().alias("findings"), *tiers, pl.col("call_id").n_unique(), pl.col("score").mean()
    )
    return counted.sort("findings", descending=True).collect().height


def _polars_dead_air(folder: Path) -> int:
    turns = _scan(folder, "turns").select("call_id", "start_ms", "end_ms").sort("call_id", "start_ms")
    heard = pl.col("end_ms").cum_max().shift().over("call_id")
    return turns.filter(pl.col("start_ms") - heard >= 5_000).collect().height


def _polars_interruptions(folder: Path) -> int:
    turns = (
        _scan(folder, "turns").select("call_id", "speaker", "start_ms", "end_ms").sort("call_id", "start_ms")
    )
    before = pl.col("end_ms").shift().over("call_id")
    over = turns.with_columns(
        over=pl.min_horizontal(before, pl.col("end_ms")) - pl.col("start_ms"), before=before
    )
    taken = over.filter(pl.col("before").is_not_null() & (pl.col("over") >= 500)).group_by(
        "call_id", "speaker"
    )
    return taken.agg(pl.len(), pl.col("over").sum(), longest=pl.col("over").max()).collect().height


def _polars_pace(folder: Path) -> int:
    talk_ms = (pl.col("end_ms") - pl.col("start_ms")).sum()
    said = (
        _scan(folder, "turns").group_by("call_id", "speaker").agg(pl.col("word_count").sum(), talk_ms=talk_ms)
    )
    pace = pl.col("word_count") / pl.col("talk_ms") * 60_000
    return said.filter(pl.col("word_count") >= 20).with_columns(pace=pace).collect().height


def _polars_phrase(folder: Path) -> int:
    text = pl.col("text")
    turns = _scan(folder, "turns").filter(text.str.contains(PHRASE, literal=True))
    return int(turns.select(text.str.count_matches(PHRASE, literal=True).sum()).collect().item() or 0)


def with_sqlite(database: Path) -> dict[str, Callable[[Path], int]]:
    """By question, over a database that `sqlite_copy` made."""
    return {name: lambda _, sql=sql: _asked(database, sql) for name, sql in _SQLITE.items()}


def sqlite_copy(folder: Path, database: Path) -> None:
    """The columns the questions need, in tables with an index on call and time."""
    with sqlite3.connect(database) as connection:
        for table, columns in _SQLITE_COLUMNS.items():
            connection.execute(f"create table {table} ({', '.join(columns)})")
            for path in sorted((folder / table).rglob("*.parquet")):
                for batch in pq.ParquetFile(path).iter_batches(columns=columns):
                    marks = ", ".join("?" * len(columns))
                    rows = zip(*(batch[name].to_pylist() for name in columns), strict=True)
                    connection.executemany(f"insert into {table} values ({marks})", rows)
        connection.execute("create index turns_in_time on turns (call_id, start_ms)")
    connection.close()


def _asked(database: Path, sql: str) -> int:
    with sqlite3.connect(database) as connection:
        rows: list[Any] = connection.execute(sql).fetchall()
    connection.close()
    return len(rows)


_SQLITE: Final = {
    "talk_listen_ratio": """
        select *, agent_talk_ms * 1.0 / nullif(agent_talk_ms + customer_talk_ms, 0),
            agent_talk_ms * 1.0 / nullif(customer_talk_ms, 0)
        from calls order by call_date, call_id
    """,
    "redactions_by_type": """
        select entity, count(*) as findings, count(*) filter (where tier = 'auto'),
            count(*) filter (where tier = 'flagged'), count(*) filter (where tier = 'review'),
            count(distinct call_id), avg(score)
        from redactions group by entity order by findings desc
    """,
    "dead_air": """
        select call_id, heard, start_ms from (
            select call_id, start_ms, max(end_ms) over (
                partition by call_id order by start_ms rows between unbounded preceding and 1 preceding
            ) as heard from turns
        ) where start_ms - heard >= 5000
    """,
    "interruptions": """
        select call_id, speaker, count(*), sum(over_ms), max(over_ms) from (
            select call_id, speaker, min(end_ms, lag(end_ms) over (
                partition by call_id order by start_ms
            )) - start_ms as over_ms from turns
        ) where over_ms >= 500 group by call_id, speaker
    """,
    "words_per_minute": """
        select call_id, speaker, sum(word_count) * 60000.0 / nullif(sum(end_ms - start_ms), 0)
        from turns group by call_id, speaker having sum(word_count) >= 20
    """,
    "phrase_search": f"select call_id, start_ms, text from turns where instr(text, '{PHRASE}')",
}
