"""New rules over landed calls: from what was heard, without transcribing, and nothing old is left behind."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml
from finished_calls import finished_call
from heard_lake import CVV, ask, change_rules, decoded, everything, heard_call, record_noise
from lake_checks import broken_checks
from landed_calls import land_calls
from typer.testing import CliRunner

from flows import landed_again as flow
from flows.cli.app import app
from flows.redact_again import redact_landed_calls
from tasks.answers import AnswerStore
from tasks.errors import KeyMissing
from tasks.examine_call import examine_call
from tasks.heard_calls import HeardCalls
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, reading, writing
from tasks.redact.rules import DEFAULT_PATH, load_rules
from tasks.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


CALLS = "select * from calls order by call_id"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CALLARCHIVE_KEY_FILE", str(tmp_path / "keys.json"))
    return load_settings(lake=str(tmp_path / "lake"))


@pytest.fixture
def lake(settings: Settings, tmp_path: Path) -> Lake:
    """Two calls in which rules of the first day found nothing but a secret."""
    place = Lake.at(settings.lake)
    keyring = load_keyring(settings.key_file)
    recording = tmp_path / "recording.wav"
    record_noise(recording)
    metadata = {"note": "asked about zanzibar", "site": "north"}
    calls = [
        heard_call(place, keyring, load_rules(), recording, f"call-{number}", day=number, metadata=metadata)
        for number in (1, 2)
    ]
    with writing(place) as connection:
        land_calls(connection, place, *calls)
    recording.unlink()
    return place


@pytest.fixture
def with_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Settings with changed rules."""

    def change(lake: Lake, mode: str | None = None, **values: Any) -> Settings:
        change_rules(tmp_path, monkeypatch, **values)
        return load_settings(lake=str(lake.root), redaction_mode=mode)

    return change


def texts(lake: Lake, call_id: str = "call-1") -> list[str]:
    return [
        row["text"]
        for row in ask(lake, f"select text from turns where call_id = '{call_id}' order by turn_index")
    ]


def test_new_rules_change_words_turns_findings_metadata_and_sound(
    lake: Lake, with_rules: Callable[..., Settings]
) -> None:
    before = ask(lake, CALLS)
    assert "zanzibar" in everything(lake)
    assert "zanzibar" in texts(lake)[1]
    report = redact_landed_calls(with_rules(lake, deny={"PERSON": ["zanzibar"]}), date.min, dry_run=False)
    assert (report.calls, report.changed, report.unchanged, report.failed) == (2, 2, 0, [])
    assert report.findings_after["PERSON"] - report.findings_before["PERSON"] == 2
    assert report.words_redacted_after - report.words_redacted_before == 2
    assert "[PERSON]" in texts(lake)[1]
    assert "zanzibar" not in everything(lake)
    after = ask(lake, CALLS)
    assert json.loads(after[0]["metadata"]) == {"note": "asked about [PERSON]", "site": "north"}
    assert before[0]["audio_path"] != after[0]["audio_path"]
    word = ask(lake, "select * from words where call_id = 'call-1' and entity = 'PERSON'")[0]
    place = slice(word["start_ms"] * 8, word["end_ms"] * 8)
    sound = decoded(lake, after[0]["audio_path"])
    assert not np.any(sound[place, 0])
    assert np.any(sound[place, 1])
    with reading(lake) as connection:
        assert broken_checks(connection) == []


def test_old_sound_is_gone_and_the_rest_of_it_is_the_same(
    lake: Lake, with_rules: Callable[..., Settings]
) -> None:
    (before, *_) = ask(lake, CALLS)
    was = decoded(lake, before["audio_path"])
    redact_landed_calls(with_rules(lake, deny={"PERSON": ["zanzibar"]}), date.min, dry_run=False)
    (after, *_) = ask(lake, CALLS)
    files = {
        path.relative_to(lake.root).as_posix() for path in (lake.root / "audio").rglob("*") if path.is_file()
    }
    assert files == {row["audio_path"] for row in ask(lake, CALLS)}
    assert after["muted_ms"] > before["muted_ms"]
    now = decoded(lake, after["audio_path"])
    assert np.array_equal(was[:, 1], now[:, 1])
    kept = np.ones(len(was), np.bool_)
    for word in ask(lake, "select * from words where call_id = 'call-1' and entity is not null"):
        kept[word["start_ms"] * 8 - 2_000 : word["end_ms"] * 8 + 2_000] = False
    assert np.array_equal(was[kept, 0], now[kept, 0])


