"""One call: its conversation, its speech over time, its sound; as files; and its certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from flows.review.access import DECIDERS, READERS, needs
from flows.review.filters import day_of, query_of
from flows.review.find import found_words
from flows.review.lanes import LANE, WIDTH, lanes_of
from flows.review.parts import part_at, part_of, parts_of
from flows.review.rendering import render
from flows.review.rules import rules_of
from flows.review.setup import setup_of
from flows.review.transcript import channel_names, muted_spans, shown_turns
from tasks.call_files import Form, WrittenCall, file_stems
from tasks.desk import decisions, items
from tasks.desk.accounts import Account
from tasks.errors import SettingsError
from tasks.examine_call import examine_call
from tasks.read_call import Reading, find_call, whole_call

if TYPE_CHECKING:
    from datetime import date

    from flows.review.setup import Setup

router = APIRouter()
_MOST_ITEMS: Final = 50
_KINDS: Final[dict[Form, str]] = {
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
}


@router.get("/calls/{call_id:path}")
def call(  # noqa: PLR0913, PLR0917  (a query's fields)
    request: Request,
    call_id: str,
    account: Annotated[Account, needs(*READERS)],
    day: str = "",
    at: int = 0,
    part: int | None = None,
    find: str = "",
    done: str | None = None,
) -> Response:
    """The conversation, a long one in parts; `at` is where to begin to listen, `find` what to look for."""
    setup = setup_of(request)
    with setup.reader.version() as lake:
        facts = find_call(lake, call_id, day_of(day))
        if facts is None:
            raise HTTPException(404)
        whole = whole_call(lake, facts)
    parts = parts_of(whole.turns)
    own = next((one for one in parts if one.number == part), None) or part_at(parts, at)
    turns = whole.between(own.first, own.last) if own else []
    hits = found_words(*whole.said(), find) if find.strip() else []
    return render(
        request,
        "call.html.j2",
        facts=facts,
        names=channel_names(facts, whole.turns),
        shown=shown_turns(Reading(turns, whole.findings), hits={word for _, words in hits for word in words}),
        muted=muted_spans(whole.findings, facts["channel_count"]),
        lanes=lanes_of(whole, facts["duration_ms"]),
        lane_height=LANE,
        lane_width=WIDTH,
        window=_window(facts, at or (own.start_ms or 0 if own else 0)),
        part=own,
        parts=parts,
        part_query=lambda number: query_of({"day": str(facts["call_date"] or ""), "find": find}, part=number),
        find=find,
        hits=[(words[0], part_of(parts, turn)) for turn, words in hits],
        items=items.page(setup.desk, items.Filters(call_id=call_id), limit=_MOST_ITEMS),
        history=decisions.decisions_of_call(setup.desk, call_id),
        findings=whole.findings,
        decides=account.role in DECIDERS,
        entities=sorted(rules_of(setup.settings).known),
        last_word=max(facts["word_count"] - 1, 0),
        review_id=str(uuid4()),
        done=done,
    )


@router.get("/transcripts/{call_id:path}")
def transcript(
    request: Request,
    call_id: str,
    account: Annotated[Account, needs(*READERS)],  # noqa: ARG001  (asked for to be allowed)
    form: Form = "txt",
    day: str = "",
) -> Response:
    """The redacted conversation as a file."""
    written = _written(setup_of(request), call_id, day_of(day))
    try:
        text = written.as_text(form)
    except SettingsError:
        raise HTTPException(409, "The engine gave no word times for this call: take txt or json.") from None
    name = file_stems([call_id])[call_id]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(text, headers=headers, media_type=_KINDS[form])


@router.get("/certificates/{call_id:path}")
def certificate(
    request: Request,
    call_id: str,
    account: Annotated[Account, needs(*READERS)],  # noqa: ARG001  (asked for to be allowed)
) -> Response:
    """What was done to the call before it landed, and whether the lake still holds just that."""
    setup = setup_of(request)
    with setup.reader.version() as lake:
        try:
            examined = examine_call(lake, setup.lake, setup.keyring(), call_id)
        except SettingsError:
            raise HTTPException(404) from None
    return render(request, "certificate.html.j2", call_id=call_id, examined=examined)


def _window(facts: dict[str, Any], at: int) -> dict[str, int]:
    duration_ms = facts["duration_ms"]
    return {
        "from_ms": 0,
        "to_ms": duration_ms,
        "start_ms": min(max(at, 0), duration_ms),
        "end_ms": duration_ms,
    }


def _written(setup: Setup, call_id: str, day: date | None) -> WrittenCall:
    with setup.reader.version() as lake:
        facts = find_call(lake, call_id, day)
        if facts is None:
            raise HTTPException(404)
        own = {"call": call_id, "day": facts["call_date"]}
        rows = "from {} where call_id = $call and call_date is not distinct from $day order by {}"
        turns, words = (
            lake.execute(rows.format(relation, place), own).to_arrow_table().to_pylist()
            for relation, place in (("turns", "turn_index"), ("words", "word_index"))
        )
    return WrittenCall(facts, turns, words)
