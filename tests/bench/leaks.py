"""`python -m tests.bench.leaks CALLS REFERENCES`: what of the personal data is left, in text and in sound.

The calls go the whole way through the local engine. Then the lake's words are laid over the reference's
personal words, and the redacted copies of the sound are transcribed again and laid over them too. A personal
word counts as hidden where no unredacted word has its middle inside it; as unreadable where none that has
says a word of the value. Prints counts, never words.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.engines import open_transcriber
from flows.hear import hear
from flows.night import audio_limits
from tasks.answers import AnswerStore
from tasks.compare.read_references import read_references
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, reading
from tasks.lake.query import run_query
from tasks.schemas import CallMetadata, Recording, Word
from tasks.settings import load_settings
from tasks.sources.archive import Archive
from tests.bench.children import ingest
from tests.bench.sounds import ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.compare.reference import Reference, Side, Utterance

_BARE = re.compile(r"[\W_]+")
_CHANNELS = {"customer": 0, "agent": 1}


@dataclass(frozen=True, slots=True)
class Personal:
    """One finding of the reference: its words, and when each of them is said."""

    entity: str
    channel: int | None
    words: frozenset[str]
    times_ms: tuple[tuple[int, int], ...]


def main() -> None:
    """Measure the samples, or the calls and references that are named."""
    calls, references = (Path(place) for place in (sys.argv[1:3] or (ARCHIVE, ARCHIVE.parent / "gold")))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CALLARCHIVE_KEY_FILE"] = f"{folder}/keys.json"
        lake = Lake.at(f"{folder}/lake")
        ingest(calls, lake.root, "--engine", "local")
        with reading(lake) as connection:
            landed = run_query(
                connection, "select call_id, recording_sha256, audio_path, channel_verdict from calls"
            ).to_pylist()
            words = run_query(
                connection, "select call_id, channel, word, start_ms, end_ms from words where entity is null"
            ).to_pylist()
        named = _names_by_content(calls)
        known = read_references(references, set(named.values()))
        measure(landed, words, {sha256: known[stem] for sha256, stem in named.items() if stem in known}, lake)


def measure(
    landed: Sequence[dict[str, object]],
    words: Sequence[dict[str, object]],
    references: dict[str, Reference],
    lake: Lake,
) -> None:
    """Print, for text and sound, the share of findings that are hidden and that are unreadable."""
    counts: Counter[tuple[str, str]] = Counter()
    for call in landed:
        reference = references.get(str(call["recording_sha256"]))
        if reference is None or not reference.labelled:
            continue
        apart = call["channel_verdict"] == "two_speakers"
        said = [_word(word) for word in words if word["call_id"] == call["call_id"]]
        again = _heard_again(lake, str(call["audio_path"])) if call["audio_path"] else []
        for finding in _personal(reference, apart=apart):
            counts["all", finding.entity] += 1
            for where, left in (("text", said), ("sound", again)):
                counts[f"{where} hidden", finding.entity] += not list(_left(finding, left))
                counts[f"{where} unreadable", finding.entity] += not any(
                    _bare(word.text) in finding.words for word in _left(finding, left)
                )
    entities = sorted({entity for _, entity in counts})
    print(
        f"{'':22}{'findings':>9}{'text: hidden':>15}{'unreadable':>12}{'sound: hidden':>15}{'unreadable':>12}"
    )
    for entity in [*entities, "all"]:
        chosen = entities if entity == "all" else [entity]
        of = {kind: sum(counts[kind, one] for one in chosen) for kind, _ in counts}
        shares = [of.get(kind, 0) / of["all"] for kind in _KINDS]
        print(
            f"{entity:22}{of['all']:9d}"
            + "".join(f"{share:{width}.1%}" for share, width in zip(shares, _WIDTHS, strict=True))
        )


_KINDS = ("text hidden", "text unreadable", "sound hidden", "sound unreadable")
_WIDTHS = (15, 12, 15, 12)


def _personal(reference: Reference, *, apart: bool) -> Iterator[Personal]:
    for side in reference.sides:
        channel = _channel(side) if apart else None
        for utterance in side.utterances:
            for span in utterance.personal:
                spoken = utterance.words[span.start_word : span.end_word]
                bare = frozenset(_bare(word) for word in spoken)
                yield Personal(
                    span.entity, channel, bare, tuple(_times(utterance, span.start_word, span.end_word))
                )


def _channel(side: Side) -> int | None:
    return side.channel if side.channel is not None else _CHANNELS.get(side.speaker or "")


def _times(utterance: Utterance, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Of each word; where only the utterance has times, its words share them evenly."""
    if utterance.word_times:
        yield from utterance.word_times[start:end]
    elif utterance.start_ms is not None and utterance.end_ms is not None:
        each_ms = (utterance.end_ms - utterance.start_ms) / len(utterance.words)
        for place in range(start, end):
            yield (
                round(utterance.start_ms + place * each_ms),
                round(utterance.start_ms + (place + 1) * each_ms),
            )


def _left(finding: Personal, words: Sequence[Word]) -> Iterator[Word]:
    for word in words:
        if finding.channel not in (None, word.channel) or word.start_ms is None or word.end_ms is None:
            continue
        middle_ms = (word.start_ms + word.end_ms) / 2
        if any(start_ms < middle_ms < end_ms for start_ms, end_ms in finding.times_ms):
            yield word


def _heard_again(lake: Lake, path: str) -> tuple[Word, ...]:
    settings = load_settings(lake=str(lake.root), engine="local")
    store = AnswerStore(lake.files.under("again"), load_keyring(settings.key_file))
    file = lake.root / path
    recording = Recording(str(file), "", file.stat().st_size, None, CallMetadata())
    archive = Archive.at(str(file.parent))
    heard = asyncio.run(
        hear(recording, archive, audio_limits(settings), open_transcriber(settings, store), [])
    )
    return heard.conversation.words


def _names_by_content(calls: Path) -> dict[str, str]:
    archive = Archive.at(str(calls))
    return {archive.identify(file)[0]: Path(file.name).stem for file in archive.files()}


def _word(row: dict[str, object]) -> Word:
    return Word(str(row["word"]), row["start_ms"], row["end_ms"], channel=int(str(row["channel"])))  # type: ignore[arg-type]  # as the lake has them


def _bare(text: str) -> str:
    return _BARE.sub("", text).casefold()


if __name__ == "__main__":
    main()
