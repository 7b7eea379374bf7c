"""Models that stop answering: what their vendors have announced, told in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

    from tasks.engines.contract import Engine

_SOON_DAYS: Final = 180


def retirement(engine: Engine, model: str, today: date) -> str | None:
    """A warning where the model has stopped answering or will within 180 days; None for all others."""
    on = engine.CAPABILITIES.of(model).retires_on
    if on is None or (on - today).days > _SOON_DAYS:
        return None
    when = f"stops on {on}, in {(on - today).days} days" if on > today else f"has stopped on {on}"
    return f"{engine.NAME}: {model} {when}; choose another model or engine"
