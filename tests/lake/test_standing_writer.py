"""A lake that is landed into all night: what DuckDB keeps of it does not grow, and nobody notices how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finished_calls import finished_call, landed_row

from tasks.errors import SettingsError
from tasks.lake import standing_writer
from tasks.lake.catalog import Lake, reading
from tasks.lake.standing_writer import StandingWriter
from tasks.land import Landing, land

if TYPE_CHECKING:
    from pathlib import Path
    from typing import NoReturn

    import pytest

    from tasks.lake.catalog import Connection

BATCHES = 2


def _land(writer: StandingWriter, lake: Lake, name: str) -> None:
    call = finished_call(name)
    land(writer.connection, lake, Landing([(call, landed_row(call))], others=[], sightings=[]))
    writer.batch_ended()


def _kept(connection: Connection) -> int:
    """Bytes that DuckDB holds of what it has read and landed."""
    ((held,),) = connection.execute("select sum(memory_usage_bytes) from duckdb_memory()").fetchall()
    return int(held)


def _most_kept(lake: Lake, anew_after: int) -> int:
    """The most that is held after one of several batches."""
    kept = []
    with StandingWriter(lake, anew_after) as writer:
        for number in range(3 * BATCHES):
            _land(writer, lake, f"call-{number}")
            kept.append(_kept(writer.connection))
    return max(kept)


def test_what_duckdb_keeps_is_of_a_few_batches_and_not_of_all(lake: Lake, tmp_path: Path) -> None:
    other = Lake.at(str(tmp_path / "other"))
    assert _most_kept(lake, anew_after=BATCHES) * 1.5 < _most_kept(other, anew_after=100)


def test_who_reads_meanwhile_sees_one_version_and_the_next_sees_all(lake: Lake) -> None:
    counted = "select count(*) from stored.recordings"
    with StandingWriter(lake, anew_after=1) as writer:
        _land(writer, lake, "call-1")
        with reading(lake) as version:
            assert version.execute(counted).fetchone() == (1,)
            _land(writer, lake, "call-2")
            _land(writer, lake, "call-3")
            assert version.execute(counted).fetchone() == (1,)
        assert writer.connection.execute(counted).fetchone() == (3,)


def test_a_lake_that_cannot_be_opened_just_now_stays_open_as_it_is_until_the_next_batch(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StandingWriter(lake, anew_after=1) as writer:
        before = writer.connection
        with monkeypatch.context() as patched:
            patched.setattr(standing_writer, "writing_again", _out_of_reach)
            _land(writer, lake, "call-1")
        assert writer.connection is before
        _land(writer, lake, "call-2")
        assert writer.connection is not before
        assert writer.connection.execute("select count(*) from stored.recordings").fetchone() == (2,)


def _out_of_reach(lake: Lake) -> NoReturn:
    raise SettingsError(f"the catalog of {lake.address} cannot be reached")
