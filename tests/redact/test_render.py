from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from talk import labelled, redacted, talk

from tasks.find_pii import find_pii
from tasks.redact.render import render, turn_text
from tasks.schemas import Conversation, Finding, Turn, Word

if TYPE_CHECKING:
    from tasks.labelled import LabelledTalk
    from tasks.redact.rules import Rules


def test_each_redacted_word_keeps_its_row_and_its_times() -> None:
    words = (Word("call", 0, 90), Word("jane", 100, 200, 0.9), Word("doe", 210, 300))
    conversation = Conversation(words, (Turn(0, None, 0, 3),))
    rendered = render(conversation, [Finding("PERSON", 1, 3, 0.9, "auto", "listed")])
    assert rendered.words[0] == words[0]
    assert rendered.words[1] == Word("[PERSON]", 100, 200, 0.9, entity="PERSON")
    assert turn_text(rendered, rendered.turns[0]) == "call [PERSON]"


def test_review_findings_stay_readable() -> None:
    conversation = talk("c: hope is here")
    assert render(conversation, [Finding("PERSON", 0, 1, 0.3, "review", "listed")]) == conversation


@pytest.mark.parametrize("item", labelled(), ids=lambda item: item.id)
def test_redacting_twice_changes_nothing(item: LabelledTalk, rules: Rules) -> None:
    conversation = item.conversation
    once = render(conversation, find_pii(conversation, rules))
    again = [finding for finding in find_pii(once, rules) if finding.tier != "review"]
    assert again == []
    assert render(once, find_pii(conversation, rules)) == once


def test_words_that_only_look_redacted_are_left_alone(rules: Rules) -> None:
    assert redacted(talk("c: my name is [PERSON] [PERSON] okay"), rules) == [
        "my name is [PERSON] [PERSON] okay"
    ]
