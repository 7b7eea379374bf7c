"""Step: one kept value, opened for a person who says why. The audit row is written before it is shown."""

from __future__ import annotations

import getpass
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from tasks.errors import KeyMissing, SettingsError
from tasks.keys import key_id_of
from tasks.lake.catalog import writing
from tasks.lake.envelopes import envelope_of, note_reveal

if TYPE_CHECKING:
    from tasks.keys import Keyring
    from tasks.lake.catalog import Lake

_SHORTEST_REASON: Final = 5
_LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Revealed:
    """A value as it was heard."""

    finding_id: str
    call_id: str
    entity: str
    value: str


def reveal(lake: Lake, keyring: Keyring, finding_id: str, reason: str) -> Revealed:
    """The value of a finding, when `reveals` has a row that says who asked for it and why.

    Raises:
        SettingsError: no such lake or finding, nothing is kept of it, or the reason does not say much.
        KeyMissing: the key it was kept under is not at hand.
    """
    if not _SHORTEST_REASON <= len(reason.strip()) <= _LONGEST_REASON:
        raise SettingsError(f"say why in {_SHORTEST_REASON} to {_LONGEST_REASON} characters: --reason")
    if not lake.exists():
        raise SettingsError(f"no lake at {lake.address}")
    with writing(lake) as connection:
        envelope = envelope_of(connection, finding_id)
        if envelope is None:
            raise SettingsError("no such finding; list them: callarchive sql 'select * from redactions'")
        if envelope.sealed is None:
            raise SettingsError(
                f"nothing is kept of this {envelope.entity}: its mode is {envelope.mode}. "
                "Values are kept in the mode reversible only, and secrets never"
            )
        value = _opened(keyring, envelope.sealed, finding_id)
        row = {
            "reveal_id": uuid4().hex,
            "finding_id": finding_id,
            "call_id": envelope.call_id,
            "call_date": envelope.call_date,
            "entity": envelope.entity,
            "key_id": key_id_of(envelope.sealed),
            "revealed_by": _who(),
            "revealed_at": datetime.now(UTC),
            "reason": reason.strip(),
        }
        note_reveal(connection, lake, row)
    return Revealed(finding_id, envelope.call_id, envelope.entity, value)


def _opened(keyring: Keyring, sealed: bytes, finding_id: str) -> str:
    try:
        return keyring.decrypt(sealed, finding_id.encode()).decode()
    except KeyMissing:
        raise KeyMissing(
            f"this value was kept under key {key_id_of(sealed)!r}, which is not in the key file or was "
            "changed; without that key it stays closed"
        ) from None


def _who() -> str:
    try:
        account = getpass.getuser()
    except (KeyError, OSError, ImportError):
        account = "unknown"
    return f"{account}@{socket.gethostname()}"
