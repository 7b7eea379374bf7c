"""Step: a landed call against its certificate, and what people have decided about it since."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.certificate import DIGESTED, rows_digest
from tasks.errors import SettingsError
from tasks.lake.tables import PARTITIONED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import duckdb
    import pyarrow as pa

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
        "select body, key_id, signature, call_date from certificates where call_id = ?", [call_id]
    ).fetchone()
    if row is None:
        raise SettingsError(
            f"no certificate of a call {call_id}; what landed before there were any gets one by: "
            "callarchive redact"
        )
    body, key_id, signature, day = row
    stated = json.loads(body)
    of = _Rows(connection, call_id, day)
    columns = DIGESTED | {"redactions": (*DIGESTED["redactions"], "review_status")}
    found = {name: of.read(name, *columns[name]) for name in DIGESTED}
    intact = {"signature": keyring.signed(body.encode(), key_id, signature)}
    intact |= {name: rows_digest(name, found[name]) == stated["digests"].get(name) for name in DIGESTED}
    if stated["sound"] is not None:
        intact |= _sound(lake, of.read("calls", "audio_path", "audio_sha256"), stated["sound"]["copy_sha256"])
    return Examined(
        stated,
        key_id,
        signature,
        intact,
        _counted(found["redactions"]["review_status"].to_pylist()),
        _counted(of.read("reviews", "decision")["decision"].to_pylist()),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """One call's rows; its day leaves the files of other days closed."""

    connection: duckdb.DuckDBPyConnection
    call_id: str
    day: date | None

    def read(self, name: str, *columns: str) -> pa.Table:
        """Some columns of them in a relation."""
        values: dict[str, Any] = {"call": self.call_id}
        of = "call_id = $call"
        if name in PARTITIONED:
            of += " and call_date is null" if self.day is None else " and call_date = $day"
            values |= {} if self.day is None else {"day": self.day}
        return self.connection.execute(
            f"select {', '.join(columns)} from stored.{name} where {of}", values
        ).to_arrow_table()


def _sound(lake: Lake, call: pa.Table, digest: str) -> dict[str, bool]:
    """Nothing to compare where retention has removed the copy: the digest of what there was stays."""
    path, known = next(zip(*(column.to_pylist() for column in call.columns), strict=True), (None, None))
    return {} if path is None and known is not None else {"sound": _copy_digest(lake, path) == digest}


def _copy_digest(lake: Lake, copy: str | None) -> str | None:
    if copy is None:
        return None
    try:
        with lake.files.here(copy) as path, path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _counted(names: Iterable[str | None]) -> dict[str, int]:
    return dict(sorted(Counter(filter(None, names)).items()))
