"""Keys: encryption of what is kept, and keyed hashes of what must not be shown."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tasks.errors import KeyMissing, SettingsError
from tasks.files.private import make_private

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC: Final = b"CA1"
_ID_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The keys at hand by id, and the id that new data is encrypted with. Its repr shows no key."""

    current: str
    keys: dict[str, bytes]

    def encrypt(self, data: bytes, context: bytes) -> bytes:
        """AES-256-GCM with a random nonce; `context` must be given again to decrypt. Carries the key's id."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        header = _MAGIC + bytes.fromhex(self.current) + nonce
        return header + AESGCM(self.keys[self.current]).encrypt(nonce, data, context)

    def decrypt(self, sealed: bytes, context: bytes) -> bytes:
        """The bytes that `encrypt` was given.

        Raises:
            KeyMissing: the key's id is not at hand, or the bytes were changed or belong elsewhere.
        """
        start = len(_MAGIC) + _ID_BYTES
        key_id = key_id_of(sealed)
        if not sealed.startswith(_MAGIC) or key_id not in self.keys:
            raise KeyMissing(
                f"encrypted with key {key_id!r}, which is not in the key file; restore "
                "that key file, or remove the lake's answers folder to transcribe again"
            )
        if len(sealed) < start + _NONCE_BYTES:
            raise KeyMissing(f"does not open with key {key_id!r}: the data was cut off")
        nonce, body = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
        try:
            return AESGCM(self.keys[key_id]).decrypt(nonce, body, context)
        except InvalidTag:
            raise KeyMissing(
                f"does not open with key {key_id!r}: the data or the key file was changed"
            ) from None

    @property
    def first(self) -> str:
        """The id of the key that pseudonyms are made with: later keys leave them as they are."""
        return next(iter(self.keys))

    def pseudonym(self, kind: str, value: str) -> str:
        """HMAC-SHA-256 of a value, 32 hex digits: the same for the same kind, value and first key."""
        return self._pseudonym(self.first, kind, value)

    def pseudonyms(self, kind: str, value: str) -> tuple[str, ...]:
        """A value's pseudonym under each key, the first key's first: earlier key files began with another."""
        return tuple(self._pseudonym(key_id, kind, value) for key_id in self.keys)

    def sign(self, data: bytes) -> str:
        """HMAC-SHA-256 under the current key, 64 hex digits: whoever lacks the key cannot make it."""
        return self._signature(data, self.current)

    def signed(self, data: bytes, key_id: str, signature: str) -> bool:
        """Whether a signature was made for these bytes under that key.

        Raises:
            KeyMissing: the key is not at hand, so nobody can tell.
        """
        if key_id not in self.keys:
            raise KeyMissing(
                f"signed with key {key_id!r}, which is not in the key file; restore that key file"
            )
        return hmac.compare_digest(self._signature(data, key_id).encode(), signature.encode())

    def _pseudonym(self, key_id: str, kind: str, value: str) -> str:
        key = hmac.digest(self.keys[key_id], b"callarchive pseudonym " + kind.encode(), hashlib.sha256)
        return hmac.digest(key, value.encode(errors="surrogateescape"), hashlib.sha256).hex()[:32]

    def _signature(self, data: bytes, key_id: str) -> str:
        key = hmac.digest(self.keys[key_id], b"callarchive signature", hashlib.sha256)
        return hmac.new(key, data, hashlib.sha256).hexdigest()


def key_id_of(sealed: bytes) -> str:
    """The id of the key that something was encrypted with."""
    return sealed[len(_MAGIC) : len(_MAGIC) + _ID_BYTES].hex()


def passing_keyring() -> Keyring:
    """Keys for this process alone, where nothing may be written."""
    key_id = secrets.token_hex(_ID_BYTES)
    return Keyring(key_id, {key_id: secrets.token_bytes(_KEY_BYTES)})


def load_keyring(path: Path) -> Keyring:
    """The keys in a file, which is made with mode 0600 when there is none yet.

    Raises:
        SettingsError: the file cannot be read, is not a key file, or other people may read it.
    """
    if not path.exists():
        _create(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise SettingsError(f"{path} can be read by others; run: chmod 600 {path}")
    try:
        held = json.loads(path.read_text())
        keys = {key_id: base64.b64decode(text, validate=True) for key_id, text in held["keys"].items()}
        ring = Keyring(current=held["current"], keys=keys)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise SettingsError(f"{path} is not a key file; restore it from a backup, or move it away") from None
    if ring.current not in keys or any(len(key) != _KEY_BYTES for key in keys.values()):
        raise SettingsError(f"{path} lacks its current key, or holds one of the wrong length; restore it")
    if not all(re.fullmatch(rf"[0-9a-f]{{{2 * _ID_BYTES}}}", key_id) for key_id in keys):
        raise SettingsError(f"{path} names a key with something else than 8 hex digits; restore it")
    return ring


def _create(path: Path) -> None:
    """Write a new key file whole or not at all; when two processes try, the first wins."""
    key_id = secrets.token_hex(_ID_BYTES)
    key = base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
    make_private(path.parent)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"current": key_id, "keys": {key_id: key}}, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
