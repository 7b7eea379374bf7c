"""Presidio, kept offline, quiet and strict. Importing this module takes seconds: do it inside functions."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

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
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine
from presidio_analyzer.predefined_recognizers import (
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
)
from presidio_analyzer.predefined_recognizers.generic import iban_recognizer
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

from tasks.errors import SettingsError
from tasks.redact.candidates import Candidate
from tasks.redact.runs import Run
from tasks.redact.script import Script

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.redact.analysis_text import AnalysisText
    from tasks.redact.rules import Rules

Detect: TypeAlias = Callable[[Script, Sequence[Run]], list[Candidate]]
LANGUAGE = "en"
REGEX_FLAGS = int(re.DOTALL | re.MULTILINE | re.IGNORECASE)
"""Presidio's own default."""
OUR_NAMES = {
    "CREDIT_CARD": "CARD_NUMBER",
    "EMAIL_ADDRESS": "EMAIL",
    "IBAN_CODE": "IBAN",
    "PHONE_NUMBER": "PHONE",
    "LOCATION": "ADDRESS",
    "GPE": "ADDRESS",
}
"""Presidio's names for what has another name here."""


PATTERN_TIMEOUT_S = 10.0
"""For one pattern over one call, which takes milliseconds; Presidio would wait for a minute."""
_DOTTED = re.compile(r"\.\d{1,3}\.\d")
_COLONED = re.compile(r":[0-9A-Fa-f]{0,4}:")
"""Every internet address holds ".22.3", ":1:" or "::"; one fixed sign in front is what makes these fast."""
QUIET_LOGGERS = (
    "presidio-analyzer",
    "presidio-analyzer-decision",
    "decision_process",
    "tldextract",
    "filelock",
)


class _NothingBelowWarning(logging.Filter):
    """Lets warnings through, without the traceback, whose locals and message may hold a value."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        return record.levelno >= logging.WARNING


_NOTHING_BELOW_WARNING = _NothingBelowWarning()


class CallArtifacts(NlpArtifacts):
    """What travels with a text to our recognisers: the conversation as it was read."""

    def __init__(self, script: Script, runs: Sequence[Run], text: AnalysisText) -> None:
        """Without tokens and lemmas: our recognisers do not use Presidio's."""
        super().__init__([], cast("Any", []), [], [], cast("Any", None), LANGUAGE)
        self.script = script
        self.runs = runs
        self.text = text


class Detector(EntityRecognizer):
    """One of our detectors as a Presidio recogniser."""

    def __init__(self, name: str, detect: Detect, entities: Iterable[str]) -> None:
        """A recogniser that may report any of the entities."""
        super().__init__(supported_entities=list(entities), name=name, supported_language=LANGUAGE)
        self.detect = detect
        self.label = name

    def load(self) -> None:
        """Nothing to load."""

    def analyze(  # type: ignore[override]  # the engine hands on the artifacts that it was given
        self, text: str, entities: list[str], nlp_artifacts: CallArtifacts
    ) -> list[RecognizerResult]:
        """What the detector believes, with the words it means beside the characters."""
        del text, entities
        call = nlp_artifacts
        return [self._result(candidate, call.text) for candidate in self.detect(call.script, call.runs)]

    def _result(self, candidate: Candidate, text: AnalysisText) -> RecognizerResult:
        start, end = text.chars_of(candidate.first, candidate.end)
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.label,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            "candidate": candidate,
        }
        return RecognizerResult(candidate.entity, start, end, candidate.score, recognition_metadata=metadata)


class RareEmailRecognizer(EmailRecognizer):
    """Presidio's own, for the texts that may hold an address."""

    def analyze(self, text: str, *args: Any, **kwargs: Any) -> list[RecognizerResult]:
        """What Presidio's finds."""
        return super().analyze(text, *args, **kwargs) if "@" in text else []


class RareIpRecognizer(IpRecognizer):
    """Presidio's own, whose five patterns take long, for the lines that may hold an address."""

    def analyze(self, text: str, *args: Any, **kwargs: Any) -> list[RecognizerResult]:
        """What Presidio's finds."""
        if not _may_hold_address(text):
            return []
        found: list[RecognizerResult] = []
        start = 0
        for line in text.split("\n"):
            for one in super().analyze(line, *args, **kwargs) if _may_hold_address(line) else ():
                one.start, one.end = one.start + start, one.end + start
                found.append(one)
            start += len(line) + 1
        return found


def _may_hold_address(text: str) -> bool:
    return bool(_DOTTED.search(text) or _COLONED.search(text))


CHECKED_PATTERNS = (RareEmailRecognizer, IbanRecognizer, RareIpRecognizer)
"""Presidio's patterns for cards and social security numbers find nothing that ours do not."""


class Engine(AnalyzerEngine):
    """Presidio's own, which leaves scores alone: our detectors read the context themselves."""

    def _enhance_using_context(
        self, text: str, raw_results: list[RecognizerResult], *args: Any, **kwargs: Any
    ) -> list[RecognizerResult]:
        """The results as they are."""
        del text, args, kwargs
        return raw_results


