"""Erasure of a call whose rows are in PostgreSQL and whose files are in a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from erasure_lake import at, land_call, leave_leases

from flows.erase import Wanted, erase, verify
from tasks.errors import CheckFailed
from tasks.lake.catalog import writing

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Servers

    from tasks.lake.catalog import Lake


@pytest.mark.slow
def test_nothing_of_a_call_is_left_in_bucket_and_database(
    online: Servers, distributed: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = at(tmp_path, monkeypatch, distributed.address)
    land_call(made, "call-0001", "c" * 32)
    land_call(made, "call-0002", "d" * 32)
    leave_leases(made, "call-0001")
    assert len(made.leases) == 3
    online.sample(distributed)
    assert online.holds(b"call-0001")
    facts = erase(made.settings, Wanted(call="call-0001"), dry_run=False).receipt.facts
    assert facts["left"] == []
    assert made.calls == ["call-0002"]
    assert made.leases == set()
    assert (len(made.files("audio")), len(made.files("heard")), len(made.files("answers"))) == (1, 1, 1)
    assert not online.holds(b"call-0001")
    assert verify(made.settings, facts["erasure_id"], ["call-0001"])
    with writing(distributed) as connection:
        connection.execute("insert into stored.rule_hits (call_id, rule) values ('call-0001', 'a')")
    with pytest.raises(CheckFailed, match="ducklake_inlined"):
        verify(made.settings, facts["erasure_id"])
