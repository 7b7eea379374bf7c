"""The answer store: what engines sent, untouched and encrypted, so that no chunk is ever paid for twice."""

from __future__ import annotations

import glob
import hashlib
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import fsspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tasks.keys import Keyring

ANSWER_FORMAT: Final = 1
"""Raised when stored answers can no longer be parsed; old ones are then left alone."""


def answer_key(pcm: bytes, engine: str, model: str, options: Mapping[str, object]) -> str:
    """SHA-256 over the sound and everything that shapes the answer: 64 hex digits."""
    shape = json.dumps([engine, model, sorted(options.items()), ANSWER_FORMAT], separators=(",", ":"))
    return hashlib.sha256(hashlib.sha256(pcm).digest() + shape.encode()).hexdigest()


_PART: Final = ".part"


@dataclass(frozen=True, slots=True)
class AnswerStore:
    """One encrypted file per answer under a folder or URL. Reads and writes are whole or not at all."""

    root: str
    keyring: Keyring

    def get(self, key: str) -> bytes | None:
        """The answer kept under a key, or None.

        Raises:
            KeyMissing: it is there, but was encrypted with a key that is not at hand.
        """
        fs, path = self._place(key)
        try:
            sealed = fs.cat_file(path)
        except FileNotFoundError:
            return None
        return self.keyring.decrypt(sealed, context=key.encode())

    def put(self, key: str, answer: bytes) -> None:
        """Keep an answer; written beside and moved into place, so that a crash leaves none or all of it."""
        fs, path = self._place(key)
        fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        temporary = f"{path}.{secrets.token_hex(4)}{_PART}"
        fs.pipe_file(temporary, self.keyring.encrypt(answer, context=key.encode()))
        fs.mv(temporary, path)

    def forget(self, key: str) -> None:
        """Remove what is kept under a key, if anything is."""
        fs, path = self._place(key)
        with suppress(FileNotFoundError):
            fs.rm_file(path)

    def remove_parts(self) -> None:
        """Remove what a killed run was writing. Only while nobody else writes."""
        fs, path = self._at(self.root)
        for part in fs.glob(f"{_no_magic(path)}/*/*{_PART}"):
            fs.rm_file(part)

    def _place(self, key: str) -> tuple[Any, str]:
        return self._at(f"{self.root}/{key[:2]}/{key}")

    @staticmethod
    def _at(place: str) -> tuple[Any, str]:
        if "://" in place:
            return fsspec.core.url_to_fs(place)  # type: ignore[no-any-return]
        return fsspec.filesystem("file"), place


@dataclass(frozen=True, slots=True)
class KeptJobs:
    """The vendors' ids of requests (a JobStore), beside the answers and encrypted like them."""

    store: AnswerStore

    def get(self, key: str, /) -> str | None:
        """The id of the request that an answer comes from, or None."""
        kept = self.store.get(f"{key}.job")
        return None if kept is None else kept.decode()

    def put(self, key: str, job_id: str, /) -> None:
        """Keep an id; on return it is safe."""
        self.store.put(f"{key}.job", job_id.encode())

    def forget(self, key: str, /) -> None:
        """Drop an id, if there is one."""
        self.store.forget(f"{key}.job")


def _no_magic(path: str) -> str:
    """A path in which no character has a meaning to glob."""
    return glob.escape(path)
