"""Where a phrase is said: each place with the words around it, and a way to listen."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from flows.review.access import READERS, needs, viewed_in
from flows.review.filters import day_of
from flows.review.rendering import render
from flows.review.setup import setup_of
from tasks.desk.accounts import Account
from tasks.search import DAYS, Found, Search, days_of, search

router = APIRouter()
_PLACES, _MOST_PLACES = 25, 200
"""Shown at first, and when more are asked for: what is read for a page grows with them."""
_LONGEST: Final = 200
_MOST_SLOP: Final = 10
_NAMES: Final = ("phrase", "speaker", "since", "until", "slop")


@router.get("/search")
def places(
    request: Request,
    account: Annotated[Account, needs(*READERS)],  # noqa: ARG001  (asked for to be allowed)
) -> Response:
    """The newest places; each call whose words are shown is noted as viewed."""
    given = {name: request.query_params.get(name, "").strip()[:_LONGEST] for name in _NAMES}
    wanted = request.query_params.get("places", "")[:4]
    most = min(max(int(wanted) if wanted.isdecimal() else 0, _PLACES), _MOST_PLACES)
    found = _found(request, given, most) if given["phrase"] else None
    if found and found.hits:
        viewed_in(request, dict.fromkeys(hit["call_id"] for hit in found.hits))
    more = min(4 * most, _MOST_PLACES) if found and found.more and most < _MOST_PLACES else None
    return render(request, "search.html.j2", asked=given, found=found, places=most, more=more)


def _found(request: Request, given: dict[str, str], most: int) -> Found:
    slop = int(given["slop"]) if given["slop"].isdecimal() else 0
    asked = Search(
        phrase=given["phrase"],
        speaker=given["speaker"] or None,
        slop=min(slop, _MOST_SLOP),
        since=day_of(given["since"]),
        until=day_of(given["until"]),
        limit=most,
    )
    reader = setup_of(request).reader
    days_with_calls = reader.answer(DAYS, days_of(asked))
    with reader.version() as lake:
        return search(lake, asked, days_with_calls)
