"""New rules over landed calls: what was heard is read again, nothing is transcribed, and the old rows go."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from flows.night import sound_copying
from flows.progress import watcher
from flows.stages import StageFailed, stage
from tasks.answers import AnswerStore
from tasks.errors import KeyMissing
from tasks.heard_calls import HeardCalls
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, exclusively, reading, writing
from tasks.lake.landed_calls import LandedCall, call_ids_since, landed_calls
from tasks.lake.landing import remove_orphans
from tasks.lake.purge import purge
from tasks.lake.sound_files import remove_copies
from tasks.land import Landing, broken_promises, land
from tasks.redact.rules import load_rules
from tasks.redact_again import Redacting, is_up_to_date, redact_again

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tasks.lake.catalog import Connection
    from tasks.rows import FinishedCall
    from tasks.settings import Settings


@dataclass(slots=True)
class Report:
    """What new rules changed, in counts."""

    rules_hash: str
    dry_run: bool
    calls: int = 0
    up_to_date: int = 0
    """Redacted by just these rules already."""
    changed: int = 0
    unchanged: int = 0
    """Other rules, the same redaction."""
    not_kept: int = 0
    """What was heard in them was not kept: they must be transcribed again."""
    failed: list[dict[str, str]] = field(default_factory=list)
    """Calls that stay as they were, and why."""
    words_redacted_before: int = 0
    words_redacted_after: int = 0
    findings_before: Counter[str] = field(default_factory=Counter)
    findings_after: Counter[str] = field(default_factory=Counter)
    """Findings taken out, by entity, in the calls that were looked at."""

    def note(self, landed: LandedCall, call: FinishedCall) -> None:
        """Count one call in."""
        marks = {place: word.text for place, word in enumerate(call.conversation.words) if word.entity}
        before = {_place(row): row["mode"] for row in landed.findings}
        pairs = zip(call.findings, call.marks, strict=True)
        after = {(one.entity, one.start_word, one.end_word): mark.mode for one, mark in pairs}
        same = (marks, after) == (landed.marks, before)
        self.unchanged += same
        self.changed += not same
        self.words_redacted_before += len(landed.marks)
        self.words_redacted_after += len(marks)
        self.findings_before.update(entity for (entity, *_), mode in before.items() if mode != "none")
        self.findings_after.update(entity for (entity, *_), mode in after.items() if mode != "none")

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        facts = {name: getattr(self, name) for name in self.__dataclass_fields__ if "findings" not in name}
        entities = sorted(self.findings_before.keys() | self.findings_after.keys())
        return facts | {
            "by_entity": {
                entity: {"before": self.findings_before[entity], "after": self.findings_after[entity]}
                for entity in entities
            }
        }


def redact_landed_calls(settings: Settings, since: date, *, dry_run: bool) -> Report:
    """Apply the present rules to the calls of a day and later. A call that fails stays as it was.

    With `dry_run` nothing is written. Otherwise the rows and sounds that were replaced are taken from the
    disk as well, earlier versions of the lake included.

    Raises:
        KeyMissing: what was heard was encrypted with a key that is not at hand.
    """
    lake = Lake.at(settings.lake)
    rules = load_rules(settings.redaction_profile, settings.redaction_rules, settings.redaction_mode)
    report = Report(rules.hash, dry_run)
    with ExitStack() as stack:
        if not dry_run and lake.exists():
            stack.enter_context(exclusively(lake))
        with reading(lake) if dry_run or not lake.exists() else writing(lake) as connection:
            if not settings.key_file.exists():
                raise KeyMissing(f"there is no key file at {settings.key_file}; restore the one of this lake")
            keyring = load_keyring(settings.key_file)
            if not dry_run:
                remove_orphans(connection, lake)
            copying = None if dry_run else sound_copying(settings, lake)
            again = _Again(
                connection,
                lake,
                HeardCalls(AnswerStore(lake.heard, keyring)),
                Redacting(rules, keyring, copying, run_id=uuid4().hex[:12]),
                report,
            )
            call_ids = call_ids_since(connection, since)
            watcher().working(len(call_ids))
            for at in range(0, len(call_ids), settings.batch_size):
                again.work_on(call_ids[at : at + settings.batch_size])
            if not dry_run:
                remove_orphans(connection, lake)
        if report.changed + report.unchanged and not dry_run:
            purge(lake)
    return report


@dataclass(frozen=True, slots=True)
class _Again:
    connection: Connection
    lake: Lake
    heard: HeardCalls
    redacting: Redacting
    report: Report

    def work_on(self, call_ids: Sequence[str]) -> None:
        """Redact a batch again and land it in one transaction."""
        done: list[tuple[LandedCall, FinishedCall]] = []
        for landed in landed_calls(self.connection, call_ids):
            self.report.calls += 1
            call = self._redacted(landed)
            if call is not None:
                done.append((landed, call))
            watcher().done()
        kept: list[tuple[LandedCall, FinishedCall]] = []
        try:
            kept = done if self.report.dry_run else self._landed(done)
        finally:
            remove_copies(self.lake, _new_copies(done) - _new_copies(kept))
        for landed, call in kept:
            self.report.note(landed, call)

    def _redacted(self, landed: LandedCall) -> FinishedCall | None:
        if is_up_to_date(landed, self.redacting.rules):
            self.report.up_to_date += 1
            return None
        heard = self.heard.get(landed.call["recording_sha256"])
        if heard is None:
            self.report.not_kept += 1
            return None
        try:
            with stage("redact"):
                return redact_again(landed, heard, self.redacting)
        except StageFailed as failure:
            self._failed(landed, failure.reason)
            return None

    def _landed(
        self, done: Sequence[tuple[LandedCall, FinishedCall]]
    ) -> list[tuple[LandedCall, FinishedCall]]:
        """Those that keep every promise of the lake, landed."""
        broken = broken_promises([(call, landed.ledger) for landed, call in done])
        kept = [(landed, call) for landed, call in done if call.call_id not in broken]
        for landed, _ in done:
            if landed.call_id in broken:
                self._failed(landed, f"check {broken[landed.call_id]} found a contradiction")
        rows = [(call, landed.ledger) for landed, call in kept]
        land(self.connection, self.lake, Landing(calls=rows, others=[], sightings=[]))
        return kept

    def _failed(self, landed: LandedCall, reason: str) -> None:
        self.report.failed.append({"call_id": landed.call_id, "reason": reason})


def _new_copies(done: Sequence[tuple[LandedCall, FinishedCall]]) -> set[str]:
    made = {call.copy.path for _, call in done if call.copy}
    return made - {landed.call.get("audio_path") for landed, _ in done}


def _place(row: dict[str, Any]) -> tuple[str, int, int]:
    return row["entity"], row["start_word"], row["end_word"]
