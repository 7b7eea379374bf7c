"""From what is asked to the names of everything that this takes out. Nothing is changed by asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from tasks.account import account
from tasks.answers import AnswerStore
from tasks.erasure.asked import name_known_recordings, recordings_asked
from tasks.erasure.holds import held_recordings
from tasks.erasure.kept_answers import answers_of, requests_at_vendors
from tasks.erasure.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import duckdb

    from tasks.erasure.asked import Asked
    from tasks.keys import Keyring
    from tasks.lake.catalog import Lake


@dataclass(frozen=True, slots=True)
class Parts:
    """What goes of recordings that stay, by SHA-256; kept values by finding."""

    sound: Collection[str] = ()
    heard: Collection[str] = ()
    answers: Collection[str] = ()
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """With the recording, and as they are sealed, in hex."""

    @property
    def all_recordings(self) -> set[str]:
        """Every recording of which a part goes."""
        return {*self.sound, *self.heard, *self.answers, *(sha256 for sha256, _ in self.values.values())}


def make_plan(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    keyring: Keyring,
    asked: Asked,
    parts: Parts | None = None,
) -> Plan:
    """What the request takes out now. Held recordings stay as they are, whole."""
    name_known_recordings(connection)
    held = held_recordings(connection)
    found = recordings_asked(connection, asked)
    whole = {sha256: call_id for sha256, call_id in found.items() if sha256 not in held}
    parts, heard_store = parts or Parts(), lake.heard
    store = AnswerStore(lake.answers, keyring)
    answers = answers_of(connection, store, {*whole, *parts.answers} - held, held)
    heard = sorted({*whole, *parts.heard} - held)
    copies = _copies(connection, {*whole, *parts.sound} - held)
    kept_heard = set(AnswerStore(heard_store, keyring).all_keys())
    return Plan(
        erasure_id=uuid4().hex,
        asked=asked.kind,
        subject=asked.subject,
        asked_by=account(),
        asked_at=datetime.now(UTC).isoformat(),
        recordings=whole,
        held=len(held & {*found, *parts.all_recordings}),
        copies={call_id: path for call_id, path, _ in copies},
        heard=tuple(sha256 for sha256 in heard if sha256 in kept_heard),
        answers=tuple(one.key for one in answers),
        values={name: sealed for name, (sha256, sealed) in parts.values.items() if sha256 not in held},
        requests=requests_at_vendors(store, answers),
        touched=tuple(sorted({*whole, *parts.all_recordings} - held)),
        digests=tuple(sha256 for *_, sha256 in copies),
    )


def _copies(connection: duckdb.DuckDBPyConnection, recordings: Collection[str]) -> list[tuple[str, str, str]]:
    return connection.execute(
        "select call_id, audio_path, audio_sha256 from stored.calls "
        "where audio_path is not null and recording_sha256 in (select unnest(?)) order by call_id",
        [list(recordings)],
    ).fetchall()
