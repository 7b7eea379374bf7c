from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.schemas import Word
from tasks.speakers import name_speakers

AGENT = "Thank you for calling Acme, this is Dana. How can I help? May I have your name?"
CUSTOMER = "Hi, I'm calling about my bill. I would like to pay. Yes please."
CHAT = "Well, it rained the whole day, didn't it?"


def _said(**channels: str) -> dict[int, list[Word]]:
    return {
        int(name[1:]): [Word(word, None, None) for word in text.split()] for name, text in channels.items()
    }


@pytest.mark.parametrize(
    "stated", [{0: "agent", 1: "customer"}, {0: "customer", 1: "agent"}, {0: "supervisor", 1: "agent"}]
)
def test_the_channel_map_counts(stated: dict[int, str]) -> None:
    named = name_speakers(_said(c0=CHAT, c1=CHAT), stated, apart=True)
    assert (named.by_channel, named.source, named.doubt) == (stated, "metadata", None)


def test_a_map_that_contradicts_what_is_said_counts_with_a_doubt() -> None:
    named = name_speakers(_said(c0=AGENT, c1=CUSTOMER), {0: "customer", 1: "agent"}, apart=True)
    assert named.by_channel == {0: "customer", 1: "agent"}
    assert "swapped" in (named.doubt or "")


def test_a_map_that_agrees_with_what_is_said_leaves_no_doubt() -> None:
    assert name_speakers(_said(c0=CUSTOMER, c1=AGENT), {0: "customer", 1: "agent"}, apart=True).doubt is None


def test_a_channel_the_map_leaves_out_gets_a_number() -> None:
    named = name_speakers(_said(c0=CHAT, c1=CHAT), {1: "agent"}, apart=True)
    assert named.by_channel == {0: "speaker_0", 1: "agent"}


def test_a_map_of_other_channels_is_no_map() -> None:
    named = name_speakers(_said(c0=AGENT, c1=CUSTOMER), {5: "agent"}, apart=True)
    assert (named.by_channel, named.source) == ({0: "agent", 1: "customer"}, "speech")


@pytest.mark.parametrize(
    ("c0", "c1", "agent"), [(AGENT, CUSTOMER, 0), (CUSTOMER, AGENT, 1), (CHAT, AGENT, 1)]
)
def test_without_a_map_the_agent_is_who_greets_and_serves(c0: str, c1: str, agent: int) -> None:
    named = name_speakers(_said(c0=c0, c1=c1), {}, apart=True)
    assert named.by_channel == {agent: "agent", 1 - agent: "customer"}
    assert named.source == "speech"
    assert "no channel map" in (named.doubt or "")


@pytest.mark.parametrize(("c0", "c1"), [(CHAT, CHAT), (AGENT, AGENT)])
def test_when_nothing_tells_nobody_is_named(c0: str, c1: str) -> None:
    named = name_speakers(_said(c0=c0, c1=c1), {}, apart=True)
    assert named.by_channel == {0: "speaker_0", 1: "speaker_1"}
    assert named.source is None
    assert named.doubt


def test_where_nobody_speaks_nobody_is_named() -> None:
    named = name_speakers(_said(c0="", c1=""), {}, apart=True)
    assert named.by_channel == {0: None, 1: None}
    assert named.doubt == "nobody speaks"


def test_a_third_channel_is_never_called_the_customer() -> None:
    named = name_speakers(_said(c0=AGENT, c1=CUSTOMER, c2=CHAT), {}, apart=True)
    assert named.by_channel == {0: "agent", 1: "speaker_1", 2: "speaker_2"}


def test_both_sides_on_one_channel_stay_unnamed() -> None:
    named = name_speakers(_said(c0=AGENT + CUSTOMER), {0: "agent"}, apart=False)
    assert (named.by_channel, named.source) == ({0: None}, None)


def test_a_call_without_sound_has_no_speakers() -> None:
    assert name_speakers({}, {0: "agent"}, apart=True).by_channel == {}


def test_words_get_their_channels_speaker_and_nothing_else_changes() -> None:
    words = _said(c0=CUSTOMER, c1=AGENT)
    named = name_speakers(words, {0: "customer", 1: "agent"}, apart=True).named(words)
    assert [word.text for word in named[1]] == AGENT.split()
    assert {(word.channel, word.speaker) for word in named[1]} == {(1, "agent")}


@given(
    st.dictionaries(st.integers(0, 4), st.lists(st.sampled_from((AGENT, CUSTOMER, CHAT, "")), max_size=2)),
    st.dictionaries(st.integers(0, 4), st.sampled_from(("agent", "customer", "ivr"))),
    st.booleans(),
)
def test_every_channel_gets_an_entry(said: dict[int, list[str]], stated: dict[int, str], apart: bool) -> None:  # noqa: FBT001  (hypothesis gives it)
    words = _said(**{f"c{channel}": " ".join(parts) for channel, parts in said.items()})
    named = name_speakers(words, stated, apart=apart)
    assert set(named.by_channel) == set(said)
    assert set(named.named(words)) == set(said)
    if apart and not stated:
        assert list(named.by_channel.values()).count("agent") <= 1


def _labelled(label: str, text: str) -> list[Word]:
    return [Word(word, 0, 10, speaker=label) for word in text.split()]


def test_labels_tell_the_sides_of_one_channel_apart() -> None:
    words = {
        0: _labelled("speaker_1", "thanks for calling how can i help you today could you confirm")
        + _labelled("speaker_0", "hi i'm calling about my bill")
    }
    speakers = name_speakers(words, {0: "agent"}, apart=False)
    assert speakers.source == "diarization"
    named = {word.speaker for word in speakers.named(words)[0][:3]}
    assert named == {"agent"}
    assert speakers.named(words)[0][-1].speaker == "customer"


def test_labels_stay_where_nobody_sounds_like_the_agent() -> None:
    words = {0: _labelled("speaker_1", "yes") + _labelled("speaker_0", "no") + [Word("well", 0, 1)]}
    named = name_speakers(words, {}, apart=False).named(words)[0]
    assert [word.speaker for word in named] == ["speaker_1", "speaker_0", None]


def test_where_channels_are_apart_labels_do_not_count() -> None:
    words = {0: _labelled("speaker_5", "yes"), 1: _labelled("speaker_5", "no")}
    named = name_speakers(words, {0: "agent", 1: "customer"}, apart=True).named(words)
    assert [named[0][0].speaker, named[1][0].speaker] == ["agent", "customer"]
