"""Landed calls redacted anew and landed again: what new rules and people's decisions have in common."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from flows.night import sound_copying
from flows.stages import StageFailed, stage
from tasks.answers import AnswerStore
from tasks.erasure.asked import name_known_recordings
from tasks.erasure.holds import held_recordings
from tasks.erasure.kept_answers import answers_of
from tasks.errors import KeyMissing
from tasks.heard_calls import HeardCall, HeardCalls
from tasks.keys import load_keyring
from tasks.lake.catalog import Connection, Lake, exclusively, reading
from tasks.lake.landing import remove_orphans
from tasks.lake.purge import purge
from tasks.lake.sound_files import remove_copies
from tasks.lake.standing_writer import StandingWriter
from tasks.land import Landing, broken_promises, land
from tasks.redact.marks import finding_id
from tasks.redact.rules import NEVER_KEPT, load_rules
from tasks.redact_again import Redacting, redact_again

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from tasks.lake.landed_calls import LandedCall
    from tasks.rows import FinishedCall
    from tasks.schemas import Finding
    from tasks.settings import Settings

_LONGEST_WAIT_S: Final = 60.0
"""Somebody who tidies up is done by then; a night takes hours, and is told of."""


@dataclass(frozen=True, slots=True)
class Redone:
    """A call as it is in the lake, what was heard in it, and what it is to be."""

    landed: LandedCall
    heard: HeardCall
    call: FinishedCall


@dataclass(slots=True)
class LandedAgain:
    """The lake, opened for it, and what came of it so far."""

    held: StandingWriter | Connection
    """A connection that is only read from, or what holds one to write with."""
    lake: Lake
    heard: HeardCalls
    redacting: Redacting
    landed: int = 0
    answers_forgotten: int = 0
    """Kept answers that held what a person marked as a secret."""
    failed: list[dict[str, str]] = field(default_factory=list)
    """Calls that stay as they were, and why."""

    @property
    def connection(self) -> Connection:
        """The lake's; another one after some batches."""
        return self.held.connection if isinstance(self.held, StandingWriter) else self.held

    def redacted(self, landed: LandedCall, heard: HeardCall, original: Path | None = None) -> Redone | None:
        """A call under the present rules and decisions; None where that fails."""
        try:
            with stage("redact"):
                return Redone(landed, heard, redact_again(landed, heard, self.redacting, original))
        except StageFailed as failure:
            self._failed(landed, failure.reason)
            return None

    def land(
        self, done: Sequence[Redone], reviews: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
    ) -> list[Redone]:
        """Those that keep every promise of the lake, landed in one transaction.

        `reviews`: rows by call, that land with it; those of calls that are not among `done` land as well.
        """
        kept: list[Redone] = []
        try:
            broken = broken_promises([(one.call, one.landed.ledger) for one in done])
            for one in done:
                if one.landed.call_id in broken:
                    self._failed(one.landed, f"check {broken[one.landed.call_id]} found a contradiction")
            whole = [one for one in done if one.landed.call_id not in broken]
            self._forget_answers(
                [one for one in whole if any(_is_told(one, new) for new in _new_secrets(one))]
            )
            for one in whole:
                self._forget_secrets(one)
            rows = [row for call_id, said in (reviews or {}).items() if call_id not in broken for row in said]
            calls = [(one.call, one.landed.ledger) for one in whole]
            land(self.connection, self.lake, Landing(calls, others=[], sightings=[], reviews=rows))
            kept = whole
        finally:
            self.discard(done, kept)
        if isinstance(self.held, StandingWriter):
            self.held.batch_ended()
        self.landed += len(kept)
        return kept

    def discard(self, done: Sequence[Redone], kept: Sequence[Redone] = ()) -> None:
        """Remove the sound that was made for calls that do not land."""
        remove_copies(self.lake, _new_copies(done) - _new_copies(kept))

    def _forget_secrets(self, one: Redone) -> None:
        """What is a secret from now on is kept in no form, encrypted neither."""
        if secrets := _new_secrets(one):
            sha256 = one.landed.call["recording_sha256"]
            together = sorted(secrets.union(one.heard.secrets), key=lambda finding: finding.start_word)
            self.heard.keep(sha256, one.heard.conversation, together, one.heard.speech_ms)

    def _forget_answers(self, told: Collection[Redone]) -> None:
        """No engine's answer is kept in which a person heard a secret: it cannot be taken out of one.

        Before what was heard is kept anew, which tells what is a secret already: a run that is killed between
        the two does both again. What is on legal hold stays.
        """
        recordings = {str(one.landed.call["recording_sha256"]) for one in told}
        if not recordings:
            return
        store = AnswerStore(self.lake.answers, self.redacting.keyring)
        name_known_recordings(self.connection)
        held = held_recordings(self.connection)
        for one in answers_of(self.connection, store, recordings - held, held):
            store.forget(one.key)
            self.answers_forgotten += 1

    def _failed(self, landed: LandedCall, reason: str) -> None:
        self.failed.append({"call_id": landed.call_id, "reason": reason})


@contextmanager
def landed_again(settings: Settings, *, dry_run: bool) -> Iterator[LandedAgain]:
    """The lake under the present rules, its lock held. With `dry_run` it is only read.

    Afterwards the rows and sounds that were replaced are taken from the disk as well, earlier versions of the
    lake included.

    Raises:
        KeyMissing: what was heard was encrypted with a key that is not at hand.
        SettingsError: another process has been at it for a minute.
    """
    lake = Lake.at(settings.lake)
    rules = load_rules(settings.redaction_profile, settings.redaction_rules, settings.redaction_mode)
    with ExitStack() as stack:
        if not dry_run and lake.exists():
            stack.enter_context(exclusively(lake, _LONGEST_WAIT_S))
        with reading(lake) if dry_run or not lake.exists() else StandingWriter(lake) as held:
            if not settings.key_file.exists():
                raise KeyMissing(f"there is no key file at {settings.key_file}; restore the one of this lake")
            keyring = load_keyring(settings.key_file)
            copying = None if dry_run else sound_copying(settings, lake)
            again = LandedAgain(
                held,
                lake,
                HeardCalls(AnswerStore(lake.heard, keyring)),
                Redacting(rules, keyring, copying, run_id=uuid4().hex[:12]),
            )
            if not dry_run:
                remove_orphans(again.connection, lake)
            yield again
            if not dry_run:
                remove_orphans(again.connection, lake)
        if again.landed:
            purge(lake)


def _new_secrets(one: Redone) -> set[Finding]:
    pairs = zip(one.call.findings, one.call.marks, strict=True)
    secrets = {
        finding
        for finding, mark in pairs
        if finding.entity in NEVER_KEPT and mark.mode != "none" and finding.passage_ms is None
    }
    return secrets.difference(one.heard.secrets)


def _is_told(one: Redone, secret: Finding) -> bool:
    """Whether a person has said that it is one."""
    return one.call.reviewed.get(finding_id(one.call.call_id, secret)) == "confirmed"


def _new_copies(done: Sequence[Redone]) -> set[str]:
    made = {one.call.copy.path for one in done if one.call.copy}
    return made - {one.landed.call.get("audio_path") for one in done}
