from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from talk import LABELLED
from typer.testing import CliRunner

from flows.cli.app import app
from tasks.errors import SettingsError
from tasks.find_pii import find_pii
from tasks.labelled import read_labelled
from tasks.recognition_noise import misheard
from tasks.redact.rules import NEVER_KEPT
from tasks.score_redaction import score_files

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.redact.rules import Rules

SPOKEN = sorted(LABELLED.glob("[fs]*.txt"))
NUMBERS = sorted(LABELLED.glob("talk_*.txt"))
SECRETS = NEVER_KEPT - {"SECURITY_ANSWER"}
"""The answer to a question is often a name or a place that is told elsewhere, too."""


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.stem)
def test_our_own_labelled_talk_is_leak_free(path: Path, rules: Rules) -> None:
    report = score_files([path], rules)
    assert report["entities"] > 80
    assert report["leak_free"] >= 0.98
    assert report["word_precision"] >= 0.96
    for name in ("CARD_NUMBER", "CARD_CVV", "CARD_EXPIRY"):
        assert report["by_entity"][name]["leak_free"] == 1


def test_hardly_any_secret_is_taken_for_what_may_be_kept(rules: Rules) -> None:
    """Under a wrong name the reversible mode would keep a code that may be kept in no form."""
    secrets, named_wrong = 0, []
    for talk in (talk for path in SPOKEN for talk in read_labelled(path)):
        told = [value for value in talk.values if value.entity in SECRETS]
        found = find_pii(talk.conversation, rules) if told else ()
        for value in told:
            over = [one for one in found if value.words & {*range(one.start_word, one.end_word)}]
            secrets += 1
            named_wrong += [talk.id] if {rules.mode_of(one) for one in over} - {"delete_only"} else []
    assert secrets > 200
    assert len(named_wrong) <= 0.03 * secrets, named_wrong


@pytest.mark.parametrize("path", NUMBERS, ids=lambda path: path.stem)
def test_talk_full_of_numbers_stays_as_it_is(path: Path, rules: Rules) -> None:
    report = score_files([path], rules)
    assert report["entities"] == 0
    assert report["fp_words_per_1000"] <= 3


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.stem)
def test_a_tenth_of_the_words_misheard_leaks_little(path: Path, rules: Rules) -> None:
    assert score_files([path], rules, noise=0.1, seeds=5)["leak_free"] >= 0.88


def item(words: str, start: int, end: int, optional: list[int]) -> dict[str, object]:
    span = {"start_word": start, "end_word": end, "entity": "PERSON", "group": "PERSON#1"}
    turn = {"speaker": "customer", "start_word": 0, "end_word": len(words.split())}
    return {"id": "x", "words": words.split(), "spans": [span], "optional": optional, "turns": [turn]}


def test_one_uncovered_word_is_a_leak_and_optional_words_do_not_count(tmp_path: Path, rules: Rules) -> None:
    path = tmp_path / "items.jsonl"
    lines = [item("my name is jane well", 3, 5, []), item("my name is jane well", 3, 5, [4])]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    report = score_files([path], rules, details=True)
    assert (report["entities"], report["leak_free"], report["word_recall"]) == (2, 0.5, 0.6667)
    assert report["uncovered"] == [{"id": "x", "words": {4: "well"}, "entity": "PERSON"}]


def test_the_report_has_the_promised_keys(rules: Rules) -> None:
    promised = {"entities", "leak_free", "word_recall", "word_precision", "fp_words_per_1000", "by_entity"}
    report = score_files([SPOKEN[0]], rules)
    assert set(report) == {*promised, "by_style"}
    assert {"entities", "leak_free"} <= set(report["by_entity"]["PHONE"])


def test_the_tables_in_the_docs_are_what_the_command_prints() -> None:
    files = [str(path) for path in sorted(LABELLED.glob("*.txt"))]
    printed = CliRunner().invoke(app, ["score-redaction", *files, "--markdown"]).stdout
    docs = (LABELLED.parents[2] / "docs" / "redaction.md").read_text(encoding="utf-8")
    documented = docs.partition("<!-- tables -->")[2].partition("<!-- end of tables -->")[0]

    def rows(text: str) -> list[str]:
        return [line.strip() for line in text.splitlines() if line.startswith("|")]

    assert rows(documented)
    assert rows(documented) == rows(printed)


MARKED = """
# a comment
@ punct
a: And your name?
c: {PERSON Jane} ~um {PERSON#2 Doe,} card {CARD_NUMBER#1 4111} ~yes {CARD_NUMBER#1 1111.}

: nobody knows who
"""


def test_marked_text_says_speakers_styles_values_and_optional_words(tmp_path: Path) -> None:
    path = tmp_path / "own.txt"
    path.write_text(MARKED)
    first, second = read_labelled(path)
    assert (first.id, first.style, second.style) == ("own:4", "punct", "punct")
    assert [turn.speaker for turn in first.conversation.turns] == ["agent", "customer"]
    assert second.conversation.turns[0].speaker is None
    assert [(value.entity, sorted(value.words)) for value in first.values] == [
        ("PERSON", [3]),
        ("PERSON", [5]),
        ("CARD_NUMBER", [7, 9]),
    ]
    assert first.optional == {4, 8}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.txt", "hello there"),
        ("x.txt", "c: my name is {PERSON jane"),
        ("x.jsonl", "{}"),
        ("x.jsonl", "not json"),
    ],
)
def test_a_file_that_is_not_labelled_talk_is_refused_with_the_line(
    name: str, content: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(SettingsError, match="line 1"):
        list(read_labelled(path))


def test_noise_changes_only_personal_words_and_is_the_same_for_a_seed() -> None:
    for talk in read_labelled(SPOKEN[0]):
        personal = frozenset().union(*(value.words for value in talk.values))
        noisy = misheard(talk, 1.0, seed=7)
        assert noisy == misheard(talk, 1.0, seed=7)
        pairs = zip(talk.conversation.words, noisy.conversation.words, strict=True)
        assert {at for at, (before, after) in enumerate(pairs) if before != after} <= personal
