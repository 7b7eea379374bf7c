from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tasks.redact_metadata import mask_path, redact_field, redact_fields, redact_id, redact_text

if TYPE_CHECKING:
    from tasks.keys import Keyring
    from tasks.redact.rules import Rules


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("callback +1 (415) 555-0132  soon", "callback [PHONE]  soon"),
        ("jane.doe@example.com", "[EMAIL]"),
        ("Priority queue 3", "Priority queue 3"),
        ("", ""),
    ],
)
def test_metadata_values_lose_personal_data_only(text: str, clean: str, rules: Rules) -> None:
    assert redact_text(text, rules) == clean


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        ("s3://bucket/2026/03/John_Smith-+14155550132.wav", "s3://bucket/####/##/NAME_NAME-+###########.wav"),
        ("/data/calls/jane.doe@example.com.mp3", "/data/calls/EMAIL.mp3"),
        ("C:/x/JohnSmith_call-12.mp4", "C:/x/NAMENAME_call-##.mp4"),
        ("mark_baker 5.wav", "NAME_NAME #.wav"),
        ("in/oduya.g722", "in/NAME.g722"),
        ("0091a706bc604188.wav", "####a###bc######.wav"),
        ("archive/inbound_agent_left.flac", "archive/inbound_agent_left.flac"),
    ],
)
def test_paths_lose_digits_and_names_and_keep_their_shape(path: str, masked: str) -> None:
    assert mask_path(path) == masked
    assert mask_path(masked).count("/") == path.count("/")


@pytest.mark.parametrize(
    ("name", "text", "clean"),
    [
        ("customer_name", "Xyzzy Quux", "[PERSON]"),
        ("callerName", "jane roe", "[PERSON]"),
        ("queue_name", "Billing", "Billing"),
        ("product-name", "Gold card", "Gold card"),
        ("account_number", "9938", "[ACCOUNT_ID]"),
        ("cvv", "731", "[CARD_CVV]"),
        ("zip", "90210", "[POSTAL_CODE]"),
        ("site", "north", "north"),
        ("duration", "183", "183"),
        ("created", "2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z"),
        ("note", "[PERSON] called about [CARD_NUMBER]", "[PERSON] called about [CARD_NUMBER]"),
        ("empty", "", ""),
        ("blank", "  ", "  "),
    ],
)
def test_a_fields_name_is_the_question_that_it_answers(
    name: str, text: str, clean: str, rules: Rules
) -> None:
    assert redact_field(name, text, rules) == clean
    assert redact_field(name, clean, rules) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (
            '{"customer": {"name": "Xyzzy Quux", "phone": "4155550132", "cvv": 731}, "vip": true}',
            '{"customer": {"name": "[PERSON]", "phone": "[PHONE]", "cvv": "[CARD_CVV]"}, "vip": true}',
        ),
        ('["vip", "jane.roe@example.com", null]', '["vip", "[EMAIL]", null]'),
        ('{"jane.roe@example.com": "vip"}', '{"[EMAIL]": "vip"}'),
        ('{"customer": {"phone": "4155550132"}, "cut of', '{"customer": {"phone"[PHONE]"}, "cut of'),
        ("[not json", "[not json"),
    ],
)
def test_json_is_redacted_value_by_value_and_what_was_cut_short_as_text(
    text: str, clean: str, rules: Rules
) -> None:
    assert redact_field("crm", text, rules) == clean


def test_names_of_fields_are_redacted_too(rules: Rules) -> None:
    assert redact_fields({"+14155550132": "north"}, rules) == {"[PHONE]": "north"}


def test_ids_stay_unless_they_hold_an_address_or_a_telephone_number(keyring: Keyring) -> None:
    for text in ("agent07", "20260311T141500", "4155550132", "a-7:b.c", "call+1"):
        assert redact_id("agent", text, keyring) == text
    hidden = redact_id("agent", "jane.roe@example.com", keyring)
    assert hidden.startswith("agent-")
    assert "jane" not in hidden
    assert hidden == redact_id("agent", "jane.roe@example.com", keyring)
    assert redact_id("call", "out-+14155550132-1", keyring).startswith("call-")
