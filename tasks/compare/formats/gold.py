"""Our own gold answers, as they lie beside the sample archive: samples/README.md gives the form."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from tasks.compare.reference import Reference, Side, Span, Utterance


class _Said(BaseModel):
    channel: int
    speaker: str | None
    start_ms: int
    end_ms: int
    words: list[str]
    words_ms: list[tuple[int, int]]


class _Personal(BaseModel):
    entity: str
    utterance: int
    start_word: int
    end_word: int


class Gold(BaseModel):
    """What a perfect pipeline would find in a call."""

    model_config = ConfigDict(extra="ignore")

    file: str
    utterances: list[_Said]
    pii: list[_Personal] | None = None


GOLD: Final = TypeAdapter(Gold)


def read_gold(gold: Gold) -> Reference:
    """A side for every channel; each utterance says who speaks."""
    spans: dict[int, list[Span]] = {}
    for one in gold.pii or ():
        spans.setdefault(one.utterance, []).append(Span(one.entity, one.start_word, one.end_word))
    sides: dict[int, list[Utterance]] = {}
    for index, said in enumerate(gold.utterances):
        timed = len(said.words_ms) == len(said.words)
        utterance = Utterance(
            words=tuple(said.words),
            speaker=said.speaker,
            start_ms=said.start_ms,
            end_ms=said.end_ms,
            word_times=tuple(said.words_ms) if timed else None,
            personal=tuple(spans.get(index, ())),
        )
        sides.setdefault(said.channel, []).append(utterance)
    return Reference(
        tuple(Side(tuple(said), channel) for channel, said in sorted(sides.items())), gold.pii is not None
    )
