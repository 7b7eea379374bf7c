"""The flows between nights: what they do to a lake, and what state they end in."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
import yaml
from erasure_lake import Made, make

import flows.erase
import flows.upkeep
from flows.apply_reviews import Applied
from flows.erase import Wanted, finish_before_a_night
from flows.upkeep import compaction, retention, reviews
from tasks.erase import Eraser
from tasks.errors import CallArchiveError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    return make(tmp_path, monkeypatch)


def words_files(made: Made) -> list[str]:
    return [path for path in made.files("data") if "/words/" in path]


def test_compaction_leaves_a_day_one_file_of_words(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLARCHIVE_KEEP_VERSIONS_HOURS", "0")
    before = made.ask("from words order by all")
    assert len(words_files(made)) == 3
    state = compaction.fn(lake=made.lake.address)
    assert state.is_completed()
    assert len(words_files(made)) == 2
    assert made.ask("from words order by all") == before


def test_retention_takes_out_what_is_over(made: Made, tmp_path: Path) -> None:
    policy = tmp_path / "retention.yaml"
    policy.write_text(yaml.safe_dump({"calls": {"default": 1}}))
    state = retention.fn(str(policy), lake=made.lake.address)
    assert state.is_completed()
    assert made.calls == []


def test_reviews_without_decisions_change_nothing(made: Made) -> None:
    state = reviews.fn(lake=made.lake.address)
    assert (state.is_completed(), state.message) == (True, "0 decisions, 0 calls changed")


def test_reviews_are_red_when_a_call_failed(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Applied(dry_run=False, decisions=2, changed=1, failed=[{"call_id": "call-0001", "why": "disk"}])
    monkeypatch.setattr(flows.upkeep, "apply_reviews", lambda *_: failed)
    state = reviews.fn(lake=made.lake.address)
    assert (state.is_failed(), state.message) == (True, "2 decisions, 1 calls changed, 1 calls failed")


def test_an_error_says_its_kind_and_not_its_text(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Applied:
        raise ValueError("four one one one")

    monkeypatch.setattr(flows.upkeep, "apply_reviews", broken)
    with pytest.raises(CallArchiveError, match=r"^unexpected ValueError$"):
        reviews.fn(lake=made.lake.address)


def test_a_night_goes_on_when_an_erasure_cannot_be_ended(
    made: Made, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise OSError("call-0001")

    with monkeypatch.context() as patched:
        patched.setattr(Eraser, "finish", broken)
        with pytest.raises(OSError, match="call-0001"):
            flows.erase.erase(made.settings, Wanted(call="call-0001"), dry_run=False)
        with caplog.at_level(logging.WARNING, "callarchive"):
            finish_before_a_night(made.settings)
    assert [one.getMessage() for one in caplog.records] == [
        "an erasure that was begun is not ended yet: OSError"
    ]
    finish_before_a_night(made.settings)
    assert "call-0001" not in made.calls
