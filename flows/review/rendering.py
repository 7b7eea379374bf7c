"""Templates: everything that goes into one is escaped, and a name that it does not get is an error."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flows.review.plain_words import FILTERS
from flows.review.transcript import chips

if TYPE_CHECKING:
    from fastapi import Request


def render(request: Request, template: str, status_code: int = 200, **values: Any) -> HTMLResponse:
    """A page. Every template also gets `account` (None before sign-in), `csrf_token` and `path`.

    Every form that is sent by POST holds `{{ csrf() }}`.
    """
    page = environment().get_template(template)
    given = {
        "account": getattr(request.state, "account", None),
        "csrf_token": getattr(request.state, "csrf_token", None),
        "path": request.url.path,
    }
    field = Markup('<input type="hidden" name="csrf_token" value="{}">').format(given["csrf_token"] or "")
    return HTMLResponse(page.render(given | {"csrf": lambda: field} | values), status_code)


@cache
def environment() -> Environment:
    """The templates of this app. `in_path` makes any id one part of a URL's path."""
    made = Environment(
        loader=PackageLoader(__package__ or "flows.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["in_path"] = lambda value: quote(str(value), safe="")
    made.filters.update(FILTERS)
    made.filters["chips"] = chips
    return made
