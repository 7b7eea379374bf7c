"""What stands in place of a finding in each mode, and what may never be kept."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent / "redact"))
from talk import talk

from tasks.errors import KeyMissing, SettingsError
from tasks.find_pii import find_pii
from tasks.keys import Keyring
from tasks.mark_findings import mark_findings
from tasks.redact.marks import Mark, finding_id
from tasks.redact.render import render, turn_text
from tasks.redact.rules import DEFAULT_PATH, NEVER_KEPT, load_rules
from tasks.schemas import Finding

ORDER = (
    "a: can i have your card number please",
    "c: four two six three nine eight two six four oh two six nine two nine nine",
    "a: and the three digits on the back",
    "c: seven three one",
    "a: your name please",
    "c: my name is jane doe",
    "a: thank you so that is 4263 9826 4026 9299",
    "c: my name is John Smith and hers is Jane Doe",
)
RING = Keyring("0a1b2c3d", {"0a1b2c3d": bytes(range(32))})
ROTATED = Keyring("99999999", {**RING.keys, "99999999": bytes(32)})


def marked(
    mode: str, keyring: Keyring = RING, call_id: str = "call-1", lines: tuple[str, ...] = ORDER
) -> list[str]:
    conversation, rules = talk(*lines), load_rules(mode=mode)
    findings = find_pii(conversation, rules)
    marks = mark_findings(call_id, conversation, findings, rules, keyring)
    rendered = render(conversation, findings, [mark.text for mark in marks])
    return [turn_text(rendered, turn) for turn in rendered.turns]


def the_marks(mode: str, keyring: Keyring = RING) -> list[tuple[Finding, Mark]]:
    conversation, rules = talk(*ORDER), load_rules(mode=mode)
    findings = find_pii(conversation, rules)
    return list(zip(findings, mark_findings("call-1", conversation, findings, rules, keyring), strict=True))


def test_a_label_is_the_entity() -> None:
    assert marked("label")[1] == "[CARD_NUMBER]"


def test_equal_values_get_one_number_within_a_call() -> None:
    said = marked("numbered")
    assert said[1] == "[CARD_NUMBER_1]"
    assert said[6].endswith("[CARD_NUMBER_1]")
    assert said[5] == "my name is [PERSON_1]"
    assert said[7] == "my name is [PERSON_2] and hers is [PERSON_1]"


def test_a_pseudonym_is_the_same_in_every_call_and_for_every_way_to_say_it() -> None:
    here, there = marked("pseudonym"), marked("pseudonym", call_id="call-2")
    assert here == there
    assert re.fullmatch(r"\[CARD_NUMBER_[0-9a-f]{12}\]", here[1])
    assert here[6].endswith(here[1])
    assert len(set(re.findall(r"\[PERSON_[0-9a-f]{12}\]", " ".join(here)))) == 2


def test_a_number_told_over_several_turns_has_one_mark_as_a_whole() -> None:
    lines = (
        "a: your card number please",
        "c: four two six three",
        "a: uh huh go on",
        "c: nine eight two six",
        "a: mhm",
        "c: four oh two six nine two nine nine",
        "a: so that is 4263 9826 4026 9299",
    )
    said = marked("numbered", lines=lines)
    assert {turn for turn in said if turn.startswith("[")} == {"[CARD_NUMBER_1]"}
    assert said[6].endswith("[CARD_NUMBER_1]")


def test_two_numbers_in_a_row_are_not_one() -> None:
    lines = (
        "a: your phone number please",
        "c: four one five five five five oh one three two",
        "a: and another phone number",
        "c: two one two five five five oh one nine eight",
    )
    said = marked("numbered", lines=lines)
    assert (said[1], said[3]) == ("[PHONE_1]", "[PHONE_2]")


def test_pseudonyms_outlive_a_rotation_and_need_the_key() -> None:
    assert marked("pseudonym", ROTATED) == marked("pseudonym")
    assert marked("pseudonym", Keyring("0a1b2c3d", {"0a1b2c3d": bytes(32)})) != marked("pseudonym")


def test_a_reversible_value_is_sealed_for_its_finding_and_under_the_newest_key() -> None:
    kept = [(finding, mark) for finding, mark in the_marks("reversible", ROTATED) if mark.sealed]
    finding, mark = kept[0]
    assert mark.key_id == "99999999"
    assert mark.sealed is not None
    assert b"four" not in mark.sealed
    opened = ROTATED.decrypt(mark.sealed, finding_id("call-1", finding).encode())
    assert opened == ORDER[1].removeprefix("c: ").encode()
    with pytest.raises(KeyMissing):
        ROTATED.decrypt(mark.sealed, finding_id("call-2", finding).encode())


@pytest.mark.parametrize("mode", ["label", "numbered", "pseudonym", "reversible"])
def test_a_secret_is_deleted_whatever_the_mode(mode: str) -> None:
    secrets = [mark for finding, mark in the_marks(mode) if finding.entity == "CARD_CVV"]
    assert secrets == [Mark("delete_only", "[CARD_CVV]")]


@pytest.mark.parametrize("mode", ["label", "numbered", "pseudonym", "reversible"])
def test_no_mode_of_any_profile_keeps_what_may_not_be_kept(mode: str) -> None:
    for profile in ("all", "pci", "hipaa", "gdpr", "numbers"):
        entities = load_rules(profile, mode=mode).entities
        kept = {name for name, rule in entities.items() if rule.action != "delete_only"}
        assert not kept & (NEVER_KEPT | {"NUMBER", "SPELLED"})
        assert {entities[name].action for name in kept} <= {mode}


def test_what_waits_for_a_person_keeps_its_words_and_nothing_is_sealed() -> None:
    conversation, rules = talk("c: hope is here"), load_rules(mode="reversible")
    doubt = Finding("PERSON", 0, 1, 0.3, "review", "listed")
    (mark,) = mark_findings("call-1", conversation, [doubt], rules, RING)
    assert (mark.mode, mark.sealed, mark.key_id) == ("none", None, None)
    assert render(conversation, [doubt], [mark.text]) == conversation


def test_an_unknown_mode_is_refused_when_the_rules_are_loaded(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="shuffled"):
        load_rules(mode="shuffled")
    entities = yaml.safe_load(DEFAULT_PATH.read_text())["entities"]
    entities["PERSON"]["action"] = "shuffled"
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(DEFAULT_PATH.read_text()) | {"entities": entities}))
    with pytest.raises(SettingsError, match=r"PERSON\.action"):
        load_rules(path=path)


@pytest.mark.parametrize("mode", ["label", "numbered", "pseudonym", "reversible"])
def test_redacting_what_is_written_in_any_mode_changes_nothing(mode: str) -> None:
    once = marked(mode)
    who = [line[:2] for line in ORDER]
    again = marked(mode, lines=tuple(f"{speaker} {said}" for speaker, said in zip(who, once, strict=True)))
    assert again == once
