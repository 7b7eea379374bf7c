"""A comparison's surroundings: archive, references, lake and engines, checked before anything is heard."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from flows.contenders import Entrant, open_entrants
from flows.engines import vocabulary
from flows.night import audio_limits
from flows.plan import job_of
from flows.progress import watcher
from tasks.answers import AnswerStore
from tasks.compare.comparison import Comparison
from tasks.compare.marks import Marker
from tasks.compare.normalise import normalise
from tasks.compare.read_references import read_references
from tasks.errors import SettingsError
from tasks.find_recordings import find_recordings, list_recordings
from tasks.keys import load_keyring
from tasks.lake.books import spent_since
from tasks.lake.catalog import Lake, writing
from tasks.lake.erased_names import erased_entries
from tasks.lake.landing import remove_orphans
from tasks.redact.rules import load_rules
from tasks.sources.archive import Archive
from tasks.spending import Budget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.call import Job
    from tasks.audio.limits import AudioLimits
    from tasks.compare.reference import Reference
    from tasks.lake.catalog import Connection
    from tasks.redact.rules import Rules
    from tasks.settings import Settings
    from tasks.sources.archive import File


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be compared on what."""

    source: str
    engines: str
    references: str | None = None
    limit: int | None = None
    stand_in: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording that every engine is to hear, and what is truly said in it."""

    job: Job
    reference: Reference | None


@dataclass(frozen=True, slots=True)
class BakeOff:
    """What every recording of a comparison is heard with, and what has been counted."""

    connection: Connection
    lake: Lake
    settings: Settings
    archive: Archive
    limits: AudioLimits
    rules: Rules
    entrants: list[Entrant]
    comparison: Comparison
    comparison_id: str
    counts: Counter[str] = field(default_factory=Counter)
    """`quarantined` recordings, and answers `from_store`."""


@contextmanager
def open_bake_off(wanted: Wanted, settings: Settings, comparison_id: str) -> Iterator[BakeOff]:
    """Everything opened; the lake is written to, so its lock must be held.

    Raises:
        SettingsError: an engine, a key, the source or the lake is not there.
    """
    lake, keyring = Lake.at(settings.lake), load_keyring(settings.key_file)
    archive = Archive.at(wanted.source, without=lake.files.address)
    rules = load_rules(settings.redaction_profile, settings.redaction_rules)
    store = AnswerStore(lake.answers, keyring)
    budget = Budget(settings.max_usd_per_run, settings.max_usd_per_month)
    with (
        open_entrants(wanted.engines, settings, store, budget, stand_in=wanted.stand_in) as entrants,
        writing(lake) as connection,  # made only now: a wrong setting leaves no lake behind
    ):
        remove_orphans(connection, lake)
        store.remove_parts()
        month = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        budget.month_before_usd = spent_since(connection, month)
        yield BakeOff(
            connection,
            lake,
            settings,
            archive,
            audio_limits(settings),
            rules,
            entrants,
            Comparison(tuple(one.contender.name for one in entrants), _marker(settings)),
            comparison_id,
        )


def find_entries(bake_off: BakeOff, wanted: Wanted) -> list[Entry]:
    """The recordings to compare on, in the order of their names: those with a reference, if there are any.

    Raises:
        SettingsError: there is nothing to compare on, or a reference is broken.
    """
    settings, left_out = bake_off.settings, bake_off.comparison.left_out
    listing = list_recordings(bake_off.archive, settings.min_age_s)
    left_out["still being written"] += len(listing.waiting)
    if not listing.candidates:
        raise SettingsError("there are no recordings at this source")
    references = _references(wanted, listing.candidates)
    files = [file for file in listing.candidates if references is None or _stem(file) in references]
    if references is not None:
        left_out["no reference"] += len(listing.candidates) - len(files)
    chosen = list(islice(files, wanted.limit))
    left_out["beyond --limit"] += len(files) - len(chosen)
    watcher().reading(len(chosen))
    entries: dict[str, Entry] = {}
    keyring = load_keyring(settings.key_file)
    for found in find_recordings(bake_off.archive, chosen, settings.file_name_pattern, watcher().read):
        if erased_entries(bake_off.connection, [found.recording.sha256], keyring):
            left_out["erased"] += 1
        elif found.problem:
            bake_off.counts["quarantined"] += 1
        elif found.recording.sha256 in entries:
            left_out["the same bytes as another"] += 1
        else:
            reference = references[_stem(found.file)] if references is not None else None
            entries[found.recording.sha256] = Entry(job_of(found, keyring), reference)
    return list(entries.values())


def _references(wanted: Wanted, files: tuple[File, ...]) -> dict[str, Reference] | None:
    if wanted.references is None:
        return None
    references = read_references(Path(wanted.references).expanduser(), {_stem(file) for file in files})
    if not references:
        raise SettingsError(
            f"none of the {len(files)} recordings has a reference there: they are matched by name, as "
            "call-1.wav and call-1.agent.txt; see docs/compare.md"
        )
    return references


def _stem(file: File) -> str:
    return PurePosixPath(file.name).stem


def _marker(settings: Settings) -> Marker:
    language = (settings.language or "en").partition("-")[0]
    terms = (normalise(term.split(), language) for term in vocabulary(settings))
    return Marker(language, tuple({tuple(token.text for token in term) for term in terms if term}))
