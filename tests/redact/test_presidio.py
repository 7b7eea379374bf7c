from __future__ import annotations

import time
from typing import TYPE_CHECKING

import presidio_analyzer.pattern_recognizer
import pytest
import spacy
import yaml
from talk import redacted, talk

from tasks.errors import CheckFailed, SettingsError
from tasks.find_pii import find_pii
from tasks.redact import detection
from tasks.redact.rules import DEFAULT_PATH, Rules, load_rules

if TYPE_CHECKING:
    from pathlib import Path

OWN = """
recognizers:
- name: locker
  supported_languages: [{language: en}]
  supported_entity: LOCKER
  patterns: [{name: locker, regex: '\\bLK[0-9]{2}\\b', score: 0.8}]
- name: ships
  supported_language: en
  supported_entity: LOCKER
  deny_list: [blue marlin, Sea Fox]
"""


def rules_with(tmp_path: Path, recognisers: str = "", **values: object) -> Rules:
    content = yaml.safe_load(DEFAULT_PATH.read_text())
    content["entities"]["LOCKER"] = {"group": "business", "action": "label", "threshold": 0.4}
    if recognisers:
        (tmp_path / "own.yaml").write_text(recognisers)
        content["recognizers"] = ["own.yaml"]
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(content | values))
    return load_rules(path=path)


def test_a_users_patterns_and_deny_lists_in_presidios_format_count(tmp_path: Path) -> None:
    rules = rules_with(tmp_path, OWN)
    said = redacted(talk("c: i left it in LK42 on the blue marlin", "a: the sea fox okay"), rules)
    assert said == ["i left it in [LOCKER] on the [LOCKER]", "the [LOCKER] okay"]


def test_a_users_pattern_reads_spoken_digits(tmp_path: Path) -> None:
    assert redacted(talk("c: it says l k four two"), rules_with(tmp_path, OWN)) == ["it says [LOCKER]"]


@pytest.mark.parametrize(
    ("recognisers", "complaint"),
    [
        (OWN.replace("language: en", "language: es"), "not 'en'"),
        (OWN.replace("patterns:", "pattern:"), "cannot use"),
        ("recognizers: [", "cannot use"),
    ],
)
def test_a_file_that_would_find_nothing_is_refused(recognisers: str, complaint: str, tmp_path: Path) -> None:
    rules = rules_with(tmp_path, recognisers)
    with pytest.raises(SettingsError, match=complaint):
        find_pii(talk("c: hello"), rules)


def test_a_pattern_that_backtracks_without_end_fails_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = rules_with(tmp_path, OWN.replace(r"\bLK[0-9]{2}\b", "(a|a|aa)+$"))
    find_pii(talk("c: hello"), rules)
    monkeypatch.setattr(presidio_analyzer.pattern_recognizer, "REGEX_TIMEOUT_SECONDS", 0.2)
    began = time.monotonic()
    with pytest.raises(CheckFailed, match="TimeoutError"):
        find_pii(talk("c: " + "a" * 60 + "!"), rules)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "word", ["4" * 20_000, "a-" * 10_000, "a." * 900 + "@", "1,1" * 5_000, "(" * 9_000, "d's" * 9_000]
)
def test_a_hostile_word_takes_no_time(word: str, rules: Rules) -> None:
    began = time.process_time()
    find_pii(talk(f"c: my number is {word} and {word}"), rules)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("words", ["four one ", "my name is ", "x dot ", "at ", "one hundred and "])
def test_a_call_of_nothing_but_one_phrase_takes_time_in_proportion(words: str, rules: Rules) -> None:
    began = time.process_time()
    find_pii(talk("c: " + words * 4_000), rules)
    assert time.process_time() - began < 20


@pytest.fixture
def model(tmp_path: Path) -> Path:
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PER", "pattern": "Zorblax"}, {"label": "GPE", "pattern": "Springfield"}])  # type: ignore[union-attr]
    pipeline.to_disk(tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.usefixtures("no_engine_yet")
def test_an_installed_spacy_model_names_persons(tmp_path: Path, model: Path) -> None:
    rules = rules_with(tmp_path, ner_model=str(model))
    conversation = talk("c: then Zorblax rang from Springfield")
    assert redacted(conversation, rules) == ["then [PERSON] rang from Springfield"]
    assert find_pii(conversation, rules)[0].tier == "flagged"


@pytest.mark.usefixtures("no_engine_yet")
def test_a_model_that_is_not_installed_is_said_so_and_never_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(*_: object, **__: object) -> None:
        raise AssertionError("a download was tried")

    monkeypatch.setattr(spacy.cli, "download", fetch)
    with pytest.raises(SettingsError, match="no spaCy model 'en_core_web_trf' is installed"):
        find_pii(talk("c: hello"), rules_with(tmp_path, ner_model="en_core_web_trf"))


@pytest.fixture
def no_engine_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "_built", {})
