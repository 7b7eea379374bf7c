"""What an erasure will take out, kept encrypted until all of it is gone: who comes next goes on from it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tasks.answers import AnswerStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tasks.keys import Keyring
    from tasks.lake.catalog import Lake


@dataclass(frozen=True, slots=True)
class Plan:
    """One erasure: who asked for what, and by name everything that goes."""

    erasure_id: str
    asked: str
    subject: str
    asked_by: str
    asked_at: str
    recordings: Mapping[str, str | None]
    """Erased whole, by SHA-256, with the call that each became."""
    held: int
    """Recordings that were asked for and stay because of a legal hold."""
    copies: Mapping[str, str]
    """Redacted copies, by call, as paths below the lake."""
    heard: tuple[str, ...]
    """Recordings of which the conversation as it was heard goes."""
    answers: tuple[str, ...]
    """Keys of the answer store."""
    values: Mapping[str, str]
    """Kept values of calls that stay, as they are sealed (hex), by finding."""
    requests: Mapping[str, Mapping[str, str | None]]
    """At vendors: engine, answer key, the vendor's id of the request."""
    touched: tuple[str, ...]
    """Every recording of which something goes."""
    digests: tuple[str, ...]
    """SHA-256 of the redacted copies."""

    @property
    def calls(self) -> list[str]:
        """The calls that go whole."""
        return [call_id for call_id in self.recordings.values() if call_id]

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to take out."""
        return not (self.recordings or self.copies or self.heard or self.answers or self.values)

    def counts(self) -> dict[str, int]:
        """What is in it, for people."""
        return {
            "recordings": len(self.recordings),
            "held": self.held,
            "redacted_sounds": len(self.copies),
            "heard_calls": len(self.heard),
            "answers": len(self.answers),
            "kept_values": len(self.values),
            "requests_at_vendors": sum(map(len, self.requests.values())),
        }


@dataclass(frozen=True, slots=True)
class BegunPlans:
    """One encrypted file per erasure that has begun and is not done."""

    store: AnswerStore

    @classmethod
    def of(cls, lake: Lake, keyring: Keyring) -> BegunPlans:
        """Those of a lake."""
        return cls(AnswerStore(lake.files.under("erasures"), keyring))

    def keep(self, plan: Plan) -> None:
        """Keep a plan; from now on it is carried out, whatever happens to this process."""
        self.store.put(plan.erasure_id, json.dumps(asdict(plan)).encode())

    def all(self) -> Iterator[Plan]:
        """Every erasure that has begun; KeyMissing if its key is not at hand."""
        for erasure_id in self.store.all_keys():
            kept = self.store.get(erasure_id)
            if kept is not None:
                yield _plan(json.loads(kept))

    def forget(self, plan: Plan) -> None:
        """Drop the plan of an erasure that is done."""
        self.store.forget(plan.erasure_id)


def _plan(fields: dict[str, Any]) -> Plan:
    return Plan(**fields | {name: tuple(fields[name]) for name in ("heard", "answers", "touched", "digests")})
