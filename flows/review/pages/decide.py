"""Decisions: what a person said about an item or a call, and taking the last one back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, cast

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from flows.review.access import DECIDERS, LEADS, Form, needs
from flows.review.filters import asked_in, query_of
from flows.review.pages.queue import to_next
from flows.review.pages.sign_in import inside, text_of
from flows.review.rules import rules_of
from flows.review.setup import setup_of
from tasks.desk import decisions, items
from tasks.desk.accounts import Account
from tasks.desk.decisions import NeedsLead, UnknownItem, WrongDecision
from tasks.desk.verdicts import CONCLUSIONS, Decision, Span, Verdict

if TYPE_CHECKING:
    from starlette.datastructures import FormData

    from tasks.desk.items import Item

router = APIRouter()
_VERDICTS: Final = ("accepted", "rejected", "missed", "muted", "cleared", "commented")


@router.post("/decide")
def decide(request: Request, account: Annotated[Account, needs(*DECIDERS)], form: Form) -> Response:
    """Record it, then on to the next item; after a comment or a missed span back to where it was made."""
    setup = setup_of(request)
    decision = _decision(request, account, form)
    try:
        decisions.record(setup.desk, account.name, decision, setup.clock(), rules=rules_of(setup.settings))
    except UnknownItem:
        raise HTTPException(404) from None
    except NeedsLead as error:
        raise HTTPException(409, str(error)) from None
    except WrongDecision as error:
        raise HTTPException(422, str(error)) from None
    if decision.decision in CONCLUSIONS:
        asked = asked_in(text_of(form, "asked"))
        return to_next(request, account, asked, decision.decision, decision.item_id)
    return RedirectResponse(inside(text_of(form, "back")), 303)


@router.post("/undo")
def undo(request: Request, account: Annotated[Account, needs(*DECIDERS)], form: Form) -> Response:
    """Take back the account's newest decision that is not applied yet, and show its item again."""
    setup = setup_of(request)
    taken_back = decisions.undo(setup.desk, account.name, setup.clock())
    asked = asked_in(text_of(form, "asked"))
    about = decisions.decision_named(setup.desk, taken_back) if taken_back else None
    page = f"/items/{about.item_id}" if about and about.item_id else "/"
    return RedirectResponse(f"{page}{query_of(asked, done='withdrawn' if taken_back else 'nothing')}", 303)


def _decision(request: Request, account: Account, form: FormData) -> Decision:
    """What the form says. Accepted with other words or another kind is a change."""
    given = text_of(form, "decision")
    if given not in _VERDICTS or not text_of(form, "review_id"):
        raise HTTPException(400)
    item = items.item(setup_of(request).desk, text_of(form, "item_id")) if text_of(form, "item_id") else None
    verdict, after = cast("Verdict", given), None
    if verdict == "missed" or (verdict == "accepted" and text_of(form, "start_word")):
        after = _span(form)
    if verdict == "muted" and item:
        after = Span(text_of(form, "entity"), 0, 0, item.start_ms, item.end_ms)
    if verdict == "accepted" and after is not None:
        verdict, after = ("accepted", None) if _is_same(item, after) else ("changed", after)
    return Decision(
        review_id=text_of(form, "review_id")[:64],
        decision=verdict,
        call_id=item.call_id if item else text_of(form, "call_id"),
        item_id=text_of(form, "item_id") or None,
        call_date=item.call_date if item else text_of(form, "call_date") or None,
        after=after,
        comment=text_of(form, "comment") or None,
        settles=account.role in LEADS,
    )


def _span(form: FormData) -> Span:
    try:
        start, last = (int(text_of(form, name)) for name in ("start_word", "last_word"))
        begins, ends = (int(at) if (at := text_of(form, name)) else None for name in ("start_ms", "end_ms"))
        return Span(text_of(form, "entity"), start, last + 1, begins, ends)
    except ValueError:
        raise HTTPException(400) from None


def _is_same(item: Item | None, span: Span) -> bool:
    kept = item and (item.entity, item.start_word, item.end_word)
    return kept == (span.entity, span.start_word, span.end_word)
