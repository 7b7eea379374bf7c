"""A night's plan: which files of the archive are work, and how the others are accounted for."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from flows.call import Job
from flows.progress import watcher
from tasks.find_recordings import Found, LeftOut, candidates_of, find_recordings, sighting_of
from tasks.lake.catalog import Lake, reading
from tasks.lake.erased_names import erased_entries
from tasks.lake.known_files import known_at_hand, states_of, states_of_erased
from tasks.lake.ledger import ERASED, Entry, entries, is_erased, owners
from tasks.lake.requeue import requeued
from tasks.redact_metadata import mask_path, redact_id
from tasks.schemas import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flows.wishes import Wishes
    from tasks.keys import Keyring
    from tasks.lake.catalog import Connection
    from tasks.lake.ledger import Sighting
    from tasks.schemas import Recording
    from tasks.settings import Settings
    from tasks.sources.archive import Archive, File

_LISTED_AT_ONCE: Final = 20_000


@dataclass(slots=True)
class Plan:
    """Jobs to do, what is already decided about the other files, and what the ledger should keep of it."""

    jobs: list[Job] = field(default_factory=list)
    decided: list[Outcome] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    """By reason: further files that are no work, which may be a million."""
    sightings: dict[str, list[Sighting]] = field(default_factory=dict)
    """By SHA-256: the files that hold a recording, to be kept when its state is."""
    entries: dict[str, Entry] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    companions: int = 0
    metadata_problems: int = 0


def plan_night(
    connection: Connection,
    archive: Archive,
    settings: Settings,
    keyring: Keyring,
    wishes: Wishes,
) -> Plan:
    """Sort an archive's files into work and what is skipped or quarantined right away.

    Files that were read before and have not changed are not opened again.
    """
    plan, left_out = Plan(), LeftOut()
    candidates = candidates_of(archive, left_out, settings.min_age_s, wishes.since)
    unread: list[File] = []
    with known_at_hand(connection):
        while some := list(islice(candidates, _LISTED_AT_ONCE)):
            unread += _settle_known(plan, connection, some, keyring, wishes)
    plan.companions = left_out.companions
    plan.decided += [_skipped(file, None, "still being written; next night") for file in left_out.waiting]
    watcher().reading(len(unread))
    files = deque(wishes.in_order(unread))
    while files and len(plan.jobs) != wishes.limit:
        size = (wishes.limit - len(plan.jobs)) if wishes.limit else len(files)
        some = [files.popleft() for _ in range(min(len(files), size))]
        found = list(find_recordings(archive, some, settings.file_name_pattern, watcher().read))
        sha256s = {one.recording.sha256 for one in found}
        plan.entries |= entries(connection, sha256s) | erased_entries(connection, sha256s, keyring)
        if settings.answers_of:  # a recipe that is tried: what its lake's main lake has erased stays away
            with reading(Lake.at(settings.answers_of)) as main:
                plan.entries |= erased_entries(main, sha256s, keyring)
        for one in found:
            plan.sightings.setdefault(one.recording.sha256, []).append(sighting_of(one.file, keyring))
        _sort_out(plan, found, wishes, keyring)
    plan.decided += [_skipped(file, None, "beyond --limit") for file in files]
    plan.jobs = with_own_call_ids(plan.jobs, owners(connection, [job.call_id for job in plan.jobs]))
    return plan


def _settle_known(
    plan: Plan,
    connection: Connection,
    files: Sequence[File],
    keyring: Keyring,
    wishes: Wishes,
) -> list[File]:
    """Decide about unchanged files from the ledger alone; what remains must be read."""
    listed = [sighting_of(file, keyring) for file in files]
    known = states_of(connection, listed)
    known |= states_of_erased(connection, [one for one in listed if one.uri_key not in known], keyring)
    unread = []
    for sighting, file in zip(listed, files, strict=True):
        why = _why_skip(*known.get(sighting.uri_key, (None, None)), wishes) or wishes.unasked_file(file)
        if why:
            plan.skipped[why] += 1
        else:
            unread.append(file)
    return unread


def _sort_out(plan: Plan, found: Sequence[Found], wishes: Wishes, keyring: Keyring) -> None:
    for one in found:
        sha256 = one.recording.sha256
        entry = plan.entries.get(sha256)
        why = _why_skip(entry.state if entry else None, entry.reason if entry else None, wishes)
        if sha256 in plan.recordings:
            why = "the same bytes as another file of this archive"
        why = why or wishes.unasked(one)
        if why:
            plan.decided.append(_skipped(one.file, sha256, why))
            continue
        plan.recordings[sha256] = one.recording
        plan.metadata_problems += bool(one.recording.metadata.problems)
        if one.problem:
            plan.decided.append(_quarantined(one))
        else:
            plan.jobs.append(job_of(one, keyring))


def _why_skip(state: str | None, reason: str | None, wishes: Wishes) -> str | None:
    if wishes.only and state != wishes.only:
        return f"not {wishes.only} before"
    if state is None or requeued(reason):
        return None
    if is_erased(state, reason):
        return ERASED
    if state == "landed" and not wishes.replace:
        return "already landed"
    if state == "quarantined" and not (wishes.retry_quarantined or wishes.only):
        return "quarantined before"
    return None


def with_own_call_ids(jobs: Iterable[Job], taken: dict[str, str]) -> list[Job]:
    """Two recordings never share a call id: the second gets a suffix of its own bytes' hash, and a note."""
    own: list[Job] = []
    for job in jobs:
        sha256 = job.recording.sha256
        if taken.setdefault(job.call_id, sha256) == sha256:
            own.append(job)
            continue
        metadata = job.recording.metadata
        note = "another recording has this call_id already; landed under an id of its own"
        metadata = replace(metadata, problems=(*metadata.problems, note))
        recording = replace(job.recording, metadata=metadata)
        own.append(replace(job, recording=recording, call_id=f"{job.call_id}~{sha256[:8]}"))
    return own


def job_of(found: Found, keyring: Keyring) -> Job:
    """The work that a recording is; its id is the stated one, hidden where it tells of a person."""
    recording = found.recording
    call_id = recording.metadata.call_id or f"rec-{recording.sha256[:16]}"
    return Job(recording, redact_id("call", call_id, keyring), mask_path(found.file.name))


def _skipped(file: File, sha256: str | None, why: str) -> Outcome:
    return Outcome(mask_path(file.name), sha256, "skipped", why)


def _quarantined(found: Found) -> Outcome:
    return Outcome(
        mask_path(found.file.name), found.recording.sha256, "quarantined", found.problem, "find_recordings"
    )
