"""Multipart forms, read as far as the stand-in needs it (RFC 7578)."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form."""

    name: str
    file_name: str | None
    content_type: str | None
    content: bytes

    @property
    def text(self) -> str:
        """The field's value."""
        return self.content.decode()


def read_form(content_type: str, body: bytes) -> list[Part] | None:
    """The fields in their order; None if it is no multipart form."""
    boundary = re.fullmatch(r'multipart/form-data;\s*boundary="?([^";]+)"?', content_type)
    if boundary is None:
        return None
    pieces = body.split(b"--" + boundary[1].encode())[1:-1]
    return [_part(piece.removeprefix(b"\r\n").removesuffix(b"\r\n")) for piece in pieces]


def values(form: list[Part], name: str) -> list[str]:
    """All values of a field."""
    return [part.text for part in form if part.name == name]


def value(form: list[Part], name: str) -> str | None:
    """The value of a field, if it is there."""
    return next(iter(values(form, name)), None)


def file_in(form: list[Part]) -> Part | None:
    """The file that came along as `file`."""
    return next((part for part in form if part.name == "file" and part.file_name), None)


def _part(piece: bytes) -> Part:
    head, _, content = piece.partition(b"\r\n\r\n")
    about = head.decode()
    name = re.search(r'\bname="([^"]*)"', about)
    file_name = re.search(r'\bfilename="([^"]*)"', about)
    kind = re.search(r"(?im)^content-type:\s*(\S+)", about)
    return Part(
        name[1] if name else "", file_name[1] if file_name else None, kind[1] if kind else None, content
    )
