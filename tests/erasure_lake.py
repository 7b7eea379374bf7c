"""A lake of three calls that holds something of each in every place there is, for who erases."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from finished_calls import NOON, finished_call, landed_row, mark_of, usage

from tasks.answers import AnswerStore, Receipt, answer_key, with_receipt
from tasks.certificate import certify
from tasks.desk.audit import note
from tasks.desk.store import Desk, desk_file
from tasks.erase import Eraser
from tasks.erasure.asked import call_asked
from tasks.erasure.make_plan import make_plan
from tasks.heard_calls import HeardCalls
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.landing import add_rows
from tasks.lake.leases import Leases, answer_lease, call_lease, recording_lease
from tasks.lake.ledger import Sighting, sighting_rows
from tasks.lake.tables import as_table
from tasks.land import Landing, land
from tasks.redact.marks import Mark, finding_id
from tasks.schemas import Finding, SoundCopy
from tasks.settings import Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tasks.erasure.plan import Plan
    from tasks.keys import Keyring
    from tasks.rows import FinishedCall

CUSTOMER = "4711"
VALUE = "four one one one"


@dataclass(frozen=True)
class Made:
    """A lake, and what is asked of it in tests."""

    settings: Settings
    lake: Lake
    keyring: Keyring

    def ask(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query over the lake's own tables."""
        with reading(self.lake) as connection:
            rows: list[dict[str, Any]] = connection.execute(sql).to_arrow_table().to_pylist()
            return rows

    def files(self, folder: str) -> list[str]:
        """What lies in one of its folders."""
        return self.lake.files.under(folder).paths()

    @property
    def calls(self) -> list[str]:
        return [row["call_id"] for row in self.ask("select call_id from calls order by call_id")]

    @property
    def leases(self) -> set[str]:
        """The names on the board."""
        with self.lake.catalog.board() as board:
            return {name for (name,) in board.run(then="select name from callarchive_leases")}

    def answer_of(self, call_id: str) -> str:
        """The key of the answer that a call of `land_call` has."""
        return answer_key(call_id.encode(), "local", "tiny.en", {})


def leave_leases(made: Made, call_id: str) -> set[str]:
    """What a worker leaves that dies over a call: the names of its leases."""
    asked = f"select recording_sha256 from calls where call_id = '{call_id}'"
    recording = made.ask(asked)[0]["recording_sha256"]
    names = {recording_lease(recording), call_lease(call_id), answer_lease(made.answer_of(call_id))}
    with made.lake.catalog.board() as board:
        assert Leases(board, lasts_s=0).take(names) == names
    return names


def at(folder: Path, monkeypatch: pytest.MonkeyPatch, address: str | None = None) -> Made:
    """The lake in a folder, or at an address, with its keys."""
    monkeypatch.setenv("CALLARCHIVE_KEY_FILE", str(folder / "keys.json"))
    settings = load_settings(lake=address or str(folder / "lake"))
    return Made(settings, Lake.at(settings.lake), load_keyring(settings.key_file))


