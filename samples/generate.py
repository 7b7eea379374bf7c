"""Makes the example archive: recordings, sidecars and gold answers, from the scripts."""

from __future__ import annotations

import argparse
import hashlib
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from markup import Script, Turn, read_script
from speak import SAMPLE_RATE as SPEECH_RATE
from speak import Speaker, Speech, Voice
from telephone import SAMPLE_RATE, lay_out, leg, store, to_telephone

HERE = Path(__file__).parent
NATURAL_GAP_S = (0.2, 0.65)
OWN_GAP_MS = 120  # nobody talks over themselves
LEAD_IN_MS = 500
TAIL_MS = 700
WIDER_MS = 40  # personal data is marked this much wider than its words, so that no sliver of it is left
VERDICTS = {"stereo": "two_speakers", "swapped": "two_speakers"}  # other layouts are their own verdict
CHANNELS = {
    "stereo": {"customer": 0, "agent": 1},
    "swapped": {"agent": 0, "customer": 1},
    "mono": {"customer": 0, "agent": 0},
    "dual_mono": {"customer": 0, "agent": 0},
    "dead_leg": {"customer": 0, "agent": 1},
}


@dataclass(frozen=True)
class Utterance:
    """A turn that has been spoken and given its place on the recording's clock."""

    turn: Turn
    speech: Speech
    start_ms: int

    @property
    def end_ms(self) -> int:
        """Where its sound ends."""
        return self.start_ms + round(1000 * len(self.speech.samples) / SPEECH_RATE)


