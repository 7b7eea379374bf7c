"""Names of persons by a spaCy model that the user has installed, as one more Presidio recogniser."""

from __future__ import annotations

from typing import Any

import spacy
from presidio_analyzer import EntityRecognizer, RecognizerResult

from tasks.errors import SettingsError

SCORE = 0.6
"""Models for typed text take many words of a call for names: what only they find is flagged for a look."""


class InstalledModel(EntityRecognizer):
    """A spaCy pipeline with an entity recogniser; only its persons count."""

    def __init__(self, name: str) -> None:
        """Loads the model; raises SettingsError where it is not installed. Nothing is ever downloaded."""
        super().__init__(supported_entities=["PERSON"], name=f"model {name}", supported_language="en")
        try:
            self.pipeline = spacy.load(name)
        except OSError as error:
            raise SettingsError(
                f"ner_model: no spaCy model {name!r} is installed; install it or leave it empty"
            ) from error

    def load(self) -> None:
        """Loaded when it is made."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[RecognizerResult]:
        """The persons in a text."""
        del entities, nlp_artifacts
        found = (entity for entity in self.pipeline(text).ents if entity.label_ in {"PERSON", "PER"})
        return [RecognizerResult("PERSON", entity.start_char, entity.end_char, SCORE) for entity in found]
