"""Where the recordings of landed calls lie in an archive: by what the ledger knows of its files."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tasks.find_recordings import sighting_of
from tasks.lake.known_files import recordings_of
from tasks.sources.archive import Archive, local_copy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tasks.keys import Keyring
    from tasks.lake.catalog import Connection, Lake


@dataclass(frozen=True, slots=True)
class Originals:
    """An archive's recordings by SHA-256; none where no archive was named."""

    archive: Archive | None = None
    uris: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, lake: Lake, source: str, keyring: Keyring) -> Originals:
        """The files that have landed from this archive and have not changed since. None of them is read.

        Raises:
            SettingsError: nothing is at the source.
        """
        archive = Archive.at(source, without=lake.files.address)
        listed = {sighting_of(file, keyring): file.uri for file in archive.files()}
        known = recordings_of(connection, list(listed))
        uris = {known[seen.uri_key]: uri for seen, uri in listed.items() if seen.uri_key in known}
        return cls(archive, uris)

    def has(self, sha256: str) -> bool:
        """Whether the archive has a recording."""
        return sha256 in self.uris

    @contextmanager
    def here(self, sha256: str | None) -> Iterator[Path | None]:
        """A path to a recording's bytes; None where none is asked for, or the archive has it not."""
        if self.archive is None or sha256 is None or sha256 not in self.uris:
            yield None
            return
        with local_copy(self.archive, self.uris[sha256]) as path:
            yield path
