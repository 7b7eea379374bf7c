"""Detection over one conversation: read it, let every recogniser look once, remember what was found."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from tasks.redact.allow_list import AllowList, build_allow_list, without
from tasks.redact.analysis_text import write_analysis_text
from tasks.redact.card_codes import find_card_codes
from tasks.redact.cues import Trie, build_trie, standard_cues
from tasks.redact.detectors import detectors
from tasks.redact.memory import recall
from tasks.redact.runs import find_runs
from tasks.redact.script import read_script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.redact.candidates import Candidate
    from tasks.redact.rules import Rules
    from tasks.schemas import Conversation


@dataclass(frozen=True, slots=True)
class Detection:
    """What has to be built once for a set of rules."""

    rules: Rules
    trie: Trie
    allow_list: AllowList
    engine: Any
    """A Presidio AnalyzerEngine; Presidio is imported only when one is needed."""

    def candidates(self, conversation: Conversation) -> Sequence[Candidate]:
        """Everything that may be personal data in a conversation."""
        from tasks.redact.presidio import analyze  # noqa: PLC0415  (importing Presidio takes seconds)

        script = read_script(conversation, self.trie)
        runs = find_runs(script)
        allowed = self.allow_list.words(script, runs)
        seen = analyze(self.engine, script, runs, write_analysis_text(script, runs))
        found = list(without([*seen, *find_card_codes(script, runs, seen)], allowed))
        sure = [one for one in found if self.rules.tier_of(one.entity, one.score) in {"auto", "flagged"}]
        return [*found, *without(recall(script, runs, sure), allowed)]


_built: dict[str, Detection] = {}
_building = Lock()


def detection(rules: Rules) -> Detection:
    """The detection for a set of rules; built once and kept."""
    with _building:
        if rules.hash not in _built:
            _built[rules.hash] = _build(rules)
        return _built[rules.hash]


def _build(rules: Rules) -> Detection:
    from tasks.redact.presidio import build_engine  # noqa: PLC0415  (importing Presidio takes seconds)

    standard = standard_cues()
    phrases = {
        entity: (*rules.cues.get(entity, ()), *standard.get(entity, ()))
        for entity in {**rules.cues, **standard}
    }
    return Detection(
        rules, build_trie(phrases), build_allow_list(rules.allow), build_engine(rules, detectors(rules))
    )
