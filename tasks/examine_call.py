"""Step: a landed call against its certificate, and what people have decided about it since."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.certificate import DIGESTED, rows_digest
from tasks.errors import SettingsError

if TYPE_CHECKING:
    import duckdb

    from tasks.keys import Keyring
    from tasks.lake.catalog import Lake


@dataclass(frozen=True, slots=True)
class Examined:
    """A call's certificate, and for each thing that it vouches for whether that is still so."""

    certificate: dict[str, Any]
    key_id: str
    signature: str
    intact: dict[str, bool]
    """`signature`, the digested relations, and `sound` where a copy is kept."""
    reviews: dict[str, int]
    """Findings by what became of them in review."""
    decisions: dict[str, int]
    """Decisions that people have made about the call, by kind."""

    @property
    def holds(self) -> bool:
        """Whether nothing was changed since the call landed."""
        return all(self.intact.values())


def examine_call(
    connection: duckdb.DuckDBPyConnection, lake: Lake, keyring: Keyring, call_id: str
) -> Examined:
    """A call's certificate, compared with what the lake holds now.

    Raises:
        SettingsError: there is no such call, or it landed before certificates were written.
        KeyMissing: it was signed with a key that is not at hand.
    """
    row = connection.execute(
        "select body, key_id, signature from certificates where call_id = ?", [call_id]
    ).fetchone()
    if row is None:
        raise SettingsError(
            f"no certificate of a call {call_id}; what landed before there were any gets one by: "
            "callarchive redact"
        )
    body, key_id, signature = row
    stated = json.loads(body)
    digests = stated["digests"]
    intact = {"signature": keyring.signed(body.encode(), key_id, signature)}
    intact |= {name: _digest(connection, name, call_id) == digests.get(name) for name in DIGESTED}
    if stated["sound"] is not None and not _sound_was_taken_out(connection, call_id):
        intact["sound"] = _copy_digest(connection, lake, call_id) == stated["sound"]["copy_sha256"]
    return Examined(
        stated,
        key_id,
        signature,
        intact,
        _counted(connection, "review_status", "redactions", call_id),
        _counted(connection, "decision", "reviews", call_id),
    )


def _digest(connection: duckdb.DuckDBPyConnection, name: str, call_id: str) -> str:
    rows = connection.execute(f"from stored.{name} where call_id = ?", [call_id]).to_arrow_table()
    return rows_digest(name, rows)


def _sound_was_taken_out(connection: duckdb.DuckDBPyConnection, call_id: str) -> bool:
    """Whether retention has removed the copy: the digest of what there was stays."""
    row = connection.execute(
        "select audio_path is null and audio_sha256 is not null from stored.calls where call_id = ?",
        [call_id],
    ).fetchone()
    return row == (True,)


def _copy_digest(connection: duckdb.DuckDBPyConnection, lake: Lake, call_id: str) -> str | None:
    row = connection.execute("select audio_path from stored.calls where call_id = ?", [call_id]).fetchone()
    if row is None or row[0] is None:
        return None
    try:
        with lake.files.here(row[0]) as path, path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _counted(
    connection: duckdb.DuckDBPyConnection, column: str, relation: str, call_id: str
) -> dict[str, int]:
    rows = connection.execute(
        f"select {column}, count(*) from stored.{relation} where call_id = ? and {column} is not null "
        "group by all order by all",
        [call_id],
    ).fetchall()
    return dict(rows)
