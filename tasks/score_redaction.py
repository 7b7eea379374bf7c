"""How well redaction does on labelled talk."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from tasks.find_pii import find_pii
from tasks.labelled import read_labelled
from tasks.recognition_noise import misheard

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tasks.labelled import LabelledTalk, Value
    from tasks.redact.rules import Rules


@dataclass(slots=True)
class Tally:
    """Counts over some of the talk."""

    entities: int = 0
    leak_free: int = 0
    required_words: int = 0
    covered_words: int = 0
    redacted_words: int = 0
    negative_words: int = 0
    negative_redacted: int = 0

    def report(self) -> dict[str, Any]:
        """The scores; a share of nothing is 1."""
        return {
            "entities": self.entities,
            "leak_free": _share(self.leak_free, self.entities),
            "word_recall": _share(self.covered_words, self.required_words),
            "word_precision": _share(self.covered_words, self.redacted_words),
            "fp_words_per_1000": round(1000 * self.negative_redacted / max(1, self.negative_words), 3),
        }


@dataclass(slots=True)
class Scores:
    """Everything that was counted, and what went wrong, with its words."""

    total: Tally = field(default_factory=Tally)
    by_style: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_entity: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    uncovered: list[dict[str, Any]] = field(default_factory=list)
    false_positives: list[dict[str, Any]] = field(default_factory=list)


def score_files(
    paths: Iterable[Path], rules: Rules, *, details: bool = False, noise: float = 0.0, seeds: int = 1
) -> dict[str, Any]:
    """The scores of files of labelled talk, taken together.

    A value is leak-free when every word of it that is not optional is redacted, by whatever label. Optional
    words count nowhere. With `noise`, that share of the personal words is misheard, `seeds` times over.
    With `details`, also what was left uncovered and what was redacted wrongly: these hold words of the file.
    """
    scores = Scores()
    for talk in chain.from_iterable(map(read_labelled, paths)):
        for seed in range(seeds if noise else 1):
            _count(scores, misheard(talk, noise, seed) if noise else talk, rules)
    kept = ("entities", "leak_free", "word_recall")
    report = scores.total.report()
    report["by_entity"] = {
        name: {key: tally.report()[key] for key in kept} for name, tally in sorted(scores.by_entity.items())
    }
    report["by_style"] = {name: tally.report() for name, tally in sorted(scores.by_style.items())}
    if details:
        report |= {"uncovered": scores.uncovered, "false_positives": scores.false_positives}
    return report


def _count(scores: Scores, talk: LabelledTalk, rules: Rules) -> None:
    redacted = {
        word
        for finding in find_pii(talk.conversation, rules)
        if finding.tier != "review"
        for word in range(finding.start_word, finding.end_word)
    } - talk.optional
    wrong = redacted.difference(*(value.words for value in talk.values))
    for tally in (scores.total, scores.by_style[talk.style]):
        tally.redacted_words += len(redacted)
        if not talk.values:
            tally.negative_words += len(talk.conversation.words)
            tally.negative_redacted += len(wrong)
    for value in talk.values:
        for tally in (scores.total, scores.by_style[talk.style], scores.by_entity[value.entity]):
            _count_value(tally, value, redacted)
        if not value.words <= redacted:
            scores.uncovered.append(_quote(talk, value.words - redacted) | {"entity": value.entity})
    if wrong:
        scores.false_positives.append(_quote(talk, wrong))


def _count_value(tally: Tally, value: Value, redacted: set[int]) -> None:
    tally.entities += 1
    tally.leak_free += value.words <= redacted
    tally.required_words += len(value.words)
    tally.covered_words += len(value.words & redacted)


def _quote(talk: LabelledTalk, words: Iterable[int]) -> dict[str, Any]:
    return {"id": talk.id, "words": {index: talk.conversation.words[index].text for index in sorted(words)}}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0
