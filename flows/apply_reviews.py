"""What people decided, brought into the lake: words, turns, marts, certificate and sound."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flows.landed_again import LandedAgain, Redone, landed_again
from flows.originals import Originals
from flows.progress import watcher
from tasks.apply_reviews import corrected, gives_back, in_place, review_rows, to_note
from tasks.desk.applying import (
    calls_muted_too_much,
    calls_to_apply,
    decisions_of_calls,
    note_applied,
    note_sound,
)
from tasks.desk.corrections import of_call
from tasks.desk.landed_anew import apply_again
from tasks.desk.refresh import refresh, sampling_of
from tasks.desk.store import desk_of
from tasks.lake.catalog import Lake, reading
from tasks.lake.landed_calls import landed_calls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.desk.refresh import Refreshed
    from tasks.desk.store import Desk
    from tasks.desk.verdicts import Decided
    from tasks.heard_calls import HeardCall
    from tasks.lake.landed_calls import LandedCall
    from tasks.settings import Settings


@dataclass(slots=True)
class Applied:
    """What came of it, in counts."""

    dry_run: bool
    calls: int = 0
    """Calls with decisions that were not in the lake."""
    changed: int = 0
    """Calls that are redacted otherwise now."""
    decisions: int = 0
    """Decisions that the lake has now."""
    waiting: int = 0
    """Decisions that wait for a second opinion or a lead."""
    not_in_lake: int = 0
    """Calls that are not in the lake any more."""
    not_kept: int = 0
    """Calls that cannot be redacted again: what was heard in them was not kept."""
    misplaced: int = 0
    """Findings at words that are not there any more, nor elsewhere: the calls were transcribed anew."""
    sound_waits: int = 0
    """Calls whose sound is muted where it need not be, until the archive is named."""
    answers_forgotten: int = 0
    """Engines' kept answers that held what a person marked as a secret."""
    failed: list[dict[str, str]] = field(default_factory=list)
    """Calls that stay as they were, and why."""
    refreshed: Refreshed | None = None

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def apply_reviews(settings: Settings, source: str | None = None, *, dry_run: bool = False) -> Applied:
    """Bring decisions into the lake, call by call; one that cannot be applied stays open, and is counted.

    `source`: the archive, which sound that was muted for nothing can come back from. With `dry_run` nothing
    is written.

    Raises:
        KeyMissing: what was heard was encrypted with a key that is not at hand.
        SettingsError: another process is landing calls; the decisions stay at the desk.
    """
    lake = Lake.at(settings.lake)
    desk = desk_of(settings, lake)
    with landed_again(settings, dry_run=dry_run) as again:
        applied = Applied(dry_run, failed=again.failed)
        keyring = again.redacting.keyring
        originals = Originals.of(again.connection, lake, source, keyring) if source else Originals()
        if not dry_run:
            apply_again(desk, again.connection)
        muted = calls_muted_too_much(desk)
        call_ids = sorted({*calls_to_apply(desk), *(muted if source else ())})
        watcher().working(len(call_ids))
        applying = _Applying(desk, again, originals, frozenset(muted), applied)
        for at in range(0, len(call_ids), settings.batch_size):
            applying.work_on(call_ids[at : at + settings.batch_size])
        applied.answers_forgotten = again.answers_forgotten
    if not dry_run:
        with reading(lake) as connection:
            applied.refreshed = refresh(desk, connection, sampling_of(settings))
    applied.sound_waits = len(calls_muted_too_much(desk))
    return applied


@dataclass(slots=True)
class _Batch:
    """What one transaction is to land, and what the desk is to note afterwards; by call."""

    done: list[Redone] = field(default_factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    noted: dict[str, list[Decided]] = field(default_factory=dict)
    earlier: dict[str, list[Decided]] = field(default_factory=dict)
    """What the lake has already, and has again in what lands now."""
    landed_at: dict[str, datetime] = field(default_factory=dict)
    sound_is_whole: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Applying:
    desk: Desk
    again: LandedAgain
    originals: Originals
    muted_too_much: frozenset[str]
    applied: Applied

    def work_on(self, call_ids: Sequence[str]) -> None:
        """Bring a batch's decisions into the lake in one transaction, and then note that at the desk."""
        batch = _Batch()
        decided = decisions_of_calls(self.desk, call_ids)
        landed = landed_calls(self.again.connection, call_ids)
        self.applied.calls += len(call_ids)
        self.applied.not_in_lake += len(call_ids) - len(landed)
        for call in landed:
            self._decide(call, decided[call.call_id], batch)
            watcher().done()
        kept = batch.done if self.applied.dry_run else self._landed(batch)
        self.applied.changed += len(kept)
        self.applied.decisions += sum(map(len, batch.noted.values()))

    def _decide(self, landed: LandedCall, decided: Sequence[Decided], batch: _Batch) -> None:
        """What becomes of one call: nothing but rows of `reviews`, or another redaction as well."""
        corrections = of_call(decided)
        self.applied.waiting += sum(not one.applied_at and not one.settled for one in decided)
        sound_can_follow = landed.call_id in self.muted_too_much and self.originals.has(_sha256(landed))
        bad: set[str] = set()
        if sound_can_follow or corrected(landed, corrections) is not landed:
            heard = self.again.heard.get(_sha256(landed))
            if heard is None:
                self.applied.not_kept += 1
                return
            found, bad = in_place(landed, corrections, heard.conversation)
            self.applied.misplaced += len(bad)
            after = corrected(landed, found)
            if sound_can_follow or after is not landed:
                redone = self._redone(landed, after, heard, batch)
                if redone is None:
                    return
                batch.done.append(redone)
        noted = to_note(decided, bad)
        batch.noted[landed.call_id] = noted
        batch.earlier[landed.call_id] = [one for one in decided if one.applied_at]
        batch.landed_at[landed.call_id] = landed.call["landed_at"]
        batch.rows[landed.call_id] = review_rows(landed, decided, noted)

    def _redone(
        self, landed: LandedCall, after: LandedCall, heard: HeardCall, batch: _Batch
    ) -> Redone | None:
        """The call as people want it; from the recording itself where sound is to come back."""
        back = landed.call_id in self.muted_too_much or gives_back(landed, after)
        with self.originals.here(_sha256(landed) if back else None) as original:
            redone = self.again.redacted(after, heard, original)
            if back and redone and redone.call.copy:
                batch.sound_is_whole[landed.call_id] = original is not None
            return redone

    def _landed(self, batch: _Batch) -> list[Redone]:
        kept = self.again.land(batch.done, batch.rows)
        lost = {one.landed.call_id for one in batch.done} - {one.landed.call_id for one in kept}
        batch.noted = {call_id: said for call_id, said in batch.noted.items() if call_id not in lost}
        now = datetime.now(UTC)
        sound = {call_id: whole for call_id, whole in batch.sound_is_whole.items() if call_id not in lost}
        note_sound(self.desk, sound, now)
        landed_at = batch.landed_at | {one.landed.call_id: one.call.landed_at for one in kept}
        for call_id, noted in batch.noted.items():
            note_applied(self.desk, [*noted, *batch.earlier[call_id]], landed_at[call_id])
        return kept


def _sha256(landed: LandedCall) -> str:
    return str(landed.call["recording_sha256"])
