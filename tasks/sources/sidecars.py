"""What an archive says about a recording: a JSON sidecar, a row of manifest.csv, or the file's name."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from tasks.schemas import CallMetadata

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS: Final = ("call_id", "started_at", "agent_id", "queue", "customer_id", "channels")
_ID: Final = re.compile(r"[\w][\w.:@+-]{0,127}", re.ASCII)
_CHANNEL_COLUMN: Final = re.compile(r"channel_?(\d+)")
_MAX_TEXT: Final = 1000
_MAX_FIELDS: Final = 50


def from_json(content: bytes) -> CallMetadata:
    """Metadata from a sidecar's bytes. What cannot be read becomes a problem, never an error."""
    try:
        stated = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return CallMetadata(problems=("the sidecar is not JSON",))
    if not isinstance(stated, dict):
        return CallMetadata(problems=("the sidecar is not a JSON object",))
    return _from_fields(stated)


def from_manifest(content: bytes) -> tuple[dict[str, CallMetadata], tuple[str, ...]]:
    """Metadata by file name from a manifest's bytes, and what is wrong with the manifest as a whole."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        if "file" not in (reader.fieldnames or ()):
            return {}, ("manifest.csv has no column named file",)
        rows = {str(row["file"]).strip(): _from_fields(_with_channels(row)) for row in reader if row["file"]}
    except (ValueError, csv.Error):
        return {}, ("manifest.csv is not a CSV table in UTF-8",)
    return rows, ()


def from_file_name(name: str, pattern: str | None) -> CallMetadata:
    """Metadata from the named groups of a pattern found in the file's name; without a match, none."""
    match = re.search(pattern, PurePosixPath(name).name) if pattern else None
    return _from_fields(match.groupdict()) if match else CallMetadata()


def _with_channels(row: Mapping[str | Any, Any]) -> dict[str, Any]:
    """A manifest's row: `channels` is JSON or "customer,agent"; `channel_0` columns work as well."""
    fields = {str(key): value for key, value in row.items() if key and value not in (None, "")}
    numbered = {m[1]: fields.pop(key) for key in list(fields) if (m := _CHANNEL_COLUMN.fullmatch(key))}
    stated = fields.get("channels")
    if isinstance(stated, str):
        try:
            fields["channels"] = json.loads(stated)
        except (ValueError, RecursionError):
            fields["channels"] = dict(enumerate(part.strip() for part in re.split(r"[,;|]", stated)))
    elif numbered:
        fields["channels"] = numbered
    return fields


def _from_fields(stated: Mapping[str, Any]) -> CallMetadata:
    problems: list[str] = []
    extra = {str(key): value for key, value in stated.items() if key not in FIELDS and key != "file"}
    return CallMetadata(
        call_id=_identifier(stated, "call_id", problems),
        started_at=_time(stated.get("started_at"), problems),
        agent_id=_identifier(stated, "agent_id", problems),
        queue=_text(stated, "queue", problems),
        customer_id=_text(stated, "customer_id", problems),
        channels=_channels(stated.get("channels"), problems),
        extra=_extra(extra, problems),
        problems=tuple(problems),
    )


def _text(stated: Mapping[str, Any], field: str, problems: list[str]) -> str | None:
    value = stated.get(field)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > _MAX_TEXT:
        problems.append(f"{field} is not a short text")
        return None
    if not str(value).isprintable():
        problems.append(f"{field} holds characters that cannot be shown")
        return None
    return str(value)


def _identifier(stated: Mapping[str, Any], field: str, problems: list[str]) -> str | None:
    text = _text(stated, field, problems)
    if text is not None and not _ID.fullmatch(text):
        problems.append(f"{field} holds characters that an id may not have")
        return None
    return text


def _time(value: Any, problems: list[str]) -> datetime | None:
    """UTC. A time without a zone is taken as UTC, and that is a problem worth reporting."""
    if value is None or value == "":
        return None
    try:
        time = datetime.fromisoformat(str(value))
        if time.tzinfo is None:
            problems.append("started_at has no time zone, taken as UTC")
            time = time.replace(tzinfo=UTC)
        return time.astimezone(UTC)
    except (ValueError, OverflowError):
        problems.append("started_at is not an ISO 8601 time")
        return None


def _channels(value: Any, problems: list[str]) -> dict[int, str]:
    if value is None or value == "":
        return {}
    try:
        pairs = {int(key): str(speaker).strip().lower() for key, speaker in dict(value).items()}
    except (ValueError, TypeError, OverflowError):
        problems.append("channels is not a map from channel number to speaker")
        return {}
    if any(not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", speaker) for speaker in pairs.values()):
        problems.append("channels names a speaker that is not one plain word")
        return {}
    return pairs


def _extra(fields: Mapping[str, Any], problems: list[str]) -> dict[str, str]:
    kept = {
        key[:64]: value if isinstance(value, str) else json.dumps(value)
        for key, value in list(fields.items())[:_MAX_FIELDS]
        if value is not None
    }
    if len(fields) > _MAX_FIELDS or any(len(value) > _MAX_TEXT for value in kept.values()):
        problems.append(f"extra fields cut to {_MAX_FIELDS} of {_MAX_TEXT} characters")
    shown = {key: value[:_MAX_TEXT] for key, value in kept.items() if _encodable(key) and _encodable(value)}
    if len(shown) < len(kept):
        problems.append("extra fields left out that are not Unicode text")
    return shown


def _encodable(text: str) -> bool:
    """False for half a surrogate pair, which no table can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
