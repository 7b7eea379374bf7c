"""Which bytes of a file a request asks for (RFC 9110, section 14)."""

from __future__ import annotations

import re
from typing import Final

_ONE: Final = re.compile(r"bytes=(?:(\d{1,18})-(\d{1,18})?|-(\d{1,18}))", re.ASCII)


class NotThere(Exception):
    """The range lies beyond the file."""


def asked_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and the byte after the last; None for the whole file.

    Several ranges at once, and what is no range of bytes, are answered with the whole file, as the standard
    allows: who asks for a thousand overlapping ones gets each byte once.

    Raises:
        NotThere: nothing of the range is in the file.
    """
    asked = _ONE.fullmatch((header or "").replace(" ", ""))
    if asked is None:
        return None
    first, last, suffix = asked.groups()
    start = int(first) if first else max(size - int(suffix), 0)
    end = min(int(last) + 1, size) if last else size
    if first and last and int(last) < int(first):
        return None
    if start >= end:
        raise NotThere
    return start, end
