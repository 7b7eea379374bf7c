"""New rules over landed calls: what was heard is read again, nothing is transcribed, and the old rows go."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flows.landed_again import LandedAgain, Redone, landed_again
from flows.progress import watcher
from tasks.lake.landed_calls import LandedCall, call_ids_since, landed_calls
from tasks.redact_again import is_up_to_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

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
    with landed_again(settings, dry_run=dry_run) as again:
        report = Report(again.redacting.rules.hash, dry_run, failed=again.failed)
        call_ids = call_ids_since(again.connection, since)
        watcher().working(len(call_ids))
        for at in range(0, len(call_ids), settings.batch_size):
            _work_on(again, call_ids[at : at + settings.batch_size], report)
    return report


def _work_on(again: LandedAgain, call_ids: Sequence[str], report: Report) -> None:
    """Redact a batch again and land it in one transaction."""
    done: list[Redone] = []
    for landed in landed_calls(again.connection, call_ids):
        report.calls += 1
        redone = _redacted(again, landed, report)
        if redone is not None:
            done.append(redone)
        watcher().done()
    kept = done if report.dry_run else again.land(done)
    for one in kept:
        report.note(one.landed, one.call)


def _redacted(again: LandedAgain, landed: LandedCall, report: Report) -> Redone | None:
    if is_up_to_date(landed, again.redacting.rules):
        report.up_to_date += 1
        return None
    heard = again.heard.get(landed.call["recording_sha256"])
    if heard is None:
        report.not_kept += 1
        return None
    return again.redacted(landed, heard)


def _place(row: dict[str, Any]) -> tuple[str, int, int]:
    return row["entity"], row["start_word"], row["end_word"]
