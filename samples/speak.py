"""Text to speech with Kokoro-82M, and the time of every word it speaks."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime
from kokoro_onnx.tokenizer import Tokenizer

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE_RATE = 24_000
WEIGHTS_FILE = "kokoro-quantized.onnx"
WEIGHTS_SHA256 = "fbae9257e1e05ffc727e951ef9b9c98418e6d79f1c9b6b13bd59f5c9028a1478"
DURATIONS_TENSOR = "/encoder/Clip_output_0"  # frames per phoneme, inside the graph of these weights
MARKS = frozenset(".,!?;:—…\"'()“” ")
STRESS = str.maketrans("", "", "ˈˌː")
RESPELLED = {"ˌɛmˌeɪtʃˈɛm": "mhˈəm"}  # noqa: RUF001 - phonemes; espeak spells "mhm" out
QUIET = 0.01  # of the utterance's peak: nothing is heard below it
STEP_MS = 10
SHORTEST_MS = 60
ONSET_MS = 40  # a first consonant is heard before the frame that the model counts it in
EDGE_MS = 60  # breath kept before the first and after the last word


@dataclass(frozen=True)
class Voice:
    """Who speaks: one of Kokoro's voices, and how fast (1.0 is the voice's own pace)."""

    name: str
    speed: float

    @property
    def language(self) -> str:
        """The language for espeak; Kokoro's British voices begin with b."""
        return "en-gb" if self.name.startswith("b") else "en-us"


@dataclass(frozen=True)
class Speech:
    """One spoken utterance: 24 kHz samples and (start_ms, end_ms) of each of its words."""

    samples: np.ndarray
    words_ms: list[tuple[int, int]]


class Speaker:
    """Kokoro, kept open; what it has once said is taken from the cache folder."""

    def __init__(self, voices_dir: Path, cache_dir: Path) -> None:
        """Open the weights in `voices_dir`; ValueError when they are not the ones this file knows."""
        weights = voices_dir / WEIGHTS_FILE
        if hashlib.sha256(weights.read_bytes()).hexdigest() != WEIGHTS_SHA256:
            raise ValueError(f"{weights} is not the pinned version; see samples/README.md, step 2")
        self._voices_dir = voices_dir / "voices"
        self._cache_dir = cache_dir
        self._session = _open_with_durations(weights)
        self._tokenizer = Tokenizer()

    def say(self, words: list[str], voice: Voice) -> Speech:
        """`words` as spoken by `voice`."""
        key = hashlib.sha256(json.dumps([words, voice.name, voice.speed]).encode()).hexdigest()
        kept = self._cache_dir / f"{key}.npz"
        if not kept.exists():
            speech = self._render(words, voice)
            np.savez(kept, samples=speech.samples, words_ms=np.array(speech.words_ms))
        loaded = np.load(kept)
        return Speech(loaded["samples"], _with_onsets(loaded["words_ms"].tolist()))

    def _render(self, words: list[str], voice: Voice) -> Speech:
        phonemes = self._phonemes(" ".join(words), voice)
        tokens = self._tokenizer.tokenize(phonemes)
        style = np.fromfile(self._voices_dir / f"{voice.name}.bin", dtype=np.float32).reshape(-1, 1, 256)
        inputs = {
            "input_ids": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": style[min(len(tokens), len(style)) - 1],
            "speed": np.array([voice.speed], dtype=np.float32),
        }
        waveform, durations = self._session.run(None, inputs)
        samples, frames = waveform.ravel(), durations.ravel()
        ms_per_frame = 1000 * len(samples) / SAMPLE_RATE / frames.sum()
        edges_ms = np.cumsum(frames) * ms_per_frame  # edges_ms[i]: where phoneme i of the text begins
        alone = [self._phonemes(word, voice) for word in words]
        times = [_settled(samples, start, end) for start, end in _word_times(phonemes, alone, edges_ms)]
        return _trimmed(samples, times)

    def _phonemes(self, text: str, voice: Voice) -> str:
        phonemes = self._tokenizer.phonemize(text, voice.language)
        for spelled, said in RESPELLED.items():
            phonemes = phonemes.replace(spelled, said)
        return " ".join(phonemes.split())


