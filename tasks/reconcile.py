"""The lake against a list of calls (CDR): what is missing, what is extra, late, or not as long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from tasks.lake.erased_names import erased_calls
from tasks.redact_metadata import redact_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import duckdb

    from tasks.keys import Keyring
    from tasks.sources.call_list import ListedCall

_LISTED: Final[dict[str, Any]] = {
    "call_id": pa.string(),
    "started_at": pa.timestamp("us", tz="UTC"),
    "duration_s": pa.float64(),
    "agent_id": pa.string(),
    "queue": pa.string(),
}
_OWN_ID: Final = "regexp_replace({}, '~[0-9a-f]{{8}}$', '')"
"""A second recording of one call lands under its id and a hash; both are the listed call."""
_COMPARED: Final = f"""
with listed as (
    select * from call_list
    where ($since is null or started_at is null or cast(started_at as date) >= $since)
        and ($until is null or started_at is null or cast(started_at as date) <= $until)
),
landed as (
    select *, {_OWN_ID.format("call_id")} as listed_id from calls
),
ledger as (
    select {_OWN_ID.format("call_id")} as call_id, arg_max(state, updated_at) as state,
        arg_max(coalesce(reason, ''), updated_at) as reason
    from recordings where call_id is not null and state <> 'landed' group by all
),
missing as (
    select listed.*, 'missing' as difference, null as landed_duration_s, null as late_h,
        coalesce(ledger.state, 'never seen') as state, nullif(ledger.reason, '') as reason
    from listed left join ledger on listed.call_id = ledger.call_id
    where listed.call_id not in (select listed_id from landed)
),
extra as (
    select call_id, started_at, null as duration_s, agent_id, queue, 'extra' as difference,
        duration_ms / 1000 as landed_duration_s, null as late_h, 'landed' as state, null as reason
    from landed
    where listed_id not in (select call_id from call_list)
        and call_date >= $since and call_date <= $until
),
paired as (
    select listed.*, landed.call_id as landed_id, landed.duration_ms / 1000 as landed_duration_s,
        date_diff('second', coalesce(listed.started_at, landed.started_at), landed_at) / 3600 as late_h,
        count(*) over (partition by listed.call_id) as recordings
    from listed inner join landed on listed.call_id = landed.listed_id
),
late as (
    select * exclude (landed_id, recordings) replace (landed_id as call_id), 'late' as difference,
        'landed' as state, null as reason
    from paired where late_h > $late_after_h
),
other_length as (
    select * exclude (landed_id, recordings), 'duration' as difference, 'landed' as state, null as reason
    from paired where recordings = 1 and abs(landed_duration_s - duration_s) > $tolerance_s
),
every_difference as (
    select * from missing
    union all by name select * from extra
    union all by name select * from late
    union all by name select * from other_length
)
select difference, call_id, started_at, duration_s as listed_s, round(landed_duration_s, 1) as landed_s,
    round(late_h, 1) as late_h, agent_id, queue, state, reason
from every_difference
order by array_position(['missing', 'extra', 'late', 'duration'], difference), started_at, call_id
"""
_COUNTED: Final = f"""
select count(*) as listed,
    count(*) filter (where call_id in (select {_OWN_ID.format("call_id")} from calls)) as landed
from call_list
where ($since is null or started_at is null or cast(started_at as date) >= $since)
    and ($until is null or started_at is null or cast(started_at as date) <= $until)
"""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which days are compared (UTC, both included), and what counts as different."""

    since: date | None
    until: date | None
    late_after_h: float
    tolerance_s: float


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What a comparison found. `rows` has one row for each call and difference."""

    since: date | None
    until: date | None
    listed: int
    landed: int
    """Of the listed."""
    rows: pa.Table

    def count(self, difference: str) -> int:
        """How many calls differ in that way: missing, extra, late or duration."""
        return self.rows["difference"].to_pylist().count(difference)


def reconcile(
    connection: duckdb.DuckDBPyConnection, calls: Iterable[ListedCall], bounds: Bounds, keyring: Keyring
) -> Reconciliation:
    """Compare a list with the lake; nothing of the list is kept.

    Without bounds, the days of the list's first and last call are compared; a list without times is compared
    whole, and extra calls are not looked for. Erased calls are left out of the list. Ids that hold a
    telephone number or an e-mail address are compared, and shown, as the lake has them: as keyed hashes.
    """
    rows = _without_erased(connection, [_row(call, keyring) for call in calls], keyring)
    days = [row["started_at"].date() for row in rows if row["started_at"]]
    since = bounds.since or (min(days) if days else None)
    until = bounds.until or (max(days) if days else None)
    connection.register("call_list", pa.Table.from_pylist(rows, schema=pa.schema(_LISTED)))
    scope = {"since": since, "until": until}
    limits = {"late_after_h": bounds.late_after_h, "tolerance_s": bounds.tolerance_s}
    listed, landed = connection.execute(_COUNTED, scope).fetchone() or (0, 0)
    found = connection.execute(_COMPARED, scope | limits).to_arrow_table()
    return Reconciliation(since, until, listed, landed, found)


def _without_erased(
    connection: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]], keyring: Keyring
) -> list[dict[str, Any]]:
    erased = erased_calls(connection, [row["call_id"] for row in rows], keyring)
    return [row for row in rows if row["call_id"] not in erased]


def _row(call: ListedCall, keyring: Keyring) -> dict[str, Any]:
    return {
        "call_id": redact_id("call", call.call_id, keyring),
        "started_at": call.started_at,
        "duration_s": call.duration_s,
        "agent_id": call.agent_id and redact_id("agent", call.agent_id, keyring),
        "queue": call.queue,
    }
