"""What a night came to: counts, minutes, cost, and every failure with its reason. No words, no names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tasks.errors import OverBudget, Stopped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flows.plan import Plan
    from flows.quote import Quote
    from tasks.compliance import Compliance
    from tasks.schemas import Outcome, State


_COUNTED: Final = (
    "found landed skipped quarantined failed other_files metadata_problems "
    "minutes_landed minutes_billed cost_usd engine_requests cache_hits".split()
)


@dataclass(slots=True)
class Summary:
    """A run's outcomes, added up. found = landed + skipped + quarantined + failed, always."""

    run_id: str
    purpose: str = "ingest"
    """ingest, retry or backfill."""
    begun_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    companions: int = 0
    metadata_problems: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    """By reason: files of which nothing else is kept here."""
    quote: Quote | None = None
    """What was expected of the engines before anything was sent."""
    stopped: bool = False
    """Whether the run was told to stop before all was done."""
    compliance: Compliance | None = None
    """What was redacted, what waits and what was held back."""

    def begin(self, plan: Plan) -> None:
        """Count what was decided without any work."""
        self.companions, self.metadata_problems = plan.companions, plan.metadata_problems
        self.skipped.update(plan.skipped)
        self.add(plan.decided)

    @property
    def found(self) -> int:
        """All files of the archive that are recordings, or claim to be."""
        return len(self.outcomes) + self.skipped.total()

    def headline(self) -> str:
        """The run in one line."""
        states: tuple[State, ...] = ("landed", "skipped", "quarantined", "failed")
        return f"{self.found} found: " + ", ".join(f"{self.count(state)} {state}" for state in states)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Count more files in."""
        self.outcomes.extend(outcomes)

    def count(self, state: State) -> int:
        """Files that ended in a state."""
        others = self.skipped.total() if state == "skipped" else 0
        return sum(outcome.state == state for outcome in self.outcomes) + others

    @property
    def troubled(self) -> list[Outcome]:
        """The quarantined and the failed, worst first."""
        worst = {"failed": 0, "quarantined": 1}
        chosen = [outcome for outcome in self.outcomes if outcome.state in worst]
        return sorted(chosen, key=lambda outcome: (worst[outcome.state], outcome.source_uri_masked))

    @property
    def over_budget(self) -> int:
        """Recordings that wait because a spending ceiling was reached."""
        return sum(outcome.state == "skipped" and outcome.stage == "transcribe" for outcome in self.outcomes)

    @property
    def exit_code(self) -> int:
        """0; or 13 where the run was stopped, else 10 for a failure, 7 for a ceiling, 3 for a quarantine."""
        if self.stopped:
            return Stopped.exit_code
        if self.count("failed"):
            return 10
        if self.over_budget:
            return OverBudget.exit_code
        return 3 if self.count("quarantined") else 0

    def skipped_because(self) -> dict[str, int]:
        """How many files were skipped, by reason."""
        reasons = (outcome.reason or "" for outcome in self.outcomes if outcome.state == "skipped")
        return dict(self.skipped + Counter(reasons))

    def as_dict(self) -> dict[str, Any]:
        """For machines: what `--json` prints."""
        return {
            "run_id": self.run_id,
            "found": self.found,
            "landed": self.count("landed"),
            "skipped": self.count("skipped"),
            "quarantined": self.count("quarantined"),
            "failed": self.count("failed"),
            "skipped_because": self.skipped_because(),
            "other_files": self.companions,
            "metadata_problems": self.metadata_problems,
            "minutes_landed": round(sum(outcome.duration_ms for outcome in self.outcomes) / 60_000, 2),
            "minutes_billed": round(sum(outcome.billed_ms for outcome in self.outcomes) / 60_000, 2),
            "cost_usd": round(sum(outcome.cost_usd for outcome in self.outcomes), 4),
            "over_budget": self.over_budget,
            "stopped": self.stopped,
            "quote": self.quote.as_dict() if self.quote else None,
            "engine_requests": sum(outcome.requests for outcome in self.outcomes),
            "cache_hits": sum(outcome.cache_hits for outcome in self.outcomes),
            "compliance": self.compliance.as_dict() if self.compliance else None,
            "troubled": [
                {
                    "file": outcome.source_uri_masked,
                    "sha256": outcome.sha256,
                    "state": outcome.state,
                    "stage": outcome.stage,
                    "reason": outcome.reason,
                }
                for outcome in self.troubled
            ],
        }

    def as_night(self, engine: str) -> dict[str, Any]:
        """For the relation `nights`, as it ends."""
        return self.as_begun_night(engine) | {
            "ended_at": datetime.now(UTC),
            "found": self.found,
            "landed": self.count("landed"),
            "skipped": self.count("skipped"),
            "quarantined": self.count("quarantined"),
            "failed": self.count("failed"),
            "over_budget": self.over_budget,
            "duration_ms": sum(outcome.duration_ms for outcome in self.outcomes),
            "billed_ms": sum(outcome.billed_ms for outcome in self.outcomes),
            "cost_usd": sum(outcome.cost_usd for outcome in self.outcomes),
            "requests": sum(outcome.requests for outcome in self.outcomes),
            "cache_hits": sum(outcome.cache_hits for outcome in self.outcomes),
        }

    def as_begun_night(self, engine: str) -> dict[str, Any]:
        """The same as it begins: a night that is killed leaves this."""
        return {
            "run_id": self.run_id,
            "purpose": self.purpose,
            "engine": engine,
            "begun_at": self.begun_at,
        }

    def as_markdown(self) -> str:
        """For people: the Prefect artifact of the run."""
        facts = self.as_dict()
        numbers = "".join(f"| {name.replace('_', ' ')} | {facts[name]} |\n" for name in _COUNTED)
        troubled = "".join(
            f"| {outcome.state} | {_cell(outcome.source_uri_masked)} | {_cell(outcome.reason)} |\n"
            for outcome in self.troubled
        )
        expected = f"\n{self.quote.sentence()}\n" if self.quote else ""
        table = f"\n| state | file | reason |\n|---|---|---|\n{troubled}" if troubled else ""
        redacted = f"\n{self.compliance.as_markdown()}" if self.compliance else ""
        return f"# Run {self.run_id}\n\n| | |\n|---|---|\n{numbers}{expected}{table}{redacted}"


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|").replace("\n", " ")
