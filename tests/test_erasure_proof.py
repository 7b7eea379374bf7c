"""The proof of an erasure: signed, held against the lake, and able to fail."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from erasure_lake import Made, at, copied, eraser_of, plan_of

from flows.erase import Wanted, erase, verify
from tasks.erasure.look_again import leftovers
from tasks.errors import CheckFailed, KeyMissing, SettingsError
from tasks.keys import Keyring
from tasks.lake.catalog import exclusively, reading, writing
from tasks.lake.key_ids import need_a_key_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tasks.erasure.plan import Plan


@pytest.fixture(scope="module")
def erased(erasable: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Plan]:
    """The same lake without one of its calls, and the plan of what was taken out."""
    folder = tmp_path_factory.mktemp("erased")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", str(folder))
        patched.setenv("PREFECT_HOME", str(folder))
        own = copied(erasable, folder, patched)
        plan = plan_of(own, "call-0001")
        with exclusively(own.lake):
            eraser = eraser_of(own)
            eraser.begin(plan)
            eraser.finish(plan)
    return folder, plan


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
    made = copied(erased[0], tmp_path, monkeypatch)
    with writing(made.lake) as connection:
        connection.execute("update stored.erasures set receipt = replace(receipt, 'call', 'cell')")
    with pytest.raises(CheckFailed, match="changed"):
        verify(made.settings, erased[1].erasure_id)


def _old_parquet(made: Made, erasable: Path, _: Plan) -> str:
    files = sorted((erasable / "lake/data/main/words").rglob("*.parquet"))
    of_call = next(file for file in files if "call-0001" in _call_ids(file))  # a file a day and a landing
    shutil.copy2(of_call, made.lake.root / "data/main/words/copy.parquet")
    return "data/main/words/copy.parquet"


def _call_ids(file: Path) -> list[str]:
    return pq.read_table(file, columns=["call_id"])["call_id"].to_pylist()


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


def _answer(made: Made, erasable: Path, plan: Plan) -> str:
    (key,) = plan.answers
    made.lake.files.write(
        f"answers/{key[:2]}/{key}", (erasable / f"lake/answers/{key[:2]}/{key}").read_bytes()
    )
    return f"answers/{key[:2]}/{key}"


def _heard(made: Made, erasable: Path, plan: Plan) -> str:
    (sha256,) = plan.heard
    path = f"heard/{sha256[:2]}/{sha256}"
    made.lake.files.write(path, (erasable / "lake" / path).read_bytes())
    return path


def _sound_under_another_name(made: Made, erasable: Path, plan: Plan) -> str:
    (path,) = plan.copies.values()
    made.lake.files.write("audio/undated/other.flac", (erasable / "lake" / path).read_bytes())
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
    erasable: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, plan = copied(erased[0], tmp_path, monkeypatch), erased[1]
    assert leftovers(made.lake, plan, made.keyring, []) == []
    place = leave(made, erasable, plan)
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


def test_a_key_behind_erased_names_may_not_be_missing(
    erased: tuple[Path, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = at(erased[0], monkeypatch)
    with reading(made.lake) as connection:
        need_a_key_of(connection, made.keyring)
        with pytest.raises(KeyMissing, match="land again"):
            need_a_key_of(connection, Keyring("99999999", {"99999999": bytes(32)}))
