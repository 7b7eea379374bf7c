"""`python -m tests.bench erasure`: what it takes to erase calls out of a large lake, and to prove it."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from tasks.keys import load_keyring
from tasks.lake.catalog import Lake
from tasks.lake.compact import compact
from tasks.lake.landing import Batch, land_batch
from tasks.lake.standing_writer import StandingWriter
from tests.bench.children import callarchive
from tests.bench.lake.made_calls import made_batches

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.children import Taken

CALLS: Final = 10_000
_WORDS_A_CALL: Final = 1_130
_CALLS_A_BATCH: Final = 500
_CUSTOMER: Final = "4711"
"""Has one call of each batch."""
_ANSWER_BYTES, _HEARD_BYTES, _SOUND_BYTES = 3_000, 8_000, 100_000
"""Of sound a thirtieth of what calls of six minutes have."""


def erasure(folder: Path) -> None:
    """A night of calls, compacted; one of them erased, then a customer's; the receipt looked at again."""
    root = folder / "lake"
    lake, key = Lake.at(str(root)), load_keyring(folder / "keys.json").pseudonym("customer", _CUSTOMER)
    made = 0
    with StandingWriter(lake) as writer:
        for tables in made_batches(CALLS * _WORDS_A_CALL, _CALLS_A_BATCH):
            land_batch(writer.connection, lake, Batch(_with_files(lake, tables, key)))
            writer.batch_ended()
            made += tables["calls"].num_rows
    compact(lake, keep_hours=0)
    sizes = [(root / path).stat().st_size for path in lake.files.paths()]
    print(f"{made:,} calls, {len(sizes):,} files, {sum(sizes) / 1e9:.1f} GB")
    for options in (("--call", "call-000000007"), ("--customer", _CUSTOMER)):
        taken = callarchive("erase", *options, lake=root)
        receipt = taken.printed["receipt"]
        print(f"  erase {options[0]}, {receipt['recordings']} calls: {_told(taken)}")
    print(f"  erase --verify: {_told(callarchive('erase', '--verify', receipt['erasure_id'], lake=root))}")


def _told(taken: Taken) -> str:
    return f"{taken.wall_s:.0f} s, {taken.cpu_s:.0f} s CPU, {taken.peak_mib:.0f} MiB peak"


def _with_files(lake: Lake, tables: dict[str, pa.Table], customer_key: str) -> dict[str, pa.Table]:
    """The rows, whose first call is the customer's, naming files of random bytes for all that a call has."""
    calls, usage = tables["calls"], tables["engine_usage"]
    recordings = calls["recording_sha256"].to_pylist()
    copies = [
        f"audio/{day}/{sha256[:32]}.flac"
        for day, sha256 in zip(calls["call_date"].to_pylist(), recordings, strict=True)
    ]
    answers = [hashlib.sha256(usage_id.encode()).hexdigest() for usage_id in usage["usage_id"].to_pylist()]
    for path in copies:
        _write(lake, path, _SOUND_BYTES)
    for sha256 in recordings:
        _write(lake, f"heard/{sha256[:2]}/{sha256}", _HEARD_BYTES)
    for answer in answers:
        _write(lake, f"answers/{answer[:2]}/{answer}", _ANSWER_BYTES)
    customers = [customer_key, *calls["customer_key"].to_pylist()[1:]]
    of_calls = {"customer_key": customers, "audio_path": copies, "audio_sha256": recordings}
    return tables | {
        "calls": _replaced(calls, of_calls),
        "recordings": _replaced(tables["recordings"], {"customer_key": customers}),
        "engine_usage": _replaced(usage, {"answer_key": answers}),
    }


def _replaced(table: pa.Table, columns: dict[str, list[str]]) -> pa.Table:
    for name, values in columns.items():
        at = table.schema.get_field_index(name)
        table = table.set_column(
            at, table.schema.field(name), pa.array(values, table.schema.field(name).type)
        )
    return table


def _write(lake: Lake, path: str, size: int) -> None:
    """Not as the lake writes, which makes sure of each on the disk."""
    file = lake.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(os.urandom(size))
