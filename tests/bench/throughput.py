"""200 chunks through a slow engine: side by side as callarchive does it, and one after another."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from typing import TYPE_CHECKING, Any

import httpx
import imageio_ffmpeg
from tenacity import retry, stop_after_attempt, wait_exponential

from flows.engines import open_transcriber
from flows.hear import cut, hear, prepare
from tasks.answers import AnswerStore
from tasks.audio.limits import AudioLimits
from tasks.engines import deepgram
from tasks.engines.wav import as_wav
from tasks.files.local import LocalFiles
from tasks.find_recordings import find_recordings, list_recordings
from tasks.keys import Keyring
from tasks.settings import load_settings
from tasks.sources.archive import Archive
from tasks.stand_in import Desk, StandIn
from tests.bench.sounds import two_sided_recordings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tasks.schemas import Recording
    from tasks.transcribe import Transcriber

LATENCY_S = 1.0
_CHUNKS, _RECORDINGS = 200, 100  # two channels each
_ONE_BY_ONE = 20
_AT_ONCE = 32
"""Recordings worked on at the same time."""


def throughput(folder: Path) -> None:
    """From files to words, both ways, against a stand-in that takes a second for every request.

    One after another is measured over 20 chunks and multiplied; nothing in it depends on their number.
    """
    archive = Archive.at(str(two_sided_recordings(folder / "calls", _RECORDINGS * 2)))
    with StandIn(Desk(latency_s=LATENCY_S)) as stand_in:
        transcriber = _transcriber(stand_in, folder)
        recordings = _of_two_chunks(archive, transcriber)
        alone_s = _one_after_another(recordings[: _ONE_BY_ONE // 2], stand_in) * _CHUNKS / _ONE_BY_ONE
        stand_in.desk.forget()
        stand_in.desk.latency_s = LATENCY_S
        began = time.monotonic()
        asyncio.run(_side_by_side(recordings, archive, transcriber))
        together_s = time.monotonic() - began
        sent, most = len(stand_in.desk.requests(deepgram.NAME)), stand_in.desk.most_in_flight
    allowed = deepgram.CAPABILITIES.requests_at_once or 0
    print(f"{sent} chunks of {len(recordings)} recordings, {LATENCY_S:g} s for every request")
    print(f"  one after another  {alone_s:6.1f} s (from {_ONE_BY_ONE} chunks)")
    print(f"  callarchive        {together_s:6.1f} s, {most} requests in flight at most, {allowed} allowed")
    print(f"  {alone_s / together_s:.1f}x faster (goal: at least 15x)")
    if most > allowed or sent != _CHUNKS:
        raise SystemExit("more in flight than allowed, or not every chunk sent once")


def _transcriber(stand_in: StandIn, folder: Path) -> Transcriber:
    os.environ[deepgram.KEY_NAME] = stand_in.key
    settings = load_settings(
        engine=deepgram.NAME,
        engine_url=stand_in.base_url(deepgram.NAME),
        requests_at_once=deepgram.CAPABILITIES.requests_at_once,
    )
    return open_transcriber(settings, AnswerStore(LocalFiles(folder / "answers"), _keyring()))


def _keyring() -> Keyring:
    return Keyring(current="0a1b2c3d", keys={"0a1b2c3d": os.urandom(32)})


def _of_two_chunks(archive: Archive, transcriber: Transcriber) -> list[Recording]:
    """Recordings on which both sides speak."""
    listing = list_recordings(archive, min_age_s=0)
    found = [one.recording for one in find_recordings(archive, listing.candidates, None)]
    first, limits = transcriber.engines[0], AudioLimits()
    chosen: list[Recording] = []
    for recording in found:
        if len(chosen) < _RECORDINGS and len(cut(prepare(recording, archive, limits), first)) == 2:
            chosen.append(recording)
    return chosen


async def _side_by_side(recordings: Sequence[Recording], archive: Archive, transcriber: Transcriber) -> None:
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(recording: Recording) -> None:
        async with room:
            await hear(recording, archive, AudioLimits(), transcriber, [])

    await asyncio.gather(*(one(recording) for recording in recordings))
    await transcriber.close()


def _one_after_another(recordings: Sequence[Recording], stand_in: StandIn) -> float:
    """The way of tutorials: decode, cut, POST, wait, next. Seconds."""
    began = time.monotonic()
    for recording in recordings:
        sound = _decoded(recording.uri)
        for channel in (0, 1):
            _posted(stand_in, sound[channel::2].tobytes())
    return time.monotonic() - began


def _decoded(path: str) -> memoryview:
    program = imageio_ffmpeg.get_ffmpeg_exe()
    asked = [program, "-v", "error", "-nostdin", "-i", path, "-ar", "16000", "-f", "s16le", "-"]
    return memoryview(subprocess.run(asked, check=True, capture_output=True).stdout).cast("h")


@retry(stop=stop_after_attempt(3), wait=wait_exponential())
def _posted(stand_in: StandIn, pcm: bytes) -> Any:
    response = httpx.post(
        f"{stand_in.base_url(deepgram.NAME)}/v1/listen",
        params={"model": deepgram.DEFAULT_MODEL, "language": "en", "smart_format": "true"},
        headers={"authorization": f"Token {stand_in.key}", "content-type": "audio/wav"},
        content=as_wav(pcm),
        timeout=60,
    )
    response.raise_for_status()
    return response.json()
