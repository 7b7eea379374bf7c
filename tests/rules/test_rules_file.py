"""Rules files: what is read from them, and how a mistake is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tasks.errors import SettingsError
from tasks.rules.compiled import compiled
from tasks.rules.rules_file import load_rules, parse_rules

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
rules:
  # a comment
  leaving:
    about: The customer leaves.
    when:
      all:
        - {say: [cancel my account], speaker: customer}
        - not: {say: [offer], after: {say: [cancel], within_s: 60}}
"""


def test_the_bundled_rules_can_be_read() -> None:
    assert 10 <= len(load_rules().rules) <= 15


def test_the_hash_names_what_is_evaluated_and_nothing_else() -> None:
    first = parse_rules(GOOD, "here").hash
    assert parse_rules(GOOD.replace("# a comment", "# another"), "here").hash == first
    assert parse_rules(GOOD.replace("leaves.", "goes."), "here").hash == first
    assert parse_rules(GOOD.replace("60", "61"), "here").hash != first


def test_what_a_run_keeps_reads_as_the_same_rules() -> None:
    read = parse_rules(GOOD, "here")
    assert parse_rules(read.as_json, "kept") == read
    assert parse_rules(load_rules().as_json, "kept").hash == load_rules().hash


def test_evidence_is_what_is_not_negated() -> None:
    done = compiled(parse_rules(GOOD, "here"))
    assert done.formulas == {"leaving": "(list_contains(met, 0) and not list_contains(met, 2))"}
    assert done.evidence == [{"rule": "leaving", "sign": 0}]
    assert done.signs[2]["after_sign"] == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    about: The customer leaves.\n", "", r"line 3, rules\.leaving\.about"),
        ("speaker: customer", "speakr: customer", r"line 7, rules\.leaving\.when\.all\.0\.speakr"),
        ("{say: [cancel my account], speaker: customer}", "{speaker: customer}", "line 7.*exactly one of"),
        ("[cancel my account]", "['...']", "line 7"),
        ("within_s: 60", "within_s: soon", r"line 8.*within_s"),
        (", within_s: 60", "", r"line 8.*within_s"),
        ("[cancel]", "[cancel], after: {say: [x], within_s: 1}", "line 8.*no further after"),
        ("- {say", "- {dead_air_s: 3, say", "line 7.*exactly one of"),
        ("      all:\n", "      speaker: agent\n      all:\n", "line 5.*inside of all"),
        ("leaving:", "Leaving now:", "line 3"),
        ("when:", "when: [", "not YAML at line"),
        (GOOD, "", "wrong at line 1"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError, match=says):
        parse_rules(GOOD.replace(old, new, 1), "here")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        load_rules(tmp_path / "none.yaml")
