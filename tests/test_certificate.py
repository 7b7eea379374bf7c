"""What was done to a call is signed, and whatever is changed later shows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest
from finished_calls import finished_call, landed_row
from typer.testing import CliRunner

from flows.cli.app import app
from tasks.certificate import certify, rows_digest
from tasks.errors import CheckFailed, KeyMissing, SettingsError
from tasks.examine_call import Examined, examine_call
from tasks.keys import Keyring, load_keyring
from tasks.lake.catalog import Lake, reading, writing
from tasks.land import Landing, land
from tasks.rows import call_tables
from tasks.schemas import Finding, SoundCopy

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.rows import FinishedCall

SOUND = b"a muted copy"
COPY = SoundCopy("audio/2026-03-02/copy.flac", hashlib.sha256(SOUND).hexdigest(), 1_200)
FOUND = (
    Finding("PERSON", 4, 5, 0.4, "review", "made up"),
    Finding("CARD_NUMBER", 6, 10, 0.99, "auto", "made up"),
)


def certified(keyring: Keyring) -> FinishedCall:
    call = finished_call(findings=FOUND, copy=COPY)
    return replace(call, certificate=certify(call, "all", keyring))


def landed(lake: Lake, keyring: Keyring) -> FinishedCall:
    call = certified(keyring)
    path = lake.root / COPY.path
    path.parent.mkdir(parents=True)
    path.write_bytes(SOUND)
    with writing(lake) as connection:
        land(connection, lake, Landing([(call, landed_row(call))], [], []))
    return call


def examined(lake: Lake, keyring: Keyring) -> Examined:
    with reading(lake) as connection:
        return examine_call(connection, lake, keyring, "call-1")


def edit(lake: Lake, sql: str) -> None:
    with writing(lake) as connection:
        connection.execute(sql)


def test_a_certificate_says_what_was_done_and_nothing_that_was_said(keyring: Keyring) -> None:
    made = certified(keyring).certificate
    assert made is not None
    stated = json.loads(made.body)
    assert stated["findings"] == {"CARD_NUMBER": {"auto": 1}, "PERSON": {"review": 1}}
    assert stated["modes"] == {"none": 1, "reversible": 1}
    assert (stated["words"], stated["redacted_words"]) == (11, 4)
    assert stated["rules_hash"] == "e" * 16
    assert stated["key_ids"] == ["0a1b2c3d"]
    assert stated["sound"] == {
        "copy_sha256": COPY.sha256,
        "muted_ms": 1_200,
        "duration_ms": 10_000,
        "channel_verdict": "two_speakers",
    }
    assert not any(word in made.body for word in ("please", "help", "four"))


def test_a_call_that_is_as_it_landed_holds(empty_place: Lake, keyring: Keyring) -> None:
    landed(empty_place, keyring)
    found = examined(empty_place, keyring)
    assert found.intact == dict.fromkeys(("signature", "words", "turns", "redactions", "sound"), True)
    assert found.holds
    assert found.reviews == {"not_needed": 1, "pending": 1}
    assert found.decisions == {}


@pytest.mark.parametrize(
    ("sql", "changed"),
    [
        ("update stored.words set word = 'four' where word_index = 6", "words"),
        ("update stored.words set entity = null where word_index = 6", "words"),
        ("delete from stored.words where word_index = 10", "words"),
        ("update stored.turns set text = text || ' 4111' where turn_index = 1", "turns"),
        ("delete from stored.redactions where entity = 'PERSON'", "redactions"),
        ("update stored.redactions set tier = 'auto' where entity = 'PERSON'", "redactions"),
        ("update stored.certificates set body = replace(body, '\"auto\": 1', '\"auto\": 2')", "signature"),
        ("update stored.certificates set signature = repeat('0', 64)", "signature"),
    ],
)
def test_every_later_edit_shows(sql: str, changed: str, empty_place: Lake, keyring: Keyring) -> None:
    landed(empty_place, keyring)
    edit(empty_place, sql)
    found = examined(empty_place, keyring)
    assert [name for name, holds in found.intact.items() if not holds] == [changed]
    assert not found.holds


@pytest.mark.parametrize("content", [b"another sound", None])
def test_a_copy_that_was_changed_or_is_gone_shows(
    content: bytes | None, empty_place: Lake, keyring: Keyring
) -> None:
    landed(empty_place, keyring)
    path = empty_place.root / COPY.path
    path.write_bytes(content) if content else path.unlink()
    assert [name for name, holds in examined(empty_place, keyring).intact.items() if not holds] == ["sound"]


def test_what_people_decide_later_is_no_edit_and_is_told(empty_place: Lake, keyring: Keyring) -> None:
    landed(empty_place, keyring)
    edit(empty_place, "update stored.redactions set review_status = 'confirmed' where entity = 'PERSON'")
    edit(
        empty_place,
        "insert into stored.reviews (review_id, call_id, decision) values ('r', 'call-1', 'confirmed')",
    )
    found = examined(empty_place, keyring)
    assert found.holds
    assert found.reviews == {"confirmed": 1, "not_needed": 1}
    assert found.decisions == {"confirmed": 1}


def test_a_certificate_of_another_key_is_not_believed_nor_doubted(
    empty_place: Lake, keyring: Keyring
) -> None:
    landed(empty_place, keyring)
    with pytest.raises(KeyMissing, match=keyring.current):
        examined(empty_place, Keyring("99999999", {"99999999": bytes(32)}))
    rotated = Keyring("99999999", {**keyring.keys, "99999999": bytes(32)})
    assert examined(empty_place, rotated).holds


def test_a_signature_needs_the_key(keyring: Keyring) -> None:
    made = certified(keyring).certificate
    other = certified(Keyring(keyring.current, {keyring.current: bytes(32)})).certificate
    assert made is not None
    assert other is not None
    assert (made.body == other.body, made.signature == other.signature) == (True, False)


def test_a_digest_does_not_depend_on_the_order_of_rows(keyring: Keyring) -> None:
    words = call_tables(certified(keyring))["words"]
    backwards = words.take(list(range(words.num_rows - 1, -1, -1)))
    assert rows_digest("words", words) == rows_digest("words", backwards)


def test_an_unknown_call_has_none(empty_place: Lake, keyring: Keyring) -> None:
    landed(empty_place, keyring)
    with reading(empty_place) as connection, pytest.raises(SettingsError, match="no certificate"):
        examine_call(connection, empty_place, keyring, "nobody")


def test_the_command_prints_it_and_fails_where_something_was_changed(
    empty_place: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLARCHIVE_KEY_FILE", str(tmp_path / "keys.json"))
    keyring = load_keyring(tmp_path / "keys.json")
    landed(empty_place, keyring)
    order = ["certificate", "--lake", str(empty_place.root), "--call", "call-1"]
    told = json.loads(CliRunner().invoke(app, [*order, "--json"]).output)
    assert told == json.loads(json.dumps(asdict(examined(empty_place, keyring))))
    assert "1 auto" in CliRunner().invoke(app, order).output
    edit(empty_place, "update stored.words set word = 'four' where word_index = 6")
    failed = CliRunner().invoke(app, [*order, "--json"])
    assert isinstance(failed.exception, CheckFailed)
    assert json.loads(failed.output)["intact"]["words"] is False