def copied(folder: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A copy of the lake in a folder and of its keys, for making one takes seconds."""
    shutil.copytree(folder / "lake", target / "lake")
    shutil.copy2(folder / "keys.json", target)
    return at(target, monkeypatch)


def eraser_of(made: Made) -> Eraser:
    """What erases there."""
    return Eraser(made.lake, made.keyring, desk_file(made.settings, made.lake), lambda _: {})


def plan_of(made: Made, call_id: str) -> Plan:
    """What an erasure of the call would take out."""
    with writing(made.lake) as connection:
        return make_plan(connection, made.lake, made.keyring, call_asked(call_id, made.keyring))


def make(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Two calls of one customer and one of another, from two days, with reviews, reveals, hits and a desk."""
    made = at(folder, monkeypatch)
    own = made.keyring.pseudonym("customer", CUSTOMER)
    land_call(made, "call-0001", own)
    land_call(made, "call-0002", own, started_at=NOON - timedelta(days=400), queue="loans")
    land_call(made, "call-00010", made.keyring.pseudonym("customer", "4712"))
    return made


def land_call(made: Made, call_id: str, customer_key: str, queue: str = "billing", **fields: Any) -> None:
    """One call with sound, an answer, what was heard, a kept value and rows of every kind."""
    call = _finished(made, call_id, customer_key, queue, fields)
    made.lake.files.write(call.copy.path if call.copy else "", b"sound of " + call_id.encode()[::-1])
    store, key = AnswerStore(made.lake.answers, made.keyring), made.answer_of(call_id)
    receipt = Receipt(NOON, 5, 1, 0.36, 0, call.recording.sha256, "local")
    store.put(key, with_receipt(receipt, b"{}"))
    heard = HeardCalls(AnswerStore(made.lake.heard, made.keyring))
    heard.keep(call.recording.sha256, call.conversation, call.findings, {})
    sighting = Sighting(made.keyring.pseudonym("uri", call.recording.uri), 1_000, NOON)
    row = landed_row(call) | {"customer_key": customer_key}
    with writing(made.lake) as connection:
        seen = sighting_rows([sighting], call.recording.sha256)
        land(connection, made.lake, Landing([(call, row)], [], seen))
        for name, facts in _rows_about(call).items():
            add_rows(connection, name, as_table(name, [facts]))
    _decide(made, call_id)


def _finished(
    made: Made, call_id: str, customer_key: str, queue: str, fields: dict[str, Any]
) -> FinishedCall:
    finding = Finding("CARD_NUMBER", 6, 10, 0.99, "auto", "made up")
    name = finding_id(call_id, finding)
    sealed = made.keyring.encrypt(VALUE.encode(), name.encode())
    mark = Mark("reversible", mark_of(finding).text, made.keyring.current, sealed)
    paid = replace(usage(0, 0), answer_id=uuid4().hex, answer_key=made.answer_of(call_id), cost_usd=0.5)
    call = finished_call(
        call_id,
        findings=[finding],
        marks=[mark],
        customer_key=customer_key,
        usage=[paid, replace(usage(1, 0, cache_hit=True), answer_key=made.answer_of(call_id))],
        **fields,
    )
    metadata = replace(call.recording.metadata, queue=queue)
    path = f"audio/2026-03-02/{made.keyring.pseudonym('name', call_id)}.flac"
    copy = SoundCopy(path, _sha256(b"sound of " + call_id.encode()[::-1]), 100)
    call = replace(call, recording=replace(call.recording, metadata=metadata), copy=copy)
    return replace(call, certificate=certify(call, "all", made.keyring))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _rows_about(call: FinishedCall) -> dict[str, dict[str, Any]]:
    finding = finding_id(call.call_id, call.findings[0])
    of_call = {"call_id": call.call_id, "call_date": call.recording.metadata.started_at.date()}
    return {
        "reviews": of_call
        | {"review_id": uuid4().hex, "finding_id": finding, "reviewer": "rosa", "decided_at": NOON}
        | {"decision": "confirmed"},
        "reveals": of_call
        | {"reveal_id": uuid4().hex, "finding_id": finding, "entity": "CARD_NUMBER", "key_id": "0a1b2c3d"}
        | {"revealed_by": "rosa@desk", "revealed_at": NOON, "reason": f"dispute about {call.call_id}"},
        "rule_hits": of_call | {"rules_hash": "0" * 16, "rule": "complaint", "place": 1, "words": "my card"},
    }


def _decide(made: Made, call_id: str) -> None:
    """Something of the call at the review desk, and in its log."""
    if made.lake.root is None:
        return
    desk = Desk.at(made.lake.root / "review.sqlite")
    with closing(sqlite3.connect(desk.path)) as connection:
        connection.execute(
            "insert into sound_waits values (?, ?)", [call_id, "2026-03-03T00:00:00.000+00:00"]
        )
        connection.commit()
    note(desk, "rosa", "opened", datetime(2026, 3, 3, tzinfo=UTC), call_id=call_id, detail="page 1")
