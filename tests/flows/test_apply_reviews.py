"""What people decide gets into the lake: words, sound, certificate and reviews, together or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import imageio_ffmpeg
import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from command_line import run_command
from finished_calls import finished_call, landed_row, spoken
from lake_checks import broken_checks

from flows.apply_reviews import Applied, apply_reviews
from flows.redact_again import redact_landed_calls
from tasks.answers import AnswerStore
from tasks.audio.limits import AudioLimits
from tasks.certificate import certify
from tasks.copy_sound import Copying, Original, copy_sound
from tasks.desk import items
from tasks.desk.applying import note_applied
from tasks.desk.decisions import decisions_of_call, record, undo
from tasks.desk.items import Filters, Item
from tasks.desk.refresh import refresh, sampling_of
from tasks.desk.store import Desk, desk_of
from tasks.desk.verdicts import Decision, Span
from tasks.errors import SettingsError
from tasks.examine_call import examine_call
from tasks.find_pii import find_pii
from tasks.heard_calls import HeardCalls
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, exclusively, reading, writing
from tasks.lake.ledger import Sighting, sighting_rows
from tasks.land import Landing, land
from tasks.mark_findings import mark_findings
from tasks.redact.mute_spans import Sound
from tasks.redact.render import render
from tasks.redact.rules import DEFAULT_PATH, NEVER_KEPT, load_rules
from tasks.settings import Settings, load_settings
from tasks.stitch import build_conversation

if TYPE_CHECKING:
    from pathlib import Path

    from sample_lake import SampleLake

    from tasks.redact.rules import Rules

RATE_HZ = 8_000
NOW = datetime(2026, 3, 9, tzinfo=UTC)
SAID = {
    1: [*spoken("how can i help", 0, 1), *spoken("and the three digits on the back", 6_000, 1)],
    0: [
        *spoken("this is about zanzibar and my locker marigold", 2_000, 0),
        *spoken("seven three one", 9_000, 0),
    ],
}
"""The rules take zanzibar for a name, and miss marigold."""
ZANZIBAR, MARIGOLD = 7, 11


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    return with_rules(tmp_path, monkeypatch, deny={"PERSON": ["zanzibar"]})


def with_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **values: Any) -> Settings:
    rules = tmp_path / "rules.yaml"
    rules.write_text(yaml.safe_dump(yaml.safe_load(DEFAULT_PATH.read_text()) | values))
    monkeypatch.setenv("CALLARCHIVE_REDACTION_RULES", str(rules))
    monkeypatch.setenv("CALLARCHIVE_KEY_FILE", str(tmp_path / "keys.json"))
    monkeypatch.setenv("CALLARCHIVE_REVIEW_SECOND_SHARE", "0")
    monkeypatch.setenv("CALLARCHIVE_REVIEW_SAMPLE_SHARE", "1")
    return load_settings(lake=str(tmp_path / "lake"))


def rules_of(settings: Settings) -> Rules:
    return load_rules(settings.redaction_profile, settings.redaction_rules, settings.redaction_mode)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """One recording: twelve seconds of noise on two channels."""
    folder = tmp_path / "archive"
    folder.mkdir()
    sound = np.random.default_rng(1).normal(0, 6_000, (12 * RATE_HZ, 2)).astype("<i2").tobytes()
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "s16le", "-ar", str(RATE_HZ), "-ac", "2"]
    subprocess.run([*command, "-i", "pipe:0", str(folder / "one.wav")], input=sound, check=True)
    return folder


@pytest.fixture
def desk(settings: Settings, archive: Path) -> Desk:
    """The desk of a lake in which that recording has landed, filled."""
    return landed(settings, archive)


def landed(settings: Settings, archive: Path) -> Desk:
    lake, keyring, rules = Lake.at(settings.lake), load_keyring(settings.key_file), rules_of(settings)
    recording = archive / "one.wav"
    sha256 = hashlib.sha256(recording.read_bytes()).hexdigest()
    heard = build_conversation(SAID)
    findings = find_pii(heard, rules)
    marks = mark_findings("call-1", heard, findings, rules, keyring)
    shown = [one for one, mark in zip(findings, marks, strict=True) if mark.mode != "none"]
    call = finished_call(
        words=SAID,
        findings=findings,
        marks=marks,
        conversation=render(heard, shown),
        started_at=datetime(2026, 3, 2, tzinfo=UTC),
        rules_hash=rules.hash,
    )
    original = Original(recording, sha256, Sound("two_speakers", 2, 12_000), date(2026, 3, 2))
    copy = copy_sound(original, heard, shown, Copying(lake.files, AudioLimits()), "run-1")
    silence_ms = call.facts.silence_ms + 2_000
    call = replace(
        call,
        recording=replace(call.recording, sha256=sha256),
        copy=copy,
        audio=replace(call.audio, duration_ms=12_000),
        facts=replace(call.facts, silence_ms=silence_ms),
    )
    HeardCalls(AnswerStore(lake.heard, keyring)).keep(sha256, heard, findings, {})
    call = replace(call, certificate=certify(call, "all", keyring))
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
    listed = items.page(desk, Filters(), limit=99)
    (found,) = [one for one in listed if one.entity == entity and kind in {None, one.kind}]
    return found


def decide(desk: Desk, settings: Settings, decision: Any, *, who: str = "ann", **fields: Any) -> None:
    said = Decision(uuid4().hex, decision, "call-1", **fields)
    record(desk, who, said, NOW, rules=rules_of(settings))


def reject_zanzibar(desk: Desk, settings: Settings, *, who: str = "ann") -> None:
    item_id = item_of(desk, "PERSON").item_id
    decide(desk, settings, "rejected", who=who, item_id=item_id, comment="an island")


def ask(settings: Settings, sql: str) -> list[dict[str, Any]]:
    with reading(Lake.at(settings.lake)) as connection:
        rows: list[dict[str, Any]] = connection.execute(sql).to_arrow_table().to_pylist()
        return rows


def words(settings: Settings) -> list[str]:
    return [row["word"] for row in ask(settings, "select word from words order by word_index")]


def the_call(settings: Settings) -> dict[str, Any]:
    (row,) = ask(settings, "select * from calls")
    return row


def loud(settings: Settings, word_index: int) -> bool:
    """Whether the copy in the lake has the sound of a word."""
    (word,) = ask(settings, f"select start_ms, end_ms, channel from words where word_index = {word_index}")
    path = f"{settings.lake}/{the_call(settings)['audio_path']}"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "s16le", "pipe:1"]
    sound = subprocess.run(command, check=True, capture_output=True).stdout
    samples = np.frombuffer(sound, "<i2").reshape(-1, 2)
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


def everything(settings: Settings) -> str:
    """All that the lake's files say, what is encrypted left out."""
    said = []
    root = Lake.at(settings.lake).root
    assert root
    for path in root.rglob("*"):
        if path.suffix == ".parquet":
            said.append(str(pq.read_table(path).to_pylist()))
        elif path.is_file() and "heard" not in path.parts:
            said.append(path.read_bytes().decode("latin-1"))
    return "\n".join(said)


