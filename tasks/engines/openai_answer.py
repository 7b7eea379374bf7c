"""OpenAI-shaped answers, which differ from model to model and server to server."""

from __future__ import annotations

from statistics import fmean
from typing import Final

from pydantic import AliasChoices, Field

from tasks.engines.languages import language_code
from tasks.engines.pieces import joined, punctuated, token_confidences
from tasks.engines.reading import (
    Answer,
    Label,
    Number,
    Seconds,
    check_told,
    from_log,
    kind_of,
    milliseconds,
    probability,
    read_answer,
    span_ms,
    speaker_name,
    times_of,
    untimed,
)
from tasks.engines.segments import Stretch, segments_of, words_of
from tasks.schemas import ConfidenceKind, Transcript, Word

# Whisper's own thresholds for a segment that is no speech (arXiv 2212.04356, section 4.5).
_NO_SPEECH_PROBABILITY: Final = 0.6
_NO_SPEECH_LOG_PROBABILITY: Final = -1.0


def heard_in(answer: bytes, engine: str) -> Transcript:
    """The transcript of an answer, whichever of the shapes it has; raises UnexpectedAnswer."""
    heard = read_answer(_Answer, answer, engine)
    check_told(heard, engine, "text", "segments", "words")
    kept = [segment for segment in heard.segments or () if not _is_noise(segment)]
    words, kind = _timed(heard, kept)
    stretches = [_stretch(segment) for segment in kept]
    if not words:
        words, kind = _untimed(heard, kept, stretches)
    times = times_of(words)
    language, confidence = _language(heard)
    return Transcript(
        words,
        language,
        rejected_segments=len(heard.segments or ()) - len(kept),
        language_confidence=confidence,
        billed_ms=milliseconds(heard.usage.seconds) if heard.usage else None,
        confidence_kind=kind,
        times=times,
        segments=() if times == "stated" else segments_of(words, stretches, heard.duration),
    )


class _Word(Answer):
    word: str = Field(validation_alias=AliasChoices("word", "text"))
    start: Seconds | None = None
    end: Seconds | None = None
    probability: Number | None = None  # whisper.cpp


class _Segment(Answer):
    text: str
    start: Seconds | None = None
    end: Seconds | None = None
    speaker: Label = None  # diarized_json
    words: list[_Word] | None = None  # whisper.cpp: pieces of words, and only here
    avg_logprob: Number | None = None
    no_speech_prob: Number | None = None  # null on vLLM


class _Token(Answer):
    token: str
    logprob: Number | None = None


class _Usage(Answer):
    seconds: Seconds | None = None  # absent where tokens are billed


class _Language(Answer):
    code: str


class _Answer(Answer):
    text: str | None = None
    language: str | None = None  # "english" hosted and on whisper.cpp, "en" on speaches and vLLM
    languages: list[_Language | str] | None = None  # gpt-transcribe; empty if it is not sure
    detected_language: str | None = None
    detected_language_probability: Number | None = None
    duration: Seconds | None = None  # vLLM: as text; Azure's diarized answers: absent
    words: list[_Word] | None = None  # null on speaches in some versions
    segments: list[_Segment] | None = None
    logprobs: list[_Token] | None = None
    usage: _Usage | None = None


def _is_noise(segment: _Segment) -> bool:
    """Invented on silence, by the model's own doubt: "Thank you." and "Thanks for watching!"."""
    return (
        segment.no_speech_prob is not None
        and segment.avg_logprob is not None
        and segment.no_speech_prob > _NO_SPEECH_PROBABILITY
        and segment.avg_logprob < _NO_SPEECH_LOG_PROBABILITY
    )


def _timed(heard: _Answer, kept: list[_Segment]) -> tuple[tuple[Word, ...], ConfidenceKind | None]:
    """Words that have their own times: listed at the top, or piece by piece inside the segments."""
    spoken = [word for word in heard.words or () if word.word.strip() and _inside(word, heard, kept)]
    if spoken:
        text = " ".join(segment.text for segment in kept) if heard.segments else heard.text or ""
        written = punctuated([word.word for word in spoken], text)
        words = tuple(
            _word(text, word, kept, heard.duration) for text, word in zip(written, spoken, strict=True)
        )
        return words, kind_of(words, "segment_log_probability")
    if not any(segment.words for segment in kept):
        return (), None
    words = tuple(word for segment in kept for word in _pieced(segment, heard.duration))
    return words, kind_of(words, "probability")


def _untimed(
    heard: _Answer, kept: list[_Segment], stretches: list[Stretch]
) -> tuple[tuple[Word, ...], ConfidenceKind | None]:
    """Words of which only the text is known, with what its segments or tokens tell about them."""
    text = heard.text or ""
    if heard.segments:
        whole = len(kept) == len(heard.segments)
        words = words_of(text if whole else " ".join(one.text for one in kept), stretches)
        return words, kind_of(words, "segment_log_probability")
    tokens = [(one.token, one.logprob) for one in heard.logprobs or () if one.logprob is not None]
    sure = token_confidences(tokens, text) if tokens else None
    words = tuple(
        Word(word, None, None, confidence=sure[place] if sure else None)
        for place, word in enumerate(text.split())
    )
    return words, kind_of(words, "log_probability")


def _inside(word: _Word, heard: _Answer, kept: list[_Segment]) -> bool:
    """False for a word of a segment that was thrown away."""
    if len(kept) == len(heard.segments or ()):
        return True
    return _segment_of(word, kept) is not None or _segment_of(word, heard.segments or []) is None


def _segment_of(word: _Word, segments: list[_Segment]) -> _Segment | None:
    if word.start is None or word.end is None:
        return None
    middle = (word.start + word.end) / 2
    for segment in segments:
        if segment.start is not None and segment.end is not None and segment.start <= middle <= segment.end:
            return segment
    return None


def _word(text: str, word: _Word, segments: list[_Segment], last: float | None) -> Word:
    segment = _segment_of(word, segments)
    start_ms, end_ms = span_ms(word.start, word.end, last)
    sure = from_log(segment.avg_logprob) if segment else None
    return Word(
        text, start_ms, end_ms, probability(word.probability) if word.probability is not None else sure
    )


def _pieced(segment: _Segment, last: float | None) -> list[Word]:
    """A segment's words, put together from their pieces; the mean of their probabilities."""
    pieces, words = segment.words or [], []
    if not pieces:
        return untimed(segment.text)
    whole = [piece.word.strip() for piece in pieces] == segment.text.split()
    texts = [f" {piece.word}" if whole else piece.word for piece in pieces]
    for text, numbers in joined((text, number) for number, text in enumerate(texts)):
        own = [pieces[number] for number in numbers]
        start_ms, end_ms = span_ms(own[0].start, own[-1].end, last)
        sure = [piece.probability for piece in own if piece.probability is not None]
        words.append(Word(text, start_ms, end_ms, probability(fmean(sure)) if sure else None))
    return words


def _stretch(segment: _Segment) -> Stretch:
    speaker, sure = speaker_name(segment.speaker), from_log(segment.avg_logprob)
    return Stretch(segment.text, segment.start, segment.end, speaker, sure)


def _language(heard: _Answer) -> tuple[str | None, float | None]:
    """whisper.cpp's English-only models detect nonsense beside the language that they state."""
    listed = [one if isinstance(one, str) else one.code for one in heard.languages or ()]
    stated = heard.language or next(iter(listed), None)
    language = language_code(stated or heard.detected_language)
    agrees = language is not None and language == language_code(heard.detected_language)
    return language, probability(heard.detected_language_probability) if agrees else None
