"""A call's redacted sound, whole or in parts, and the peaks that its waveform is drawn from."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from flows.review.access import READERS, needs
from flows.review.filters import day_of
from flows.review.ranges import NotThere, asked_range
from flows.review.setup import setup_of
from tasks.audio.limits import AudioLimits
from tasks.audio.peaks import Peaks, peaks_of
from tasks.desk.accounts import Account
from tasks.lake.catalog import Lake
from tasks.read_call import find_call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from flows.review.setup import Setup
    from tasks.files.contract import Files

router = APIRouter()
Reader = Annotated[Account, needs(*READERS)]

_BLOCK_BYTES: Final = 1 << 20
"""What is in memory of a recording while it is sent; in a bucket, what one request fetches."""
_KINDS: Final = {".flac": "audio/flac", ".opus": "audio/ogg", ".ogg": "audio/ogg"}
_LONGEST_MS: Final = 24 * 3600 * 1000
_MOST_COLUMNS: Final = 4000
_DECODERS: Final = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class _Copy:
    """A redacted copy: where it is below the lake, and what names its bytes."""

    path: str
    sha256: str
    size_bytes: int


@router.api_route("/sound/{call_id:path}", methods=["GET", "HEAD"])
def sound(
    request: Request,
    call_id: str,
    account: Reader,  # noqa: ARG001  (asked for to be allowed)
    day: str = "",
    download: bool = False,  # noqa: FBT001, FBT002  (a query's)
) -> Response:
    """The sound, or the part of it that the request's Range names; of several parts, all of it."""
    setup = setup_of(request)
    copy = _copy_of(setup, call_id, day_of(day))
    tag = f'"{copy.sha256}"'
    headers = {"Accept-Ranges": "bytes", "ETag": tag}
    if download:
        name = re.sub(r"[^A-Za-z0-9._-]", "_", call_id)
        headers["Content-Disposition"] = f'attachment; filename="{name}{PurePosixPath(copy.path).suffix}"'
    changed = request.headers.get("if-range", tag) != tag
    try:
        asked = asked_range(None if changed else request.headers.get("range"), copy.size_bytes)
    except NotThere:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{copy.size_bytes}"})
    start, end = asked or (0, copy.size_bytes)
    if asked:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{copy.size_bytes}"
    headers["Content-Length"] = str(end - start)
    kind = _KINDS.get(PurePosixPath(copy.path).suffix, "application/octet-stream")
    blocks = iter(()) if request.method == "HEAD" else _blocks(setup.lake.files, copy.path, start, end)
    return StreamingResponse(blocks, 206 if asked else 200, headers, kind)


@router.get("/peaks/{call_id:path}")
def peaks(  # noqa: PLR0913, PLR0917  (a query's fields)
    request: Request,
    call_id: str,
    account: Reader,  # noqa: ARG001  (asked for to be allowed)
    day: str = "",
    start_ms: Annotated[int, Query(ge=0, le=_LONGEST_MS)] = 0,
    end_ms: Annotated[int | None, Query(ge=0, le=_LONGEST_MS)] = None,
    columns: Annotated[int, Query(ge=1, le=_MOST_COLUMNS)] = 1000,
) -> Response:
    """For each channel, how loud each of so many columns between two times is, from 0 to 255."""
    setup = setup_of(request)
    copy = _copy_of(setup, call_id, day_of(day))
    limits = AudioLimits(decode_timeout_s=setup.settings.decode_timeout_s, ffmpeg=setup.settings.ffmpeg)
    found = _peaks(setup.lake, copy.path, copy.sha256, limits)
    until_ms = found.duration_ms if end_ms is None else end_ms
    if until_ms <= start_ms:
        raise HTTPException(400)
    drawn = found.between(start_ms, until_ms, columns)
    return JSONResponse(
        {"duration_ms": found.duration_ms, "start_ms": start_ms, "end_ms": until_ms, "channels": drawn}
    )


def _copy_of(setup: Setup, call_id: str, day: date | None) -> _Copy:
    """Where the lake says that the call's copy is: the id itself is never part of a path."""
    with setup.reader.version() as lake:
        facts = find_call(lake, call_id, day) or {}
    path, sha256 = facts.get("audio_path"), facts.get("audio_sha256")
    if not path or not path.startswith("audio/") or ".." in PurePosixPath(path).parts:
        raise HTTPException(404)
    size_bytes = setup.lake.files.size_bytes(path)
    if size_bytes is None:
        raise HTTPException(404)
    return _Copy(path, str(sha256), size_bytes)


def _blocks(files: Files, path: str, start: int, end: int) -> Iterator[bytes]:
    while start < end and (block := files.part(path, start, min(_BLOCK_BYTES, end - start))):
        yield block
        start += len(block)


@lru_cache(maxsize=64)
def _peaks(lake: Lake, path: str, sha256: str, limits: AudioLimits) -> Peaks:  # noqa: ARG001  (names the bytes)
    """Decoded once; an hour of two channels takes 0.4 MB here."""
    with _DECODERS, lake.files.here(path) as file:
        return peaks_of(file, limits)
