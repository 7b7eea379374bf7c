"""How long what is kept, from a YAML file: whole calls by queue, and parts of calls that stay."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.erasure.asked import Asked, name_known_recordings
from tasks.erasure.holds import held_recordings
from tasks.erasure.make_plan import Parts
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import duckdb
    import pyarrow as pa

Days = Annotated[int, Field(ge=0, strict=True)]


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ByQueue(_Checked):
    """Days since the call, for queues that are named and for all others; None keeps for ever."""

    default: Days | None = None
    queues: dict[str, Days | None] = {}


class ByEntity(_Checked):
    """Days since the call, for entities that are named and for all others; None keeps for ever."""

    default: Days | None = None
    entities: dict[str, Days | None] = {}


class Policy(_Checked):
    """A retention policy. What is left out is kept for ever."""

    calls: ByQueue = ByQueue()
    """Everything of a call."""
    redacted_sound: ByQueue = ByQueue()
    heard_calls: ByQueue = ByQueue()
    """Conversations as they were heard, for new redaction rules."""
    answers: ByQueue = ByQueue()
    """What engines sent, spoken secrets included."""
    kept_values: ByEntity = ByEntity()
    """What the mode `reversible` keeps."""

    @property
    def hash(self) -> str:
        """Names the policy: 16 hex digits."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


def load_policy(path: Path, known_entities: Collection[str]) -> Policy:
    """The policy of a file.

    Raises:
        SettingsError: the file cannot be read, or says something that is not understood.
    """
    try:
        policy = Policy.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(f"the retention policy {path} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise SettingsError(f"the retention policy {path} is not YAML") from None
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "its top"
        raise SettingsError(f"the retention policy {path} is wrong at {where}: {first['msg']}") from None
    unknown = sorted(policy.kept_values.entities.keys() - set(known_entities))
    if unknown:
        raise SettingsError(f"the retention policy {path}: the rules know no {', '.join(unknown)}")
    return policy


def calls_over(policy: Policy) -> Asked:
    """The recordings that the policy no longer keeps at all."""
    condition, values = _older(policy.calls)
    return Asked("retention", policy.hash, condition, values)


def parts_over(connection: duckdb.DuckDBPyConnection, policy: Policy) -> Parts:
    """The parts that it no longer keeps, of whichever recordings; `known_recordings` must be there."""
    return Parts(
        sound=_recordings(connection, policy.redacted_sound),
        heard=_recordings(connection, policy.heard_calls),
        answers=_recordings(connection, policy.answers),
        values=_values(connection, policy.kept_values),
    )


def recordings_of(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The SHA-256 of every recording in a lake's ledger."""
    return {
        sha256
        for (sha256,) in connection.execute("select recording_sha256 from stored.recordings").fetchall()
    }


def known_for_trial(connection: duckdb.DuckDBPyConnection, recordings: Collection[str]) -> pa.Table:
    """Of a trial's recordings those that its lake knows and does not hold: the trial's `known_recordings`."""
    name_known_recordings(connection)
    return connection.execute(
        "select * from known_recordings where recording_sha256 in (select unnest(?))",
        [sorted(set(recordings) - held_recordings(connection))],
    ).to_arrow_table()


def _recordings(connection: duckdb.DuckDBPyConnection, days: ByQueue) -> set[str]:
    condition, values = _older(days)
    rows = connection.execute(
        f"select recording_sha256 from known_recordings where {condition}", values
    ).fetchall()
    return {sha256 for (sha256,) in rows}


def _values(connection: duckdb.DuckDBPyConnection, days: ByEntity) -> dict[str, tuple[str, str]]:
    limit, values = _limit("entity", days.entities, days.default)
    rows = connection.execute(
        "select finding_id, recording_sha256, lower(hex(sealed)) "
        "from stored.envelopes inner join stored.redactions using (finding_id) "
        "inner join stored.calls on envelopes.call_id = calls.call_id "
        "inner join known_recordings using (recording_sha256) "
        f"where happened_at < now() - to_days({limit})",
        values,
    ).fetchall()
    return {finding_id: (sha256, sealed) for finding_id, sha256, sealed in rows}


def _older(days: ByQueue) -> tuple[str, tuple[Any, ...]]:
    limit, values = _limit("queue", days.queues, days.default)
    return f"happened_at < now() - to_days({limit})", values


def _limit(column: str, named: Mapping[str, int | None], default: int | None) -> tuple[str, tuple[Any, ...]]:
    """An SQL expression of days: null, which nothing is older than, where something is kept for ever."""
    cases = "".join(f"when {column} = ? then ?::integer " for _ in named)
    values = tuple(value for pair in named.items() for value in pair)
    return f"case {cases}when true then ?::integer end", (*values, default)
