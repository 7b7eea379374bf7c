"""Names of persons by a spaCy model that the user has installed, as one more Presidio recogniser."""

from __future__ import annotations

from typing import Any

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine

from tasks.errors import SettingsError

SCORE = 0.6
"""Models for typed text take many words of a call for names: what only they find is flagged for a look."""
PERSON = "PERSON"


class OfflineEngine(SpacyNlpEngine):
    """Presidio's spaCy engine, which never fetches a model."""

    def __init__(self, name: str) -> None:
        """Loads the model of that name or in that folder; raises SettingsError where it cannot."""
        models = [{"lang_code": "en", "model_name": name}]
        super().__init__(models, NerModelConfiguration(default_score=SCORE))
        try:
            self.load()
        except OSError as error:
            raise SettingsError(
                f"ner_model: no spaCy model {name!r} is installed; install it or leave it empty"
            ) from error

    @staticmethod
    def _download_spacy_model_if_needed(model_name: str) -> None:
        """Nothing is downloaded: loading says whether the model is there."""


class InstalledModel(EntityRecognizer):
    """The persons that a model finds; what else it knows does not count."""

    def __init__(self, name: str) -> None:
        """Raises SettingsError where the model is not installed."""
        super().__init__(supported_entities=[PERSON], name=f"model {name}", supported_language="en")
        self.engine = OfflineEngine(name)
        self.labels = dict(self.engine.ner_model_configuration.model_to_presidio_entity_mapping or {})

    def load(self) -> None:
        """Loaded when it is made."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[RecognizerResult]:
        """The persons in a text; the engine's own reading of it takes the place of the artifacts."""
        del entities, nlp_artifacts
        found = self.engine.process_text(text, "en")
        return [
            RecognizerResult(PERSON, span.start_char, span.end_char, score)
            for span, score in zip(found.entities, found.scores, strict=True)
            if self.labels.get(span.label_) == PERSON
        ]