def test_what_stays_is_what_was_not_about_redaction(lake: Lake, with_rules: Callable[..., Settings]) -> None:
    (before, *_) = ask(lake, CALLS)
    redact_landed_calls(with_rules(lake, deny={"PERSON": ["zanzibar"]}), date.min, dry_run=False)
    (after, *_) = ask(lake, CALLS)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        "metadata",
        "recipe_id",
        "redaction_count",
        "landed_at",
        "audio_path",
        "audio_sha256",
        "muted_ms",
    }
    assert len(ask(lake, "select * from engine_usage")) == 4


def test_a_dry_run_says_the_same_and_writes_nothing(lake: Lake, with_rules: Callable[..., Settings]) -> None:
    changed = with_rules(lake, deny={"PERSON": ["zanzibar"]})
    before = {path: path.read_bytes() for path in lake.root.rglob("*") if path.is_file()}
    dry = redact_landed_calls(changed, date.min, dry_run=True)
    after = {path: path.read_bytes() for path in lake.root.rglob("*") if path.is_file()}
    assert {path for path in before if not path.name.endswith(("-wal", "-shm"))} <= set(after)
    assert all(before.get(path) == content for path, content in after.items() if "catalog" not in path.name)
    wet = redact_landed_calls(changed, date.min, dry_run=False)
    assert dry.as_dict() | {"dry_run": False} == wet.as_dict()


def test_redacting_twice_changes_nothing(lake: Lake, with_rules: Callable[..., Settings]) -> None:
    changed = with_rules(lake, deny={"PERSON": ["zanzibar"]})
    redact_landed_calls(changed, date.min, dry_run=False)
    once = ask(lake, CALLS)
    again = redact_landed_calls(changed, date.min, dry_run=False)
    assert (again.up_to_date, again.changed) == (2, 0)
    assert ask(lake, CALLS) == once


def test_rules_that_find_the_same_are_written_down_all_the_same(
    lake: Lake, with_rules: Callable[..., Settings]
) -> None:
    before = texts(lake)
    report = redact_landed_calls(with_rules(lake, allow=["aardvark"]), date.min, dry_run=False)
    assert (report.changed, report.unchanged) == (0, 2)
    assert texts(lake) == before
    (row,) = ask(lake, "select distinct rules_hash from redactions")
    assert row["rules_hash"] == report.rules_hash


def test_only_calls_of_the_day_and_later_are_looked_at(
    lake: Lake, with_rules: Callable[..., Settings]
) -> None:
    changed = with_rules(lake, deny={"PERSON": ["zanzibar"]})
    assert redact_landed_calls(changed, date(2026, 3, 2), dry_run=False).calls == 1
    assert "zanzibar" in texts(lake, "call-1")[1]
    assert "zanzibar" not in texts(lake, "call-2")[1]


def test_a_deleted_secret_stays_deleted_under_any_rules(
    lake: Lake, with_rules: Callable[..., Settings]
) -> None:
    changed = with_rules(lake, mode="reversible", entities=_without_cvv())
    redact_landed_calls(changed, date.min, dry_run=False)
    assert texts(lake)[3] == "[CARD_CVV]"
    (row,) = ask(lake, "select mode, key_id from redactions where entity = 'CARD_CVV' and call_id = 'call-1'")
    assert (row["mode"], row["key_id"]) == ("delete_only", None)
    assert CVV not in everything(lake)


def _without_cvv() -> dict[str, Any]:
    entities: dict[str, Any] = yaml.safe_load(DEFAULT_PATH.read_text())["entities"]
    del entities["CARD_CVV"]
    return entities


def test_a_new_mode_is_applied(lake: Lake, with_rules: Callable[..., Settings]) -> None:
    changed = with_rules(lake, mode="numbered", deny={"PERSON": ["zanzibar", "marigold"]})
    redact_landed_calls(changed, date.min, dry_run=False)
    assert "[PERSON_1]" in texts(lake)[1]
    assert "[PERSON_2]" in texts(lake)[1]


def test_what_people_decided_stands(lake: Lake, with_rules: Callable[..., Settings]) -> None:
    first = with_rules(lake, deny={"PERSON": ["zanzibar"], "USERNAME": ["marigold"]})
    redact_landed_calls(first, date.min, dry_run=False)
    with writing(lake) as connection:
        connection.execute("update stored.redactions set review_status = 'rejected' where entity = 'PERSON'")
        connection.execute(
            "update stored.redactions set review_status = 'confirmed' where entity = 'USERNAME'"
        )
    redact_landed_calls(with_rules(lake, deny={"PERSON": ["zanzibar"]}), date.min, dry_run=False)
    said = texts(lake)[1]
    assert "zanzibar" in said
    assert "[USERNAME]" in said
    rows = ask(lake, "select entity, mode, review_status from redactions where call_id = 'call-1'")
    decided = {row["entity"]: (row["mode"], row["review_status"]) for row in rows}
    assert decided["PERSON"] == ("none", "rejected")
    assert decided["USERNAME"] == ("label", "confirmed")


