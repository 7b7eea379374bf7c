"""The answer store: what engines sent, untouched and encrypted, so that no chunk is ever paid for twice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tasks.keys import key_id_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tasks.files.contract import Files
    from tasks.keys import Keyring

ANSWER_FORMAT: Final = 2
"""Raised when stored answers can no longer be parsed; old ones are then left alone."""


def answer_key(pcm: bytes, engine: str, model: str, options: Mapping[str, object]) -> str:
    """SHA-256 over the sound and everything that shapes the answer: 64 hex digits."""
    shape = json.dumps([engine, model, sorted(options.items()), ANSWER_FORMAT], separators=(",", ":"))
    return hashlib.sha256(hashlib.sha256(pcm).digest() + shape.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an answer took to get, kept with it: a run that is killed forgets nothing that was paid for."""

    requested_at: datetime
    latency_ms: int
    attempts: int
    usd_per_hour: float
    """The list price on that day."""
    lost_answers: int = 0
    """Earlier tries that may have been charged without an answer."""
    recording_sha256: str | None = None
    """The recording it was asked for: a killed run leaves no other trace of whose answer this is."""
    engine: str | None = None

    def answer_id(self, key: str) -> str:
        """Names this payment: 32 hex digits."""
        return hashlib.sha256(f"{key}\n{self.requested_at.isoformat()}".encode()).hexdigest()[:32]


def with_receipt(receipt: Receipt, answer: bytes) -> bytes:
    """The answer as it is stored: a line of JSON about its request, then what came, untouched."""
    line = asdict(receipt) | {"requested_at": receipt.requested_at.isoformat()}
    return json.dumps(line).encode() + b"\n" + answer


def without_receipt(kept: bytes) -> tuple[Receipt, bytes]:
    """The two parts of what is stored."""
    line, _, answer = kept.partition(b"\n")
    facts = json.loads(line)
    return Receipt(**facts | {"requested_at": datetime.fromisoformat(facts["requested_at"])}), answer


@dataclass(frozen=True, slots=True)
class AnswerStore:
    """One encrypted file per answer, in folders by the first two digits of its key."""

    files: Files
    keyring: Keyring

    def get(self, key: str) -> bytes | None:
        """The answer kept under a key, or None.

        Raises:
            KeyMissing: it is there, but was encrypted with a key that is not at hand.
        """
        sealed = self.files.read(_path(key))
        return None if sealed is None else self.keyring.decrypt(sealed, context=key.encode())

    def has(self, key: str) -> bool:
        """Whether something is kept under a key; whether it can be opened is another question."""
        return self.files.has(_path(key))

    def key_id(self, key: str) -> str | None:
        """The id of the key that something was encrypted with, or None."""
        sealed = self.files.read(_path(key))
        return None if sealed is None else key_id_of(sealed)

    def put(self, key: str, answer: bytes) -> None:
        """Keep an answer; a crash leaves none or all of it."""
        self.files.write(_path(key), self.keyring.encrypt(answer, context=key.encode()))

    def forget(self, key: str) -> None:
        """Remove what is kept under a key, if anything is."""
        self.files.remove(_path(key))

    def all_keys(self) -> list[str]:
        """All keys under which something is kept."""
        names = ((path, path.rpartition("/")[2]) for path in self.files.paths())
        return [name for path, name in names if path == _path(name)]

    def remove_parts(self) -> None:
        """Remove what a killed run was writing. Only while nobody else writes."""
        self.files.remove_parts()


@dataclass(frozen=True, slots=True)
class KeptJobs:
    """One vendor's ids of requests (a JobStore) under the keys of their answers, encrypted like them."""

    answers: AnswerStore
    engine: str

    @property
    def ids(self) -> AnswerStore:
        """Where the ids are: a folder of their own, since those still to be erased are looked for there."""
        return AnswerStore(self.answers.files.under(f"jobs/{self.engine}"), self.answers.keyring)

    def get(self, key: str, /) -> str | None:
        """The id of the request that an answer comes from, or None."""
        kept = self.ids.get(key)
        return None if kept is None else kept.decode()

    def put(self, key: str, job_id: str, /) -> None:
        """Keep an id; on return it is safe."""
        self.ids.put(key, job_id.encode())

    def forget(self, key: str, /) -> None:
        """Drop an id, if there is one."""
        self.ids.forget(key)

    def answered(self) -> dict[str, str]:
        """The ids of requests whose answers are kept, by key: the vendor's copy is needed no more."""
        keys = [key for key in self.ids.all_keys() if self.answers.has(key)]
        return {key: job_id for key in keys if (job_id := self.get(key)) is not None}


def _path(key: str) -> str:
    return f"{key[:2]}/{key}"
