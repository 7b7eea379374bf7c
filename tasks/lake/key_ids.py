"""Which keys a lake was written with: their ids stand in it, so that a lost key is noticed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.errors import KeyMissing

if TYPE_CHECKING:
    import duckdb

    from tasks.keys import Keyring


def need_a_key_of(connection: duckdb.DuckDBPyConnection, keyring: Keyring) -> None:
    """Refuse keys none of which this lake knows: pseudonyms would differ from those that are there.

    Nor may a key be missing that stands behind the names of erased recordings: these would land again.

    Raises:
        KeyMissing: says which keys the lake was written with.
    """
    rows = connection.execute("select distinct names_key_id from stored.erasures").fetchall()
    lost = sorted({key_id for (key_id,) in rows} - keyring.keys.keys())
    if lost:
        raise KeyMissing(
            f"recordings were erased under key {', '.join(lost)}, which is not in the key file: they could "
            "land again; restore that key file"
        )
    rows = connection.execute("select distinct key_id from stored.certificates order by key_id").fetchall()
    known = [key_id for (key_id,) in rows]
    if known and not keyring.keys.keys() & set(known):
        raise KeyMissing(
            f"this lake was written with key {', '.join(known)}, which is not in the key file; restore that "
            "key file, or name a new lake"
        )
