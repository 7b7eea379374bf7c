"""Calls by agent, queue, days or category."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from flows.review.access import READERS, needs
from flows.review.filters import day_of, query_of
from flows.review.rendering import render
from flows.review.setup import setup_of
from tasks.desk.accounts import Account
from tasks.list_calls import ORDERS, Asked, list_calls

router = APIRouter()
_ROWS: Final = 50
_NAMES: Final = ("call", "agent", "queue", "since", "until", "rule", "order")
_ORDERS: Final = {
    "newest": "newest first",
    "longest": "longest first",
    "silence": "most silence",
    "talk_over": "most talk-over",
    "doubt": "most doubtful words",
    "redactions": "most taken out",
}


@router.get("/calls")
def calls(
    request: Request,
    account: Annotated[Account, needs(*READERS)],  # noqa: ARG001  (asked for to be allowed)
    page: int = 1,
) -> Response:
    """Fifty calls, without a word of them."""
    given = {name: request.query_params.get(name, "").strip() for name in _NAMES}
    order = given["order"] or "newest"
    if order not in ORDERS or not 1 <= page <= 1_000_000:
        raise HTTPException(400)
    asked = Asked(
        given["call"] or None,
        given["agent"] or None,
        given["queue"] or None,
        day_of(given["since"]),
        day_of(given["until"]),
        given["rule"] or None,
    )
    with setup_of(request).reader.version() as lake:
        listed = list_calls(lake, asked, order, limit=_ROWS + 1, offset=(page - 1) * _ROWS)
    return render(
        request,
        "calls.html.j2",
        asked=given | {"order": order},
        orders=_ORDERS,
        calls=listed[:_ROWS],
        page=page,
        before=query_of(given, page=page - 1) if page > 1 else None,
        more=query_of(given, page=page + 1) if len(listed) > _ROWS else None,
        filtered=any(given.values()),
    )
