"""What compliance asks of a night, or of all calls since a day: counts only, never a value."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from tasks.redact.residual_risk import ResidualRisk, residual_risk

if TYPE_CHECKING:
    from datetime import date

    import duckdb

_OF_RUN: Final = (
    "select call_id from {place}recordings where state = 'landed' and run_id = $scope",
    "run_id = $scope",
)
_SINCE: Final = (
    "select call_id from {place}calls where coalesce(call_date, landed_at::date) >= $scope",
    "updated_at::date >= $scope",
)

_CALLS: Final = """
select count(*) as calls,
    count(*) filter (where redaction_count > 0) as calls_redacted,
    coalesce(sum(redaction_count), 0)::bigint as findings_taken_out,
    coalesce(sum(muted_ms), 0)::bigint as muted_ms,
    count(*) filter (where audio_path is null) as calls_without_redacted_sound
from {place}calls where call_id in ({calls})
"""
_FINDINGS: Final = """
select entity, tier, mode, count(*) as findings, count(distinct call_id) as calls
from {place}redactions where call_id in ({calls}) group by all order by all
"""
_WAITING: Final = """
select count(*) as findings_waiting, count(distinct call_id) as calls_waiting
from {place}redactions where review_status = 'pending' and call_id in ({calls})
"""
_RULES: Final = """
select rules_hash, detector_version, count(distinct call_id) as calls
from {place}redactions where call_id in ({calls}) group by all order by all
"""
_HELD_BACK: Final = """
select state, stage, count(*) as recordings
from {place}recordings where state in ('failed', 'quarantined') and {recordings} group by all order by all
"""


@dataclass(frozen=True, slots=True)
class Compliance:
    """Counts over the calls of a run, or since a day."""

    calls: int
    calls_redacted: int
    findings_taken_out: int
    muted_ms: int
    calls_without_redacted_sound: int
    findings_waiting: int
    calls_waiting: int
    findings: list[dict[str, Any]]
    """By entity, tier and mode."""
    rules: list[dict[str, Any]]
    """By rules' hash and detector version: calls with findings."""
    held_back: list[dict[str, Any]]
    """Recordings of which nothing landed, by state and stage."""
    residual_risk: ResidualRisk

    def headline(self) -> str:
        """What was taken out, in one line."""
        return (
            f"{self.calls_redacted} of {self.calls} calls redacted, {self.findings_taken_out} findings "
            f"taken out, {self.muted_ms / 60_000:.1f} minutes muted"
        )

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)

    def as_markdown(self) -> str:
        """For people: a section of a run's summary."""
        held_back = sum(row["recordings"] for row in self.held_back)
        waiting = f"{self.findings_waiting} findings in {self.calls_waiting} calls wait for a person"
        lines = ["## Redaction\n", f"{self.headline()}; {waiting}; {held_back} recordings held back.\n"]
        lines.append(f"{self.residual_risk.sentence()}\n")
        if self.findings:
            lines.append("| entity | tier | mode | findings | calls |\n|---|---|---|---|---|")
            lines += [
                f"| {row['entity']} | {row['tier']} | {row['mode']} | {row['findings']} | {row['calls']} |"
                for row in self.findings
            ]
        return "\n".join(lines) + "\n"


def compliance_of_run(connection: duckdb.DuckDBPyConnection, run_id: str) -> Compliance:
    """The calls that a run landed, and the recordings that it held back; for a connection that lands."""
    return _compliance(connection, _OF_RUN, run_id, "stored.")


def compliance_since(connection: duckdb.DuckDBPyConnection, since: date) -> Compliance:
    """The calls of a day and later, those without a date by when they landed; for a connection that reads."""
    return _compliance(connection, _SINCE, since, "")


def _compliance(
    connection: duckdb.DuckDBPyConnection, scope: tuple[str, str], value: object, place: str
) -> Compliance:
    calls, recordings = scope

    def rows(sql: str) -> list[dict[str, Any]]:
        asked = sql.format(calls=calls.format(place=place), recordings=recordings, place=place)
        listed: list[dict[str, Any]] = (
            connection.execute(asked, {"scope": value}).to_arrow_table().to_pylist()
        )
        return listed

    (totals,), (waiting,) = rows(_CALLS), rows(_WAITING)
    return Compliance(
        **totals,
        **waiting,
        findings=rows(_FINDINGS),
        rules=rows(_RULES),
        held_back=rows(_HELD_BACK),
        residual_risk=residual_risk(totals["findings_taken_out"]),
    )
