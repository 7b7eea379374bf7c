"""The stand-in refuses what the vendors refuse: a test that passes against it has sent the right thing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tasks.engines.wav import as_wav
from tasks.stand_in import Fault
from tasks.stand_in.desk import sound_id
from tests.engines.asking import KEY, SOUND, STEREO

if TYPE_CHECKING:
    from tasks.stand_in import StandIn

WAV = as_wav(SOUND)
BEARER, TOKEN = {"authorization": f"Bearer {KEY}"}, {"authorization": f"Token {KEY}"}
CARTESIA = BEARER | {"cartesia-version": "2026-08-14"}
XI = {"xi-api-key": KEY}
STT, LISTEN = "/waves/v1/stt/?model=pulse&language=en", "/v1/listen?model=nova-3"
SPEECH, OPENAI = "/v1/speech-to-text", "/v1/audio/transcriptions"
RAW = {"content-type": "application/octet-stream"}
FILE = {"file": ("audio.wav", WAV, "audio/wav")}

WRONG: list[tuple[str, dict[str, Any], int]] = [
    (STT, {"content": WAV, "headers": RAW}, 401),
    (STT, {"content": WAV, "headers": TOKEN | RAW}, 401),
    ("/waves/v1/stt/?model=pulse", {"content": WAV, "headers": BEARER | RAW}, 400),
    ("/waves/v1/stt/?language=en", {"content": WAV, "headers": BEARER | RAW}, 400),
    (STT, {"content": WAV, "headers": BEARER | {"content-type": "text/plain"}}, 400),
    (STT, {"content": as_wav(SOUND, 2), "headers": BEARER | RAW}, 400),
    ("/waves/v1/stt/?model=pulse&language=ja", {"content": WAV, "headers": BEARER | RAW}, 400),
    ("/waves/v1/stt/?model=pulse-pro&language=de", {"content": WAV, "headers": BEARER | RAW}, 400),
    ("/waves/v1/stt/?model=pulse-pro&language=en", {"json": {"url": "x"}, "headers": BEARER}, 400),
    (LISTEN, {"content": WAV, "headers": BEARER | {"content-type": "audio/wav"}}, 401),
    (LISTEN, {"content": SOUND, "headers": TOKEN | {"content-type": "audio/wav"}}, 400),
    (LISTEN, {"files": FILE, "headers": TOKEN}, 400),
    ("/v1/listen?model=shout", {"content": WAV, "headers": TOKEN | {"content-type": "audio/wav"}}, 400),
    (
        "/v1/listen?model=nova-2&keyterm=a",
        {"content": WAV, "headers": TOKEN | {"content-type": "audio/wav"}},
        400,
    ),
    (f"{LISTEN}&diarize_model=v9", {"content": WAV, "headers": TOKEN | {"content-type": "audio/wav"}}, 400),
    (LISTEN, {"content": as_wav(SOUND, 32), "headers": TOKEN | {"content-type": "audio/wav"}}, 400),
    ("/v2/upload", {"content": WAV, "headers": BEARER | RAW}, 401),
    (
        "/v2/transcript",
        {
            "json": {
                "audio_url": "https://a.example",
                "speech_models": ["universal-2"],
                "keyterms_prompt": ["a b c d e f g"],
            },
            "headers": {"authorization": KEY},
        },
        400,
    ),
    ("/v2/upload", {"files": FILE, "headers": {"authorization": KEY}}, 400),
    ("/v2/transcript", {"json": {"audio_url": "https://a.example"}, "headers": {"authorization": KEY}}, 400),
    (
        "/v2/transcript",
        {
            "json": {"audio_url": "https://cdn.assemblyai.com/upload/1", "speech_models": ["universal-2"]},
            "headers": {"authorization": KEY},
        },
        403,
    ),
    (OPENAI, {"data": {"model": "whisper-1"}, "files": FILE}, 401),
    (OPENAI, {"content": WAV, "headers": BEARER | RAW}, 422),
    (OPENAI, {"files": FILE, "headers": BEARER}, 400),
    (OPENAI, {"data": {"model": "whisper-1", "hotwords": "a"}, "files": FILE, "headers": BEARER}, 400),
    (
        OPENAI,
        {
            "data": {"model": "gpt-transcribe", "response_format": "verbose_json"},
            "files": FILE,
            "headers": BEARER,
        },
        400,
    ),
    (
        OPENAI,
        {
            "data": {"model": "whisper-1"},
            "files": {"file": ("call.mp4", WAV, "video/mp4")},
            "headers": BEARER,
        },
        400,
    ),
    (SPEECH, {"data": {"model_id": "scribe_v2"}, "files": FILE, "headers": BEARER}, 401),
    (SPEECH, {"files": FILE, "headers": XI}, 400),
    (SPEECH, {"content": WAV, "headers": XI | RAW}, 422),
    (SPEECH, {"data": {"model_id": "scribe_v2", "keyterms": "a" * 51}, "files": FILE, "headers": XI}, 400),
    (
        SPEECH,
        {
            "data": {"model_id": "scribe_v2", "diarize": "true", "use_multi_channel": "true"},
            "files": FILE,
            "headers": XI,
        },
        400,
    ),
    ("/stt", {"data": {"model": "ink-whisper"}, "files": FILE, "headers": BEARER}, 400),
    ("/stt", {"data": {"model": "ink-2"}, "files": FILE, "headers": CARTESIA}, 400),
    ("/stt", {"data": {"model": "ink-whisper"}, "files": FILE}, 401),
]


@pytest.mark.parametrize(("path", "request_", "status"), WRONG)
def test_a_wrong_request_is_refused_as_the_vendor_does(
    stand_in: StandIn, path: str, request_: dict[str, Any], status: int
) -> None:
    assert httpx.post(stand_in.url + path, **request_).status_code == status
    assert not stand_in.desk.worked


def test_requests_are_counted_by_sound_in_whatever_form_it_comes(stand_in: StandIn) -> None:
    httpx.post(f"{stand_in.url}{LISTEN}", content=WAV, headers=TOKEN | {"content-type": "audio/wav"})
    httpx.post(f"{stand_in.url}/stt", data={"model": "ink-whisper"}, files=FILE, headers=CARTESIA)
    (sound,) = stand_in.desk.requests_by_sound("deepgram")
    assert stand_in.desk.requests_by_sound("cartesia") == {sound: 1}


PRINTED: list[tuple[str, str, Fault, Any]] = [
    ("deepgram", LISTEN, Fault("status", status=503), {"error_code": "Service Unavailable"}),
    ("deepgram", LISTEN, Fault("status", status=400, code="INVALID_JSON"), {"category": "INVALID_JSON"}),
    ("deepgram", LISTEN, Fault("status", status=402), {"err_code": "ASR_PAYMENT_REQUIRED"}),
    ("pulse", STT, Fault("status", status=413), {"error": "File size exceeds maximum limit of 250MB."}),
    ("cartesia", "/stt", Fault("status", status=429), {"error_code": "concurrency_limited"}),
]


@pytest.mark.parametrize(("engine", "path", "fault", "part"), PRINTED)
def test_an_error_looks_as_the_vendor_prints_it(
    stand_in: StandIn, engine: str, path: str, fault: Fault, part: dict[str, str]
) -> None:
    stand_in.desk.misbehave(engine, fault)
    refused = httpx.post(stand_in.url + path, content=WAV)
    assert refused.status_code == fault.status
    assert part.items() <= refused.json().items()


def test_errors_of_the_same_status_differ_in_depth_and_length(stand_in: StandIn) -> None:
    for engine in ("assemblyai", "elevenlabs", "openai"):
        stand_in.desk.misbehave(engine, Fault("status", status=503), Fault("status", status=422))
    assert httpx.post(f"{stand_in.url}/v2/upload").content == b""
    down, wrong = (httpx.post(stand_in.url + SPEECH).json() for _ in range(2))
    assert down["detail"]["message"] == "Service Unavailable"
    assert wrong["detail"][0]["loc"] == ["body"]
    assert httpx.post(stand_in.url + OPENAI).json()["error"]["type"] == "server_error"


def test_channels_that_nobody_asks_for_are_mixed_into_one(stand_in: StandIn) -> None:
    kind = TOKEN | {"content-type": "audio/wav"}
    left, right = (memoryview(STEREO).cast("h")[side::2].tobytes() for side in (0, 1))
    answer = httpx.post(stand_in.url + LISTEN, content=as_wav(STEREO, 2), headers=kind).json()
    (channel,) = answer["results"]["channels"]
    assert channel["alternatives"][0]["words"]
    assert not stand_in.desk.worked.keys() & {("deepgram", sound_id([one])) for one in (left, right)}


def test_a_job_goes_on_while_nobody_asks(stand_in: StandIn) -> None:
    stand_in.desk.latency_s, stand_in.desk.polls = 0.5, 0
    asked = {"audio_url": "https://a.example/call.wav", "speech_models": ["universal-2"]}
    key = {"authorization": KEY}
    job = httpx.post(f"{stand_in.url}/v2/transcript", json=asked, headers=key).json()
    states = [job["status"]]
    while states[-1] != "completed" and len(states) < 100:
        time.sleep(0.05)
        states.append(httpx.get(f"{stand_in.url}/v2/transcript/{job['id']}", headers=key).json()["status"])
    assert list(dict.fromkeys(states)) == ["queued", "processing", "completed"]


def test_noises_are_told_unless_they_are_not_wanted(stand_in: StandIn) -> None:
    told = {"model_id": "scribe_v2"}, {"model_id": "scribe_v2", "tag_audio_events": "false"}
    texts = [
        httpx.post(stand_in.url + SPEECH, data=data, files=FILE, headers=XI).json()["text"] for data in told
    ]
    assert ["(laughter)" in text for text in texts] == [True, False]


def test_it_works_by_hand_too() -> None:
    import subprocess
    import sys
    from pathlib import Path

    started = [sys.executable, "-m", "tasks.stand_in", "--help"]
    shown = subprocess.run(started, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    assert "--local-model" in shown.stdout
