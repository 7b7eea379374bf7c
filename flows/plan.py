"""A night's plan: which files of the archive are work, and how the others are accounted for."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import TYPE_CHECKING

from flows.call import Job
from flows.progress import watcher
from tasks.find_recordings import Found, find_recordings, list_recordings
from tasks.lake.erased_names import erased_entries, known_erased_files
from tasks.lake.ledger import ERASED, Entry, Sighting, entries, known_files, owners
from tasks.lake.requeue import requeued
from tasks.redact_metadata import mask_path, redact_id
from tasks.schemas import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flows.wishes import Wishes
    from tasks.keys import Keyring
    from tasks.lake.catalog import Connection
    from tasks.schemas import Recording
    from tasks.settings import Settings
    from tasks.sources.archive import Archive, File


@dataclass(slots=True)
class Plan:
    """Jobs to do, what is already decided about the other files, and what the ledger should keep of it."""

    jobs: list[Job] = field(default_factory=list)
    decided: list[Outcome] = field(default_factory=list)
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
    listing = list_recordings(archive, settings.min_age_s, wishes.since)
    plan = Plan(companions=listing.companions)
    plan.decided += [_skipped(file, None, "still being written; next night") for file in listing.waiting]
    listed = {_sighting(file, keyring): file for file in listing.candidates}
    known = known_files(connection, list(listed))
    new = [sighting for sighting in listed if sighting.uri_key not in known]
    known |= known_erased_files(connection, new, keyring)
    plan.entries = entries(connection, known.values())
    unread = _settle_known(plan, listed, known, wishes)
    watcher().reading(len(unread))
    files = deque(wishes.in_order(unread))
    while files and len(plan.jobs) != wishes.limit:
        size = (wishes.limit - len(plan.jobs)) if wishes.limit else len(files)
        some = [files.popleft() for _ in range(min(len(files), size))]
        found = list(find_recordings(archive, some, settings.file_name_pattern, watcher().read))
        sha256s = {one.recording.sha256 for one in found}
        plan.entries |= entries(connection, sha256s) | erased_entries(connection, sha256s, keyring)
        for one in found:
            plan.sightings.setdefault(one.recording.sha256, []).append(_sighting(one.file, keyring))
        _sort_out(plan, found, wishes, keyring)
    plan.decided += [_skipped(file, None, "beyond --limit") for file in files]
    plan.jobs = with_own_call_ids(plan.jobs, owners(connection, [job.call_id for job in plan.jobs]))
    return plan


def _settle_known(
    plan: Plan, listed: dict[Sighting, File], known: dict[str, str], wishes: Wishes
) -> list[File]:
    """Decide about unchanged files from the ledger alone; what remains must be read."""
    unread = []
    for sighting, file in listed.items():
        sha256 = known.get(sighting.uri_key)
        why = _why_skip(plan.entries.get(sha256 or ""), wishes) or wishes.unasked_file(file)
        if why:
            plan.decided.append(_skipped(file, sha256, why))
        else:
            unread.append(file)
    return unread


def _sort_out(plan: Plan, found: Sequence[Found], wishes: Wishes, keyring: Keyring) -> None:
    for one in found:
        sha256 = one.recording.sha256
        why = _why_skip(plan.entries.get(sha256), wishes)
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


def _why_skip(entry: Entry | None, wishes: Wishes) -> str | None:
    if wishes.only and (entry is None or entry.state != wishes.only):
        return f"not {wishes.only} before"
    if entry is None or requeued(entry.reason):
        return None
    if entry.erased:
        return ERASED
    if entry.state == "landed" and not wishes.replace:
        return "already landed"
    if entry.state == "quarantined" and not (wishes.retry_quarantined or wishes.only):
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


def _sighting(file: File, keyring: Keyring) -> Sighting:
    modified = file.modified_at.astimezone(UTC) if file.modified_at else None
    return Sighting(keyring.pseudonym("uri", file.uri), file.size_bytes, modified)
