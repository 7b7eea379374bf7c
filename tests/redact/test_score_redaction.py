from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from talk import labelled

from tasks.score_redaction import score_file

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.redact.rules import Rules


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(json.dumps(item) for item in labelled()))
    return path


def test_our_own_sentences_are_leak_free(own: Path, rules: Rules) -> None:
    report = score_file(own, rules)
    assert report["entities"] > 150
    assert report["leak_free"] >= 0.97
    assert report["word_precision"] >= 0.95
    assert report["fp_words_per_1000"] <= 3
    for name in ("CARD_NUMBER", "CARD_CVV", "CARD_EXPIRY"):
        assert report["by_entity"][name]["leak_free"] == 1


def item(words: str, start: int, end: int, optional: list[int]) -> dict[str, object]:
    span = {"start_word": start, "end_word": end, "entity": "PERSON", "group": "PERSON#1"}
    turn = {"speaker": "customer", "start_word": 0, "end_word": len(words.split())}
    return {"id": "x", "words": words.split(), "spans": [span], "optional": optional, "turns": [turn]}


def test_one_uncovered_word_is_a_leak_and_optional_words_do_not_count(tmp_path: Path, rules: Rules) -> None:
    path = tmp_path / "items.jsonl"
    lines = [item("my name is jane well", 3, 5, []), item("my name is jane well", 3, 5, [4])]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    report = score_file(path, rules, details=True)
    assert (report["entities"], report["leak_free"], report["word_recall"]) == (2, 0.5, 0.6667)
    assert report["uncovered"] == [{"id": "x", "words": {4: "well"}, "entity": "PERSON"}]


def test_the_report_has_the_promised_keys(own: Path, rules: Rules) -> None:
    keys = {
        "entities",
        "leak_free",
        "word_recall",
        "word_precision",
        "fp_words_per_1000",
        "by_entity",
        "by_style",
    }
    assert set(score_file(own, rules)) == keys
