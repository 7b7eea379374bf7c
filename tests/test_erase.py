"""Erasure: nothing is left of a call anywhere, what has to stay stays, and the proof can fail."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from erasure_lake import CUSTOMER, Made, at, leave_leases, make
from lake_checks import broken_checks, stale_marts
from typer.testing import CliRunner

from flows.cli.app import app
from flows.erase import Wanted, erase, finish_begun, verify
from flows.hold import put_on_hold, take_off_hold
from tasks import erase as step
from tasks.desk.audit import first_broken
from tasks.desk.store import Desk, desk_file
from tasks.erase import Eraser
from tasks.erasure.asked import call_asked, customer_asked
from tasks.erasure.look_again import leftovers
from tasks.erasure.make_plan import make_plan
from tasks.errors import CheckFailed, KeyMissing, OnHold, SettingsError
from tasks.keys import Keyring
from tasks.lake.catalog import exclusively, reading, writing
from tasks.lake.compact import compact
from tasks.lake.key_ids import need_a_key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tasks.erasure.plan import Plan

STAGES = (
    "note_begun remove_orphans remove_rows forget_leases purge remove_files erase_calls leftovers note_done"
)
"""What an erasure does, in its order."""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", str(folder))
        made = make(folder, patched)
        compact(made.lake)  # whose old files stay for who still reads them
    return folder


@pytest.fixture
def made(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A copy of a lake of three calls, for making one takes seconds."""
    shutil.copytree(original / "lake", tmp_path / "lake")
    shutil.copy2(original / "keys.json", tmp_path)
    return at(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def erased(original: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Plan]:
    """The same lake without one of its calls, and the plan of what was taken out."""
    folder = tmp_path_factory.mktemp("erased")
    shutil.copytree(original / "lake", folder / "lake")
    shutil.copy2(original / "keys.json", folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", str(folder))
        patched.setenv("PREFECT_HOME", str(folder))
        own = at(folder, patched)
        plan = plan_of(own, "call-0001")
        with exclusively(own.lake):
            eraser = eraser_of(own)
            eraser.begin(plan)
            eraser.finish(plan)
    return folder, plan


def eraser_of(made: Made) -> Eraser:
    return Eraser(made.lake, made.keyring, desk_file(made.settings, made.lake), lambda _: {})


def plan_of(made: Made, call_id: str) -> Plan:
    with writing(made.lake) as connection:
        return make_plan(connection, made.lake, made.keyring, call_asked(call_id, made.keyring))


def everything(made: Made) -> dict[str, bytes]:
    passing = ("-wal", "-shm", ".lock")
    files = (path for path in made.lake.root.rglob("*") if path.is_file() and not path.name.endswith(passing))
    return {path.relative_to(made.lake.root).as_posix(): path.read_bytes() for path in files}


def test_of_an_erased_call_nothing_is_left_and_what_has_to_stay_stays(made: Made) -> None:
    books = "select count(*) as n, sum(cost_usd) as usd, sum(billed_ms) as ms from engine_usage"
    before, others = made.ask(books), made.ask("from words where call_id <> 'call-0001' order by all")
    old = made.ask("select recording_sha256 from calls where call_id = 'call-0001'")[0]["recording_sha256"]
    gone, kept = leave_leases(made, "call-0001"), leave_leases(made, "call-0002")
    facts = erase(made.settings, Wanted(call="call-0001"), dry_run=False).receipt.facts
    assert made.calls == ["call-00010", "call-0002"]
    assert made.ask("from words order by all") == others
    assert made.ask(books) == before
    assert made.ask("select distinct requested_at from engine_usage where call_id is null")[0][
        "requested_at"
    ].isoformat() == ("2026-03-02T00:00:00+00:00")
    (row,) = made.ask("from recordings where state = 'skipped'")
    assert (row["reason"], row["run_id"]) == ("erased", facts["erasure_id"])
    assert row["recording_sha256"].startswith("erased-")
    assert row["call_id"].startswith("erased-")
    assert {name for name, value in row.items() if value is not None} == set(
        "recording_sha256 call_id state reason stage updated_at run_id".split()
    )
    (reveal,) = made.ask("from reveals where call_id is null")
    assert (reveal["revealed_by"], reveal["finding_id"], reveal["reason"]) == ("rosa@desk", None, None)
    assert (len(made.files("audio")), len(made.files("heard")), len(made.files("answers"))) == (2, 2, 2)
    assert made.files("erasures") == []
    assert first_broken(Desk.at(made.lake.root / "review.sqlite")) is None
    with reading(made.lake) as connection:
        assert broken_checks(connection) == []
        assert stale_marts(connection) == []
    assert made.leases == kept
    needles = [old.encode(), b"call-0001\0", made.answer_of("call-0001").encode()]
    needles += [name.encode() for name in gone]
    written = {name: content for name, content in everything(made).items() if name != "catalog.sqlite"}
    assert not [name for name, content in written.items() for one in needles if one in content]
    assert facts["rows_removed"]["words"] == 11
    assert facts["rows_without_call"] == {"engine_usage": 2, "reveals": 1}
    assert (facts["redacted_sounds"], facts["heard_calls"], facts["answers"]) == (1, 1, 1)
    assert facts["review_rows"] == {"audit": 1, "sound_waits": 1}
    assert "call-0001" not in json.dumps(facts)


def test_a_receipt_is_signed_and_can_be_held_against_the_lake(
    erased: tuple[Path, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, erasure_id = at(erased[0], monkeypatch), erased[1].erasure_id
    assert verify(made.settings, erasure_id).facts["asked"] == "call"
    assert verify(made.settings, erasure_id, ["call-0001"])
    with pytest.raises(SettingsError, match="not erased by this"):
        verify(made.settings, erasure_id, ["call-0002"])
    with pytest.raises(SettingsError, match="no such erasure"):
        verify(made.settings, "0" * 32)
    again = erase(made.settings, Wanted(call="call-0001"), dry_run=False)
    assert again.before
    assert again.receipt.facts["erasure_id"] == erasure_id


def test_a_receipt_that_was_changed_does_not_hold(
    erased: tuple[Path, Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _copied(erased[0], tmp_path, monkeypatch)
    with writing(made.lake) as connection:
        connection.execute("update stored.erasures set receipt = replace(receipt, 'call', 'cell')")
    with pytest.raises(CheckFailed, match="changed"):
        verify(made.settings, erased[1].erasure_id)


def _copied(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    shutil.copytree(folder / "lake", tmp_path / "lake")
    shutil.copy2(folder / "keys.json", tmp_path)
    return at(tmp_path, monkeypatch)


def _old_parquet(made: Made, original: Path, _: Plan) -> str:
    copied = made.lake.root / "data/main/words/copy.parquet"
    shutil.copy2(next((original / "lake/data/main/words").rglob("*.parquet")), copied)
    return "data/main/words/copy.parquet"


def _catalog_row(made: Made, _: Path, __: Plan) -> str:
    with writing(made.lake) as connection:
        connection.execute("insert into stored.rule_hits (call_id, rule) values ('call-0001', 'a')")
    return "catalog.sqlite"


def _free_room_of_the_catalog(made: Made, _: Path, plan: Plan) -> str:
    with closing(sqlite3.connect(made.lake.root / "catalog.sqlite")) as catalog:
        catalog.execute("pragma secure_delete = off")
        catalog.execute("create table passing (text)")
        catalog.execute("insert into passing values (?)", [next(iter(plan.recordings))])
        catalog.commit()
        catalog.execute("drop table passing")
        catalog.commit()
        catalog.execute("pragma wal_checkpoint(truncate)")
    return "catalog.sqlite"


def _answer(made: Made, original: Path, plan: Plan) -> str:
    (key,) = plan.answers
    made.lake.files.write(
        f"answers/{key[:2]}/{key}", (original / f"lake/answers/{key[:2]}/{key}").read_bytes()
    )
    return f"answers/{key[:2]}/{key}"


def _heard(made: Made, original: Path, plan: Plan) -> str:
    (sha256,) = plan.heard
    path = f"heard/{sha256[:2]}/{sha256}"
    made.lake.files.write(path, (original / "lake" / path).read_bytes())
    return path


def _sound_under_another_name(made: Made, original: Path, plan: Plan) -> str:
    (path,) = plan.copies.values()
    made.lake.files.write("audio/undated/other.flac", (original / "lake" / path).read_bytes())
    return "audio/undated/other.flac"


def _at_the_desk(made: Made, _: Path, __: Plan) -> str:
    with closing(sqlite3.connect(made.lake.root / "review.sqlite")) as desk:
        desk.execute("insert into sound_waits values ('call-0001', 'now')")
        desk.commit()
    return "review.sqlite"


def _in_a_name(made: Made, _: Path, __: Plan) -> str:
    made.lake.files.write("spill/call-0001.tmp", b"")
    return "spill/call-0001.tmp"


@pytest.mark.parametrize(
    ("leave", "by_hash"),
    [
        (_old_parquet, "copy.parquet"),
        (_catalog_row, "ducklake_inlined"),
        (_free_room_of_the_catalog, "catalog.sqlite"),
        (_answer, None),  # its name is a hash of sound, which tells nothing without the plan
        (_heard, "heard/"),
        (_sound_under_another_name, None),
        (_at_the_desk, None),
        (_in_a_name, None),
    ],
)
def test_the_proof_finds_a_copy_that_was_left(  # noqa: PLR0913, PLR0917  (fixtures)
    leave: Callable[[Made, Path, Plan], str],
    by_hash: str | None,
    erased: tuple[Path, Plan],
    original: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, plan = _copied(erased[0], tmp_path, monkeypatch), erased[1]
    assert leftovers(made.lake, plan, made.keyring, []) == []
    place = leave(made, original, plan)
    found = leftovers(made.lake, plan, made.keyring, [])
    assert place in found or f"{place}-wal" in found
    if by_hash:  # long after, when the calls' ids are known to nobody
        with pytest.raises(CheckFailed, match=by_hash):
            verify(made.settings, plan.erasure_id)


def test_prefects_database_is_looked_through(
    erased: tuple[Path, Plan], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    made, erasure_id = at(erased[0], monkeypatch), erased[1].erasure_id
    (tmp_path / "prefect.db").write_bytes(b"nothing of a call")
    assert verify(made.settings, erasure_id)
    (tmp_path / "prefect.db-wal").write_bytes(b"sha256 " + next(iter(erased[1].recordings)).encode())
    with pytest.raises(CheckFailed, match=r"prefect\.db-wal"):
        verify(made.settings, erasure_id)


def test_an_erasure_that_fails_at_every_stage_in_turn_is_ended_by_the_next_run(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise MemoryError

    wanted, stages = Wanted(call="call-0001"), STAGES.split()
    for stage in stages:
        with monkeypatch.context() as patched:
            patched.setattr(step, stage, fails)
            with pytest.raises(MemoryError):
                erase(made.settings, wanted, dry_run=False)
        states = [row["state"] for row in made.ask("select state from erasures")]
        assert states == ([] if stage == "note_begun" else ["begun"])
        assert len(made.files("erasures")) == 1
    (receipt,) = finish_begun(made.settings)
    assert made.calls == ["call-00010", "call-0002"]
    assert receipt.facts["rows_removed"]["words"] == 11
    assert receipt.facts["review_rows"] == {"audit": 1, "sound_waits": 1}
    assert verify(made.settings, receipt.facts["erasure_id"], ["call-0001"])
    assert made.files("erasures") == []
    assert finish_begun(made.settings) == []


KILLED = """
import os, signal, sys
from tasks import erase
from tasks.erasure import remove_rows
from flows.cli.app import main
owner = erase if hasattr(erase, sys.argv[1]) else remove_rows
setattr(owner, sys.argv[1], lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
sys.argv = ["callarchive", "erase", "--call", "call-0001", "--lake", sys.argv[2]]
main()
"""


@pytest.mark.parametrize("stage", ["_silence", "remove_files"])
def test_after_kill_9_the_same_command_ends_the_erasure(made: Made, stage: str) -> None:
    order = [sys.executable, "-c", KILLED, stage, made.settings.lake]
    done = subprocess.run(order, cwd=Path(__file__).parents[1], env=dict(os.environ), check=False)
    assert done.returncode == -signal.SIGKILL
    assert made.calls == (["call-00010", "call-0002"] if stage == "remove_files" else [*made.calls])
    assert ("call-0001" in made.calls) == (stage == "_silence")
    again = erase(made.settings, Wanted(call="call-0001"), dry_run=False)
    assert again.before
    assert made.calls == ["call-00010", "call-0002"]
    assert again.receipt.facts["left"] == []


def test_a_dry_run_says_what_would_go_and_changes_nothing(made: Made) -> None:
    assert made.calls
    before = everything(made)
    dry = erase(made.settings, Wanted(customer=CUSTOMER), dry_run=True)
    assert (dry.counts["recordings"], dry.counts["answers"], dry.receipt) == (2, 2, None)
    assert everything(made) == before


def test_a_customers_calls_go_under_whichever_key_they_are_known(made: Made) -> None:
    later = Keyring("99999999", {"99999999": bytes(32), **made.keyring.keys})
    with writing(made.lake) as connection:
        plan = make_plan(connection, made.lake, later, customer_asked(CUSTOMER, later))
    assert sorted(plan.calls) == ["call-0001", "call-0002"]
    assert CUSTOMER not in plan.subject


def test_what_is_on_hold_stays_and_says_so(made: Made) -> None:
    assert put_on_hold(made.settings, "call", "call-0001", "claim 12-345") == 1
    with pytest.raises(OnHold):
        erase(made.settings, Wanted(call="call-0001"), dry_run=False)
    assert made.ask("from erasures") == []
    done = erase(made.settings, Wanted(customer=CUSTOMER), dry_run=False)
    assert (done.counts["recordings"], done.counts["held"]) == (1, 1)
    assert made.calls == ["call-0001", "call-00010"]
    with pytest.raises(SettingsError, match="no such hold"):
        take_off_hold(made.settings, "queue", "billing", "not that one")
    take_off_hold(made.settings, "call", "call-0001", "settled by now")
    assert erase(made.settings, Wanted(customer=CUSTOMER), dry_run=False).counts["recordings"] == 1
    assert {row["subject"][:7] for row in made.ask("from holds")} == {"erased-"}


def test_a_hold_that_comes_before_anything_was_removed_withdraws_the_erasure(made: Made) -> None:
    eraser = eraser_of(made)
    eraser.begin(plan_of(made, "call-0001"))
    put_on_hold(made.settings, "queue", "billing", "claim 12-345")
    with pytest.raises(OnHold):
        finish_begun(made.settings)
    assert [row["state"] for row in made.ask("from erasures")] == ["withdrawn"]
    assert "call-0001" in made.calls
    assert made.files("erasures") == []


def test_a_key_behind_erased_names_may_not_be_missing(
    erased: tuple[Path, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = at(erased[0], monkeypatch)
    with reading(made.lake) as connection:
        need_a_key_of(connection, made.keyring)
        with pytest.raises(KeyMissing, match="land again"):
            need_a_key_of(connection, Keyring("99999999", {"99999999": bytes(32)}))


def test_the_command_refuses_what_is_not_clear(made: Made) -> None:
    for order in ([], ["--call", "a", "--customer", "b"]):
        said: Any = CliRunner().invoke(app, ["erase", *order, "--lake", made.settings.lake])
        assert isinstance(said.exception, SettingsError)
    with pytest.raises(SettingsError, match="no such call"):
        erase(made.settings, Wanted(call="call-9"), dry_run=False)
