"""`make wer`: word error rate of the whole way, beside plain faster-whisper on the uncut channels.

Same weights, same beam, and the normaliser of `callarchive compare` on both sides.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jiwer
import numpy as np

from tasks.audio.limits import AudioLimits
from tasks.compare.normalise import normalise
from tasks.cut_chunks import ChunkLimits, cut_chunks
from tasks.engines import local
from tasks.engines.contract import EngineOptions
from tasks.prepare_audio import prepare_audio
from tasks.stitch import stitch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from faster_whisper import WhisperModel

    from tasks.schemas import Track

SAMPLES = Path(__file__).parents[2] / "samples"
_VAD = {"min_silence_duration_ms": 500, "speech_pad_ms": 200}


@dataclass(frozen=True, slots=True)
class Call:
    """A recording and what is truly said on each of its channels."""

    path: Path
    said: Mapping[int, str]


def main() -> None:
    """Print the table for a folder with truth.json, or for the bundled samples."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    calls = list(_with_truth(folder) if folder else _samples())
    model = local.open_client(local.ModelSettings())
    ways: dict[str, Callable[[Track], str]] = {
        "callarchive": lambda track: _ours(model, track),
        "plain, voice filter on": lambda track: _plain(model, track, vad_filter=True, vad_parameters=_VAD),
        "plain, as it comes": lambda track: _plain(model, track),
    }
    heard: dict[str, list[str]] = {name: [] for name in ways}
    said: list[str] = []
    for call in calls:
        for track in prepare_audio(call.path, AudioLimits(accept_truncated=True)).tracks:
            if track.channel in call.said:
                said.append(_normal(call.said[track.channel]))
                for name, way in ways.items():
                    heard[name].append(_normal(way(track)))
    print(f"{len(calls)} calls, {len(said)} channels, {sum(len(text.split()) for text in said)} words")
    for name, texts in heard.items():
        found = jiwer.process_words(said, texts)
        counts = f"{found.substitutions:3d} wrong {found.insertions:3d} added {found.deletions:3d} missing"
        print(f"  {name:24s} WER {found.wer:6.1%}  {counts}")


def _with_truth(folder: Path) -> Iterator[Call]:
    """Calls of a folder whose truth.json names each stereo file, its sides and what they say."""
    truth: dict[str, Any] = json.loads((folder / "truth.json").read_text())
    for call in truth.values():
        if call.get("stereo"):
            sides = {"left": 0, "right": 1}
            channels = {sides[side]: call["reference"][who] for side, who in call["stereo_channels"].items()}
            yield Call(folder / call["stereo"], channels)


def _samples() -> Iterator[Call]:
    for path in sorted((SAMPLES / "gold").glob("*.json")):
        gold = json.loads(path.read_text())
        if "truncated" not in gold["oddity"]:
            said = {int(channel): side["text"] for channel, side in gold["channels"].items()}
            yield Call(SAMPLES / "archive" / gold["file"], said)


def _ours(model: WhisperModel, track: Track) -> str:
    capabilities = local.CAPABILITIES
    limits = ChunkLimits(target_s=capabilities.chunk_target_s, max_s=capabilities.chunk_max_s)
    chunks = cut_chunks(track, limits)
    options = EngineOptions(local.DEFAULT_MODEL, "en")
    heard = [local.parse(local.transcribe(model, chunk.pcm, options)) for chunk in chunks]
    return " ".join(word.text for word in stitch(chunks, heard))


def _plain(model: WhisperModel, track: Track, **options: Any) -> str:
    sound = np.frombuffer(track.pcm, np.int16).astype(np.float32) / np.float32(32768)
    segments, _ = model.transcribe(
        sound, language="en", beam_size=5, temperature=0.0, condition_on_previous_text=False, **options
    )
    return " ".join(segment.text for segment in segments)


def _normal(text: str) -> str:
    return " ".join(token.text for token in normalise(text.split()))


if __name__ == "__main__":
    main()
