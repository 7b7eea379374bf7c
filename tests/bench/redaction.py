"""Redaction against stock Presidio: words per CPU second and recall, on the same calls in the same run."""

from __future__ import annotations

import gc
import itertools
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine, SpacyNlpEngine

from tasks.find_pii import find_pii
from tasks.labelled import LabelledTalk, read_labelled
from tasks.redact.rules import load_rules
from tasks.schemas import Conversation, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from presidio_analyzer.nlp_engine import NlpEngine

LABELLED = Path(__file__).parents[1] / "redact" / "labelled"
CALL_WORDS, CALL_VALUES = 700, 5
"""A call of about five minutes, and so many pieces of personal data in it at least."""
ROUNDS = 3
LANGUAGE = "en"


def redaction(_: Path) -> None:
    """Ours over whole calls, stock Presidio over each turn; both find what they can in the labelled talk."""
    talks = [talk for path in sorted(LABELLED.glob("*.txt")) for talk in read_labelled(path)]
    calls = list(_calls(talks))
    words = sum(len(call.words) for call in calls)
    rules = load_rules()
    print(f"redaction: {len(calls)} calls, {words:,} words, {len(talks)} labelled conversations")
    ours = _measure("callarchive, whole calls", calls, talks, lambda call: _ours(call, rules))
    for name, nlp_engine in _nlp_engines():
        engine = _stock(nlp_engine)
        stock = _measure(f"stock Presidio, {name}", calls, talks, lambda call, e=engine: _by_turn(call, e))
        print(f"    callarchive is {ours / stock:.1f}x as fast (goal: at least 10x)")


def _measure(
    name: str,
    calls: list[Conversation],
    talks: list[LabelledTalk],
    find: Callable[[Conversation], set[int]],
) -> float:
    """Prints one line; the best of a few rounds in words per CPU second."""
    values = [(talk, value) for talk in talks for value in talk.values]
    found = {talk.id: find(talk.conversation) for talk in talks}
    whole = sum(value.words <= found[talk.id] for talk, value in values) / len(values)
    gc.collect()
    rate = max(_rate(calls, find) for _ in range(ROUNDS))
    print(f"  {name:34s} {rate:9,.0f} words per CPU second  {whole:6.1%} of {len(values)} values leak-free")
    return rate


def _rate(calls: list[Conversation], find: Callable[[Conversation], set[int]]) -> float:
    began = time.process_time()
    for call in calls:
        find(call)
    return sum(len(call.words) for call in calls) / (time.process_time() - began)


def _calls(talks: list[LabelledTalk]) -> Iterator[Conversation]:
    """Calls of the labelled talk: some of it with values, the rest about prices, dates and quantities."""
    calm = itertools.cycle([talk.conversation for talk in talks if not talk.values])
    parts: list[Conversation] = []
    values = 0
    for talk in talks:
        parts += [talk.conversation] if talk.values else []
        values += len(talk.values)
        if values >= CALL_VALUES:
            while sum(len(part.words) for part in parts) < CALL_WORDS:
                parts.append(next(calm))
            yield _joined(parts)
            parts, values = [], 0


def _joined(parts: list[Conversation]) -> Conversation:
    turns: list[Turn] = []
    start = 0
    for part in parts:
        turns += [Turn(0, t.speaker, start + t.first_word, start + t.end_word) for t in part.turns]
        start += len(part.words)
    return Conversation(tuple(itertools.chain.from_iterable(part.words for part in parts)), tuple(turns))


def _ours(call: Conversation, rules: Any) -> set[int]:
    redacted = (finding for finding in find_pii(call, rules) if finding.tier != "review")
    return {word for finding in redacted for word in range(finding.start_word, finding.end_word)}


def _by_turn(call: Conversation, engine: AnalyzerEngine) -> set[int]:
    """The words that stock Presidio finds anything in, however unsure it is."""
    found: set[int] = set()
    for turn in call.turns:
        words = [word.text for word in call.words[turn.first_word : turn.end_word]]
        ends = list(itertools.accumulate(len(word) + 1 for word in words))
        for result in engine.analyze(" ".join(words), LANGUAGE):
            found |= {
                turn.first_word + at
                for at, end in enumerate(ends)
                if result.start < end - 1 and end - len(words[at]) - 1 < result.end
            }
    return found


def _nlp_engines() -> Iterator[tuple[str, NlpEngine]]:
    """No model; spaCy without one, which is the least that it costs; and every English model installed."""
    nothing = NoOpNlpEngine(models=[{"lang_code": LANGUAGE, "model_name": "none"}])
    nothing.load()
    yield "no NLP engine", nothing
    blank = SpacyNlpEngine()
    blank.nlp = {LANGUAGE: spacy.blank(LANGUAGE)}
    yield "spaCy without a model", blank
    for name in spacy.util.get_installed_models():
        if name.startswith("en_"):
            installed = SpacyNlpEngine([{"lang_code": LANGUAGE, "model_name": name}])
            installed.load()
            yield name, installed


def _stock(nlp_engine: NlpEngine) -> AnalyzerEngine:
    registry = RecognizerRegistry(supported_languages=[LANGUAGE])
    registry.load_predefined_recognizers(languages=[LANGUAGE], nlp_engine=nlp_engine)
    return AnalyzerEngine(registry=registry, nlp_engine=nlp_engine, supported_languages=[LANGUAGE])
