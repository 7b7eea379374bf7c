"""CPU of every named question over a lake: `python -m tests.bench.lake.asked LAKE [QUESTION ...]`."""

from __future__ import annotations

import sys
import time

from tasks.lake.catalog import Lake, reading
from tasks.lake.query import run_query
from tasks.questions.bind import bind
from tasks.questions.loader import load_questions
from tests.bench.lake.peers import PHRASE

_ROUNDS = 2


def main() -> None:
    """On one thread, so that the seconds of CPU are work; two cores take about half as long."""
    lake, names = Lake.at(sys.argv[1]), sys.argv[2:]
    for name, question in load_questions().items():
        if names and name not in names:
            continue
        given = {
            one.name: "2026-01-06" if one.type == "date" else PHRASE
            for one in question.parameters
            if one.required
        }
        with reading(lake) as connection:
            connection.execute("set threads = 1")
            taken = []
            for _ in range(_ROUNDS):
                begun = time.process_time()
                rows = run_query(connection, question.sql, bind(question, given)).num_rows
                taken.append(time.process_time() - begun)
        print(f"{name:26s} {min(taken):8.3f} s of CPU {rows:9,d} rows", flush=True)


if __name__ == "__main__":
    main()
