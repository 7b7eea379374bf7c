"""Where sound is muted: what is redacted in text is redacted in sound, and nothing else."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.redact.mute_spans import FADE_MS, Sound, Span, heard_on, mute_spans, muted_ms
from tasks.redact.passages import words_in
from tasks.schemas import Conversation, Finding, Turn, Word

STEREO = Sound("two_speakers", 2, 60_000)
PADDING_MS = 200


def said(*times: tuple[int | None, int | None], channel: int = 0, derived: bool = False) -> Conversation:
    """One turn of words with these times."""
    words = tuple(Word("w", start, end, channel=channel, times_derived=derived) for start, end in times)
    return Conversation(words, (Turn(channel, None, 0, len(words)),))


def at(first: int, end: int) -> Finding:
    return Finding("CARD_NUMBER", first, end, 0.9, "auto", "made up")


def passage(start_ms: int, end_ms: int) -> Finding:
    return Finding("CARD_NUMBER", 0, 0, 1.0, "auto", "person", (start_ms, end_ms))


def spans(conversation: Conversation, *findings: Finding, sound: Sound = STEREO) -> dict[int, list[Span]]:
    return mute_spans(conversation, findings, sound, PADDING_MS)


def is_muted(word: Word, muted: dict[int, list[Span]]) -> bool:
    assert word.start_ms is not None
    assert word.end_ms is not None
    inside = (word.start_ms - FADE_MS, word.end_ms + FADE_MS)
    return any(start <= inside[0] and inside[1] <= end for start, end in muted[word.channel])


def test_a_finding_is_muted_from_its_first_word_to_its_last_with_padding() -> None:
    talk = said((1_000, 1_200), (2_000, 2_300), (2_400, 2_700), (4_000, 4_100))
    assert spans(talk, at(1, 3)) == {0: [(1_800, 2_900)], 1: []}


def test_padding_leaves_some_of_the_word_before_it_and_most_of_the_word_behind() -> None:
    talk = said((1_000, 1_200), (1_200, 1_600), (1_600, 2_000))
    assert spans(talk, at(1, 2)) == {0: [(1_060, 1_700)], 1: []}


def test_a_long_word_before_a_finding_may_hide_its_beginning() -> None:
    talk = said((1_000, 2_000), (2_000, 2_400))
    assert spans(talk, at(1, 2))[0] == [(1_650, 2_600)]


def test_a_word_between_two_findings_can_still_be_heard() -> None:
    talk = said((1_000, 1_300), (1_300, 1_400), (1_400, 1_700))
    assert spans(talk, at(0, 1), at(2, 3))[0] == [(800, 1_325), (1_330, 1_900)]


def test_a_word_at_the_very_beginning_is_muted_from_before_it() -> None:
    assert spans(said((0, 300), (2_000, 2_300)), at(0, 1))[0] == [(-200, 500)]


def test_breaths_between_digits_are_muted_and_words_between_them_are_not() -> None:
    silent = said((1_000, 1_200), (2_100, 2_300), (5_000, 5_100))
    assert spans(silent, at(0, 1), at(1, 2))[0] == [(800, 2_500)]
    spoken = said((1_000, 1_200), (1_500, 1_800), (2_100, 2_300))
    assert spans(spoken, at(0, 1), at(2, 3))[0] == [(800, 1_400), (1_900, 2_500)]


@pytest.mark.parametrize("verdict", ["mono", "dual_mono", "bleed", "dead_leg", "multichannel"])
def test_all_channels_are_muted_where_one_voice_may_be_on_several(verdict: str) -> None:
    sound = replace(STEREO, verdict=verdict, channel_count=3)  # type: ignore[arg-type]
    muted = spans(said((1_000, 1_200), channel=1), at(0, 1), sound=sound)
    assert muted == {channel: [(800, 1_400)] for channel in range(3)}


def test_the_other_side_of_a_call_goes_on_talking() -> None:
    assert spans(said((1_000, 1_200), channel=1), at(0, 1)) == {0: [], 1: [(800, 1_400)]}


@pytest.mark.parametrize("unknown", [(None, None), (1_700, None), (None, 1_800), (1_700, 1_700)])
def test_a_word_of_unknown_time_or_length_is_muted_to_its_neighbours(
    unknown: tuple[int | None, int | None],
) -> None:
    talk = said((1_000, 1_500), unknown, (2_500, 2_800))
    assert spans(talk, at(1, 2))[0] == [(1_150, 2_575)]
    assert spans(said((1_000, 1_500), unknown), at(1, 2))[0] == [(1_150, 60_200)]
    assert spans(said(unknown, (2_500, 3_000)), at(0, 1))[0] == [(-200, 2_625)]


def test_a_word_without_length_was_said_inside_the_long_word_before_it() -> None:
    talk = said((7_000, 8_000), (8_000, 8_000), (8_400, 8_600))
    assert spans(talk, at(1, 2))[0] == [(7_300, 8_450)]


def test_a_timed_word_in_an_untimed_finding_widens_it() -> None:
    talk = said((1_000, 1_500), (None, None), (4_000, 4_300), (None, None), (6_000, 6_300))
    assert spans(talk, at(1, 4))[0] == [(1_150, 6_075)]


def test_a_turn_without_times_is_muted_as_its_channel() -> None:
    one = said((1_000, 1_500)).words
    two = said((None, None), (None, None)).words
    talk = Conversation((*two, *one), (Turn(0, "speaker_1", 0, 2), Turn(0, None, 2, 3)))
    assert spans(talk, at(1, 2)) == {0: [(-200, 60_200)], 1: []}


def test_derived_times_are_padded_widely() -> None:
    talk = said((9_000, 9_300), (9_300, 9_600), (9_600, 9_900), derived=True)
    assert spans(talk, at(1, 2))[0] == [(7_800, 11_100)]


def test_what_waits_for_a_person_can_still_be_heard() -> None:
    doubt = Finding("PERSON", 0, 1, 0.3, "review", "listed")
    assert spans(said((1_000, 1_200)), doubt) == {0: [], 1: []}


def test_muted_time_counts_once_and_only_inside_the_recording() -> None:
    assert muted_ms([[(-200, 500)], [(300, 700), (900, 2_000)]], 1_000) == 800
    assert muted_ms([[], []], 1_000) == 0


@st.composite
def calls(draw: st.DrawFn) -> tuple[Conversation, list[Finding]]:
    """Two channels of words side by side in time, in turns, with findings anywhere."""
    words: list[Word] = []
    turns: list[Turn] = []
    findings: list[Finding] = []
    clock = [draw(st.integers(0, 400)), draw(st.integers(0, 400))]
    for _ in range(draw(st.integers(1, 6))):
        channel, first = draw(st.integers(0, 1)), len(words)
        for _ in range(draw(st.integers(1, 7))):
            length = draw(st.integers(30, 600))
            words.append(Word("w", clock[channel], clock[channel] + length, channel=channel))
            clock[channel] += length + draw(st.sampled_from([0, 0, 1, 40, 250, 700]))
        turns.append(Turn(channel, None, first, len(words)))
        place = first
        while place < len(words):
            end = min(place + draw(st.integers(1, 3)), len(words))
            if draw(st.booleans()):
                tier = draw(st.sampled_from(["auto", "flagged", "review"]))
                findings.append(replace(at(place, end), tier=tier))
            place = end
    return Conversation(tuple(words), tuple(turns)), findings


SPEECH = st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 9_000)), max_size=8).map(
    lambda listed: sorted((start, start + length) for start, length in listed)
)


PASSAGES = st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 3_000)), max_size=3).map(
    lambda listed: [passage(start, start + length) for start, length in listed]
)


@given(calls(), st.integers(150, 250), SPEECH, PASSAGES)
def test_a_word_is_muted_if_and_only_if_it_is_redacted(
    call: tuple[Conversation, list[Finding]], padding_ms: int, speech: list[Span], passages: list[Finding]
) -> None:
    conversation, findings = call
    heard = replace(STEREO, speech_ms={0: speech, 1: speech[1:]})
    findings += [word for one in passages for word in words_in(one, conversation, heard, ())]
    muted = mute_spans(conversation, [*findings, *passages], heard, padding_ms)
    redacted = {
        word for one in findings if one.tier != "review" for word in range(one.start_word, one.end_word)
    }
    for one in passages:
        assert one.passage_ms
        for channel in heard_on(one.passage_ms, conversation, heard):
            assert is_muted(Word("", *one.passage_ms, channel=channel), muted)
    assert {i for i, word in enumerate(conversation.words) if is_muted(word, muted)} == redacted
    for own in muted.values():
        assert all(start < end for start, end in own)
        assert all(before[1] < after[0] for before, after in itertools.pairwise(own))


@given(calls(), st.sampled_from(["mono", "bleed", "dual_mono"]))
def test_no_redacted_word_can_be_heard_on_any_channel(
    call: tuple[Conversation, list[Finding]], verdict: str
) -> None:
    conversation, findings = call
    sound = replace(STEREO, verdict=verdict)  # type: ignore[arg-type]
    muted = mute_spans(conversation, findings, sound, PADDING_MS)
    for finding in findings:
        if finding.tier != "review":
            for index in range(finding.start_word, finding.end_word):
                assert all(is_muted(replace(conversation.words[index], channel=c), muted) for c in (0, 1))


def test_speech_without_words_beside_a_finding_goes_with_it() -> None:
    talk = said((1_000, 1_300), (4_000, 4_500), (8_000, 8_300))
    heard = replace(STEREO, speech_ms={0: [(900, 4_600), (5_000, 5_400), (7_900, 8_400)], 1: [(0, 60_000)]})
    assert spans(talk, at(1, 2), sound=heard)[0] == [(1_300, 5_400)]


def test_speech_without_words_is_muted_for_three_seconds_at_most() -> None:
    talk = said((10_000, 10_500))
    heard = replace(STEREO, speech_ms={0: [(1_000, 30_000)]})
    assert spans(talk, at(0, 1), sound=heard)[0] == [(9_800 - 3_000, 10_700 + 3_000)]


def test_silence_beside_a_finding_stays_as_it_is() -> None:
    talk = said((10_000, 10_500))
    heard = replace(STEREO, speech_ms={0: [(9_990, 10_510)]})
    assert spans(talk, at(0, 1), sound=heard)[0] == [(9_800, 10_700)]


def test_a_passage_is_muted_with_padding_on_the_channel_that_has_speech_without_words() -> None:
    talk = said((5_000, 5_300), channel=1)
    heard = replace(STEREO, speech_ms={0: [(1_000, 4_000)], 1: [(3_900, 5_300)]})
    assert spans(talk, passage(1_500, 3_500), sound=heard) == {0: [(1_000, 4_000)], 1: []}
    still = replace(STEREO, speech_ms={0: [(1_500, 3_500)]})
    assert spans(talk, passage(1_500, 3_500), sound=still) == {0: [(1_300, 3_700)], 1: []}


def test_a_passage_is_muted_on_every_channel_where_nobody_knows_whose_it_is() -> None:
    talk = said((5_000, 5_300), channel=1)
    both = {0: [(1_300, 3_700)], 1: [(1_300, 3_700)]}
    assert spans(talk, passage(1_500, 3_500)) == both
    assert spans(talk, passage(1_500, 3_500), sound=replace(STEREO, verdict="bleed")) == both
    assert spans(Conversation((), ()), passage(1_500, 3_500)) == both


def test_words_that_are_in_a_passage_now_are_findings_of_its_kind_run_by_run() -> None:
    talk = said((1_000, 1_500), (1_600, 1_900), (2_000, 2_300), (2_400, 2_700), (None, None), (9_000, 9_100))
    found = list(words_in(passage(1_400, 2_500), talk, STEREO, {1}))
    assert [(one.entity, one.start_word, one.end_word, one.tier) for one in found] == [
        ("CARD_NUMBER", 0, 1, "auto"),
        ("CARD_NUMBER", 2, 4, "auto"),
    ]
    elsewhere = replace(STEREO, speech_ms={0: [], 1: [(1_400, 2_500)]})
    assert list(words_in(passage(1_400, 2_500), talk, elsewhere, ())) == []
