"""Step: an archive -> its recordings, each named by the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from tasks.audio.sniff import HEAD_BYTES, sniff
from tasks.schemas import CallMetadata, Recording
from tasks.sources.archive import Archive, File, folder_of
from tasks.sources.sidecars import from_file_name, from_json, from_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

MANIFEST: Final = "manifest.csv"
_LONGEST_WAIT_S: Final = 5.0
_MAX_SIDECAR_BYTES: Final = 1 << 20
_MAX_MANIFEST_BYTES: Final = 1 << 28
_SIDECARS: Final = frozenset(".json .csv".split())
"""Never opened to see whether they are sound: there may be as many of them as there are recordings."""

_NOTES: Final = frozenset(
    ".jsonl .tsv .txt .md .xml .yaml .yml .html .vtt .srt .ctm .rttm .log .md5 .sha256".split()
)
"""What else lies beside recordings; such a file counts as a recording only if its bytes are sound."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file that is, or claims to be, a recording; `problem` says why it cannot be used."""

    file: File
    recording: Recording
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """An archive's files, sorted out. `companions` counts sidecars, manifests and notes."""

    candidates: tuple[File, ...]
    waiting: tuple[File, ...]
    companions: int


def list_recordings(archive: Archive, min_age_s: float, since: datetime | None = None) -> Listing:
    """The files to look at, and those still being written, which wait for the next night.

    A file younger than `min_age_s` waits, unless a wait of at most 5 s shows that it no longer changes.
    """
    files = list(archive.files())
    recordings = [file for file in files if not _is_companion(archive, file)]
    wanted = [
        file for file in recordings if since is None or not file.modified_at or file.modified_at >= since
    ]
    young = _still_changing(archive, wanted, min_age_s)
    return Listing(
        candidates=tuple(file for file in wanted if file not in young),
        waiting=tuple(file for file in wanted if file in young),
        companions=len(files) - len(recordings),
    )


def find_recordings(
    archive: Archive, files: Sequence[File], pattern: str | None, seen: Callable[[], None] = lambda: None
) -> Iterator[Found]:
    """Read each file once: its identity, whether it is sound, and what the archive says about it."""
    manifests: dict[str, tuple[Mapping[str, CallMetadata], tuple[str, ...]]] = {}
    for file in files:
        try:
            sha256, head = archive.identify(file)
        except OSError as error:
            yield _unreadable(file, error)
            continue
        folder = folder_of(file.name)
        if folder not in manifests:
            manifests[folder] = _manifest(archive, folder)
        metadata = _metadata(archive, file, manifests[folder], pattern)
        recording = Recording(file.uri, sha256, file.size_bytes, file.modified_at, metadata)
        seen()
        yield Found(file, recording, _problem(file, head))


def _is_companion(archive: Archive, file: File) -> bool:
    path = PurePosixPath(file.name)
    if any(part.startswith(".") for part in path.parts) or path.name in ("Thumbs.db", "desktop.ini"):
        return True
    if path.suffix.lower() in _SIDECARS:
        return True
    if path.suffix.lower() not in _NOTES:
        return False
    with archive.fs.open(file.uri, "rb") as stream:
        return sniff(stream.read(HEAD_BYTES)).demuxer is None


def _still_changing(archive: Archive, files: Sequence[File], min_age_s: float) -> set[File]:
    now = datetime.now(UTC)
    edge = now - timedelta(seconds=min_age_s)
    young = {file for file in files if file.modified_at and file.modified_at > edge}
    if not young or min_age_s > _LONGEST_WAIT_S:
        return young
    time.sleep(min_age_s)
    return {file for file in young if not archive.unchanged(file)}


def _problem(file: File, head: bytes) -> str | None:
    if not head:
        return "the file is empty; export the recording again"
    kind = sniff(head, file.name)
    if kind.demuxer:
        return None
    return f"not a sound recording but {kind.word}; remove it or export it again"


def _manifest(archive: Archive, folder: str) -> tuple[Mapping[str, CallMetadata], tuple[str, ...]]:
    content = _small_file(archive, f"{folder}/{MANIFEST}".lstrip("/"), _MAX_MANIFEST_BYTES)
    return ({}, ()) if content is None else from_manifest(content)


def _metadata(
    archive: Archive,
    file: File,
    manifest: tuple[Mapping[str, CallMetadata], tuple[str, ...]],
    pattern: str | None,
) -> CallMetadata:
    """The sidecar's word counts most, then the manifest's, then the file name's."""
    for name in (str(PurePosixPath(file.name).with_suffix(".json")), f"{file.name}.json"):
        content = _small_file(archive, name, _MAX_SIDECAR_BYTES)
        if content is not None:
            return from_json(content)
    rows, problems = manifest
    stated = rows.get(PurePosixPath(file.name).name) or from_file_name(file.name, pattern)
    return replace(stated, problems=(*problems, *stated.problems))


def _small_file(archive: Archive, name: str, most_bytes: int) -> bytes | None:
    """What lies beside recordings; None if it is no regular file of the archive, nothing if it is too big."""
    size = archive.size_of(name)
    try:
        return None if size is None else archive.read(name) if size <= most_bytes else b""
    except OSError:
        return None


def _unreadable(file: File, error: OSError) -> Found:
    """A file that cannot be read has no bytes to be named by: its address stands in."""
    sha256 = hashlib.sha256(b"unreadable\n" + file.uri.encode(errors="surrogateescape")).hexdigest()
    recording = Recording(file.uri, sha256, file.size_bytes, file.modified_at, CallMetadata())
    kind = error.strerror or type(error).__name__
    return Found(file, recording, f"the file cannot be read ({kind}); check its permissions and try again")
