"""`python -m tests.bench.leaks [CALLS REFERENCES]`: what of the personal data is left, in text and in sound.

The calls go the whole way through the local engine. Then the lake's words are laid over the reference's
personal words, and the redacted copies of the sound are transcribed again and laid over them too. Prints
counts, entities, times and causes, never words.

hidden: no word that was kept has its middle inside a personal word. Recognisers' word times run into each
other, so that this counts words beside a value too. muted: at least half of each personal word is silent.
unreadable: no word that is heard in its place is one of the value's.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

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
from tests.bench.personal import audible_ms, heard_in, personal_data, tells
from tests.bench.sounds import ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tasks.compare.reference import Reference
    from tasks.schemas import Track
    from tests.bench.personal import Personal

GOLD = ARCHIVE.parent / "gold"
NEAR_MS = 500
"""A redacted word so near is the value's: recognisers press words together."""
_COLUMNS = (("text: hidden", 15), ("unreadable", 12), ("sound: muted", 15), ("unreadable", 12))


@dataclass(frozen=True, slots=True)
class Landed:
    """A call as the lake has it, and as its redacted copy sounds."""

    call_id: str
    recording_sha256: str
    apart: bool
    words: tuple[Word, ...]
    again: tuple[Word, ...]
    tracks: Sequence[Track]

    @property
    def kept(self) -> list[Word]:
        """The words that were not redacted."""
        return [word for word in self.words if word.entity is None]


class Judged(NamedTuple):
    """What is left of one finding, and why."""

    call_id: str
    finding: Personal
    text_hidden: bool
    text_unreadable: bool
    text_cause: str
    sound_muted: bool
    sound_unreadable: bool
    sound_cause: str

    @property
    def marks(self) -> tuple[bool, ...]:
        """One for each of the columns."""
        return self.text_hidden, self.text_unreadable, self.sound_muted, self.sound_unreadable


def main() -> None:
    """Measure the samples, or the calls and references that are named."""
    with tempfile.TemporaryDirectory() as folder:
        leaks(Path(folder), *(Path(place) for place in sys.argv[1:3]))


def leaks(folder: Path, calls: Path = ARCHIVE, references: Path = GOLD) -> None:
    """Ingest the calls into a lake in a folder, then print what is left and why."""
    os.environ["CALLARCHIVE_KEY_FILE"] = f"{folder}/keys.json"
    lake = Lake.at(f"{folder}/lake")
    ingest(calls, lake.root, "--engine", "local")
    archive = Archive.at(str(calls))
    names = {archive.identify(file)[0]: Path(file.name).stem for file in archive.files()}
    known = read_references(references, set(names.values()))
    landed = [call for call in _landed(lake) if names[call.recording_sha256] in known]
    judged = [one for call in landed for one in _judged(call, known[names[call.recording_sha256]])]
    _print_table(judged)
    _print_causes(judged)
    kept = sum(len(call.kept) for call in landed)
    again = sum(_heard_again(call) for call in landed)
    print(f"{again / kept:.1%} of {kept} words that were kept are heard again in the redacted sound")


def _judged(call: Landed, reference: Reference) -> Iterator[Judged]:
    for finding in personal_data(reference, apart=call.apart):
        kept, again = heard_in(finding, call.kept), heard_in(finding, call.again)
        readable = tells(finding, kept)
        audible = audible_ms(finding, call.tracks)
        lasts = [end_ms - start_ms for start_ms, end_ms in finding.times_ms]
        yield Judged(
            call.call_id,
            finding,
            not kept,
            not readable,
            _text_cause(call, finding, readable=readable),
            all(2 * ms <= length for ms, length in zip(audible, lasts, strict=True)),
            not tells(finding, again),
            _sound_cause(call, finding, audible),
        )


def _text_cause(call: Landed, finding: Personal, *, readable: bool) -> str:
    if not _is_found(call, finding):
        return "not found" if readable else "misheard, not found"
    return "found in part" if readable else "the time of a word beside it runs into it"


