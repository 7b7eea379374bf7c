"""The stand-in refuses what the vendors refuse: a test that passes against it has sent the right thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tasks.engines.wav import as_wav
from tests.engines.asking import KEY, SOUND

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
    ("/v2/upload", {"content": WAV, "headers": BEARER | RAW}, 401),
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


def test_it_works_by_hand_too() -> None:
    import subprocess
    import sys
    from pathlib import Path

    started = [sys.executable, "-m", "tasks.stand_in", "--help"]
    shown = subprocess.run(started, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    assert "--local-model" in shown.stdout
