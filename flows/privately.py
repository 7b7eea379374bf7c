"""How flows keep what passes through them from Prefect: it walks through arguments and keeps errors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, cast

from prefect.utilities.annotations import quote

from tasks.errors import CallArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

Thing = TypeVar("Thing")


def unseen(argument: Thing) -> Thing:
    """The argument, passed so that Prefect does not walk through it in search of futures."""
    return cast("Thing", quote(argument))


@contextmanager
def nothing_said() -> Iterator[None]:
    """Prefect keeps what an error says, so only known errors may say anything."""
    try:
        yield
    except CallArchiveError:
        raise
    except Exception as error:  # noqa: BLE001  (its message may quote a call)
        raise CallArchiveError(f"unexpected {type(error).__name__}") from None
