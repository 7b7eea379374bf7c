"""Every hosted engine over real HTTP, against the stand-in, when all goes well."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tasks.engines.registry import HOSTED
from tasks.errors import EngineRefused
from tasks.stand_in import SPOKEN
from tasks.stand_in.desk import sound_id
from tasks.stand_in.hearing import canned
from tasks.stand_in.multipart import read_form, values
from tasks.stand_in.self_hosted import SPEACHES, VLLM, WHISPER_CPP
from tests.engines.asking import KEY, SILENCE, SOUND, STEREO, erase, errand_for, fetch, options_for

if TYPE_CHECKING:
    from tasks.stand_in import StandIn
    from tasks.stand_in.desk import Seen

STEREO_ENGINES = [name for name in SPOKEN if HOSTED[name].CAPABILITIES.channels_per_request > 1]
OPENAI_MODELS = ["whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-transcribe"]
UNTIMED = {"gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-transcribe", VLLM}


def _said(pcm: bytes) -> list[str]:
    return [word.text.casefold() for word in canned(pcm)]


def _texts(engine: str, answer: bytes, channel: int = 0) -> list[str]:
    words = HOSTED[engine].parse(answer).words
    return [word.text.casefold().strip(".") for word in words if word.channel == channel]


def _fields(request: Seen, name: str) -> list[str]:
    return values(read_form(request.headers["content-type"], request.body) or [], name)


@pytest.mark.parametrize("name", SPOKEN)
def test_every_word_of_a_chunk_comes_back_for_one_piece_of_work(stand_in: StandIn, name: str) -> None:
    errand = errand_for(name)
    answer = fetch(stand_in, name, errand=errand)
    words = HOSTED[name].parse(answer).words
    heard = canned(SOUND)
    assert _texts(name, answer) == _said(SOUND)
    assert [(word.start_ms, word.end_ms) for word in words] == [
        (round(word.start_s * 1000), round(word.end_s * 1000)) for word in heard
    ]
    assert stand_in.desk.worked == {(name, sound_id([SOUND])): 1}
    assert errand.attempts == 1


@pytest.mark.parametrize("name", SPOKEN)
def test_confidence_is_what_the_capabilities_say(stand_in: StandIn, name: str) -> None:
    transcript = HOSTED[name].parse(fetch(stand_in, name))
    kind = HOSTED[name].CAPABILITIES.of(HOSTED[name].DEFAULT_MODEL).confidence
    assert transcript.confidence_kind == kind
    assert all((word.confidence is None) == (kind is None) for word in transcript.words)
    if kind in ("probability", "log_probability"):
        stated = [round(word.probability, 4) for word in canned(SOUND)]
        assert [round(word.confidence or 0, 4) for word in transcript.words] == stated


@pytest.mark.parametrize("name", SPOKEN)
def test_silence_is_a_transcript_without_words(stand_in: StandIn, name: str) -> None:
    transcript = HOSTED[name].parse(fetch(stand_in, name, SILENCE))
    assert transcript.words == ()


@pytest.mark.parametrize("name", SPOKEN)
def test_the_key_goes_into_headers_and_nowhere_else(stand_in: StandIn, name: str) -> None:
    fetch(stand_in, name)
    for request in stand_in.desk.requests(name):
        assert any(KEY in value for value in request.headers.values())
        assert KEY not in request.path + request.query
        assert KEY.encode() not in request.body


@pytest.mark.parametrize("name", STEREO_ENGINES)
def test_two_channels_go_in_one_request_and_come_back_apart(stand_in: StandIn, name: str) -> None:
    left, right = (memoryview(STEREO).cast("h")[side::2].tobytes() for side in (0, 1))
    answer = fetch(stand_in, name, STEREO, errand=errand_for(name, channels=2))
    assert _texts(name, answer, 0) == _said(left)
    assert _texts(name, answer, 1) == _said(right)
    assert stand_in.desk.worked == {(name, sound_id([left, right])): 1}
    billed = HOSTED[name].parse(answer).billed_ms
    assert billed == (4000 if HOSTED[name].CAPABILITIES.bills_per_channel else 2000)


@pytest.mark.parametrize("model", [*OPENAI_MODELS, SPEACHES, VLLM, WHISPER_CPP])
def test_every_model_and_server_in_openais_shape_is_understood(stand_in: StandIn, model: str) -> None:
    answer = fetch(stand_in, "openai", options=options_for("openai", model=model))
    transcript = HOSTED["openai"].parse(answer)
    assert _texts("openai", answer) == _said(SOUND)
    assert transcript.times == ("absent" if model in UNTIMED else "stated")
    assert bool(transcript.segments) == (model == VLLM)


def test_diarized_text_keeps_its_speakers_and_segments(stand_in: StandIn) -> None:
    options = options_for("openai", model="gpt-4o-transcribe-diarize", diarization=True)
    transcript = HOSTED["openai"].parse(fetch(stand_in, "openai", options=options))
    assert {word.speaker for word in transcript.words} == {"speaker_0"}
    assert [segment.end_ms for segment in transcript.segments] == [2000]  # cut at the sound's end


@pytest.mark.parametrize("name", ["pulse", "deepgram", "assemblyai", "elevenlabs"])
def test_diarization_on_one_channel_names_speakers(stand_in: StandIn, name: str) -> None:
    answer = fetch(stand_in, name, options=options_for(name, diarization=True))
    assert {word.speaker for word in HOSTED[name].parse(answer).words} == {"speaker_0"}


@pytest.mark.parametrize("name", ["pulse", "deepgram", "assemblyai", "elevenlabs"])
def test_a_hosted_recording_is_named_instead_of_sent(stand_in: StandIn, name: str) -> None:
    errand = errand_for(name, url="https://archive.example/call.wav?signature=abc")
    assert HOSTED[name].parse(fetch(stand_in, name, b"", errand=errand)).words
    assert not any(request.sound for request in stand_in.desk.seen)


def test_key_terms_reach_the_engines_that_take_them(stand_in: StandIn) -> None:
    terms = ("Zanzibar plan", "MX-5 <pro>")
    for name in ("deepgram", "assemblyai", "elevenlabs", "openai"):
        fetch(stand_in, name, options=options_for(name, keyterms=terms))
    fetch(stand_in, "openai", options=options_for("openai", model="gpt-transcribe", keyterms=terms))
    deepgram, assemblyai, elevenlabs, whisper, transcribe = (
        stand_in.desk.requests(name, path)[number]
        for name, path, number in (
            ("deepgram", "", 0),
            ("assemblyai", "/v2/transcript", 0),
            ("elevenlabs", "", 0),
            ("openai", "", 0),
            ("openai", "", 1),
        )
    )
    assert deepgram.query.count("keyterm=") == 2
    assert json.loads(assemblyai.body)["keyterms_prompt"] == list(terms)
    assert _fields(elevenlabs, "keyterms") == list(terms)
    assert _fields(whisper, "prompt") == ["Zanzibar plan, MX-5 <pro>"]
    assert _fields(transcribe, "keywords[]") == ["Zanzibar plan", "MX-5  pro "]


def test_language_formatting_and_retention_are_passed_on(stand_in: StandIn) -> None:
    unformatted: dict[str, Any] = {"language": None, "formatting": False}
    found = HOSTED["deepgram"].parse(
        fetch(stand_in, "deepgram", options=options_for("deepgram", **unformatted, retention_opt_out=True))
    )
    fetch(stand_in, "assemblyai", options=options_for("assemblyai", **unformatted))
    fetch(stand_in, "elevenlabs", options=options_for("elevenlabs", retention_opt_out=True))
    job = json.loads(stand_in.desk.requests("assemblyai", "/v2/transcript")[0].body)
    query = stand_in.desk.requests("deepgram")[0].query
    assert (found.language, found.language_confidence) == ("en", 0.97)
    assert "mip_opt_out=true" in query
    assert "smart_format=false" in query
    assert (job["format_text"], job["language_detection"]) == (False, True)
    assert "language_code" not in job
    assert stand_in.desk.requests("elevenlabs")[0].query == "enable_logging=false"


def test_a_retention_opt_out_that_the_plan_ignores_stops_the_engine(stand_in: StandIn) -> None:
    options = options_for("pulse", retention_opt_out=True)
    assert fetch(stand_in, "pulse", options=options)
    stand_in.desk.enterprise = False
    with pytest.raises(EngineRefused, match="keeps the content"):
        fetch(stand_in, "pulse", options=options)


CANNOT: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("pulse", {"keyterms": ("a",)}, {}, "no key terms"),
    ("pulse", {"formatting": False}, {}, "always formats"),
    ("pulse", {}, {"channels": 2}, "1 channel"),
    ("pulse", {"model": "pulse-pro", "diarization": True}, {}, "speakers apart"),
    ("pulse", {"model": "pulse-pro", "language": "de"}, {}, "English only"),
    ("pulse", {"model": "pulse-pro"}, {"url": "https://a.example/b.wav"}, "cannot fetch"),
    ("deepgram", {"model": "nova-2", "keyterms": ("a",)}, {}, "nova-3 does"),
    ("deepgram", {"keyterms": ("a",) * 101}, {}, "101 key terms"),
    ("assemblyai", {"retention_opt_out": True}, {}, "keep nothing"),
    ("assemblyai", {}, {"channels": 3}, "2 channel"),
    ("openai", {"diarization": True}, {}, "speakers apart"),
    ("openai", {"model": "gpt-4o-transcribe-diarize", "keyterms": ("a",)}, {}, "no key terms"),
    ("openai", {"formatting": False}, {}, "always formats"),
    ("openai", {}, {"url": "https://a.example/b.wav"}, "cannot fetch"),
    ("elevenlabs", {"formatting": False}, {}, "always formats"),
    ("elevenlabs", {"diarization": True}, {"channels": 2}, "no diarization inside"),
    ("cartesia", {"language": None}, {}, "set one"),
    ("cartesia", {"diarization": True}, {}, "speakers apart"),
    ("cartesia", {"retention_opt_out": True}, {}, "keep nothing"),
]


@pytest.mark.parametrize(("name", "options", "errand", "why"), CANNOT)
def test_what_an_engine_cannot_do_is_refused_before_anything_is_sent(
    stand_in: StandIn, name: str, options: dict[str, Any], errand: dict[str, Any], why: str
) -> None:
    with pytest.raises(EngineRefused, match=why):
        fetch(stand_in, name, options=options_for(name, **options), errand=errand_for(name, **errand))
    assert stand_in.desk.seen == []


def test_a_chunk_that_is_too_long_is_refused_before_anything_is_sent(stand_in: StandIn) -> None:
    with pytest.raises(EngineRefused, match="longer than the 600 s"):
        fetch(stand_in, "pulse", bytes(32_000 * 601))
    with pytest.raises(EngineRefused, match="26214400 bytes"):
        fetch(stand_in, "openai", bytes(26_214_402))
    assert stand_in.desk.seen == []


def test_what_a_vendor_heard_can_be_erased_there(stand_in: StandIn) -> None:
    ids = {}
    for name in ("pulse", "assemblyai", "elevenlabs"):
        errand = errand_for(name)
        heard = HOSTED[name].parse(fetch(stand_in, name, errand=errand))
        ids[name] = heard.request_id or errand.jobs.get(errand.key) or ""
        erase(stand_in, name, ids[name])
    assert stand_in.desk.erased == list(ids.values())
    erase(stand_in, "assemblyai", "not-there-any-more")
