"""The sound copies of calls: each stays as long as its call, and not a moment without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from finished_calls import finished_call
from landed_calls import calls_of, land_calls, rows_of

from tasks.lake import landing
from tasks.lake.landing import remove_orphans
from tasks.schemas import SoundCopy

if TYPE_CHECKING:
    from tasks.lake.catalog import Connection, Lake
    from tasks.rows import FinishedCall


def _with_copy(lake: Lake, call_id: str, name: str) -> FinishedCall:
    path = lake.root / "audio" / "2026-03-02" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"sound")
    return finished_call(call_id, copy=SoundCopy(f"audio/2026-03-02/{name}", "a" * 64, 1_200))


def _copies(lake: Lake) -> set[str]:
    return {path.name for path in (lake.root / "audio").rglob("*") if path.is_file()}


def test_a_calls_copy_stays_until_the_call_is_replaced(lake: Lake, connection: Connection) -> None:
    land_calls(
        connection, lake, _with_copy(lake, "call-1", "one.flac"), _with_copy(lake, "call-2", "two.flac")
    )
    rows = rows_of(connection, "select audio_path, muted_ms from stored.calls where call_id = 'call-1'")
    assert rows == [{"audio_path": "audio/2026-03-02/one.flac", "muted_ms": 1_200}]
    land_calls(connection, lake, _with_copy(lake, "call-1", "newer.flac"))
    assert _copies(lake) == {"newer.flac", "two.flac"}
    land_calls(connection, lake, finished_call("call-2"))
    assert _copies(lake) == {"newer.flac"}


def test_a_batch_that_does_not_land_takes_its_copies_with_it(
    lake: Lake, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_calls(connection, lake, _with_copy(lake, "call-1", "one.flac"))
    for name in ("write_days", "_remove", "register", "_replace_rows"):
        with monkeypatch.context() as patched:
            patched.setattr(landing, name, _fails)
            with pytest.raises(MemoryError):
                land_calls(connection, lake, _with_copy(lake, "call-1", "newer.flac"))
        assert _copies(lake) == {"one.flac"}
    assert calls_of(connection) == ["call-1"]


def _fails(*_: object) -> None:
    raise MemoryError


def test_copies_that_no_call_names_are_removed(lake: Lake, connection: Connection) -> None:
    land_calls(connection, lake, _with_copy(lake, "call-1", "one.flac"))
    _with_copy(lake, "call-2", "left by a killed run.flac")
    assert remove_orphans(connection, lake) == 1
    assert _copies(lake) == {"one.flac"}


def test_nothing_outside_of_the_audio_folder_is_ever_removed(lake: Lake, connection: Connection) -> None:
    astray = SoundCopy("audio/../catalog.sqlite", "a" * 64, 0)
    land_calls(connection, lake, finished_call("call-1", copy=astray))
    land_calls(connection, lake, finished_call("call-1"))
    assert lake.exists()