def test_a_wrong_redaction_comes_back_in_words_and_with_the_archive_in_sound(
    desk: Desk, settings: Settings, archive: Path
) -> None:
    assert words(settings)[ZANZIBAR] == "[PERSON]"
    reject_zanzibar(desk, settings)
    without = apply_reviews(settings)
    assert (without.changed, without.decisions, without.sound_waits) == (1, 1, 1)
    assert words(settings)[ZANZIBAR] == "zanzibar"
    assert not loud(settings, ZANZIBAR)
    whole(settings)
    (review,) = ask(settings, "select * from reviews")
    assert (review["decision"], review["reviewer"], review["reason"]) == ("rejected", "ann", "an island")
    assert (review["kind"], review["call_date"]) == (
        item_of_any(desk, review["finding_id"]),
        date(2026, 3, 2),
    )
    (finding,) = ask(settings, "select mode, review_status from redactions where entity = 'PERSON'")
    assert (finding["mode"], finding["review_status"]) == ("none", "rejected")
    with_archive = apply_reviews(settings, str(archive))
    assert (with_archive.changed, with_archive.sound_waits) == (1, 0)
    assert loud(settings, ZANZIBAR)
    secret = words(settings).index("[CARD_CVV]")
    assert not loud(settings, secret)
    whole(settings)


def item_of_any(desk: Desk, finding_id: str) -> str:
    with desk.connection() as connection:
        row = connection.execute("select kind from items where finding_id = ?", [finding_id]).fetchone()
        return str(row["kind"])


