"""Step: one kept value, opened for a person who says why. The audit row is written before it is shown."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from tasks.account import account
from tasks.answers import AnswerStore
from tasks.errors import KeyMissing, SettingsError
from tasks.heard_calls import HeardCalls
from tasks.keys import key_id_of, load_keyring
from tasks.lake.catalog import Lake, writing
from tasks.lake.envelopes import envelope_of, note_reveal
from tasks.redact.rules import NEVER_KEPT

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.keys import Keyring
    from tasks.lake.envelopes import Envelope

_KEPT_MODES: Final = frozenset({"label", "numbered", "pseudonym", "reversible"})
SHORTEST_REASON: Final = 5
LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Revealed:
    """A value as it was heard."""

    finding_id: str
    call_id: str
    entity: str
    value: str


def reveal(lake: Lake, keyring: Keyring, finding_id: str, reason: str, by: str | None = None) -> Revealed:
    """The value of a finding, when `reveals` has a row that says who asked for it and why.

    It comes from what the mode `reversible` has kept, else from what was heard in the call. Secrets are in
    neither, and what is deleted only is never shown. `by` is who asks: the account of this process, if None.

    Raises:
        SettingsError: no such lake or finding, nothing is kept of it, or the reason does not say much.
        KeyMissing: the key it was kept under is not at hand.
    """
    if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        raise SettingsError(f"say why in {SHORTEST_REASON} to {LONGEST_REASON} characters: --reason")
    if not lake.exists():
        raise SettingsError(f"no lake at {lake.address}")
    with writing(lake) as connection:
        envelope = envelope_of(connection, finding_id)
        if envelope is None:
            raise SettingsError("no such finding; list them: callarchive sql 'select * from redactions'")
        value, key_id = _kept(lake, keyring, envelope)
        row = {
            "reveal_id": uuid4().hex,
            "finding_id": finding_id,
            "call_id": envelope.call_id,
            "call_date": envelope.call_date,
            "entity": envelope.entity,
            "key_id": key_id,
            "revealed_by": by or account(),
            "revealed_at": datetime.now(UTC),
            "reason": reason.strip(),
        }
        note_reveal(connection, lake, row)
    return Revealed(finding_id, envelope.call_id, envelope.entity, value)


def may_be_kept(entity: str, mode: str) -> bool:
    """Whether a finding can have a value anywhere: no secret has, and nothing that is deleted only."""
    return mode in _KEPT_MODES and entity not in NEVER_KEPT


def reveal_apart(address: str, key_file: Path, finding_id: str, reason: str, by: str) -> Revealed:
    """The same in a process of its own, for one that holds the lake open and only reads it.

    Raises:
        SettingsError, KeyMissing: as `reveal` does.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
        return child.submit(_reveal_at, address, key_file, finding_id, reason, by).result()


def _reveal_at(address: str, key_file: Path, finding_id: str, reason: str, by: str) -> Revealed:
    if not key_file.exists():
        raise KeyMissing(f"there is no key file at {key_file}; restore the one this lake was made with")
    return reveal(Lake.at(address), load_keyring(key_file), finding_id, reason, by)


def _kept(lake: Lake, keyring: Keyring, envelope: Envelope) -> tuple[str, str]:
    """The value, and the id of the key that it was kept under."""
    if envelope.sealed is not None:
        return _opened(keyring, envelope.sealed, envelope.finding_id), key_id_of(envelope.sealed)
    store = AnswerStore(lake.heard, keyring)
    key_id = store.key_id(envelope.recording_sha256)
    asked = envelope.mode != "reversible" and may_be_kept(envelope.entity, envelope.mode)
    heard = HeardCalls(store).get(envelope.recording_sha256) if asked else None
    words = heard.conversation.words[envelope.start_word : envelope.end_word] if heard else ()
    if key_id is None or not words or any(word.entity for word in words):  # marked in what is kept: a secret
        raise SettingsError(_why_nothing(envelope))
    return " ".join(word.text for word in words), key_id


def _why_nothing(envelope: Envelope) -> str:
    if envelope.mode == "reversible":
        return f"what was kept of this {envelope.entity} was taken out by retention: callarchive retain"
    return (
        f"there is no value of this {envelope.entity} to show: its mode is {envelope.mode}, and what was "
        "heard in its call is not kept, or it is a secret, of which nothing ever is"
    )


def _opened(keyring: Keyring, sealed: bytes, finding_id: str) -> str:
    try:
        return keyring.decrypt(sealed, finding_id.encode()).decode()
    except KeyMissing:
        raise KeyMissing(
            f"this value was kept under key {key_id_of(sealed)!r}, which is not in the key file or was "
            "changed; without that key it stays closed"
        ) from None