def _open_with_durations(weights: Path) -> onnxruntime.InferenceSession:
    """The model, made to also give the durations that it computes on its way."""
    model = onnx.load(weights)
    model.graph.output.append(onnx.ValueInfoProto(name=DURATIONS_TENSOR))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _word_times(phonemes: str, alone: list[str], edges_ms: np.ndarray) -> list[tuple[int, int]]:
    """Times of the words; those that run together in speech ("of the") share by phoneme count."""
    times = []
    position = 0
    groups = phonemes.split(" ")
    for spoken, size in zip(groups, _words_per_group(groups, alone), strict=True):
        members, alone = alone[:size], alone[size:]
        leading = len(spoken) - len(spoken.lstrip("".join(MARKS)))
        sounded = len(spoken.rstrip("".join(MARKS)))
        start, end = edges_ms[position + leading], edges_ms[position + sounded]
        shares = np.cumsum([0, *(max(1, len(_bare(member))) for member in members)])
        cuts = start + (end - start) * shares / shares[-1]
        times += [(round(cuts[i]), round(cuts[i + 1])) for i in range(size)]
        position += len(spoken) + 1
    return times


def _words_per_group(groups: list[str], alone: list[str]) -> list[int]:
    """How many words each run of phonemes holds: the cheapest split by edit distance."""
    best: dict[tuple[int, int], tuple[int, list[int]]] = {(0, 0): (0, [])}
    for i, group in enumerate(groups, start=1):
        for j in range(1, len(alone) + 1):
            choices = [
                (best[i - 1, j - size][0] + _distance(group, "".join(alone[j - size : j])), size)
                for size in range(1, min(4, j) + 1)
                if (i - 1, j - size) in best
            ]
            if choices:
                cost, size = min(choices)
                best[i, j] = (cost, [*best[i - 1, j - size][1], size])
    return best[len(groups), len(alone)][1]


def _settled(samples: np.ndarray, start_ms: int, end_ms: int) -> tuple[int, int]:
    """A word's times without the silence that the last phoneme of a phrase is given."""
    quiet = QUIET * np.abs(samples).max()
    while end_ms - start_ms > SHORTEST_MS:
        last = samples[(end_ms - STEP_MS) * SAMPLE_RATE // 1000 : end_ms * SAMPLE_RATE // 1000]
        if np.abs(last).max(initial=0.0) > quiet:
            break
        end_ms -= STEP_MS
    return start_ms, end_ms


def _with_onsets(words_ms: list[list[int]]) -> list[tuple[int, int]]:
    """Words that begin up to ONSET_MS earlier, where the word before leaves room."""
    free_ms = [0, *(end for _, end in words_ms)]
    return [
        (max(min(free, start), start - ONSET_MS), end)
        for free, (start, end) in zip(free_ms, words_ms, strict=False)
    ]


def _bare(phonemes: str) -> str:
    return "".join(phoneme for phoneme in phonemes.translate(STRESS) if phoneme not in MARKS)


def _distance(left: str, right: str) -> int:
    left, right = _bare(left), _bare(right)
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


def _trimmed(samples: np.ndarray, words_ms: list[tuple[int, int]]) -> Speech:
    """The speech without the silence the model leaves around it."""
    first_ms = max(0, words_ms[0][0] - EDGE_MS)
    last_ms = words_ms[-1][1] + EDGE_MS
    kept = samples[first_ms * SAMPLE_RATE // 1000 : last_ms * SAMPLE_RATE // 1000]
    return Speech(kept, [(start - first_ms, end - first_ms) for start, end in words_ms])
