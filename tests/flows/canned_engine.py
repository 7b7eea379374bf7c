"""Stands in for the model inside `local`: answers at once with words made from the sound, and keeps a log.

Hosted engines stay as they are, but are waited for with less patience, as is a busy lake.

The log gets a line when a request comes in and one when its answer is in the store, so that a test can tell
whether a chunk was asked for again after its answer had been kept.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
from functools import partial
from typing import TYPE_CHECKING, Any

from flows import batch, engines, landed_again
from tasks.answers import AnswerStore, answer_key
from tasks.engines import local
from tasks.engines.errand import Patience
from tasks.schemas import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path

    from flows.call import Job
    from tasks.engines.contract import EngineOptions

WORDS = (
    "thanks for calling how can i help my parcel did not come and the line is bad today please wait".split()
)
WORD_S = 0.3
_IMPATIENT: dict[str, Any] = {
    "silence_s": 5.0,
    "first_pause_s": 0.01,
    "longest_pause_s": 0.05,
    "attempts": 8,
    "poll_s": 0.05,
}


def canned_answer(pcm: bytes) -> bytes:
    """An answer as `local` keeps it: a word for every 0.3 s, chosen by the sound's hash."""
    digest = hashlib.sha256(pcm).digest()
    count = max(1, int(len(pcm) / 2 / SAMPLE_RATE_HZ / WORD_S))
    words = [
        {
            "word": f" {WORDS[digest[index % 32] % len(WORDS)]}",
            "start": index * WORD_S,
            "end": (index + 0.9) * WORD_S,
            "probability": digest[index % 32] / 255,
        }
        for index in range(count)
    ]
    segment = {"avg_logprob": -0.2, "no_speech_prob": 0.0, "compression_ratio": 1.0, "level_dbfs": -20.0}
    return json.dumps({"language": "en", "segments": [segment | {"words": words}]}).encode()


def die_over(size_bytes: int) -> None:
    """Kill this process whenever a recording of that size is worked on, as a decoder might."""
    real = batch.finish_call

    async def finish_call(job: Job, *given: Any) -> Any:
        if job.recording.size_bytes == size_bytes:
            os.kill(os.getpid(), signal.SIGKILL)
        return await real(job, *given)

    setattr(batch, "finish_call", finish_call)  # noqa: B010  (mypy takes functions for constants)


def install(log: Path) -> None:
    """Replace the model in this process. `CANNED_FAILS=1` makes every request fail."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    kept = AnswerStore.put

    async def fetch(_: object, pcm: bytes, options: EngineOptions, *__: object) -> bytes:
        digest = hashlib.sha256(pcm).digest()
        if os.environ.get("CANNED_FAILS"):
            raise ConnectionError("four two six three nine eight two six")
        key = answer_key(pcm, local.NAME, options.model, options.as_key())
        os.write(file, f"fetched {key}\n".encode())
        await asyncio.sleep((0.1 + 0.2 * digest[0] / 255) * float(os.environ.get("CANNED_PACE", "0")))
        return canned_answer(pcm)

    def put(self: AnswerStore, key: str, answer: bytes) -> None:
        kept(self, key, answer)
        os.write(file, f"kept {key}\n".encode())

    replaced: list[tuple[Any, str, Any]] = [
        (local, "fetch", fetch),
        (engines, "_loaded", lambda _: None),
        (engines, "Patience", partial(Patience, **_IMPATIENT)),
        (AnswerStore, "put", put),
        (landed_again, "_LONGEST_WAIT_S", 1.0),
    ]
    for owner, name, value in replaced:
        setattr(owner, name, value)