class _NeverRaisedError(Exception):
    pass


def build_engine(rules: Rules, detectors: dict[str, Detect]) -> AnalyzerEngine:
    """The one engine: our detectors, Presidio's checked patterns, the user's recognisers and deny list."""
    _stay_offline()
    _stay_quiet()
    _fail_on_timeout()
    registry = RecognizerRegistry(supported_languages=[LANGUAGE])
    registry.recognizers = [
        *(Detector(name, detect, rules.entities) for name, detect in detectors.items()),
        *(recognizer(supported_language=LANGUAGE) for recognizer in CHECKED_PATTERNS),
        *_deny_list(rules),
        *_installed_model(rules),
    ]
    for path in rules.recognizers:
        _add_from_file(registry, path, rules)
    nlp_engine = NoOpNlpEngine(models=[{"lang_code": LANGUAGE, "model_name": "none"}])
    nlp_engine.load()
    return Engine(registry=registry, nlp_engine=nlp_engine, supported_languages=[LANGUAGE])


def analyze(
    engine: AnalyzerEngine, script: Script, runs: Sequence[Run], text: AnalysisText
) -> list[Candidate]:
    """What every recogniser of the engine finds, as words of the conversation."""
    results = engine.analyze(text.text, LANGUAGE, nlp_artifacts=CallArtifacts(script, runs, text))
    return [_candidate(result, text, script) for result in results]


def _candidate(result: RecognizerResult, text: AnalysisText, script: Script) -> Candidate:
    found = (result.recognition_metadata or {}).get("candidate")
    first, end = text.words_of(result.start, result.end)
    if isinstance(found, Candidate):
        # Presidio drops a result inside another by characters, and a run is one piece of the text
        return found._replace(first=min(first, found.first), end=max(end, found.end))
    end = min(end, script.span(first).end)
    entity = OUR_NAMES.get(result.entity_type, result.entity_type)
    return Candidate(first, end, entity, result.score, f"presidio:{result.entity_type}")


def _deny_list(rules: Rules) -> list[PatternRecognizer]:
    return [
        PatternRecognizer(
            entity, name=f"deny list {entity}", deny_list=list(phrases), supported_language=LANGUAGE
        )
        for entity, phrases in rules.deny.items()
        if phrases
    ]


def _installed_model(rules: Rules) -> list[EntityRecognizer]:
    if not rules.ner_model:
        return []
    from tasks.redact.ner_model import InstalledModel  # noqa: PLC0415  (spaCy is loaded only where a model is named)

    return [InstalledModel(rules.ner_model)]


def _add_from_file(registry: RecognizerRegistry, path: Path, rules: Rules) -> None:
    """Raises SettingsError where Presidio cannot use the file, or the rules do not know what it finds."""
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        names = [one["name"] for one in written["recognizers"] if one.get("enabled", True)]
        configuration = {"supported_languages": [LANGUAGE], "global_regex_flags": REGEX_FLAGS} | written
        added = (
            RecognizerRegistryProvider(registry_configuration=configuration)
            .create_recognizer_registry()
            .recognizers
        )
    except (OSError, AttributeError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise SettingsError(f"Presidio cannot use the recogniser file {path}: {error}") from error
    asked: list[Any] = [one for one in added if one.supported_language == LANGUAGE]
    unused = set(names) - {one.name for one in asked}
    if unused:
        raise SettingsError(
            f"{path}: {', '.join(sorted(unused))} would never be asked, which is not {LANGUAGE!r}"
        )
    registry.recognizers = [*registry.recognizers, *added]
    found = {entity for one in added for entity in one.supported_entities}
    unknown = {OUR_NAMES.get(entity, entity) for entity in found} - rules.known
    if unknown:
        raise SettingsError(
            f"{path} finds {', '.join(sorted(unknown))}: add each under entities in the rules file"
        )


def _stay_offline() -> None:
    """Keeps tldextract, which the e-mail recogniser asks, from fetching the public suffix list."""
    offline = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)
    for module in (tldextract, tldextract.tldextract):
        vars(module)["extract"] = offline


def _stay_quiet() -> None:
    """Presidio writes matched words at DEBUG: its loggers let nothing below a warning through."""
    for name in QUIET_LOGGERS:
        logger = logging.getLogger(name)
        logger.addFilter(_NOTHING_BELOW_WARNING)
        logger.setLevel(logging.WARNING)


def _fail_on_timeout() -> None:
    """A pattern that runs out of time raises; Presidio's own `except TimeoutError` would skip it."""
    for module in (presidio_analyzer.pattern_recognizer, presidio_analyzer.analyzer_engine, iban_recognizer):
        vars(module)["TimeoutError"] = _NeverRaisedError
        vars(module)["REGEX_TIMEOUT_SECONDS"] = PATTERN_TIMEOUT_S
