"""Redaction against stock Presidio: words per CPU second and recall, on the same calls in the same run.

Stock Presidio is what `AnalyzerEngine()` gives: its default recognisers, its own context words, every result
counted however unsure, asked for each turn as it comes. Its default model cannot be had from a package
registry. What takes part is each English spaCy model that is installed; the default model's name finder
without what it has learned, which takes its time and finds nothing; and two engines without a model, which
are faster than any. They take turns round by round, and each call's best time counts, so that what else the
machine does weighs on none of them alone.

They are timed twice: on calls joined from the labelled talk, in which every few words begin a number, and on
the project's own sample calls as they were spoken, which are calm.
"""

from __future__ import annotations

import gc
import itertools
import json
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine, SpacyNlpEngine

from tasks.find_pii import find_pii
from tasks.labelled import LabelledTalk, Value, read_labelled
from tasks.redact.rules import load_rules
from tasks.redact.tokens import read_word
from tasks.schemas import Conversation, Turn, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from presidio_analyzer.nlp_engine import NlpEngine
    from spacy.language import Language
    from spacy.pipeline import EntityRecognizer

    from tasks.redact.rules import Rules

    Find = Callable[[Conversation], set[int]]

OURS = "callarchive, whole calls"
LABELLED = Path(__file__).parents[1] / "redact" / "labelled"
GOLD = Path(__file__).parents[2] / "samples" / "gold"
CALL_WORDS, CALL_VALUES = 700, 5
"""A call of about five minutes, and so many pieces of personal data in it at least."""
MOST_CALLS = 30
ROUNDS = 3
LANGUAGE = "en"
UNTRAINED = "stock Presidio, untrained name finder"
NAMED_THINGS = (
    "CARDINAL DATE EVENT FAC GPE LANGUAGE LAW LOC MONEY NORP ORDINAL ORG PERCENT PERSON PRODUCT QUANTITY TIME"
    " WORK_OF_ART"
).split()
"""What the default model, en_core_web_lg, tells apart."""


def redaction(_: Path) -> None:
    """Ours over whole calls, stock Presidio over each turn; both find what they can in the labelled talk."""
    talks = [talk for path in sorted(LABELLED.glob("*.txt")) for talk in read_labelled(path)]
    values = [(talk, value) for talk in talks for value in talk.values]
    joined = list(_calls(talks))
    rules = load_rules()
    finders: dict[str, Find] = {OURS: partial(_ours, rules)}
    for name, nlp_engine in _nlp_engines():
        finders[f"stock Presidio, {name}"] = partial(_by_turn, _stock(nlp_engine))
    print(f"redaction: values found whole, of {len(values)} in {len(talks)} labelled conversations")
    print("  stock Presidio: default recognisers, turn by turn, every score counted")
    for name, find in finders.items():
        print(f"  {name:37s} {_recall(values, find):6.1%}")
    finders[UNTRAINED] = partial(_by_turn, _stock(_spacy(_untrained())))
    _compare("calls joined from the labelled talk", joined[:: max(1, len(joined) // MOST_CALLS)], finders)
    _compare("the sample calls", list(_sample_calls()), finders)


def _compare(what: str, calls: list[Conversation], finders: Mapping[str, Find]) -> None:
    words, numbers = sum(len(call.words) for call in calls), sum(map(_numbers, calls))
    print(f"speed: {what}: {len(calls)} calls, {words:,} words, a number every {words / numbers:.0f} words")
    rates = _rates(calls, finders)
    for name, rate in rates.items():
        print(f"  {name:37s} {rate:9,.0f} words per CPU second")
        if name != OURS:
            print(f"    callarchive is {rates[OURS] / rate:.1f}x as fast (goal: at least 10x)")


def _numbers(call: Conversation) -> int:
    """How many numbers begin in a call."""
    told = [read_word(word.text).number for word in call.words]
    return sum(here and not before for before, here in itertools.pairwise([False, *told]))


def _sample_calls() -> Iterator[Conversation]:
    """The sample calls as they were spoken, from their references."""
    for path in sorted(GOLD.glob("*.json")):
        words: list[Word] = []
        turns: list[Turn] = []
        for said in json.loads(path.read_text())["utterances"]:
            turns.append(Turn(said["channel"], said["speaker"], len(words), len(words) + len(said["words"])))
            words += [Word(text, None, None) for text in said["words"]]
        if words:
            yield Conversation(tuple(words), tuple(turns))


def _recall(values: list[tuple[LabelledTalk, Value]], find: Find) -> float:
    """The share of values of which every word is found."""
    found = {talk.id: find(talk.conversation) for talk, _ in values}
    return sum(value.words <= found[talk.id] for talk, value in values) / len(values)


def _rates(calls: list[Conversation], finders: Mapping[str, Find]) -> dict[str, float]:
    """Words per CPU second, each call's best time counted."""
    best_s = {name: [float("inf")] * len(calls) for name in finders}
    gc.collect()
    for _ in range(ROUNDS):
        for name, find in finders.items():
            for at, call in enumerate(calls):
                began_s = time.process_time()
                find(call)
                best_s[name][at] = min(best_s[name][at], time.process_time() - began_s)
    words = sum(len(call.words) for call in calls)
    return {name: words / sum(times) for name, times in best_s.items()}


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


def _ours(rules: Rules, call: Conversation) -> set[int]:
    redacted = (finding for finding in find_pii(call, rules) if finding.tier != "review")
    return {word for finding in redacted for word in range(finding.start_word, finding.end_word)}


def _by_turn(engine: AnalyzerEngine, call: Conversation) -> set[int]:
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
    yield "spaCy without a model", _spacy(spacy.blank(LANGUAGE))
    for name in spacy.util.get_installed_models():
        if name.startswith("en_"):
            installed = SpacyNlpEngine([{"lang_code": LANGUAGE, "model_name": name}])
            installed.load()
            yield name, installed


def _spacy(pipeline: Language) -> NlpEngine:
    engine: Any = SpacyNlpEngine()
    engine.nlp = {LANGUAGE: pipeline}
    return cast("NlpEngine", engine)


def _untrained() -> Language:
    """The name finder as spaCy's English models have it, with chance weights: as slow, and blind.

    The models' tagger, parser and lemmatizer, which Presidio runs too, are left out.
    """
    pipeline = spacy.blank(LANGUAGE)
    finder = cast("EntityRecognizer", pipeline.add_pipe("ner"))
    for label in NAMED_THINGS:
        finder.add_label(label)
    pipeline.initialize()
    return pipeline


def _stock(nlp_engine: NlpEngine) -> AnalyzerEngine:
    registry = RecognizerRegistry(supported_languages=[LANGUAGE])
    registry.load_predefined_recognizers(languages=[LANGUAGE], nlp_engine=nlp_engine)
    return AnalyzerEngine(registry=registry, nlp_engine=nlp_engine, supported_languages=[LANGUAGE])
