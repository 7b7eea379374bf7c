"""The queue: what waits for a person, by risk, with what is done and what is left."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from flows.review.access import DECIDERS, READERS, Form, needs
from flows.review.filters import NAMES, asked_in, asked_of, filters_of, query_of
from flows.review.pages.sign_in import text_of
from flows.review.plain_words import KINDS, TIERS
from flows.review.rendering import render
from flows.review.setup import setup_of
from tasks.desk import items
from tasks.desk.accounts import Account
from tasks.desk.store import Desk

router = APIRouter()
_ROWS: Final = 50
_KNOWN_FOR_S: Final = 300
_MOST_LISTED: Final = 500
"""Of queues and agents, to choose from; others can be typed."""


@router.get("/")
def queue(
    request: Request,
    account: Annotated[Account, needs(*READERS)],
    after: str | None = None,
    done: str | None = None,
) -> Response:
    """The first items under the filters, and how much waits under them."""
    setup, now = setup_of(request), setup_of(request).clock()
    asked = asked_of(request.query_params)
    listed = items.page(setup.desk, filters_of(asked, after), limit=_ROWS + 1)
    return render(
        request,
        "queue.html.j2",
        asked=dict.fromkeys(NAMES, "") | asked,
        query=query_of(asked),
        items=listed[:_ROWS],
        held=[item.held_by_another(account.name, now) for item in listed],
        more=query_of(asked, after=listed[_ROWS - 1].item_id) if len(listed) > _ROWS else None,
        after=after,
        counts=items.counts(setup.desk, filters_of(asked), now),
        decides=account.role in DECIDERS,
        present=_present(setup.desk, int(now.timestamp()) // _KNOWN_FOR_S),
        kinds=KINDS,
        tiers=TIERS,
        done=done,
    )


@router.post("/next")
def take_next(request: Request, account: Annotated[Account, needs(*DECIDERS)], form: Form) -> Response:
    """The next item under the filters, claimed; the queue where none is left. `past` is skipped."""
    past = text_of(form, "past") or None
    if past:
        items.release(setup_of(request).desk, past, account.name)
    return to_next(request, account, asked_in(text_of(form, "asked")), past=past)


@router.post("/items/{item_id}/release")
def release(
    request: Request, item_id: str, account: Annotated[Account, needs(*DECIDERS)], form: Form
) -> Response:
    """Give an item back, and return to the queue."""
    items.release(setup_of(request).desk, item_id, account.name)
    return RedirectResponse(f"/{query_of(asked_in(text_of(form, 'asked')))}", 303)


def to_next(
    request: Request,
    account: Account,
    asked: dict[str, str],
    done: str | None = None,
    past: str | None = None,
) -> Response:
    """On to what comes next, first what comes after `past`; `done` was just done, to be told there."""
    setup = setup_of(request)
    orders = [filters_of(asked, past), filters_of(asked)] if past else [filters_of(asked)]
    minutes = setup.settings.review_claim_minutes
    taken = (items.next_item(setup.desk, account.name, one, setup.clock(), minutes) for one in orders)
    found = next((one for one in taken if one is not None), None)
    page = f"/items/{found.item_id}" if found else "/"
    return RedirectResponse(f"{page}{query_of(asked, done=done or (None if found else 'all'))}", 303)


@lru_cache(maxsize=2)
def _present(desk: Desk, since: int) -> dict[str, list[str]]:  # noqa: ARG001  (lets what is known grow old)
    """What can be filtered by; to look through 100,000 items for it takes tens of milliseconds."""
    return {name: values[:_MOST_LISTED] for name, values in items.present(desk).items()}