def test_the_new_certificate_holds(
    lake: Lake, settings: Settings, with_rules: Callable[..., Settings]
) -> None:
    report = redact_landed_calls(with_rules(lake, deny={"PERSON": ["zanzibar"]}), date.min, dry_run=False)
    with reading(lake) as connection:
        examined = examine_call(connection, lake, load_keyring(settings.key_file), "call-1")
    assert examined.holds
    assert examined.certificate["rules_hash"] == report.rules_hash


def test_a_call_that_was_not_kept_is_told(
    lake: Lake, settings: Settings, with_rules: Callable[..., Settings]
) -> None:
    store = AnswerStore(lake.heard, load_keyring(settings.key_file))
    HeardCalls(store).forget(finished_call("call-1").recording.sha256)
    report = redact_landed_calls(with_rules(lake, deny={"PERSON": ["zanzibar"]}), date.min, dry_run=False)
    assert (report.not_kept, report.changed) == (1, 1)


def test_a_call_that_fails_stays_as_it_was_and_its_neighbour_does_not(
    lake: Lake, with_rules: Callable[..., Settings]
) -> None:
    (call, *_) = ask(lake, CALLS)
    (lake.root / call["audio_path"]).write_bytes(b"changed by somebody")
    report = redact_landed_calls(with_rules(lake, deny={"PERSON": ["zanzibar"]}), date.min, dry_run=False)
    assert [one["call_id"] for one in report.failed] == ["call-1"]
    assert "zanzibar" not in str(report.failed)
    assert "zanzibar" in texts(lake, "call-1")[1]
    assert "zanzibar" not in texts(lake, "call-2")[1]


@pytest.mark.parametrize(
    "name", ["find_pii", "mark_findings", "render", "redact_fields", "copy_sound", "certify"]
)
def test_a_step_that_fails_leaves_the_call_and_its_sound_as_they_were(
    name: str, lake: Lake, with_rules: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ConnectionError("zanzibar")

    before, files = ask(lake, CALLS), sorted((lake.root / "audio").rglob("*"))
    monkeypatch.setattr(f"tasks.redact_again.{name}", fails)
    report = redact_landed_calls(with_rules(lake, deny={"PERSON": ["zanzibar"]}), date.min, dry_run=False)
    assert (report.changed, len(report.failed)) == (0, 2)
    assert "zanzibar" not in str(report.failed)
    assert ask(lake, CALLS) == before
    assert sorted((lake.root / "audio").rglob("*")) == files


@pytest.mark.parametrize("point", ["land", "broken_promises"])
def test_a_failure_while_landing_leaves_everything_as_it_was(
    point: str, lake: Lake, with_rules: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, files = ask(lake, CALLS), sorted((lake.root / "audio").rglob("*"))

    def fails(*_: object) -> None:
        raise MemoryError

    changed = with_rules(lake, deny={"PERSON": ["zanzibar"]})
    with monkeypatch.context() as patched:
        patched.setattr(flow, point, fails)
        with pytest.raises(MemoryError):
            redact_landed_calls(changed, date.min, dry_run=False)
    assert ask(lake, CALLS) == before
    assert redact_landed_calls(changed, date.min, dry_run=False).changed == 2
    assert len(sorted((lake.root / "audio").rglob("*"))) == len(files)


def test_without_its_key_nothing_is_done(
    lake: Lake, settings: Settings, with_rules: Callable[..., Settings]
) -> None:
    settings.key_file.unlink()
    changed = with_rules(lake, deny={"PERSON": ["zanzibar"]})
    with pytest.raises(KeyMissing):
        redact_landed_calls(changed, date.min, dry_run=False)
    assert not settings.key_file.exists()
    load_keyring(settings.key_file)
    with pytest.raises(KeyMissing):
        redact_landed_calls(changed, date.min, dry_run=False)
    assert "zanzibar" in texts(lake)[1]


def test_the_command_reports_counts(lake: Lake, with_rules: Callable[..., Settings]) -> None:
    with_rules(lake, deny={"PERSON": ["zanzibar"]})
    order = ["redact", "--lake", str(lake.root)]
    told = json.loads(CliRunner().invoke(app, [*order, "--dry-run", "--json"]).output)
    assert (told["calls"], told["changed"], told["dry_run"]) == (2, 2, True)
    assert told["by_entity"]["PERSON"] == {"before": 0, "after": 2}
    said = CliRunner().invoke(app, [*order, "--since", "2026-03-02"]).output
    assert "1 calls: 1 changed" in said
    assert "PERSON: 0 findings before, 1 after" in said
