"""What engines are compared on: every criterion's name, unit, and which way is better. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Unit = Literal["share", "words", "ms", "ratio", "USD/hour", "recordings", "requests"]
Better = Literal["lower", "higher"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing to decide by."""

    name: str
    title: str
    group: str
    unit: Unit
    better: Better | None
    meaning: str


CRITERIA: Final = (
    Criterion(
        "wer",
        "word error rate",
        "words",
        "share",
        "lower",
        "Wrong, added and missing words for every word that was said.",
    ),
    Criterion("substitutions", "  wrong", "words", "words", None, "Words heard as other words."),
    Criterion("insertions", "  added", "words", "words", None, "Words that nobody said."),
    Criterion("deletions", "  missing", "words", "words", None, "Words that were not heard."),
    Criterion(
        "digit_error_rate",
        "errors on digits",
        "words",
        "share",
        "lower",
        "Wrong, added and missing digits for every digit that was said, spoken or written.",
    ),
    Criterion(
        "term_error_rate",
        "terms missed",
        "words",
        "share",
        "lower",
        "Terms of the vocabulary file that were said and not heard word for word.",
    ),
    Criterion(
        "unheard_speech",
        "speech without words",
        "presence",
        "share",
        "lower",
        "Speech further than half a second from any word.",
    ),
    Criterion(
        "words_on_silence",
        "words on silence",
        "presence",
        "share",
        "lower",
        "Words further than half a second from any speech: made up, or noise taken for words.",
    ),
    Criterion(
        "pii_recall",
        "personal data hidden",
        "privacy",
        "share",
        "higher",
        "Labelled personal data of which no word can be read after redaction.",
    ),
    Criterion(
        "word_time_error_ms",
        "word time error, ms",
        "trust",
        "ms",
        "lower",
        "How far words' starts and ends are from the reference's, at the median.",
    ),
    Criterion(
        "word_time_error_p95_ms",
        "word time p95, ms",
        "trust",
        "ms",
        "lower",
        "Nineteen of twenty starts and ends are closer than this.",
    ),
    Criterion(
        "calibration_error",
        "confidence off",
        "trust",
        "share",
        "lower",
        "How far confidence is from the share of right words, on average (ECE, ten bins).",
    ),
    Criterion(
        "rtf",
        "real-time factor",
        "speed",
        "ratio",
        "lower",
        "Seconds that the engine takes for a second of sound, one request at a time.",
    ),
    Criterion(
        "latency_p50_ms", "latency median, ms", "speed", "ms", "lower", "Time from a request to its answer."
    ),
    Criterion(
        "latency_p95_ms",
        "latency p95, ms",
        "speed",
        "ms",
        "lower",
        "Nineteen of twenty answers come sooner than this.",
    ),
    Criterion(
        "usd_per_audio_hour",
        "USD per audio hour",
        "money",
        "USD/hour",
        "lower",
        "What was billed, at list price, for every hour of recordings.",
    ),
    Criterion(
        "failures",
        "recordings failed",
        "reliability",
        "recordings",
        "lower",
        "Recordings of which the engine gave no transcript.",
    ),
    Criterion(
        "retries",
        "requests repeated",
        "reliability",
        "requests",
        "lower",
        "Tries beyond the first, over all requests.",
    ),
)

BY_NAME: Final = {criterion.name: criterion for criterion in CRITERIA}
