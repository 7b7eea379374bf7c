"""One side of one recording, marked: where an engine was right, utterance by utterance. Counts only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tasks.compare.alignment import Pair, align
from tasks.compare.calibration import Calibration
from tasks.compare.normalise import normalise
from tasks.coverage import Coverage, coverage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.compare.hypothesis import Hypothesis, Sound
    from tasks.compare.numbers import Token
    from tasks.compare.pairing import Pairing
    from tasks.compare.reference import Utterance
    from tasks.intervals import Interval


@dataclass(slots=True)
class UtteranceMarks:
    """What an engine made of one utterance. Added words count for the utterance before them."""

    recording: int
    speaker: str | None
    words: int = 0
    substitutions: int = 0
    insertions: int = 0
    deletions: int = 0
    digits: int = 0
    digit_errors: int = 0
    terms: int = 0
    terms_missed: int = 0
    personal: int = 0
    personal_hidden: int = 0


@dataclass(slots=True)
class SideMarks:
    """What an engine made of one side."""

    utterances: list[UtteranceMarks] = field(default_factory=list)
    calibration: Calibration = field(default_factory=Calibration)
    time_errors_ms: list[int] = field(default_factory=list)
    """How far words' starts and ends are from the reference's."""
    coverage: Coverage = field(default_factory=Coverage)
    by_reference: bool = False
    """Whether `coverage` is measured against the reference's times, or else against detected speech."""


@dataclass(frozen=True, slots=True)
class Marker:
    """What is looked for besides words: the terms of a vocabulary, each as its normalised words."""

    language: str = "en"
    terms: tuple[tuple[str, ...], ...] = ()


def mark_side(recording: int, pairing: Pairing, heard: Hypothesis, sound: Sound, marker: Marker) -> SideMarks:
    """The marks of one side; an utterance that normalises to nothing is left out."""
    side = _Aligned(pairing.utterances, heard, heard.on(pairing.channel), marker.language)
    return SideMarks(
        utterances=list(_utterances(recording, side, marker)),
        calibration=_calibration(side),
        time_errors_ms=list(_time_errors(side)),
        coverage=coverage(
            _speech(side, pairing.channel, sound), [heard.words[place] for place in side.places]
        ),
        by_reference=side.timed,
    )


def mark_unreferenced(heard: Hypothesis, sound: Sound) -> list[SideMarks]:
    """What can be said without a reference: speech without words, and words without speech."""
    return [
        SideMarks(
            coverage=coverage(_detected(channel, sound), [heard.words[place] for place in heard.on(channel)])
        )
        for channel in sound.streams
    ]


class _Aligned:
    """Both texts as tokens, and which belong together."""

    def __init__(
        self, utterances: Sequence[Utterance], heard: Hypothesis, places: Sequence[int], language: str
    ) -> None:
        self.utterances, self.heard, self.places = utterances, heard, places
        self.origin = [
            (number, word) for number, one in enumerate(utterances) for word in range(len(one.words))
        ]
        said = [utterances[number].words[word] for number, word in self.origin]
        self.said = normalise(said, language)
        self.tokens = normalise([heard.words[place].text for place in places], language)
        self.pairs: list[Pair] = align(
            [token.text for token in self.said], [token.text for token in self.tokens]
        )
        self.matches: dict[int, int | None] = {said: heard for said, heard in self.pairs if said is not None}
        spoken = {self.utterance_of(token) for token in self.said}
        self.spoken = [utterances[number] for number in sorted(spoken)]
        self.timed = bool(spoken) and all(
            one.start_ms is not None and one.end_ms is not None for one in self.spoken
        )

    def utterance_of(self, token: Token) -> int:
        """The utterance that a token of the reference begins in."""
        return self.origin[token.first_word][0]

    def is_right(self, said: int | None, heard: int | None) -> bool:
        """Whether these two tokens are the same word."""
        return said is not None and heard is not None and self.said[said].text == self.tokens[heard].text


