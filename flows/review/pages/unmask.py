"""Breaking the glass: one value, to a lead who types why, for some minutes, after two audit rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from flows.review.access import LEADS, Form, needs, viewed
from flows.review.pages.sign_in import text_of
from flows.review.rendering import render
from flows.review.rules import rules_of
from flows.review.setup import setup_of
from tasks.desk import audit
from tasks.desk.accounts import Account
from tasks.errors import SettingsError
from tasks.redact_metadata import redact_text
from tasks.reveal import LONGEST_REASON, SHORTEST_REASON, may_be_kept, reveal_apart

if TYPE_CHECKING:
    from flows.review.setup import Setup

router = APIRouter()
Lead = Annotated[Account, needs(*LEADS)]
_TOO_SHORT: Final = (
    f"Say why, in {SHORTEST_REASON} to {LONGEST_REASON} characters. Your reason is written down."
)
_NOT_KEPT: Final = "There is no value to show: what was heard in this call is not kept, or not any more."


@dataclass(frozen=True, slots=True)
class _Masked:
    """A finding, without its value."""

    finding_id: str
    call_id: str
    entity: str
    mode: str

    @property
    def may_be_kept(self) -> bool:
        """Whether there can be a value at all."""
        return may_be_kept(self.entity, self.mode)


@router.get("/unmask/{finding_id}")
def ask(request: Request, finding_id: str, account: Lead) -> Response:  # noqa: ARG001  (asked for to be a lead)
    """What would be unmasked, and the field for the reason."""
    masked = _masked(setup_of(request), finding_id)
    viewed(request, masked.call_id)
    return _form(request, masked)


@router.post("/unmask/{finding_id}")
def unmask(request: Request, finding_id: str, account: Lead, form: Form) -> Response:
    """The value, once the desk's log and the lake say who sees it and why; the page goes away by itself."""
    setup = setup_of(request)
    masked = _masked(setup, finding_id)
    reason = redact_text(text_of(form, "reason").strip(), rules_of(setup.settings))
    if not masked.may_be_kept:
        return _form(request, masked, status=400)
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        return _form(request, masked, problem=_TOO_SHORT, status=400)
    detail = f"{masked.entity} {finding_id}: {reason}"
    audit.note(setup.desk, account.name, "unmask", setup.clock(), call_id=masked.call_id, detail=detail)
    try:
        shown = reveal_apart(setup.lake.address, setup.settings.key_file, finding_id, reason, account.name)
    except SettingsError:
        return _form(request, masked, problem=_NOT_KEPT, status=404)
    minutes = setup.settings.review_unmask_minutes
    page = render(request, "unmasked.html.j2", masked=masked, value=shown.value, minutes=minutes)
    page.headers["Refresh"] = f"{minutes * 60}; url=/unmask/{masked.finding_id}"
    return page


def _masked(setup: Setup, finding_id: str) -> _Masked:
    with setup.reader.version() as lake:
        row = lake.execute(
            "select finding_id, call_id, entity, mode from stored.redactions where finding_id = ?",
            [finding_id],
        ).fetchone()
    if row is None:
        raise HTTPException(404)
    return _Masked(*row)


def _form(request: Request, masked: _Masked, *, problem: str | None = None, status: int = 200) -> Response:
    return render(request, "unmask.html.j2", status, masked=masked, problem=problem, longest=LONGEST_REASON)
