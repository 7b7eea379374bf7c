"""The same words kept otherwise: what JSON, SQLite and one Parquet file for each call take on disk."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from tests.bench.lake.made_calls import made_batches

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

_WORDS = 200_000


def bytes_per_word(folder: Path) -> dict[str, float]:
    """Bytes a word takes in each form, over some hundred calls."""
    words = next(made_batches(_WORDS, 200))["words"]
    forms = {"vendors' JSON": _json, "SQLite": _sqlite, "Parquet, a file for each call": _files}
    return {name: size(words, folder) / words.num_rows for name, size in forms.items()}


def _calls(words: pa.Table) -> dict[str, list[dict[str, Any]]]:
    calls: dict[str, list[dict[str, Any]]] = {}
    for word in words.to_pylist():
        calls.setdefault(word["call_id"], []).append(word)
    return calls


def _json(words: pa.Table, _: Path) -> int:
    """As engines answer: times in seconds, a confidence, a speaker, word by word."""
    return sum(
        len(
            json.dumps(
                [
                    {
                        "word": word["word"],
                        "start": word["start_ms"] / 1000,
                        "end": (word["start_ms"] + word["duration_ms"]) / 1000,
                        "confidence": word["confidence_percent"] / 100,
                        "speaker": word["speaker"],
                    }
                    for word in said
                ]
            )
        )
        for said in _calls(words).values()
    )


def _sqlite(words: pa.Table, folder: Path) -> int:
    path = folder / "words.sqlite"
    with sqlite3.connect(path) as database:
        names = words.column_names
        database.execute(f"create table words ({', '.join(names)})")
        rows = (
            tuple(row.values())
            for row in words.drop("call_date")
            .append_column("day", words["call_date"].cast("string"))
            .to_pylist()
        )
        database.executemany(f"insert into words values ({', '.join('?' * len(names))})", rows)
    database.close()
    return path.stat().st_size


def _files(words: pa.Table, folder: Path) -> int:
    size = 0
    for call_id in words["call_id"].unique():
        path = folder / "call.parquet"
        pq.write_table(words.filter(pc.equal(words["call_id"], call_id)), path, compression="zstd")
        size += path.stat().st_size
    return size
