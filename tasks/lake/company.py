"""Who else works on a lake: ingests share it, and what changes it as a whole has it alone."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from tasks.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.lake.catalog import Lake

_LONGEST_TIDYING_S: Final = 60.0


@contextmanager
def together(lake: Lake) -> Iterator[None]:
    """Work on a lake beside others who do the same; meanwhile nobody has it `exclusively`.

    Raises:
        SettingsError: somebody has it, for longer than a worker needs to tidy up before it begins.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(lake.catalog.held("ingest", _LONGEST_TIDYING_S, shared=True))
        except TimeoutError:
            raise SettingsError(
                f"the lake at {lake.address} is being changed as a whole (redact, erase, compare ...); "
                "wait for it to end"
            ) from None
        yield


@contextmanager
def if_alone(lake: Lake) -> Iterator[bool]:
    """Whether nobody else works on a lake; if so, nobody begins to while inside."""
    with ExitStack() as stack:
        try:
            stack.enter_context(lake.catalog.held("ingest", 0))
            alone = True
        except TimeoutError:
            alone = False
        yield alone
