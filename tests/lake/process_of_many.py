"""One of many processes at a lake, for test_many_processes: lands, compacts or asks until it is told to stop.

Started as: python process_of_many.py ROLE LAKE LOG NUMBER
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from finished_calls import finished_call, spoken
from lake_checks import broken_checks, broken_promises_of
from landed_calls import land_calls

from tasks.lake.catalog import Lake, exclusively, reading, writing
from tasks.lake.compact import compact
from tasks.lake.landing import remove_orphans
from tasks.questions.bind import bind
from tasks.questions.loader import load_questions

KEEP_HOURS = 10 / 60
"""Longer than anybody reads here, be the machine ever so busy; in a long test versions do go."""
CALLS = 12
"""Few, so that most of what lands replaces a call that is there."""
QUESTIONS = ("longest_silence", "talk_listen_ratio", "interruptions", "calls_by_agent")


def land_on(lake: Lake, log: Path, number: int, stop: Path) -> None:
    """Batches of two calls, each call with as many words as its version says; noted when they are safe."""
    dice, version = random.Random(number), 1_000 * number  # noqa: S311  (which call comes next)
    with exclusively(lake), writing(lake) as connection:
        remove_orphans(connection, lake)
        while not stop.exists():
            version += 1
            names = dice.sample(range(CALLS), 2)
            words = {0: spoken("so " * (version % 50 + 1), 1_000, 0), 1: spoken(f"version {version}", 0, 1)}
            calls = [
                finished_call(f"call-{name}", words=words, findings=(), usage=(), run_id=f"run-{version}")
                for name in names
            ]
            land_calls(connection, lake, *calls)
            with log.open("a") as file:
                file.writelines(f"call-{name} {version}\n" for name in names)


def compact_on(lake: Lake, log: Path, stop: Path) -> None:
    """Compaction after compaction, of everything that can be merged."""
    while not stop.exists():
        done = compact(lake, most_files=1, keep_hours=KEEP_HOURS)
        with log.open("a") as file:
            file.write(f"{done.files_merged} {done.files_deleted}\n")


def ask_on(lake: Lake, log: Path, number: int, stop: Path) -> None:
    """Questions and checks, each time in one transaction: any error or broken promise ends this process."""
    questions = load_questions()
    while not stop.exists():
        with reading(lake) as connection:
            counted = _counts(connection)
            broken = broken_checks(connection) if number % 2 else broken_promises_of(connection)
            if broken:
                raise SystemExit(f"broken: {broken}")
            for name in QUESTIONS:
                connection.execute(questions[name].sql, bind(questions[name], {})).fetchall()
            versions = connection.execute(
                "select call_id from words where channel = 1 group by call_id having count(*) <> 2"
            ).fetchall()
            if versions:
                raise SystemExit(f"half replaced: {versions}")
            if (now := _counts(connection)) != counted:
                raise SystemExit(f"the lake changed while it was read: {counted} {now}")
        with log.open("a") as file:
            file.write(f"{counted}\n")


def _counts(connection: object) -> list[tuple[int, ...]]:
    asked = "select (select count(*) from calls), (select count(*) from words), (select count(*) from gaps)"
    return connection.execute(asked).fetchall()  # type: ignore[attr-defined,no-any-return]  # a connection


if __name__ == "__main__":
    role, place, log_path, number = sys.argv[1], Lake.at(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    stop = log_path.with_name("stop")
    if role == "land":
        land_on(place, log_path, number, stop)
    elif role == "compact":
        compact_on(place, log_path, stop)
    else:
        ask_on(place, log_path, number, stop)
