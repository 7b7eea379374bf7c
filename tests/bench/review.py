"""The review app with 100,000 open items: what every page takes on the server, an hour-long call included."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

import numpy as np
from starlette.testclient import TestClient

from flows.review.app import create_app
from flows.review.place import place_of
from flows.review.sealing import seal_beside
from flows.review.setup import Setup
from tasks.certificate import certify
from tasks.desk import accounts, sessions
from tasks.desk.store import Desk
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.landing import Batch, land_batch
from tasks.lake.standing_reader import StandingReader
from tasks.land import Landing, land
from tasks.settings import load_settings
from tests.bench.lake.made_calls import made_batches
from tests.finished_calls import finished_call, landed_row, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tasks.keys import Keyring
    from tasks.rows import FinishedCall
    from tasks.schemas import Word

ITEMS = 100_000
_WORDS = 1_000_000
_CALLS_A_BATCH = 1_000
_ROUNDS = 40
_GOAL_MS = 150
_LONG_WORDS, _TURN_WORDS = 10_000, 14
_ORIGIN = "http://127.0.0.1:8321"


def review(folder: Path) -> None:
    """Every page so many times after one that warms it up, by somebody who is signed in."""
    lake = Lake.at(str(folder / "lake"))
    _fill(lake, load_keyring(folder / "keys.json"))
    calls = _calls(lake)
    desk = Desk.at(folder / "review.sqlite")
    _fill_desk(desk, lake)
    client, token = _client(lake, desk, folder)
    items = _item_ids(desk)
    pages = {
        "queue": ["/"],
        "queue, filtered": [
            "/?entity=PERSON&tier=flagged",
            "/?agent=agent-007&since=2026-01-05",
            "/?queue=queue-3",
        ],
        "queue, a later page": [f"/?after={item}" for item in items[:20]],
        "item": [f"/items/{item}" for item in items],
        "calls": ["/calls", "/calls?agent=agent-007", "/calls?order=silence", "/calls?queue=queue-3&page=3"],
        "call": [f"/calls/{call}" for call in calls],
        "call of an hour": ["/calls/hour"],
        "call of an hour, searched": ["/calls/hour?find=fourteen"],
        "certificate": ["/certificates/hour"],
        "search": [
            "/search?phrase=cancel+my+account",
            "/search?phrase=thank+you+for+calling",
            "/search?phrase=zebra",
        ],
        "scorecards": ["/scorecards", "/scorecards?queue=queue-3"],
        "quality": ["/quality"],
    }
    print(f"{ITEMS:,} open items, {len(calls):,} calls; {_ROUNDS} times each, milliseconds on the server")
    print(
        f"  {'page':28s} {'median':>8s} {'p95':>8s} {'p95 CPU':>8s} {'KiB':>7s}   goal: p95 under {_GOAL_MS}"
    )
    with desk.kept_open():  # as by the app that is served
        for name, paths in pages.items():
            _print(name, *_timed(client, paths))
        _print("decide, and go to the next", *_decisions(client, token, _item_ids(desk, "finding")))


def _timed(client: TestClient, paths: Sequence[str]) -> tuple[list[float], list[float], int]:
    for path in paths[:3]:
        client.get(path)
    wall, cpu, size = [], [], 0
    for path in islice(cycle(paths), _ROUNDS):
        began, worked = time.perf_counter(), time.process_time()
        answer = client.get(path)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - worked)
        size = max(size, len(answer.content))
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
    return wall, cpu, size


def _decisions(client: TestClient, token: str, items: Sequence[str]) -> tuple[list[float], list[float], int]:
    wall, cpu = [], []
    for number, item in enumerate(items[:_ROUNDS]):
        form = {"csrf_token": token, "review_id": f"bench-{number}", "item_id": item, "decision": "rejected"}
        began, worked = time.perf_counter(), time.process_time()
        answer = client.post("/decide", data=form)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - worked)
        if answer.status_code != 303:
            raise SystemExit(f"a decision: {answer.status_code}")
    return wall, cpu, 0


def _print(name: str, wall: list[float], cpu: list[float], size: int) -> None:
    median, late, worked = (
        1000 * float(np.percentile(taken, share)) for taken, share in ((wall, 50), (wall, 95), (cpu, 95))
    )
    missed = "" if late < _GOAL_MS else "  over"
    print(f"  {name:28s} {median:8.0f} {late:8.0f} {worked:8.0f} {size / 1024:7.0f}{missed}")


def _fill(lake: Lake, keyring: Keyring) -> None:
    long = _long_call(keyring)
    with writing(lake) as connection:
        for tables in made_batches(_WORDS, _CALLS_A_BATCH):
            land_batch(connection, lake, Batch(tables))
        land(connection, lake, Landing([(long, landed_row(long))], [], []))


def _long_call(keyring: Keyring) -> FinishedCall:
    """An hour of 10,000 words in turns of 14."""
    sides: dict[int, list[Word]] = {0: [], 1: []}
    for turn in range(_LONG_WORDS // _TURN_WORDS):
        said = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
        sides[turn % 2] += spoken(said, turn * 5_000, turn % 2)
    call = finished_call("hour", words=sides, findings=())
    return replace(call, certificate=certify(call, "all", keyring))


def _calls(lake: Lake) -> list[str]:
    with reading(lake) as connection:
        rows = connection.execute(
            "select call_id from calls where call_id <> 'hour' order by call_id"
        ).fetchall()
    return [call for (call,) in rows]


def _fill_desk(desk: Desk, lake: Lake) -> None:
    """Passages of the lake's calls by the thousand, with every kind of thing to filter by."""
    with reading(lake) as connection:
        rows = connection.execute(
            "select call_id, call_date, agent_id, queue, word_count from calls order by call_id"
        ).fetchall()
    dice = np.random.default_rng(1)
    entities = ("PERSON", "CARD_NUMBER", "PHONE", "ADDRESS", None)
    made: list[dict[str, Any]] = []
    for number in range(ITEMS):
        call, day, agent, queue, words = rows[number % len(rows)]
        start, entity = int(dice.integers(0, max(words - 4, 1))), entities[number % len(entities)]
        made.append(
            {
                "item_id": f"{number:08x}",
                "kind": "finding" if entity else "doubtful",
                "call_id": call,
                "finding_id": f"finding-{number}" if entity else None,
                "call_date": day.isoformat(),
                "queue": queue,
                "agent_id": agent,
                "entity": entity,
                "tier": ("flagged", "review")[number % 2] if entity else None,
                "reason": "answer",
                "score": 0.5,
                "start_word": start,
                "end_word": start + 3,
                "start_ms": start * 300,
                "end_ms": start * 300 + 900,
                "risk": int(dice.integers(0, 1_000)),
                "state": "open",
                "wants_second": 0,
            }
        )
    names = list(made[0])
    with desk.connection(write=True) as connection:
        places = ", ".join(f":{name}" for name in names)
        connection.executemany(f"insert into items ({', '.join(names)}) values ({places})", made)


def _item_ids(desk: Desk, kind: str | None = None) -> list[str]:
    with desk.connection() as connection:
        rows = connection.execute(
            "select item_id from items where ?1 is null or kind = ?1 order by risk desc, item_id limit 200",
            [kind],
        ).fetchall()
    return [row["item_id"] for row in rows]


def _client(lake: Lake, desk: Desk, folder: Path) -> tuple[TestClient, str]:
    """The app as it is served, without the network in between; and the token of its forms."""
    key_file = folder / "keys.json"
    now = datetime.now(UTC)
    accounts.add(desk, "lead", "lead", None, now, by="bench")
    token, session = sessions.begin(desk, "lead", now)
    setup = Setup(
        settings=load_settings(lake=lake.address, key_file=key_file),
        lake=lake,
        reader=StandingReader(lake),
        desk=desk,
        keyring=lambda: load_keyring(key_file),
        place=place_of("127.0.0.1", 8321),
        seal=seal_beside(desk.path),
    )
    client = TestClient(
        create_app(setup), base_url=_ORIGIN, headers={"origin": _ORIGIN}, follow_redirects=False
    )
    client.cookies.set("callarchive", token)
    return client, session.csrf_token
