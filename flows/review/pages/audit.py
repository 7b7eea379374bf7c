"""The audit log, for auditors and admins."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from flows.review.access import AUDITORS, needs
from flows.review.rendering import render
from flows.review.setup import setup_of
from tasks.desk.accounts import Account
from tasks.desk.audit import entries, first_broken

router = APIRouter()
_ROWS = 100


@router.get("/audit")
def audit(
    request: Request,
    account: Annotated[Account, needs(*AUDITORS)],  # noqa: ARG001  (asked for to be an auditor)
    before: int | None = None,
    check: bool = False,  # noqa: FBT001, FBT002  (a query's)
) -> Response:
    """The newest rows; when asked for, also whether every row of the log is as it was written."""
    desk = setup_of(request).desk
    asked = {name: request.query_params.get(name, "") for name in ("account", "action", "call_id")}
    only = {name: value for name, value in asked.items() if value}
    shown = entries(desk, only, before=before, limit=_ROWS)
    return render(
        request,
        "audit.html.j2",
        entries=shown,
        asked=asked,
        checked=check,
        broken=first_broken(desk) if check else None,
        newest=next(iter(entries(desk, limit=1)), None),
        older=urlencode(only | {"before": shown[-1].seq}) if len(shown) == _ROWS else None,
    )
