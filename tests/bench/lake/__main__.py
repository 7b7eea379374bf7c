"""`make bench-lake`: a made lake of each size: landed, compacted, asked, searched, set against its peers."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tasks.lake.catalog import Lake, reading
from tasks.lake.query import run_query
from tasks.questions.bind import bind
from tasks.questions.loader import load_questions
from tests.bench.children import callarchive
from tests.bench.lake.peers import PHRASE, sqlite_copy, with_pandas, with_polars, with_sqlite
from tests.bench.lake.rivals import bytes_per_word

if TYPE_CHECKING:
    from collections.abc import Callable

    from tasks.questions.question import Question

T = TypeVar("T")
_MILLION = 1_000_000
_BATCH_CALLS = 1_000
_NIGHTLY_BATCH_CALLS = 32
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Took:
    """What something took on this machine."""

    wall_s: float
    cpu_s: float
    rows: int


def main() -> None:
    """Sizes in millions of words; 100 need about 3 GB of disk and half an hour of two cores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("millions", nargs="*", type=int, default=[1, 10, 100])
    parser.add_argument("--without-peers", action="store_true", help="leave out pandas, polars and SQLite")
    asked = parser.parse_args()
    os.environ["CALLARCHIVE_KEEP_VERSIONS_HOURS"] = "0"  # others would read what compaction replaced as well
    with tempfile.TemporaryDirectory() as folder:
        _print_other_forms(Path(folder))
        before: dict[str, Took] = {}
        for millions in asked.millions:
            place = Path(folder) / f"{millions}"
            _land(place, millions)
            _compact(place)
            before = _questions(place, before)
            _commands(place, millions)
            if not asked.without_peers:
                _peers(place)


def _print_other_forms(folder: Path) -> None:
    print("bytes per word in other forms:")
    for name, size in bytes_per_word(folder).items():
        print(f"  {name:32s} {size:6.1f}")


def _land(place: Path, millions: int) -> None:
    made = _landed(place, millions * _MILLION, _BATCH_CALLS)
    words = made["words"]
    print(f"\n{words:,.0f} words, {made['calls']:,.0f} calls, {_BATCH_CALLS} landed at a time")
    rate = words / made["cpu_s"] / _MILLION
    print(f"  landed in {made['cpu_s']:.1f} s CPU: {rate:.2f} M words per CPU second")
    print(f"  peak memory {made['peak_mib']:,.0f} MiB, the made rows included")
    if millions == 1:
        with tempfile.TemporaryDirectory() as folder:
            small = _landed(Path(folder), 200_000, _NIGHTLY_BATCH_CALLS)
        each_s = small["cpu_s"] / (small["calls"] / _NIGHTLY_BATCH_CALLS)
        print(f"  {_NIGHTLY_BATCH_CALLS} calls at a time, as a night does: {each_s:.2f} s CPU a batch")


def _landed(place: Path, words: int, calls_a_batch: int) -> dict[str, float]:
    place.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.bench.lake.landed", str(place), str(words), str(calls_a_batch)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    made: dict[str, float] = json.loads(done.stdout)
    return made


def _compact(place: Path) -> None:
    files = len(_files(place, "words"))
    taken = callarchive("compact", lake=place)
    words = _asked(place, "select sum(word_count)::bigint as words from calls", {})[1]
    size = sum(path.stat().st_size for path in _files(place, "words"))
    total = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    print(
        f"  compacted {files} files of words to {len(_files(place, 'words'))}: {taken.cpu_s:.1f} s CPU, ",
        end="",
    )
    print(f"{taken.peak_mib:.0f} MiB peak")
    print(
        f"  {size / words:.2f} bytes per word (goal: at most 5.2); {total / words:.2f} with everything else"
    )


def _files(place: Path, table: str) -> list[Path]:
    return list((place / "data" / "main" / table).rglob("*.parquet"))


def _asked(place: Path, sql: str, values: dict[str, object], threads: int = 2) -> tuple[Took, int]:
    """The best of a few rounds, and the first value of the first row."""
    with reading(Lake.at(str(place))) as connection:
        connection.execute(f"set threads = {threads}")
        best: Took | None = None
        for _ in range(_ROUNDS):
            took, table = _timed(partial(run_query, connection, sql, values))
            if best is None or took[0] < best.wall_s:
                best = Took(*took, table.num_rows)
        assert best
        return best, table.column(0)[0].as_py() if table.num_rows else 0


def _timed(work: Callable[[], T]) -> tuple[tuple[float, float], T]:
    wall, cpu = time.monotonic(), time.process_time()
    done = work()
    return (time.monotonic() - wall, time.process_time() - cpu), done


def _values(question: Question) -> dict[str, object]:
    """Defaults; a phrase or the second day where something must be given."""
    given = {
        one.name: "2026-01-06" if one.type == "date" else PHRASE
        for one in question.parameters
        if one.required
    }
    return bind(question, given)


def _questions(place: Path, before: dict[str, Took]) -> dict[str, Took]:
    """Every named question on one thread and on two; what came out on two."""
    print(f"  {'question':26s} {'1 thread':>10s} {'2 threads':>10s} {'rows':>9s}   growth")
    taken = {}
    for name, question in load_questions().items():
        one, _ = _asked(place, question.sql, _values(question), threads=1)
        two, _ = _asked(place, question.sql, _values(question))
        growth = f"{two.wall_s / before[name].wall_s:7.1f}x" if name in before else ""
        print(f"  {name:26s} {one.wall_s:8.3f} s {two.wall_s:8.3f} s {two.rows:9,d} {growth}")
        taken[name] = two
    slowest = max(taken, key=lambda name: taken[name].wall_s)
    print(f"  slowest: {slowest}, {taken[slowest].wall_s:.2f} s (goal: nothing over 10 s)")
    return taken


def _commands(place: Path, millions: int) -> None:
    """What a person types, program start included."""
    for phrase in (PHRASE, "thank you", "zebra crossing"):
        taken = callarchive("search", phrase, lake=place)
        print(f"  search {phrase!r}: {taken.wall_s:.2f} s wall, start included (goal: under 1 s)")
    rules = callarchive("rules", "run", lake=place)
    print(
        f"  rules run: {rules.cpu_s:.1f} s CPU, {millions * _MILLION / rules.cpu_s:,.0f} words per CPU second"
    )


def _peers(place: Path) -> None:
    tables, database = place / "data" / "main", place.parent / "peer.sqlite"
    copied, _ = _timed(partial(sqlite_copy, tables, database))
    print(f"  SQLite's copy took {copied[1]:.0f} s CPU and {database.stat().st_size / 2**20:,.0f} MiB")
    peers = {"pandas": with_pandas(), "polars": with_polars(), "SQLite": with_sqlite(database)}
    print(f"  {'question':20s} {'callarchive':>12s}" + "".join(f"{name:>18s}" for name in peers))
    questions = load_questions()
    for name in peers["pandas"]:
        ours, _ = _asked(place, questions[name].sql, _values(questions[name]))
        line = f"  {name:20s} {ours.wall_s:10.3f} s"
        for answers in peers.values():
            rounds = [_timed(partial(answers[name], tables)) for _ in range(_ROUNDS)]
            (wall_s, _), rows = min(rounds, key=lambda one: one[0])
            line += f"{wall_s:8.3f} s {wall_s / ours.wall_s:5.1f}x"
            line += "" if rows == ours.rows else f" ({rows} rows, not {ours.rows})"
        print(line)
    database.unlink()


if __name__ == "__main__":
    main()
