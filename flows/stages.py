"""A recording's way in stages: what fails, fails in a named stage with a reason that quotes nobody."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tasks.errors import CallArchiveError, OverBudget, Quarantined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.schemas import State


class StageFailed(CallArchiveError):
    """A recording did not get through a stage; says which, and how the ledger should name it."""

    def __init__(self, stage: str, reason: str, state: State) -> None:
        """Keep what the ledger needs."""
        super().__init__(reason)
        self.stage, self.reason, self.state = stage, reason, state


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Turn whatever goes wrong inside into a reason for the ledger.

    Unexpected errors give their kind only: their messages may quote what was said.
    """
    try:
        yield
    except Quarantined as error:
        raise StageFailed(name, str(error), "quarantined") from None
    except OverBudget as error:
        raise StageFailed(name, str(error), "skipped") from None
    except CallArchiveError as error:
        raise StageFailed(name, str(error), "failed") from None
    except MemoryError:
        raise StageFailed(name, "out of memory; lower CALLARCHIVE_RECORDINGS_AT_ONCE", "failed") from None
    except Exception as error:  # noqa: BLE001  (the night goes on; the ledger keeps the kind of error)
        raise StageFailed(name, f"unexpected {type(error).__name__} in {name}", "failed") from None
