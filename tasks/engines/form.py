"""A multipart form as httpx takes it: every field apart, so that a name may come several times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.engines.wav import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable

Part = tuple[str, tuple[str | None, str | bytes] | tuple[str, bytes, str]]


def form(fields: Iterable[tuple[str, str]], wav: bytes | None = None) -> list[Part]:
    """The fields in their order, and the sound as `file`.

    Vendors tell the format from the file's name and type, so both are right (OpenAI answers 400 otherwise).
    """
    parts: list[Part] = [(name, (None, value)) for name, value in fields]
    return parts if wav is None else [*parts, ("file", ("audio.wav", wav, CONTENT_TYPE))]
