"""Breaking the glass: one value, for a stated reason, never without a trace."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from finished_calls import finished_call, landed_row, spoken
from typer.testing import CliRunner

from flows.cli.app import app
from tasks import reveal as step
from tasks.answers import AnswerStore
from tasks.errors import KeyMissing, SettingsError
from tasks.heard_calls import HeardCalls
from tasks.keys import Keyring, load_keyring
from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.query import run_query
from tasks.land import Landing, land
from tasks.redact.marks import Mark, finding_id
from tasks.reveal import reveal, reveal_apart
from tasks.stitch import build_conversation

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.schemas import Finding

VALUE = "four one one one"
REASON = "dispute 4711"


@pytest.fixture
def kept(empty_place: Lake, keyring: Keyring) -> str:
    """The id of a finding whose value a lake keeps."""
    call = finished_call()
    (finding,) = call.findings
    _land(empty_place, keyring, finding)
    return finding_id("call-1", finding)


def _land(lake: Lake, keyring: Keyring, finding: Finding) -> None:
    sealed = keyring.encrypt(VALUE.encode(), finding_id("call-1", finding).encode())
    call = finished_call(marks=[Mark("reversible", "[CARD_NUMBER]", keyring.current, sealed)])
    with writing(lake) as connection:
        land(connection, lake, Landing([(call, landed_row(call))], [], []))


def _reveals(lake: Lake) -> list[dict[str, Any]]:
    with reading(lake) as connection:
        return run_query(connection, "select * from reveals").to_pylist()


def test_a_value_is_shown_as_it_was_heard_and_the_row_says_who_why_and_when(
    empty_place: Lake, keyring: Keyring, kept: str
) -> None:
    shown = reveal(empty_place, keyring, kept, f" {REASON} ")
    assert (shown.entity, shown.call_id, shown.value) == ("CARD_NUMBER", "call-1", VALUE)
    (row,) = _reveals(empty_place)
    assert (row["finding_id"], row["call_id"], row["reason"]) == (kept, "call-1", REASON)
    assert (row["entity"], row["key_id"]) == ("CARD_NUMBER", keyring.current)
    assert "@" in row["revealed_by"]
    assert row["revealed_at"].tzinfo is not None
    assert "four" not in str(row)


def test_every_showing_is_a_row_of_its_own(empty_place: Lake, keyring: Keyring, kept: str) -> None:
    reveal(empty_place, keyring, kept, REASON)
    reveal(empty_place, keyring, kept, REASON)
    assert len({row["reveal_id"] for row in _reveals(empty_place)}) == 2


def test_nothing_is_shown_when_the_row_cannot_be_written(
    empty_place: Lake, keyring: Keyring, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, "note_reveal", full)
    with pytest.raises(OSError, match="No space left"):
        reveal(empty_place, keyring, kept, REASON)


@pytest.mark.parametrize("reason", ["", "  ", "why", "x" * 501])
def test_a_reason_that_says_nothing_opens_nothing(
    reason: str, empty_place: Lake, keyring: Keyring, kept: str
) -> None:
    with pytest.raises(SettingsError, match="--reason"):
        reveal(empty_place, keyring, kept, reason)
    assert _reveals(empty_place) == []


def test_without_its_key_a_value_stays_closed(empty_place: Lake, keyring: Keyring, kept: str) -> None:
    other = Keyring("99999999", {"99999999": bytes(32)})
    with pytest.raises(KeyMissing, match=keyring.current):
        reveal(empty_place, other, kept, REASON)
    assert _reveals(empty_place) == []


def test_after_a_rotation_old_values_still_open(empty_place: Lake, keyring: Keyring, kept: str) -> None:
    rotated = Keyring("99999999", {**keyring.keys, "99999999": bytes(32)})
    assert reveal(empty_place, rotated, kept, REASON).value == VALUE


def test_what_was_not_kept_cannot_be_shown(empty_place: Lake, keyring: Keyring) -> None:
    call = finished_call()
    secret = replace(call.findings[0], entity="CARD_CVV")
    words = [
        replace(w, text="[CARD_CVV]", entity="CARD_CVV") if w.entity else w for w in call.conversation.words
    ]
    said = replace(call.conversation, words=tuple(words))
    deleted = Mark("delete_only", "[CARD_CVV]")
    call = replace(call, findings=[secret], marks=[deleted], conversation=said)
    with writing(empty_place) as connection:
        land(connection, empty_place, Landing([(call, landed_row(call))], [], []))
    with pytest.raises(SettingsError, match=r"CARD_CVV.*delete_only"):
        reveal(empty_place, keyring, finding_id("call-1", secret), REASON)
    with pytest.raises(SettingsError, match="no such finding"):
        reveal(empty_place, keyring, "f" * 32, REASON)


def _land_heard(lake: Lake, keyring: Keyring, mode: str, entity: str = "CARD_NUMBER") -> str:
    """A call whose finding is in that mode, and what was heard in it."""
    words = {1: spoken("how can i help", 0, 1), 0: spoken(f"my card {VALUE} please", 2_000, 0)}
    found = replace(finished_call().findings[0], entity=entity)
    call = finished_call(words=words, findings=[found], marks=[Mark(mode, f"[{entity}]")])
    heard = build_conversation({channel: list(side) for channel, side in words.items()})
    HeardCalls(AnswerStore(lake.heard, keyring)).keep(call.recording.sha256, heard, [found], {})
    with writing(lake) as connection:
        land(connection, lake, Landing([(call, landed_row(call))], [], []))
    return finding_id("call-1", found)


@pytest.mark.parametrize("mode", ["label", "numbered", "pseudonym"])
def test_a_value_that_was_not_kept_by_itself_comes_from_what_was_heard(
    mode: str, empty_place: Lake, keyring: Keyring
) -> None:
    finding = _land_heard(empty_place, keyring, mode)
    assert reveal(empty_place, keyring, finding, REASON, by="maria").value == VALUE
    (row,) = _reveals(empty_place)
    assert (row["revealed_by"], row["key_id"]) == ("maria", keyring.current)


@pytest.mark.parametrize(
    ("mode", "entity"),
    [
        ("delete_only", "CARD_NUMBER"),  # heard, but by the rules nobody sees it
        ("delete_only", "CARD_CVV"),
        ("label", "CARD_CVV"),  # a secret, whatever stands beside it
        ("reversible", "CARD_NUMBER"),  # kept once, and taken out by retention
        ("none", "CARD_NUMBER"),
    ],
)
def test_nothing_else_that_was_heard_is_shown(
    mode: str, entity: str, empty_place: Lake, keyring: Keyring
) -> None:
    finding = _land_heard(empty_place, keyring, mode, entity)
    with pytest.raises(SettingsError, match=entity):
        reveal(empty_place, keyring, finding, REASON)
    assert _reveals(empty_place) == []


def test_words_that_were_deleted_from_what_was_heard_are_not_shown_as_a_value(
    empty_place: Lake, keyring: Keyring
) -> None:
    """A finding over a secret's place, of an entity that may be kept: what is left there is its mark."""
    finding = _land_heard(empty_place, keyring, "label")
    said = build_conversation({0: spoken("how can i help my card", 0, 0) + spoken(VALUE, 2_000, 0)})
    secret = replace(finished_call().findings[0], entity="PIN")
    sha256 = finished_call().recording.sha256
    HeardCalls(AnswerStore(empty_place.heard, keyring)).keep(sha256, said, [secret], {})
    with pytest.raises(SettingsError, match="secret"):
        reveal(empty_place, keyring, finding, REASON)


