"""How well redaction does on labelled utterances."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.find_pii import find_pii
from tasks.schemas import Conversation, Turn, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tasks.redact.rules import Rules


@dataclass(slots=True)
class Tally:
    """Counts over some of the utterances."""

    entities: int = 0
    leak_free: int = 0
    required_words: int = 0
    covered_words: int = 0
    redacted_words: int = 0
    negative_words: int = 0
    negative_redacted: int = 0
    by_entity: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    uncovered: list[dict[str, Any]] = field(default_factory=list)
    false_positives: list[dict[str, Any]] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """The scores; a share of nothing is 1."""
        return {
            "entities": self.entities,
            "leak_free": _share(self.leak_free, self.entities),
            "word_recall": _share(self.covered_words, self.required_words),
            "word_precision": _share(self.covered_words, self.redacted_words),
            "fp_words_per_1000": round(1000 * self.negative_redacted / max(1, self.negative_words), 3),
            "by_entity": {
                name: {"entities": count, "leak_free": _share(whole, count)}
                for name, (count, whole) in sorted(self.by_entity.items())
            },
        }


def score_file(path: str | Path, rules: Rules, *, details: bool = False) -> dict[str, Any]:
    """The scores of a file of labelled utterances, one JSON object a line.

    An entity is a group of spans; it is leak-free when every word of it that is not optional is redacted.
    Optional words count nowhere. With `details`, also what was left uncovered and what was redacted wrongly,
    by id: these hold words of the file.
    """
    total, styles = Tally(), defaultdict[str, Tally](Tally)
    for item in _items(Path(path)):
        redacted = _redacted(item, rules)
        for tally in (total, styles[str(item.get("style", "none"))]):
            _count(tally, item, redacted)
    report = total.report()
    report["by_style"] = {
        name: {key: value for key, value in tally.report().items() if key != "by_entity"}
        for name, tally in sorted(styles.items())
    }
    if details:
        report |= {"uncovered": total.uncovered, "false_positives": total.false_positives}
    return report


def conversation_of(item: Mapping[str, Any]) -> Conversation:
    """A labelled utterance as a conversation without times."""
    turns = tuple(Turn(0, turn["speaker"], turn["start_word"], turn["end_word"]) for turn in item["turns"])
    words = tuple(
        Word(item["words"][index], None, None, speaker=turn.speaker)
        for turn in turns
        for index in range(turn.first_word, turn.end_word)
    )
    return Conversation(words, turns)


def _items(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def _redacted(item: Mapping[str, Any], rules: Rules) -> set[int]:
    findings = find_pii(conversation_of(item), rules)
    return {
        word
        for finding in findings
        if finding.tier != "review"
        for word in range(finding.start_word, finding.end_word)
    }


def _count(tally: Tally, item: Mapping[str, Any], redacted: Iterable[int]) -> None:
    optional = set(item.get("optional", ()))
    groups: dict[str, set[int]] = defaultdict(set)
    names: dict[str, str] = {}
    for span in item["spans"]:
        names.setdefault(span["group"], span["entity"])
        groups[span["group"]] |= set(range(span["start_word"], span["end_word"])) - optional
    covered = set(redacted) - optional
    wrong = covered.difference(*groups.values())
    tally.redacted_words += len(covered)
    for group, words in groups.items():
        _count_entity(tally, item, names[group], words, covered)
    if wrong:
        tally.false_positives.append(_quote(item, wrong))
    if not item["spans"]:
        tally.negative_words += len(item["words"])
        tally.negative_redacted += len(wrong)


def _count_entity(
    tally: Tally, item: Mapping[str, Any], entity: str, words: set[int], covered: set[int]
) -> None:
    whole = words <= covered
    tally.entities += 1
    tally.leak_free += whole
    tally.required_words += len(words)
    tally.covered_words += len(words & covered)
    tally.by_entity[entity][0] += 1
    tally.by_entity[entity][1] += whole
    if not whole:
        tally.uncovered.append(_quote(item, words - covered) | {"entity": entity})


def _quote(item: Mapping[str, Any], words: set[int]) -> dict[str, Any]:
    return {"id": item.get("id"), "words": {index: item["words"][index] for index in sorted(words)}}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0
