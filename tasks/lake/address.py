"""Where a lake is, as one setting: a folder, or a bucket together with its catalog."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

from tasks.errors import SettingsError

_FORM: Final = "s3://bucket/prefix?catalog=postgresql://user@host/database"
_BUCKET: Final = re.compile(r"(s3://[a-z0-9][a-z0-9.-]+(?:/[\w.=+-]+)*)/?")


def is_folder(address: str) -> bool:
    """Whether a lake's address names a folder of this machine."""
    return "://" not in address


def bucket_and_catalog(address: str) -> tuple[str, str]:
    """Where the files and the catalog of a distributed lake are.

    Neither may hold a password, so that both can be shown, logged and given to Prefect.

    Raises:
        SettingsError: it is not of that form.
    """
    bucket, _, catalog = address.partition("?catalog=")
    matched = _BUCKET.fullmatch(bucket)
    if matched is None or not re.match(r"postgres(ql)?://", catalog):
        raise SettingsError(f"this is no lake's address; name a folder, or {_FORM} (docs/distributed.md)")
    parts = urlsplit(catalog)
    if parts.password or "password" in parse_qs(parts.query):
        raise SettingsError(
            "a lake's address holds no password, for it is shown and logged: put it into PGPASSWORD or "
            "~/.pgpass"
        )
    return matched[1], catalog
