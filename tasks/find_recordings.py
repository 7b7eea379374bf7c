"""Step: an archive -> its recordings, each named by the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import posixpath
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from tasks.audio.sniff import HEAD_BYTES, sniff
from tasks.lake.ledger import Sighting
from tasks.schemas import CallMetadata, Recording
from tasks.sources.archive import Archive, File, folder_of
from tasks.sources.sidecars import from_file_name, from_json, from_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tasks.keys import Keyring

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


@dataclass(slots=True)
class LeftOut:
    """What of an archive is nothing to look at. `companions` counts sidecars, manifests and notes."""

    waiting: list[File] = field(default_factory=list)
    """Still being written."""
    companions: int = 0


def sighting_of(file: File, keyring: Keyring) -> Sighting:
    """A listed file as the ledger knows it: without its address."""
    modified = file.modified_at.astimezone(UTC) if file.modified_at else None
    return Sighting(keyring.pseudonym("uri", file.uri), file.size_bytes, modified)


@dataclass(frozen=True, slots=True)
class Listing:
    """An archive's files, sorted out. `companions` counts sidecars, manifests and notes."""

    candidates: tuple[File, ...]
    waiting: tuple[File, ...]
    companions: int


def list_recordings(archive: Archive, min_age_s: float, since: datetime | None = None) -> Listing:
    """The files to look at, and those still being written, which wait for the next night."""
    left_out = LeftOut()
    candidates = tuple(candidates_of(archive, left_out, min_age_s, since))
    return Listing(candidates, tuple(left_out.waiting), left_out.companions)


def candidates_of(
    archive: Archive, left_out: LeftOut, min_age_s: float, since: datetime | None = None
) -> Iterator[File]:
    """The files to look at, one by one; what is left out of them is told at the end.

    A file younger than `min_age_s` waits, unless a wait of at most 5 s shows that it no longer changes.
    """
    edge = datetime.now(UTC) - timedelta(seconds=min_age_s)
    young: list[File] = []
    for file in archive.files():
        if _is_companion(archive, file):
            left_out.companions += 1
        elif since and file.modified_at and file.modified_at < since:
            continue
        elif file.modified_at and file.modified_at > edge:
            young.append(file)
        else:
            yield file
    if young and min_age_s <= _LONGEST_WAIT_S:
        time.sleep(min_age_s)
        waiting = {file for file in young if not archive.unchanged(file)}
        yield from (file for file in young if file not in waiting)
        left_out.waiting += [file for file in young if file in waiting]
    else:
        left_out.waiting += young


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
    folder, name = posixpath.split(file.name)  # PurePosixPath takes five times as long
    suffix = posixpath.splitext(name)[1].lower()
    if name.startswith(".") or folder.startswith(".") or "/." in folder:
        return True
    if suffix in _SIDECARS or name in ("Thumbs.db", "desktop.ini"):
        return True
    if suffix not in _NOTES:
        return False
    with archive.fs.open(file.uri, "rb") as stream:
        return sniff(stream.read(HEAD_BYTES)).demuxer is None


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
