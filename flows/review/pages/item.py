"""One item: what was said around it, how it sounds, and what can be decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from flows.review.access import DECIDERS, LEADS, READERS, needs, viewed
from flows.review.filters import asked_of, query_of
from flows.review.rendering import render
from flows.review.rules import rules_of
from flows.review.setup import setup_of
from flows.review.transcript import channel_names, muted_spans, shown_turns
from tasks.desk import decisions, items
from tasks.desk.accounts import Account
from tasks.read_call import find_call, passage

if TYPE_CHECKING:
    from flows.review.setup import Setup
    from tasks.desk.items import Item
    from tasks.read_call import Reading

router = APIRouter()
_AROUND_MS: Final = 500
"""Heard before and after the turns that are shown."""


@dataclass(frozen=True, slots=True)
class _Window:
    """What is drawn and played, in milliseconds: all that is shown, and the passage within."""

    from_ms: int
    to_ms: int
    start_ms: int
    end_ms: int


@router.get("/items/{item_id}")
def item(
    request: Request,
    item_id: str,
    account: Annotated[Account, needs(*READERS)],
    done: str | None = None,
) -> Response:
    """The item, which is this account's for some minutes from now on, unless somebody else is at it."""
    setup = setup_of(request)
    found = items.item(setup.desk, item_id)
    if found is None:
        raise HTTPException(404)
    viewed(request, found.call_id)
    held = account.role in DECIDERS and _claimed(setup, account, found)
    facts, reading = _read(setup, found)
    asked = asked_of(request.query_params)
    return render(
        request,
        "item.html.j2",
        item=found,
        facts=facts,
        lanes=channel_names(facts, reading.turns),
        muted=muted_spans(reading.findings, facts["channel_count"]),
        shown=shown_turns(reading, own=[found.finding_id] if found.finding_id else []),
        own_turns=_turns_of(found, reading),
        first_word=reading.turns[0].words[0].number if reading.turns else 0,
        last_word=reading.turns[-1].words[-1].number if reading.turns else 0,
        window=_window(found, facts, reading),
        history=decisions.decisions_of_item(setup.desk, item_id),
        held=held,
        decides=account.role in DECIDERS and found.state in items.WAITING,
        settles=found.state == "disputed",
        may_settle=account.role in LEADS,
        entities=sorted(rules_of(setup.settings).known),
        review_ids=[str(uuid4()) for _ in range(3)],
        asked=asked,
        query=query_of(asked),
        again=query_of(asked, done="commented"),
        again_missed=query_of(asked, done="missed"),
        done=done,
    )


def _claimed(setup: Setup, account: Account, found: Item) -> bool:
    minutes = setup.settings.review_claim_minutes
    return items.claim(setup.desk, found.item_id, account.name, setup.clock(), minutes)


def _read(setup: Setup, found: Item) -> tuple[dict[str, Any], Reading]:
    day = date.fromisoformat(found.call_date) if found.call_date else None
    words = _pair(found.start_word, found.end_word)
    with setup.reader.version() as lake:
        facts = find_call(lake, found.call_id, day)
        if facts is None:
            raise HTTPException(404)
        return facts, passage(lake, facts, words, _pair(found.start_ms, found.end_ms))


def _pair(start: int | None, end: int | None) -> tuple[int, int] | None:
    return None if start is None or end is None or start >= end else (start, end)


def _turns_of(found: Item, reading: Reading) -> set[int]:
    words = range(found.start_word or 0, found.end_word or 0)
    return {turn.index for turn in reading.turns if any(word.number in words for word in turn.words)}


def _window(found: Item, facts: dict[str, Any], reading: Reading) -> _Window | None:
    """None without word times: then nobody knows where the words are in the sound."""
    times = [at for turn in reading.turns for at in (turn.start_ms, turn.end_ms) if at is not None]
    times += [at for at in (found.start_ms, found.end_ms) if at is not None]
    if not times:
        return None
    first, last = max(min(times) - _AROUND_MS, 0), min(max(times) + _AROUND_MS, facts["duration_ms"])
    start = first if found.start_ms is None else found.start_ms
    return _Window(first, last, start, last if found.end_ms is None else found.end_ms)
