"""What a person asks the queue for, as it stands in the address and as the desk takes it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import parse_qsl, urlencode

from fastapi import HTTPException

from flows.review.plain_words import KINDS
from tasks.desk.items import WAITING, Filters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tasks.desk.items import Kind

NAMES: Final = ("state", "kind", "entity", "queue", "agent", "tier", "reason", "since", "until")
_LONGEST: Final = 200


def asked_of(given: Mapping[str, str]) -> dict[str, str]:
    """The filters among what was given; empty ones are none."""
    return {name: given[name].strip()[:_LONGEST] for name in NAMES if given.get(name, "").strip()}


def asked_in(query: str) -> dict[str, str]:
    """The same from the part of an address after the question mark, as forms carry it along."""
    return asked_of(dict(parse_qsl(query, max_num_fields=50)))


def filters_of(asked: Mapping[str, str], after: str | None = None) -> Filters:
    """For the desk.

    Raises:
        HTTPException: 400, a date, state or kind is none.
    """
    state, kind = asked.get("state"), asked.get("kind")
    if (state and state not in WAITING) or (kind and kind not in KINDS):
        raise HTTPException(400)
    return Filters(
        states=tuple(one for one in WAITING if state in {None, one}),
        kind=cast("Kind | None", kind),
        queue=asked.get("queue"),
        agent_id=asked.get("agent"),
        entity=asked.get("entity"),
        tier=asked.get("tier"),
        reason=asked.get("reason"),
        since=day_of(asked.get("since")),
        until=day_of(asked.get("until")),
        after=after,
    )


def query_of(asked: Mapping[str, str], **more: str | int | None) -> str:
    """`?queue=cards&after=...` or nothing."""
    given = {name: value for name, value in {**asked, **more}.items() if value not in {None, ""}}
    return f"?{urlencode(given)}" if given else ""


def day_of(text: str | None) -> date | None:
    """A day as a form sends it.

    Raises:
        HTTPException: 400, it is none.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise HTTPException(400) from None
