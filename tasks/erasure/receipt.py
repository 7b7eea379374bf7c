"""What was removed where, signed like a certificate: counts, and names that tell nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from tasks.errors import SettingsError
from tasks.lake.catalog import in_turn
from tasks.lake.erased_names import recording_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from tasks.erasure.plan import Plan
    from tasks.keys import Keyring
    from tasks.lake.catalog import Lake

_MOST_NAMES: Final = 200
"""Beyond that a receipt has counts only; a night's retention removes hundreds of thousands of files."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as it was signed."""

    body: str
    key_id: str
    signature: str

    @property
    def facts(self) -> dict[str, Any]:
        """What it says."""
        facts: dict[str, Any] = json.loads(self.body)
        return facts

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {"receipt": self.facts, "key_id": self.key_id, "signature": self.signature}


def make_receipt(
    plan: Plan,
    removed: Mapping[str, Mapping[str, int]],
    vendors: Mapping[str, Mapping[str, Any]],
    looked_through: Sequence[str],
    keyring: Keyring,
) -> Receipt:
    """The receipt of an erasure of which nothing is left."""
    names = sorted(recording_name(keyring, sha256) for sha256 in plan.recordings)
    body = {
        "erasure_id": plan.erasure_id,
        "asked": plan.asked,
        "subject": plan.subject,
        "asked_by": plan.asked_by,
        "asked_at": plan.asked_at,
        "finished_at": datetime.now(UTC).isoformat(),
        "callarchive": version("callarchive"),
        **{name: count for name, count in plan.counts().items() if name != "requests_at_vendors"},
        "ledger_names_sha256": hashlib.sha256("\n".join(names).encode()).hexdigest(),
        **removed,
        "files": _few([path.rpartition("/")[2] for path in plan.copies.values()], plan.answers),
        "vendors": vendors,
        "looked_through": looked_through,
        "left": [],
    }
    text = json.dumps(body, sort_keys=True)
    return Receipt(text, keyring.current, keyring.sign(text.encode()))


def note_done(connection: duckdb.DuckDBPyConnection, lake: Lake, plan: Plan, receipt: Receipt) -> None:
    """Put the receipt into the erasure's row."""
    with in_turn(lake):
        connection.execute(
            "update stored.erasures set state = 'done', finished_at = ?, receipt = ?, key_id = ?, "
            "signature = ? where erasure_id = ?",
            [datetime.now(UTC), receipt.body, receipt.key_id, receipt.signature, plan.erasure_id],
        )


def receipt_of(connection: duckdb.DuckDBPyConnection, erasure_id: str) -> Receipt:
    """The receipt of an erasure.

    Raises:
        SettingsError: there is no such erasure, or it is not done.
    """
    row = connection.execute(
        "select receipt, key_id, signature, state from stored.erasures where erasure_id = ?", [erasure_id]
    ).fetchone()
    if row is None:
        raise SettingsError("no such erasure; list them: callarchive sql 'select * from erasures'")
    if row[3] != "done":
        raise SettingsError("this erasure is not done; go on with it: callarchive erase --finish")
    return Receipt(*row[:3])


def names_of(connection: duckdb.DuckDBPyConnection, erasure_id: str) -> list[str]:
    """What the ledger keeps of the recordings of an erasure, and of their calls."""
    rows = connection.execute(
        "select recording_sha256, call_id from stored.recordings where run_id = ?", [erasure_id]
    ).fetchall()
    return sorted({name for row in rows for name in row if name})


def _few(*lists: Sequence[str]) -> list[str] | None:
    names = [name for one in lists for name in one]
    return sorted(names) if len(names) <= _MOST_NAMES else None