def _sound_cause(call: Landed, finding: Personal, audible: Sequence[int]) -> str:
    if not _is_found(call, finding):
        return "not found"
    first, last = audible[0], audible[-1]
    if not any(audible):
        return "muted; what is beside it sounds like it"
    return f"{first} ms of its first word and {last} ms of its last are audible"


def _is_found(call: Landed, finding: Personal) -> bool:
    return any(word.entity for word in heard_in(finding, call.words, NEAR_MS))


def _print_table(judged: Sequence[Judged]) -> None:
    print(f"{'':22}{'findings':>9}" + "".join(f"{title:>{width}}" for title, width in _COLUMNS))
    for entity in [*sorted({one.finding.entity for one in judged}), "all"]:
        chosen = [one.marks for one in judged if entity in {"all", one.finding.entity}]
        shares = [sum(column) / len(chosen) for column in zip(*chosen, strict=True)]
        cells = (f"{share:{width}.1%}" for share, (_, width) in zip(shares, _COLUMNS, strict=True))
        print(f"{entity:22}{len(chosen):9d}" + "".join(cells))


def _print_causes(judged: Iterable[Judged]) -> None:
    """Each finding that can be read, and the causes of all others."""
    others: Counter[str] = Counter()
    for one in judged:
        left = [f"text: {one.text_cause}"] * (not one.text_unreadable)
        left += [f"sound: {one.sound_cause}"] * (not one.sound_unreadable)
        if left:
            at_s = one.finding.times_ms[0][0] / 1000
            print(f"  {one.call_id[:12]} {one.finding.entity} at {at_s:.1f} s: {'; '.join(left)}")
        elif not one.text_hidden:
            others[one.text_cause] += 1
    for cause, count in others.most_common():
        print(f"  {count} not hidden in text, and unreadable: {cause}")


def _landed(lake: Lake) -> Iterator[Landed]:
    with reading(lake) as connection:
        calls = run_query(
            connection, "select call_id, recording_sha256, audio_path, channel_verdict from calls"
        ).to_pylist()
        words = run_query(
            connection,
            "select call_id, channel, word, entity, start_ms, end_ms from words order by call_id, word_index",
        ).to_pylist()
    for call in calls:
        said = tuple(_word(word) for word in words if word["call_id"] == call["call_id"])
        again, tracks = _copy(lake, call["audio_path"]) if call["audio_path"] else ((), ())
        apart = call["channel_verdict"] == "two_speakers"
        yield Landed(call["call_id"], call["recording_sha256"], apart, said, again, tracks)


def _copy(lake: Lake, path: str) -> tuple[tuple[Word, ...], Sequence[Track]]:
    """What the engine hears in a redacted copy, and the copy itself."""
    settings = load_settings(lake=str(lake.root), engine="local")
    store = AnswerStore(lake.files.under("again"), load_keyring(settings.key_file))
    file = lake.root / path
    recording = Recording(str(file), "", file.stat().st_size, None, CallMetadata())
    archive = Archive.at(str(file.parent))
    heard = asyncio.run(
        hear(recording, archive, audio_limits(settings), open_transcriber(settings, store), [])
    )
    return heard.conversation.words, heard.audio.tracks


def _heard_again(call: Landed) -> int:
    """How many of the kept words are heard in the copy, in their order."""
    count = 0
    for channel in {word.channel for word in call.kept}:
        sides = [
            [w.text.casefold().strip(".,?!") for w in side if w.channel == channel]
            for side in (call.kept, call.again)
        ]
        matches = SequenceMatcher(None, *sides, autojunk=False).get_matching_blocks()
        count += sum(match.size for match in matches)
    return count


def _word(row: dict[str, object]) -> Word:
    return Word(
        str(row["word"]),
        row["start_ms"],  # type: ignore[arg-type]  # as the lake has them
        row["end_ms"],  # type: ignore[arg-type]
        channel=int(str(row["channel"])),
        entity=row["entity"],  # type: ignore[arg-type]
    )


if __name__ == "__main__":
    main()
