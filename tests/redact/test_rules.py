from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from talk import redacted, talk

from tasks.errors import SettingsError
from tasks.redact.rules import DEFAULT_PATH, load_rules

if TYPE_CHECKING:
    from pathlib import Path


def changed(tmp_path: Path, **values: object) -> Path:
    content = yaml.safe_load(DEFAULT_PATH.read_text()) | values
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def test_the_hash_names_exactly_these_rules(tmp_path: Path) -> None:
    same = changed(tmp_path)
    assert load_rules().hash == load_rules(path=same).hash
    assert load_rules().hash != load_rules("pci").hash
    assert load_rules().hash != load_rules(path=changed(tmp_path, auto_from=0.8)).hash


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"auto_from": 2}, "auto_from"),
        ({"surprise": 1}, "surprise"),
        ({"deny": {"NO_SUCH": ["x"]}}, "deny.NO_SUCH"),
        ({"fallback_digits": {"numbers": 3}}, "fallback_digits"),
        ({"recognizers": ["gone.yaml"]}, "recognizers"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(
    values: dict[str, object], place: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=place):
        load_rules(path=changed(tmp_path, **values))


def test_a_cvv_can_only_be_deleted(tmp_path: Path) -> None:
    entities = yaml.safe_load(DEFAULT_PATH.read_text())["entities"]
    entities["CARD_CVV"]["action"] = "reversible"
    with pytest.raises(SettingsError, match="CARD_CVV"):
        load_rules(path=changed(tmp_path, entities=entities))


def test_an_unknown_profile_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="profile"):
        load_rules("everything")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_rules(path=tmp_path / "gone.yaml")


def test_deny_and_allow_lists_count(tmp_path: Path) -> None:
    path = changed(tmp_path, deny={"PERSON": ["the boss"]}, allow=["1 800 555 0100", "jane"])
    said = redacted(
        talk("c: the boss said call one eight hundred five five five zero one hundred", "c: this is jane"),
        load_rules(path=path),
    )
    assert said == ["[PERSON] said call one eight hundred five five five zero one hundred", "this is jane"]


def test_users_add_presidio_recognisers_and_cues(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "recognizers:\n- name: badge\n  supported_language: en\n  supported_entity: ACCOUNT_ID\n"
        "  patterns: [{name: badge, regex: 'BX-[0-9]{2}', score: 0.9}]\n"
    )
    path = changed(tmp_path, recognizers=["own.yaml"], cues={"ACCOUNT_ID": ["locker|cabinet code"]})
    rules = load_rules(path=path)
    assert redacted(talk("c: it says BX-17 here"), rules) == ["it says [ACCOUNT_ID] here"]
    assert redacted(talk("c: cabinet code four four nine"), rules) == ["cabinet code [ACCOUNT_ID]"]


def test_a_recogniser_for_an_unknown_entity_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "recognizers:\n- name: x\n  supported_language: en\n  supported_entity: MOOD\n"
        "  patterns: [{name: x, regex: 'sad', score: 0.9}]\n"
    )
    rules = load_rules(path=changed(tmp_path, recognizers=["own.yaml"]))
    with pytest.raises(SettingsError, match="MOOD"):
        redacted(talk("c: so sad"), rules)
