"""Forms that wait in a browser, sealed, while their session has expired and its account signs in again."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from cryptography.fernet import Fernet, InvalidToken

if TYPE_CHECKING:
    from pathlib import Path

_VALID_S: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class PendingForm:
    """What an account had sent, and to which route, when its session was over."""

    account: str
    path: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Seal:
    """A key that never leaves this machine."""

    key: bytes

    def close(self, form: PendingForm) -> str:
        """The form as text that nobody else can read or change."""
        return Fernet(self.key).encrypt(json.dumps(asdict(form)).encode()).decode()

    def open(self, sealed: str) -> PendingForm | None:
        """The form; None where it was changed, or is older than a day."""
        try:
            content = json.loads(Fernet(self.key).decrypt(sealed.encode(), ttl=_VALID_S))
        except InvalidToken:
            return None
        fields = tuple((name, value) for name, value in content["fields"])
        return PendingForm(content["account"], content["path"], fields)

    def blind(self, text: str) -> str:
        """A keyed hash: whoever types a password in place of a name leaves nothing to guess it from."""
        return hmac.new(self.key, text.encode(errors="replace"), hashlib.sha256).hexdigest()[:32]


def seal_beside(desk: Path) -> Seal:
    """The seal whose key lies beside the desk, for its owner only; made when there is none."""
    path = desk.with_suffix(".key")
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
    except FileExistsError:
        pass
    return Seal(path.read_bytes())