def test_a_process_that_only_reads_the_lake_has_another_one_open_the_value(
    empty_place: Lake, tmp_path: Path
) -> None:
    key_file = tmp_path / "keys.json"
    finding = _land_heard(empty_place, load_keyring(key_file), "label")
    with reading(empty_place) as connection:
        shown = reveal_apart(empty_place.address, key_file, finding, REASON, "maria")
        assert shown.value == VALUE
        rows = run_query(connection, "select revealed_by from reveals").to_pylist()
        assert rows == [{"revealed_by": "maria"}]
    with pytest.raises(KeyMissing, match="no key file"):
        reveal_apart(empty_place.address, tmp_path / "other.json", finding, REASON, "maria")
    assert not (tmp_path / "other.json").exists()


def test_a_lake_that_is_not_there_is_not_made(empty_place: Lake, keyring: Keyring) -> None:
    with pytest.raises(SettingsError, match="no lake"):
        reveal(empty_place, keyring, "f" * 32, REASON)
    assert not empty_place.root.exists()


def test_the_command_prints_the_value_and_nothing_else(
    empty_place: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_file = tmp_path / "keys.json"
    monkeypatch.setenv("CALLARCHIVE_KEY_FILE", str(key_file))
    order = ["reveal", "--lake", str(empty_place.root), "--reason", REASON, "--finding"]
    missing = CliRunner().invoke(app, [*order, "f" * 32])
    assert isinstance(missing.exception, KeyMissing)
    assert not key_file.exists()
    (finding,) = finished_call().findings
    _land(empty_place, load_keyring(key_file), finding)
    place = finding_id("call-1", finding)
    assert CliRunner().invoke(app, [*order, place]).output == f"{VALUE}\n"
    told = json.loads(CliRunner().invoke(app, [*order, place, "--json"]).output)
    assert told["value"] == VALUE
    assert len(_reveals(empty_place)) == 2
