from __future__ import annotations

import pytest

from tasks.compare.formats.broken import BrokenReference
from tasks.compare.formats.ctm import read_ctm
from tasks.compare.formats.gold import GOLD, read_gold
from tasks.compare.formats.harper import SEGMENTS, TRUTHS, read_harper
from tasks.compare.formats.plain_text import read_text
from tasks.compare.formats.webvtt import read_webvtt
from tasks.compare.reference import Side, Span, Utterance, party


def words(side: Side) -> list[str]:
    return [" ".join(utterance.words) for utterance in side.utterances]


def test_a_text_has_an_utterance_a_line() -> None:
    side = read_text("# a remark\nhello there\n\nbye\n", None, "agent")
    assert words(side) == ["hello there", "bye"]
    assert (side.channel, side.speaker, side.utterances[0].speaker) == (None, "agent", "agent")


def test_parties_are_channels_or_speakers_under_one_name() -> None:
    assert [party(label) for label in ("0", "channel 1", "Caller", "agent", "Jane", "")] == [
        (0, None),
        (1, None),
        (None, "customer"),
        (None, "agent"),
        (None, "jane"),
        (None, None),
    ]


CTM = """;; made by hand
call-1 A 0.50 0.25 hello 0.9
call-1 A 0.80 0.20 there
call-1 B 1.00 0.50 hi
call-1 A 3.00 0.10 bye
call-2.wav 1 0.0 1.0 alone
"""


def test_ctm_gives_words_with_times_by_recording_and_channel() -> None:
    read = read_ctm(CTM)
    assert list(read) == ["call-1", "call-2.wav"]
    first, second = read["call-1"].sides
    assert (first.channel, second.channel, read["call-2.wav"].sides[0].channel) == (0, 1, 0)
    assert words(first) == ["hello there", "bye"]
    assert first.utterances[0].word_times == ((500, 750), (800, 1000))
    assert (first.utterances[1].start_ms, first.utterances[1].end_ms) == (3000, 3100)


def test_ctm_channels_count_from_zero_where_there_is_a_channel_zero() -> None:
    sides = read_ctm("a 0 0 1 x\na 1 0 1 y\na agent 0 1 z\n")["a"].sides
    assert [(side.channel, side.speaker) for side in sides] == [(0, None), (1, None), (None, "agent")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a 1 0.0 1.0 x\na 1 zero 1.0 secret\n", "line 2"),
        ("a 1 0.0 secret\n", "line 1"),
        ("a 1 0.0 -1.0 secret\n", "line 1: times"),
        ("a 1 nan 1.0 secret\n", "line 1: times"),
        ("a 1 * * <ALT_BEGIN>\n", "alternatives"),
    ],
)
def test_a_broken_ctm_names_the_line_and_quotes_nothing(text: str, line: str) -> None:
    with pytest.raises(BrokenReference, match=line) as raised:
        read_ctm(text)
    assert "secret" not in str(raised.value)


VTT = """\ufeffWEBVTT - a call

NOTE written by hand

1
00:00:01.000 --> 00:00:02.500 align:start
<v.loud Agent>Good <i>morning</i> &amp; welcome</v>

00:03.000 --> 00:04.000
<v caller>Hi
<v agent>Yes?

01:00:05.000 --> 01:00:06.000
nobody's words
"""


def test_webvtt_gives_a_side_for_every_voice() -> None:
    sides = {side.speaker: side for side in read_webvtt(VTT).sides}
    assert list(sides) == ["agent", "customer", None]
    assert words(sides["agent"]) == ["Good morning & welcome", "Yes?"]
    assert [one.start_ms for one in sides["agent"].utterances] == [1000, 3000]
    assert sides[None].utterances[0].end_ms == 3_606_000
    assert words(sides["customer"]) == ["Hi"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1\n00:01.000 --> 00:02.000\nsecret\n", "line 1: a WebVTT file begins"),
        ("", "line 1"),
        ("WEBVTT\n\n00:01 --> 00:02\nsecret\n", "line 3"),
        ("WEBVTT\n\nid\nsecret words\n", "line 4"),
        ("WEBVTT\n\nid\n", "line 4"),
        ("WEBVTT\n\n00:09.000 --> 00:02.000\nsecret\n", "line 3: the cue ends before"),
    ],
)
def test_broken_webvtt_names_the_line_and_quotes_nothing(text: str, line: str) -> None:
    with pytest.raises(BrokenReference, match=line) as raised:
        read_webvtt(text)
    assert "secret" not in str(raised.value)


def segment(index: int, role: str, said: str, offset_ms: int, **more: object) -> dict[str, object]:
    return {
        "index": index,
        "speaker_role": role,
        "human_transcript": said,
        "offset_ms": offset_ms,
        "duration_ms": 1000,
        **more,
    }


def test_harper_segments_come_on_the_calls_clock_with_marked_values() -> None:
    heard = {"transcript": "my name is ann ann", "word_durations_ms": [100] * 5}
    segments = SEGMENTS.validate_python(
        [
            segment(
                2, "caller", "my name is ann ann", 5000, word_offsets_ms=[0, 200, 400, 600, 800], **heard
            ),
            segment(1, "agent", "hello [noise]", 1000, transcript="yellow", word_offsets_ms=[0]),
        ]
    )
    named = {"role": "caller", "text": "ann", "type": "NAME", "segment_index": 2}
    amount = {"role": "caller", "text": "is", "type": "AMOUNT", "segment_index": 2}
    truth = TRUTHS.validate_python(
        {
            "x": {
                "reference": {"caller": "", "agent": ""},
                "stereo_channels": {"left": "caller", "right": "agent"},
                "pii": [named, named, amount],
            }
        }
    )["x"]
    reference = read_harper(segments, truth)
    assert reference.labelled
    sides = {side.speaker: side for side in reference.sides}
    assert (sides["customer"].channel, sides["agent"].channel) == (0, 1)
    spoken = sides["customer"].utterances[0]
    assert (spoken.start_ms, spoken.end_ms) == (5000, 6000)
    assert spoken.word_times is not None
    assert spoken.word_times[1] == (5200, 5300)
    assert spoken.personal == (Span("NAME", 3, 4), Span("NAME", 4, 5))
    assert sides["agent"].utterances[0].word_times is None


def test_harper_truth_alone_gives_words_and_values_without_times() -> None:
    value = {"role": "agent", "text": "jo ray", "type": "NAME", "segment_index": 7}
    truth = TRUTHS.validate_python({"x": {"reference": {"agent": "this is jo ray"}, "pii": [value]}})["x"]
    (side,) = read_harper(None, truth).sides
    expected = Utterance(("this", "is", "jo", "ray"), "agent", personal=(Span("NAME", 2, 4),))
    assert side == Side((expected,), None, "agent")


def test_our_gold_gives_times_speakers_and_values() -> None:
    gold = GOLD.validate_python(
        {
            "file": "call.wav",
            "oddity": "none",
            "utterances": [
                {
                    "channel": 1,
                    "speaker": "agent",
                    "start_ms": 500,
                    "end_ms": 900,
                    "words": ["Hi", "Jo."],
                    "words_ms": [[500, 600], [700, 900]],
                }
            ],
            "pii": [{"entity": "PERSON", "utterance": 0, "start_word": 1, "end_word": 2, "value": "Jo"}],
        }
    )
    reference = read_gold(gold)
    (side,) = reference.sides
    assert (reference.labelled, side.channel) == (True, 1)
    assert side.utterances[0] == Utterance(
        ("Hi", "Jo."), "agent", 500, 900, ((500, 600), (700, 900)), (Span("PERSON", 1, 2),)
    )