def test_what_was_missed_goes_from_words_sound_and_disk(desk: Desk, settings: Settings) -> None:
    assert "marigold" in everything(settings)
    assert loud(settings, MARIGOLD)
    start_ms = SAID[0][7].start_ms
    decide(desk, settings, "missed", after=Span("PASSWORD", MARIGOLD, MARIGOLD + 1, start_ms))
    applied = apply_reviews(settings)
    assert (applied.changed, applied.decisions, applied.sound_waits) == (1, 1, 0)
    assert words(settings)[MARIGOLD] == "[PASSWORD]"
    assert not loud(settings, MARIGOLD)
    assert "marigold" not in everything(settings)
    whole(settings)
    (finding,) = ask(settings, "select * from redactions where entity = 'PASSWORD'")
    assert (finding["reason"], finding["score"], finding["review_status"]) == ("person", 1.0, "confirmed")
    heard = HeardCalls(AnswerStore(Lake.at(settings.lake).heard, load_keyring(settings.key_file)))
    kept = heard.get(the_call(settings)["recording_sha256"])
    assert kept
    assert kept.conversation.words[MARIGOLD].text == "[PASSWORD]"


def test_a_change_of_words_and_entity_is_what_was_asked_for(desk: Desk, settings: Settings) -> None:
    item_id = item_of(desk, "PERSON").item_id
    decide(desk, settings, "changed", item_id=item_id, after=Span("ADDRESS", ZANZIBAR, ZANZIBAR + 2))
    apply_reviews(settings)
    assert words(settings)[ZANZIBAR : ZANZIBAR + 3] == ["[ADDRESS]", "[ADDRESS]", "my"]
    whole(settings)
    statuses = {row["entity"]: row["review_status"] for row in ask(settings, "select * from redactions")}
    assert (statuses["PERSON"], statuses["ADDRESS"]) == ("rejected", "confirmed")


def test_shrinking_keeps_what_still_is_personal(desk: Desk, settings: Settings) -> None:
    item_id = item_of(desk, "PERSON").item_id
    decide(desk, settings, "changed", item_id=item_id, after=Span("ADDRESS", ZANZIBAR, ZANZIBAR + 1))
    apply_reviews(settings)
    assert words(settings)[ZANZIBAR] == "[ADDRESS]"
    whole(settings)


def test_an_undone_decision_changes_nothing(desk: Desk, settings: Settings) -> None:
    before = the_call(settings)
    reject_zanzibar(desk, settings)
    undo(desk, "ann", NOW)
    applied = apply_reviews(settings)
    assert applied.changed == 0
    assert the_call(settings) == before
    assert ask(settings, "select * from reviews") == []


def test_applying_twice_changes_nothing(desk: Desk, settings: Settings) -> None:
    reject_zanzibar(desk, settings)
    apply_reviews(settings)
    before = (
        the_call(settings),
        ask(settings, "select * from reviews"),
        ask(settings, "select * from redactions"),
    )
    again = apply_reviews(settings)
    assert (again.calls, again.changed, again.decisions) == (0, 0, 0)
    after = (
        the_call(settings),
        ask(settings, "select * from reviews"),
        ask(settings, "select * from redactions"),
    )
    assert after == before
    assert again.refreshed
    assert (again.refreshed.added, again.refreshed.gone) == (0, 0)


