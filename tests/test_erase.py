"""Erasure: nothing is left of a call anywhere, what has to stay stays, and what is cut short is ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from erasure_lake import CUSTOMER, Made, copied, eraser_of, leave_leases, plan_of
from lake_checks import broken_checks, stale_marts
from typer.testing import CliRunner

from flows.cli.app import app
from flows.erase import Wanted, erase, finish_begun, verify
from flows.hold import put_on_hold, take_off_hold
from tasks import erase as step
from tasks.desk.audit import first_broken
from tasks.desk.store import Desk
from tasks.erasure.asked import customer_asked
from tasks.erasure.make_plan import make_plan
from tasks.errors import OnHold, SettingsError
from tasks.keys import Keyring
from tasks.lake.catalog import reading, writing

STAGES = (
    "note_begun remove_orphans remove_rows forget_leases purge remove_files erase_calls leftovers note_done"
)
"""What an erasure does, in its order."""


@pytest.fixture
def made(erasable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A copy of a lake of three calls, for making one takes seconds."""
    return copied(erasable, tmp_path, monkeypatch)


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


def test_the_command_refuses_what_is_not_clear(made: Made) -> None:
    for order in ([], ["--call", "a", "--customer", "b"]):
        said: Any = CliRunner().invoke(app, ["erase", *order, "--lake", made.settings.lake])
        assert isinstance(said.exception, SettingsError)
    with pytest.raises(SettingsError, match="no such call"):
        erase(made.settings, Wanted(call="call-9"), dry_run=False)
