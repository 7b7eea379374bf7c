"""A desk over a lake in which one recording has landed, and what people do there and see of the lake."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import heard_lake
import numpy as np
import pytest
from finished_calls import finished_call, landed_row
from heard_lake import change_rules, decoded, heard_call, record_noise
from lake_checks import broken_checks

from tasks.desk import items
from tasks.desk.decisions import record
from tasks.desk.items import Filters, Item
from tasks.desk.refresh import refresh, sampling_of
from tasks.desk.store import Desk, desk_of
from tasks.desk.verdicts import Decision
from tasks.examine_call import examine_call
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.ledger import Sighting, sighting_rows
from tasks.land import Landing, land
from tasks.redact.rules import load_rules
from tasks.settings import Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.redact.rules import Rules

NOW = datetime(2026, 3, 9, tzinfo=UTC)
ZANZIBAR, MARIGOLD = 7, 11
"""Where these are among the words: the rules take the first for a name, and miss the second."""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    return with_rules(tmp_path, monkeypatch, deny={"PERSON": ["zanzibar"]})


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """One recording: twelve seconds of noise on two channels."""
    folder = tmp_path / "archive"
    folder.mkdir()
    record_noise(folder / "one.wav")
    return folder


@pytest.fixture
def desk(settings: Settings, archive: Path) -> Desk:
    """The desk of a lake in which that recording has landed, filled."""
    return landed(settings, archive)


def with_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **values: Any) -> Settings:
    """Settings with changed rules, by which everything is looked at once."""
    change_rules(tmp_path, monkeypatch, **values)
    monkeypatch.setenv("CALLARCHIVE_KEY_FILE", str(tmp_path / "keys.json"))
    monkeypatch.setenv("CALLARCHIVE_REVIEW_SECOND_SHARE", "0")
    monkeypatch.setenv("CALLARCHIVE_REVIEW_SAMPLE_SHARE", "1")
    return load_settings(lake=str(tmp_path / "lake"))


def rules_of(settings: Settings) -> Rules:
    """The rules that settings name."""
    return load_rules(settings.redaction_profile, settings.redaction_rules, settings.redaction_mode)


def landed(settings: Settings, archive: Path, **fields: Any) -> Desk:
    """The desk, once the recording has landed as `heard_call` makes a call with these fields of it."""
    lake, keyring, recording = Lake.at(settings.lake), load_keyring(settings.key_file), archive / "one.wav"
    sha256 = hashlib.sha256(recording.read_bytes()).hexdigest()
    named = replace(finished_call(started_at=datetime(2026, 3, 2, tzinfo=UTC)).recording, sha256=sha256)
    call = heard_call(lake, keyring, rules_of(settings), recording, recording=named, **fields)
    stat = recording.stat()
    modified = datetime.fromtimestamp(stat.st_mtime, UTC)
    seen = Sighting(keyring.pseudonym("uri", str(recording)), stat.st_size, modified)
    with writing(lake) as connection:
        rows = [(call, landed_row(call))]
        land(connection, lake, Landing(rows, others=[], sightings=sighting_rows([seen], sha256)))
    desk = desk_of(settings, lake)
    with reading(lake) as connection:
        refresh(desk, connection, sampling_of(settings))
    return desk


def item_of(desk: Desk, entity: str | None, kind: str | None = None) -> Item:
    """The one item of an entity and kind."""
    listed = items.page(desk, Filters(), limit=99)
    (found,) = [one for one in listed if one.entity == entity and kind in {None, one.kind}]
    return found


def decide(desk: Desk, settings: Settings, decision: Any, *, who: str = "ann", **fields: Any) -> None:
    """A decision about the call."""
    said = Decision(uuid4().hex, decision, "call-1", **fields)
    record(desk, who, said, NOW, rules=rules_of(settings))


def reject_zanzibar(desk: Desk, settings: Settings, *, who: str = "ann") -> None:
    """What takes a redaction back."""
    item_id = item_of(desk, "PERSON").item_id
    decide(desk, settings, "rejected", who=who, item_id=item_id, comment="an island")


def ask(settings: Settings, sql: str) -> list[dict[str, Any]]:
    """The rows of a query over the lake's relations."""
    return heard_lake.ask(Lake.at(settings.lake), sql)


def words(settings: Settings) -> list[str]:
    """The call's words as they are in the lake."""
    return [row["word"] for row in ask(settings, "select word from words order by word_index")]


def the_call(settings: Settings) -> dict[str, Any]:
    """Its row."""
    (row,) = ask(settings, "select * from calls")
    return row


def loud(settings: Settings, word_index: int) -> bool:
    """Whether the copy in the lake has the sound of a word."""
    (word,) = ask(settings, f"select start_ms, end_ms, channel from words where word_index = {word_index}")
    samples = decoded(Lake.at(settings.lake), the_call(settings)["audio_path"])
    return bool(np.any(samples[word["start_ms"] * 8 : word["end_ms"] * 8, word["channel"]]))


def whole(settings: Settings) -> None:
    """Every check holds, the certificate too, and no sound lies about that no call names."""
    lake = Lake.at(settings.lake)
    with reading(lake) as connection:
        assert broken_checks(connection) == []
        assert examine_call(connection, lake, load_keyring(settings.key_file), "call-1").holds
    assert lake.root
    copies = [path.relative_to(lake.root).as_posix() for path in lake.root.glob("audio/*/*")]
    assert copies == [the_call(settings)["audio_path"]]