@pytest.mark.parametrize("point", ["flows.landed_again.land", "tasks.redact_again.certify"])
def test_a_landing_that_fails_loses_no_decision(
    point: str, desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise MemoryError

    before = the_call(settings)
    reject_zanzibar(desk, settings)
    with monkeypatch.context() as patched:
        patched.setattr(point, fails)
        if "land" in point:
            with pytest.raises(MemoryError):
                apply_reviews(settings)
        else:
            assert len(apply_reviews(settings).failed) == 1
    assert the_call(settings) == before
    assert ask(settings, "select * from reviews") == []
    whole(settings)
    assert apply_reviews(settings).changed == 1
    assert words(settings)[ZANZIBAR] == "zanzibar"


def test_killed_between_the_lake_and_the_desk_it_is_one_decision(
    desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    reject_zanzibar(desk, settings)
    with monkeypatch.context() as patched:
        patched.setattr("flows.apply_reviews.note_applied", killed)
        with pytest.raises(KeyboardInterrupt):
            apply_reviews(settings)
    assert [one.applied_at for one in decisions_of_call(desk, "call-1")] == [None]
    again = apply_reviews(settings)
    assert (again.changed, again.decisions) == (0, 1)
    assert len(ask(settings, "select * from reviews")) == 1
    assert all(one.applied_at for one in decisions_of_call(desk, "call-1"))


def test_what_is_undone_while_it_lands_is_taken_back_by_the_next_run(
    desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def undone_first(*arguments: Any) -> None:
        assert undo(desk, "ann", NOW)
        note_applied(*arguments)

    reject_zanzibar(desk, settings)
    with monkeypatch.context() as patched:
        patched.setattr("flows.apply_reviews.note_applied", undone_first)
        apply_reviews(settings)
    assert words(settings)[ZANZIBAR] == "zanzibar"
    apply_reviews(settings)
    assert words(settings)[ZANZIBAR] == "[PERSON]"
    said = [row["decision"] for row in ask(settings, "select decision from reviews order by decision")]
    assert said == ["rejected", "withdrawn"]
    assert item_of(desk, "PERSON").state == "open"
    whole(settings)


def test_a_lake_that_is_busy_is_told_and_the_decision_waits(desk: Desk, settings: Settings) -> None:
    reject_zanzibar(desk, settings)
    with exclusively(Lake.at(settings.lake)), pytest.raises(SettingsError, match="running"):
        apply_reviews(settings)
    assert words(settings)[ZANZIBAR] == "[PERSON]"
    assert apply_reviews(settings).decisions == 1


def test_words_come_back_only_once_two_people_agree(desk: Desk, settings: Settings) -> None:
    with desk.connection(write=True) as connection:
        connection.execute("update items set wants_second = 1")
    reject_zanzibar(desk, settings)
    decide(desk, settings, "missed", after=Span("PERSON", MARIGOLD, MARIGOLD + 1))
    first = apply_reviews(settings)
    assert (first.waiting, first.decisions) == (1, 1)
    assert (words(settings)[ZANZIBAR], words(settings)[MARIGOLD]) == ("[PERSON]", "[PERSON]")
    with desk.connection() as connection:
        query = "select item_id from items where state = 'second'"
        (waiting,) = [row["item_id"] for row in connection.execute(query)]
    decide(desk, settings, "rejected", who="bob", item_id=waiting)
    assert apply_reviews(settings).decisions == 2
    assert words(settings)[ZANZIBAR] == "zanzibar"
    assert len(ask(settings, "select * from reviews")) == 3
    whole(settings)


def test_what_waited_for_a_person_is_taken_out_once_accepted(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entities = yaml.safe_load(DEFAULT_PATH.read_text())["entities"]
    entities["PERSON"]["tier"] = "review"
    settings = with_rules(tmp_path, monkeypatch, deny={"PERSON": ["zanzibar"]}, entities=entities)
    desk = landed(settings, archive)
    assert words(settings)[ZANZIBAR] == "zanzibar"
    decide(desk, settings, "accepted", item_id=item_of(desk, "PERSON").item_id)
    apply_reviews(settings)
    assert words(settings)[ZANZIBAR] == "[PERSON]"
    assert not loud(settings, ZANZIBAR)
    whole(settings)


def test_new_rules_leave_decisions_standing(
    desk: Desk, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reject_zanzibar(desk, settings)
    decide(desk, settings, "missed", after=Span("ADDRESS", MARIGOLD, MARIGOLD + 1))
    apply_reviews(settings)
    changed = with_rules(tmp_path, monkeypatch, deny={"PERSON": ["zanzibar", "locker"]})
    redact_landed_calls(changed, date.min, dry_run=False)
    said = words(changed)
    assert (said[ZANZIBAR], said[10], said[MARIGOLD]) == ("zanzibar", "[PERSON]", "[ADDRESS]")


def test_a_call_that_was_transcribed_anew_or_not_kept_stays_open(desk: Desk, settings: Settings) -> None:
    decide(desk, settings, "missed", after=Span("PERSON", MARIGOLD, MARIGOLD + 1, 1))
    applied = apply_reviews(settings)
    assert (applied.misplaced, applied.decisions, applied.changed) == (1, 0, 0)
    undo(desk, "ann", NOW)
    reject_zanzibar(desk, settings)
    store = AnswerStore(Lake.at(settings.lake).heard, load_keyring(settings.key_file))
    HeardCalls(store).forget(the_call(settings)["recording_sha256"])
    applied = apply_reviews(settings)
    assert (applied.not_kept, applied.decisions) == (1, 0)
    assert words(settings)[ZANZIBAR] == "[PERSON]"


def test_a_dry_run_counts_the_same_and_writes_nothing(desk: Desk, settings: Settings) -> None:
    reject_zanzibar(desk, settings)
    before = the_call(settings)
    dry = apply_reviews(settings, dry_run=True)
    assert the_call(settings) == before
    wet = apply_reviews(settings)
    told = ("calls", "changed", "decisions", "waiting", "failed")
    assert counts(dry, told) == counts(wet, told)


def counts(applied: Applied, names: tuple[str, ...]) -> list[Any]:
    return [applied.as_dict()[name] for name in names]


def test_a_deleted_secret_does_not_come_back(desk: Desk, settings: Settings) -> None:
    decide(desk, settings, "rejected", item_id=item_of(desk, "CARD_CVV").item_id)
    apply_reviews(settings)
    assert "[CARD_CVV]" in words(settings)
    whole(settings)


def test_decided_items_stay_decided_and_samples_the_same(desk: Desk, settings: Settings) -> None:
    before = {one.item_id for one in items.page(desk, Filters(), limit=99)}
    assert {one.kind for one in items.page(desk, Filters(), limit=99)} >= {
        "sample_untouched",
        "sample_redacted",
    }
    reject_zanzibar(desk, settings)
    apply_reviews(settings)
    after = {one.item_id for one in items.page(desk, Filters(), limit=99)}
    assert after < before
    assert len(before) - len(after) == 1


def test_the_desk_lies_with_its_lake_and_holds_no_words(desk: Desk, settings: Settings) -> None:
    reject_zanzibar(desk, settings)
    said = b"".join(path.read_bytes() for path in desk.path.parent.glob("review.sqlite*"))
    assert b"zanzibar" not in said
    assert b"marigold" not in said
    assert os.stat(desk.path).st_mode & 0o077 == 0  # noqa: PTH116  (what others may do)


def test_the_sample_lake_follows_what_people_decide(sample_lake: SampleLake, tmp_path: Path) -> None:
    """Bundled calls that were really transcribed, by the command that people run."""
    home = shutil.copytree(sample_lake.home, tmp_path / "home", dirs_exist_ok=True, symlinks=True)
    settings = load_settings(lake=str(home / "lake"), review_sample_share=1.0, review_second_share=0.0)
    desk = desk_of(settings, Lake.at(settings.lake))
    with reading(Lake.at(settings.lake)) as connection:
        refresh(desk, connection, sampling_of(settings))
    listed = items.page(desk, Filters(), limit=9_999)
    taken_out = [one for one in listed if one.finding_id and one.tier != "review"]
    wrong = next(one for one in taken_out if one.entity not in NEVER_KEPT)
    missed = next(one for one in listed if one.kind == "sample_untouched")
    assert missed.start_word is not None
    word = Span("PERSON", missed.start_word, missed.start_word + 1, missed.start_ms)
    for decision in (
        Decision("review-1", "rejected", wrong.call_id, wrong.item_id),
        Decision("review-2", "missed", missed.call_id, missed.item_id, after=word),
    ):
        record(desk, "ann", decision, NOW, rules=rules_of(settings))
    done = run_command("apply-reviews", sample_lake.archive, "--lake", home / "lake", "--json", home=home)
    assert done.code == 0, done.err
    assert (done.json["decisions"], done.json["failed"], done.json["sound_waits"]) == (2, [], 0)
    at = "select entity from words where call_id = '{}' and word_index = {}"
    (brought_back,) = ask(settings, at.format(wrong.call_id, wrong.start_word))
    (marked,) = ask(settings, at.format(missed.call_id, missed.start_word))
    assert (brought_back["entity"], marked["entity"]) == (None, "PERSON")
    with reading(Lake.at(settings.lake)) as connection:
        assert broken_checks(connection) == []
