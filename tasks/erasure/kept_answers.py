"""The answers that are kept of recordings, and what their vendors may still hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from tasks.answers import AnswerStore, KeptJobs, without_receipt
from tasks.engines.registry import HOSTED
from tasks.errors import EngineError, KeyMissing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import duckdb


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer in the store, by its key; the engine is None where nobody noted it."""

    key: str
    engine: str | None


def answers_of(
    connection: duckdb.DuckDBPyConnection,
    store: AnswerStore,
    recordings: Collection[str],
    held: Collection[str] = (),
) -> list[KeptAnswer]:
    """What the store has of these recordings, but for answers that a held recording shares.

    The books name most of them. The others were left by a killed run, or by a version that did not note it:
    these are opened, and say whose they are.
    """
    if not recordings:
        return []
    there = store.all_keys()
    booked = _booked(connection, there)
    found: dict[str, str | None] = {key: engine for key, sha256, engine in booked if sha256 in recordings}
    shared = {key for key, sha256, _ in booked if sha256 in held}
    unclaimed = set(there) - {key for key, *_ in booked}
    if unclaimed:
        found |= _left(connection, store, unclaimed, recordings)
    return [KeptAnswer(key, found[key]) for key in sorted(found.keys() - shared)]


def requests_at_vendors(
    store: AnswerStore, answers: Iterable[KeptAnswer]
) -> dict[str, dict[str, str | None]]:
    """The vendors' ids of the requests behind answers: engine, then key, then id; None where unknown."""
    requests: dict[str, dict[str, str | None]] = {}
    for one in answers:
        if one.engine is not None and one.engine in HOSTED:
            requests.setdefault(one.engine, {})[one.key] = _request_id(store, one.key, one.engine)
    return requests


def _request_id(store: AnswerStore, key: str, engine: str) -> str | None:
    """As it was kept for this purpose, else as the answer itself states it."""
    try:
        noted = KeptJobs(store, engine).get(key)
        kept = store.get(key) if noted is None else None
        return noted if kept is None else HOSTED[engine].parse(without_receipt(kept)[1]).request_id
    except (EngineError, KeyMissing):
        return None


def _left(
    connection: duckdb.DuckDBPyConnection,
    store: AnswerStore,
    unclaimed: Collection[str],
    recordings: Collection[str],
) -> Mapping[str, str | None]:
    """Of the answers that no row of the books names, those of these recordings, with their engines."""
    payments = dict(
        connection.execute(
            "select usage_id, engine from stored.engine_usage where recording_sha256 in (select unnest(?))",
            [list(recordings)],
        ).fetchall()
    )
    found: dict[str, str | None] = {}
    for key in unclaimed:
        try:
            kept = store.get(key)
        except KeyMissing:  # nobody can read it, nor say whose it is
            continue
        receipt = without_receipt(kept)[0] if kept else None
        if receipt is None:
            continue
        payment = receipt.answer_id(key)
        if receipt.recording_sha256 in recordings or payment in payments:
            found[key] = receipt.engine or payments.get(payment)
    return found


def _booked(connection: duckdb.DuckDBPyConnection, keys: Sequence[str]) -> list[tuple[str, str, str]]:
    """Key, recording and engine of the answers among these that the books name."""
    connection.register("kept_answers", pa.table({"answer_key": pa.array(keys, pa.string())}))
    rows = connection.execute(
        "select distinct answer_key, recording_sha256, engine "
        "from stored.engine_usage inner join kept_answers using (answer_key)"
    ).fetchall()
    connection.unregister("kept_answers")
    return rows
