"""What somebody asks to be erased, and the recordings that this is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tasks.lake.erased_names import call_name
from tasks.lake.ledger import ERASED

if TYPE_CHECKING:
    import duckdb

    from tasks.erasure.plan import Plan
    from tasks.keys import Keyring

_KNOWN: Final = """
create or replace temporary view known_recordings as
select
    recordings.recording_sha256,
    recordings.call_id,
    coalesce(calls.customer_key, recordings.customer_key) as customer_key,
    calls.queue,
    calls.call_id is not null as landed,
    coalesce(calls.started_at, calls.landed_at, recordings.updated_at) as happened_at
from stored.recordings as recordings
left join stored.calls as calls using (recording_sha256)
where recordings.reason is distinct from '{erased}'
union all
select recording_sha256, any_value(call_id), null, null, false, max(requested_at)
from stored.engine_usage as compared
where recording_sha256 is not null
    and recording_sha256 not in (select recording_sha256 from stored.recordings)
group by recording_sha256
"""
"""Recordings of the ledger that are not erased, and those that were only heard in a comparison."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition on `known_recordings`, and how the request is written down."""

    kind: str
    """call, customer, age or retention."""
    subject: str
    """A keyed hash of the call's id, the customer's keys, days, or a policy's hash."""
    condition: str = "false"
    values: tuple[Any, ...] = ()


def call_asked(call_id: str, keyring: Keyring) -> Asked:
    """One call."""
    return Asked("call", call_name(keyring, call_id), "call_id = ?", (call_id,))


def customer_asked(customer_id: str, keyring: Keyring) -> Asked:
    """A customer's calls, whichever of the keys made the customer's key."""
    keys = keyring.pseudonyms("customer", customer_id)
    return Asked("customer", " ".join(keys), "customer_key in (select unnest(?))", (list(keys),))


def age_asked(days: int) -> Asked:
    """What is older: by when the call began, else by when it landed or was last tried."""
    return Asked("age", str(days), "happened_at < now() - to_days(?)", (days,))


def as_asked(plan: Plan) -> Asked:
    """The recordings of a plan, in whatever lake they are looked for."""
    condition = "recording_sha256 in (select unnest(?))"
    return Asked(plan.asked, plan.subject, condition, (list(plan.recordings),))


def name_known_recordings(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the view `known_recordings`, for the functions that need it."""
    connection.execute(_KNOWN.format(erased=ERASED))


def recordings_asked(connection: duckdb.DuckDBPyConnection, asked: Asked) -> dict[str, str | None]:
    """The recordings that are asked for, with the call that each became or was to become."""
    rows = connection.execute(
        f"select recording_sha256, call_id from known_recordings where {asked.condition} order by all",
        list(asked.values),
    ).fetchall()
    return dict(rows)
