"""Quality: how far reviewers agree, and how much of redaction is right and how much is missed, by entity."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from flows.review.access import AUDITORS, LEADS, needs
from flows.review.rendering import render
from flows.review.setup import setup_of
from tasks.desk.accounts import Account
from tasks.desk.decisions import all_decisions
from tasks.desk.quality import Quality, Share, agreement, evaluation_rows, quality
from tasks.desk.store import Desk

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Measured:
    """What people's decisions amount to."""

    agreement: Share
    entities: list[Quality]
    right: int
    wrong: int
    missed: int


@router.get("/quality")
def measured(
    request: Request,
    account: Annotated[Account, needs(*{*LEADS, *AUDITORS})],  # noqa: ARG001  (asked for to be allowed)
) -> Response:
    """Figures with their intervals, and how many judgements they rest on."""
    desk = setup_of(request).desk
    with desk.connection() as connection:
        newest = connection.execute("select count(*), max(decided_at) from decisions").fetchone()
    return render(request, "quality.html.j2", measured=_measured(desk, tuple(newest)))


@lru_cache(maxsize=2)
def _measured(desk: Desk, newest: tuple[int, str | None]) -> _Measured:  # noqa: ARG001  (names the decisions)
    """Worked out anew once somebody has decided something."""
    decided = all_decisions(desk)
    rows = evaluation_rows(decided)
    judged = [row.judged for row in rows]
    return _Measured(
        agreement(decided),
        quality(rows),
        judged.count("right"),
        judged.count("wrong"),
        judged.count("missed"),
    )
