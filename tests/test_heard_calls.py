"""What was heard is kept closed, whole, and without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.answers import AnswerStore
from tasks.errors import KeyMissing
from tasks.files.local import LocalFiles
from tasks.heard_calls import HeardCall, HeardCalls, _packed, _unpacked
from tasks.keys import Keyring
from tasks.schemas import Conversation, Finding, Turn, Word

if TYPE_CHECKING:
    from pathlib import Path

SHA256 = "ab" * 32
WORDS = (
    Word("my", 0, 200, 0.9, 0, "customer"),
    Word("card", 210, None, None, 0, "customer"),
    Word("4263", 400, 800, 0.5, 0, "customer", times_derived=True),
    Word("731", None, None, None, 1, None),
)
SAID = Conversation(WORDS, (Turn(0, "customer", 0, 3), Turn(1, None, 3, 4)))
FOUND = (
    Finding("CARD_NUMBER", 2, 3, 0.9, "auto", "luhn"),
    Finding("CARD_CVV", 3, 4, 0.9, "auto", "cue:CARD_CVV"),
)
SPEECH = {0: [(0, 900)], 1: []}


@pytest.fixture
def heard(tmp_path: Path, keyring: Keyring) -> HeardCalls:
    calls = HeardCalls(AnswerStore(LocalFiles(tmp_path / "heard"), keyring))
    calls.keep(SHA256, SAID, FOUND, SPEECH)
    return calls


def test_everything_but_secrets_comes_back(heard: HeardCalls) -> None:
    kept = heard.get(SHA256)
    assert kept is not None
    assert kept.conversation.words[:3] == WORDS[:3]
    assert kept.conversation.words[3] == Word("[CARD_CVV]", None, None, None, 1, None, entity="CARD_CVV")
    assert kept.conversation.turns == SAID.turns
    assert kept.secrets == FOUND[1:]
    assert kept.speech_ms == SPEECH


def test_a_secret_that_waits_for_a_person_is_no_finding_yet(heard: HeardCalls) -> None:
    doubt = Finding("PIN", 3, 4, 0.3, "review", "listed")
    heard.keep(SHA256, SAID, [doubt], {})
    kept = heard.get(SHA256)
    assert kept is not None
    assert kept.conversation == SAID


def test_nothing_can_be_read_on_the_disk_and_no_name_tells_anything(
    heard: HeardCalls, tmp_path: Path
) -> None:
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file() and "heard" in path.parts]
    assert file.name == SHA256
    assert not any(word.encode() in file.read_bytes() for word in ("4263", "731", "customer", "card"))


def test_without_its_key_it_stays_closed(heard: HeardCalls, tmp_path: Path) -> None:
    other = AnswerStore(LocalFiles(tmp_path / "heard"), Keyring("99999999", {"99999999": bytes(32)}))
    with pytest.raises(KeyMissing):
        HeardCalls(other).get(SHA256)


def test_what_is_forgotten_or_was_never_kept_is_none(heard: HeardCalls) -> None:
    heard.forget(SHA256)
    heard.forget(SHA256)
    assert heard.get(SHA256) is None
    assert heard.get("cd" * 32) is None


_words = st.builds(
    Word,
    st.text(max_size=8),
    st.none() | st.integers(0, 10**7),
    st.none() | st.integers(0, 10**7),
    st.none() | st.floats(0, 1),
    st.integers(0, 3),
    st.none() | st.sampled_from(["agent", "speaker_1"]),
    st.none(),
    st.booleans(),
)


@given(st.lists(_words, max_size=8))
def test_any_conversation_survives(words: list[Word]) -> None:
    call = HeardCall(Conversation(tuple(words), (Turn(0, None, 0, len(words)),)), FOUND, SPEECH)
    assert _unpacked(_packed(call)) == call
