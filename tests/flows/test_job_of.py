"""Under which id a recording is worked on, whichever flow asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.plan import job_of
from tasks.find_recordings import Found
from tasks.schemas import CallMetadata, Recording
from tasks.sources.archive import File

if TYPE_CHECKING:
    from tasks.keys import Keyring

FILE = File("/archive/a.wav", "a.wav", 10, None)


def call_id(stated: str | None, keyring: Keyring) -> str:
    recording = Recording("", "0123456789abcdef0123", 10, None, CallMetadata(call_id=stated))
    return job_of(Found(FILE, recording), keyring).call_id


def test_an_id_that_is_a_telephone_number_or_an_address_never_names_a_call(keyring: Keyring) -> None:
    assert "4155550132" not in call_id("out-+14155550132-1", keyring)
    assert "jane" not in call_id("jane.roe@example.com", keyring)


def test_another_id_stays_and_a_missing_one_is_made_of_the_bytes(keyring: Keyring) -> None:
    assert call_id("c-17", keyring) == "c-17"
    assert call_id(None, keyring) == "rec-0123456789abcdef"
