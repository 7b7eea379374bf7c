from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tasks.redact_metadata import mask_path, redact_text

if TYPE_CHECKING:
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