def _utterances(recording: int, side: _Aligned, marker: Marker) -> Iterator[UtteranceMarks]:
    marks = {
        number: UtteranceMarks(recording, side.utterances[number].speaker)
        for number in sorted({side.utterance_of(token) for token in side.said})
    }
    if not marks:
        marks[0] = UtteranceMarks(recording, side.utterances[0].speaker if side.utterances else None)
    current = next(iter(marks))
    for said, heard in side.pairs:
        current = current if said is None else side.utterance_of(side.said[said])
        _count(marks[current], side, said, heard)
    for start, end in _term_places(side.said, marker.terms):
        mine = marks[side.utterance_of(side.said[start])]
        mine.terms += 1
        mine.terms_missed += not all(side.is_right(at, side.matches[at]) for at in range(start, end))
    if side.heard.redacted is not None:
        _count_personal(marks, side, side.heard.redacted)
    yield from marks.values()


def _count(marks: UtteranceMarks, side: _Aligned, said: int | None, heard: int | None) -> None:
    digit = side.said[said].digit if said is not None else heard is not None and side.tokens[heard].digit
    right = side.is_right(said, heard)
    marks.words += said is not None
    marks.insertions += said is None
    marks.deletions += heard is None
    marks.substitutions += said is not None and heard is not None and not right
    marks.digits += digit and said is not None
    marks.digit_errors += digit and not right


def _term_places(said: Sequence[Token], terms: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    texts = [token.text for token in said]
    for term in terms:
        for start in range(len(texts) - len(term) + 1):
            if tuple(texts[start : start + len(term)]) == term:
                yield start, start + len(term)


def _count_personal(marks: dict[int, UtteranceMarks], side: _Aligned, redacted: frozenset[int]) -> None:
    """Count each labelled value as hidden when none of the words heard in its place can be read."""
    tokens_of: dict[tuple[int, int], list[int]] = {}
    for at, token in enumerate(side.said):
        for word in range(token.first_word, token.end_word):
            tokens_of.setdefault(side.origin[word], []).append(at)
    for number, utterance in enumerate(side.utterances):
        for span in utterance.personal:
            words = range(span.start_word, span.end_word)
            tokens = [at for word in words for at in tokens_of.get((number, word), ())]
            if tokens:
                mine = marks[side.utterance_of(side.said[tokens[0]])]
                mine.personal += 1
                mine.personal_hidden += _hidden(side, tokens, redacted)


def _hidden(side: _Aligned, tokens: Sequence[int], redacted: frozenset[int]) -> bool:
    heard = [side.tokens[at] for token in tokens if (at := side.matches[token]) is not None]
    return all(
        side.places[word] in redacted for token in heard for word in range(token.first_word, token.end_word)
    )


def _calibration(side: _Aligned) -> Calibration:
    """A word is right when all that the normaliser makes of it is."""
    right: dict[int, bool] = {}
    for said, heard in side.pairs:
        if heard is not None:
            token = side.tokens[heard]
            for word in range(token.first_word, token.end_word):
                right[word] = right.get(word, True) and side.is_right(said, heard)
    calibration = Calibration()
    for word, is_right in right.items():
        confidence = side.heard.words[side.places[word]].confidence
        if confidence is not None:
            calibration.add(confidence, right=is_right)
    return calibration


def _time_errors(side: _Aligned) -> Iterator[int]:
    """Of words that are one token on both sides and were heard right: how far start and end are off."""
    for said, heard in side.pairs:
        if said is None or heard is None or not side.is_right(said, heard):
            continue
        number, word = side.origin[side.said[said].first_word]
        times = side.utterances[number].word_times
        own = side.heard.words[side.places[side.tokens[heard].first_word]]
        alone = _is_whole_word(side.said, said) and _is_whole_word(side.tokens, heard)
        if times and alone and own.start_ms is not None and own.end_ms is not None:
            yield abs(own.start_ms - times[word][0])
            yield abs(own.end_ms - times[word][1])


def _is_whole_word(tokens: Sequence[Token], at: int) -> bool:
    token, beside = tokens[at], (*tokens[max(at - 1, 0) : at], *tokens[at + 1 : at + 2])
    shared = any(other.first_word < token.end_word and token.first_word < other.end_word for other in beside)
    return token.end_word - token.first_word == 1 and not shared


def _speech(side: _Aligned, channel: int | None, sound: Sound) -> list[Interval]:
    if side.timed:
        return [(one.start_ms or 0, one.end_ms or 0) for one in side.spoken]
    return _detected(channel, sound)


def _detected(channel: int | None, sound: Sound) -> list[Interval]:
    return [span for place, spans in sound.speech.items() if channel in (None, place) for span in spans]