def main() -> None:
    """Make every call whose script's name begins as given, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voices", type=Path, help="folder with kokoro-quantized.onnx and voices/")
    parser.add_argument(
        "--cache", type=Path, default=Path("build/speech"), help="spoken utterances are kept here"
    )
    parser.add_argument("--only", default="", help="how the script names begin, such as call-0003")
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    speaker = Speaker(arguments.voices, arguments.cache)
    for path in sorted((HERE / "scripts").glob(f"{arguments.only}*.yaml")):
        script = read_script(path)
        make_call(script, speaker)
        print(script.call_id, script.file)
    write_checksums()


def make_call(script: Script, speaker: Speaker) -> None:
    """One recording with its sidecar and gold answer."""
    recording = HERE / "archive" / script.file
    if script.sidecar is not None:
        _write_json(recording.with_suffix(".json"), {"call_id": script.call_id, **script.sidecar})
    if script.text is not None:
        recording.write_text(script.text, encoding="utf-8")
        return
    random = np.random.default_rng(zlib.crc32(script.call_id.encode()))
    utterances = _placed(script, speaker, random)
    length = (max(utterance.end_ms for utterance in utterances) + TAIL_MS) * SAMPLE_RATE // 1000
    heard = [utterance for utterance in utterances if _is_heard(script, utterance.turn)]
    legs = {name: leg(_pieces(heard, name), length, random) for name in ("customer", "agent")}
    store(lay_out(script.layout, legs["customer"], legs["agent"]), recording)
    if script.cut_at is not None:
        whole = recording.read_bytes()
        recording.write_bytes(whole[: int(len(whole) * script.cut_at)])
    _write_json(HERE / "gold" / f"{script.call_id}.json", gold_answer(script, heard))


def gold_answer(script: Script, utterances: list[Utterance]) -> dict[str, Any]:
    """What a perfect pipeline would find: channels, words, times and personal data."""
    channels = CHANNELS[script.layout]
    return {
        "call_id": script.call_id,
        "file": script.file,
        "verdict": VERDICTS.get(script.layout, script.layout),
        "oddity": script.oddity,
        "channels": _channels(script, utterances),
        "utterances": [_utterance(utterance, channels) for utterance in utterances],
        "pii": [
            finding
            for index, utterance in enumerate(utterances)
            for finding in _findings(index, utterance, channels)
        ],
    }


def write_checksums() -> None:
    """The SHA-256 of every recording, in the form that `sha256sum --check` reads."""
    recordings = sorted(path for path in (HERE / "archive").iterdir() if path.suffix != ".json")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  archive/{path.name}" for path in recordings]
    (HERE / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _placed(script: Script, speaker: Speaker, random: np.random.Generator) -> list[Utterance]:
    """The turns spoken one after the other, with pauses and talk-over, in order of their start."""
    placed: list[Utterance] = []
    floor: Utterance | None = None
    free_ms = {"customer": LEAD_IN_MS, "agent": LEAD_IN_MS}
    for turn in script.turns:
        speech = speaker.say(turn.words, Voice(*script.voices[turn.speaker]))
        start_ms = max(_wished_start_ms(turn, floor, random), free_ms[turn.speaker])
        utterance = Utterance(turn, speech, start_ms)
        free_ms[turn.speaker] = utterance.end_ms + OWN_GAP_MS
        placed.append(utterance)
        if turn.at is None:
            floor = utterance
    return sorted(placed, key=lambda utterance: utterance.start_ms)


def _wished_start_ms(turn: Turn, floor: Utterance | None, random: np.random.Generator) -> int:
    gap_s = random.uniform(*NATURAL_GAP_S) if turn.gap_s is None else turn.gap_s
    if floor is None:
        return LEAD_IN_MS
    if turn.at is not None:
        return floor.start_ms + round(turn.at * (floor.end_ms - floor.start_ms))
    return floor.end_ms + round(1000 * gap_s)


def _is_heard(script: Script, turn: Turn) -> bool:
    return not (script.layout == "dead_leg" and turn.speaker == "agent")


def _pieces(utterances: list[Utterance], speaker: str) -> list[tuple[int, np.ndarray]]:
    return [
        (utterance.start_ms * SAMPLE_RATE // 1000, to_telephone(utterance.speech.samples, SPEECH_RATE))
        for utterance in utterances
        if utterance.turn.speaker == speaker
    ]


def _channels(script: Script, utterances: list[Utterance]) -> dict[str, dict[str, str | None]]:
    if script.layout in ("mono", "dual_mono"):
        text = " ".join(" ".join(utterance.turn.words) for utterance in utterances)
        names = ["0"] if script.layout == "mono" else ["0", "1"]
        return {name: {"speaker": None, "text": text} for name in names}
    by_channel = sorted(CHANNELS[script.layout].items(), key=lambda item: item[1])
    return {
        str(channel): {
            "speaker": name,
            "text": " ".join(
                " ".join(utterance.turn.words) for utterance in utterances if utterance.turn.speaker == name
            ),
        }
        for name, channel in by_channel
    }


def _utterance(utterance: Utterance, channels: dict[str, int]) -> dict[str, Any]:
    return {
        "channel": channels[utterance.turn.speaker],
        "speaker": utterance.turn.speaker,
        "start_ms": utterance.start_ms,
        "end_ms": utterance.end_ms,
        "words": utterance.turn.words,
        "words_ms": [
            [utterance.start_ms + start, utterance.start_ms + end] for start, end in utterance.speech.words_ms
        ],
    }


def _findings(index: int, utterance: Utterance, channels: dict[str, int]) -> list[dict[str, Any]]:
    times = utterance.speech.words_ms
    return [
        {
            "entity": span.entity,
            "channel": channels[utterance.turn.speaker],
            "utterance": index,
            "start_word": span.start_word,
            "end_word": span.end_word,
            "start_ms": max(utterance.start_ms, utterance.start_ms + times[span.start_word][0] - WIDER_MS),
            "end_ms": min(utterance.end_ms, utterance.start_ms + times[span.end_word - 1][1] + WIDER_MS),
            "value": span.value,
        }
        for span in utterance.turn.spans
    ]


def _write_json(path: Path, content: dict[str, Any]) -> None:
    """One line a field, and one line a row of a list, so that differences can be read."""
    fields = [f"  {_line(name)}: {_rows(value)}" for name, value in content.items()]
    path.write_text("{\n" + ",\n".join(fields) + "\n}\n", encoding="utf-8")


def _rows(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n    " + ",\n    ".join(_line(row) for row in value) + "\n  ]"
    return _line(value)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
