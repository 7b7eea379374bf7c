"""Presidio, kept offline, quiet and strict. Importing this module takes seconds: do it inside functions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import presidio_analyzer.analyzer_engine
import presidio_analyzer.pattern_recognizer
import tldextract
import tldextract.tldextract
import yaml
from presidio_analyzer import (
    AnalyzerEngine,
    EntityRecognizer,
    PatternRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine
from presidio_analyzer.predefined_recognizers.generic import iban_recognizer
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    UsSsnRecognizer,
)

from tasks.errors import SettingsError
from tasks.redact.analysis_text import AnalysisText
from tasks.redact.candidates import Candidate
from tasks.redact.rules import Rules
from tasks.redact.runs import Run
from tasks.redact.script import Script

Detect: TypeAlias = Callable[[Script, Sequence[Run]], list[Candidate]]
LANGUAGE = "en"
OUR_NAMES = {
    "CREDIT_CARD": "CARD_NUMBER",
    "EMAIL_ADDRESS": "EMAIL",
    "IBAN_CODE": "IBAN",
    "PHONE_NUMBER": "PHONE",
    "LOCATION": "ADDRESS",
    "GPE": "ADDRESS",
}
"""Presidio's names for what has another name here."""


CHECKED_PATTERNS = (CreditCardRecognizer, UsSsnRecognizer, EmailRecognizer, IbanRecognizer, IpRecognizer)
QUIET_LOGGERS = ("presidio-analyzer", "presidio-analyzer-decision", "decision_process", "tldextract", "filelock")


class _NothingBelowWarning(logging.Filter):
    """Lets warnings through, without the traceback, whose locals and message may hold a value."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        return record.levelno >= logging.WARNING


_NOTHING_BELOW_WARNING = _NothingBelowWarning()


class CallArtifacts(NlpArtifacts):  # type: ignore[misc]  # Presidio ships no types
    """What travels with a text to our recognisers: the conversation as it was read."""

    def __init__(self, script: Script, runs: Sequence[Run], text: AnalysisText) -> None:
        super().__init__([], [], [], [], None, LANGUAGE)
        self.script = script
        self.runs = runs
        self.text = text


class Detector(EntityRecognizer):  # type: ignore[misc]  # Presidio ships no types
    """One of our detectors as a Presidio recogniser."""

    def __init__(self, name: str, detect: Detect, entities: Iterable[str]) -> None:
        super().__init__(supported_entities=list(entities), name=name, supported_language=LANGUAGE)
        self.detect = detect

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: CallArtifacts) -> list[RecognizerResult]:  # noqa: ARG002  (Presidio's signature)
        """What the detector believes, with the words it means beside the characters."""
        call = nlp_artifacts
        return [self._result(candidate, call.text) for candidate in self.detect(call.script, call.runs)]

    def _result(self, candidate: Candidate, text: AnalysisText) -> RecognizerResult:
        start, end = text.chars_of(candidate.first, candidate.end)
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            "candidate": candidate,
        }
        return RecognizerResult(
            candidate.entity, start, end, candidate.score, recognition_metadata=metadata
        )


class NoContext(ContextAwareEnhancer):  # type: ignore[misc]  # Presidio ships no types
    """Leaves scores alone: our detectors read the context themselves."""

    def __init__(self) -> None:
        super().__init__(0.0, 0.0, 0, 0)

    def enhance_using_context(self, text: str, raw_results: list[RecognizerResult], *_: Any, **__: Any) -> list[RecognizerResult]:  # noqa: ARG002, E501  (Presidio's signature)
        """The results as they are."""
        return raw_results


class _NeverRaised(Exception):  # noqa: N818  (stands in for TimeoutError where Presidio would swallow one)
    pass


def build_engine(rules: Rules, detectors: dict[str, Detect]) -> AnalyzerEngine:
    """The one engine: our detectors, Presidio's checked patterns, and the user's recognisers and deny list."""
    _stay_offline()
    _stay_quiet()
    _fail_on_timeout()
    registry = RecognizerRegistry(supported_languages=[LANGUAGE])
    registry.recognizers = [
        *(Detector(name, detect, rules.entities) for name, detect in detectors.items()),
        *(recognizer(supported_language=LANGUAGE) for recognizer in CHECKED_PATTERNS),
        *_deny_list(rules),
    ]
    for path in rules.recognizers:
        _add_from_file(registry, path, rules)
    nlp_engine = NoOpNlpEngine(models=[{"lang_code": LANGUAGE, "model_name": "none"}])
    nlp_engine.load()
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=nlp_engine,
        supported_languages=[LANGUAGE],
        context_aware_enhancer=NoContext(),
    )


def analyze(engine: AnalyzerEngine, script: Script, runs: Sequence[Run], text: AnalysisText) -> list[Candidate]:
    """What every recogniser of the engine finds, as words of the conversation."""
    results = engine.analyze(text.text, LANGUAGE, nlp_artifacts=CallArtifacts(script, runs, text))
    return [_candidate(result, text, script) for result in results]


def _candidate(result: RecognizerResult, text: AnalysisText, script: Script) -> Candidate:
    found = (result.recognition_metadata or {}).get("candidate")
    if isinstance(found, Candidate):
        return found
    first, end = text.words_of(result.start, result.end)
    end = min(end, script.span(first).end)
    entity = OUR_NAMES.get(result.entity_type, result.entity_type)
    return Candidate(first, end, entity, result.score, f"presidio:{result.entity_type}")


def _deny_list(rules: Rules) -> list[PatternRecognizer]:
    return [
        PatternRecognizer(entity, name=f"deny list {entity}", deny_list=list(phrases), supported_language=LANGUAGE)
        for entity, phrases in rules.deny.items()
        if phrases
    ]


def _add_from_file(registry: RecognizerRegistry, path: Path, rules: Rules) -> None:
    """Raises SettingsError where Presidio cannot use the file, or where the rules do not know what it finds."""
    before = len(registry.recognizers)
    try:
        registry.add_recognizers_from_yaml(path)
    except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise SettingsError(f"Presidio cannot use the recogniser file {path}: {error}") from error
    added = {entity for one in registry.recognizers[before:] for entity in one.supported_entities}
    unknown = {OUR_NAMES.get(entity, entity) for entity in added} - rules.known
    if unknown:
        raise SettingsError(f"{path} finds {', '.join(sorted(unknown))}: add each under entities in the rules file")


def _stay_offline() -> None:
    """Keeps tldextract, which the e-mail recogniser asks, from fetching the public suffix list."""
    offline = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)
    tldextract.extract = offline
    tldextract.tldextract.extract = offline


def _stay_quiet() -> None:
    """Presidio writes matched words at DEBUG: nothing below a warning leaves its loggers, whatever the root says."""
    for name in QUIET_LOGGERS:
        logger = logging.getLogger(name)
        logger.addFilter(_NOTHING_BELOW_WARNING)
        logger.setLevel(logging.WARNING)


def _fail_on_timeout() -> None:
    """A pattern that runs out of time raises: Presidio's own `except TimeoutError` would skip it and go on."""
    for module in (presidio_analyzer.pattern_recognizer, presidio_analyzer.analyzer_engine, iban_recognizer):
        vars(module)["TimeoutError"] = _NeverRaised
