"""A run's progress as one JSON object a line, for tools that collect logs: ids, counts, seconds."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from flows.summary import Summary

_EVERY_S: Final = 10.0
"""How often single steps are told together."""
_TOLD: Final = (
    "run_id found landed skipped quarantined failed over_budget minutes_landed minutes_billed cost_usd "
    "engine_requests cache_hits".split()
)


class JsonLines:
    """Writes events to stderr. Never a reason, a file or a word: only what is counted."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.summary: Summary | None = None
        self._begun_s = self._told_s = time.monotonic()
        self._stage, self._whole, self._done = "starting", 0, 0

    def reading(self, files: int) -> None:
        """So many files are about to be read."""
        self._begin("reading", files)

    def read(self) -> None:
        """One more file is identified."""
        self._step()

    def quoting(self, recordings: int) -> None:
        """So many recordings are about to be measured."""
        self._begin("quoting", recordings)

    def quoted(self) -> None:
        """One more is measured."""
        self._step()

    def working(self, recordings: int) -> None:
        """So many recordings are about to be worked on."""
        self._begin("working", recordings)

    def done(self) -> None:
        """One more recording has reached its state."""
        self._step()

    def ended(self, summary: Summary) -> None:
        """The run is over."""
        self.summary = summary
        facts = summary.as_dict()
        self._tell("ended", {name: facts[name] for name in _TOLD} | {"exit_code": summary.exit_code})

    def _begin(self, stage: str, whole: int) -> None:
        self._stage, self._whole, self._done = stage, whole, 0
        self._tell(stage, {"whole": whole})

    def _step(self) -> None:
        self._done += 1
        if self._done == self._whole or time.monotonic() - self._told_s >= _EVERY_S:
            self._tell(self._stage, {"whole": self._whole, "done": self._done})

    def _tell(self, event: str, facts: dict[str, Any]) -> None:
        self._told_s = time.monotonic()
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event": event,
            "elapsed_s": round(self._told_s - self._begun_s, 3),
        }
        print(json.dumps(line | facts), file=sys.stderr, flush=True)  # noqa: T201  (what was asked for)
