"""Options that several commands share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

Lake = Annotated[
    str | None,
    typer.Option(
        "--lake",
        help="Folder of the lake, or s3://bucket/prefix?catalog=postgresql://user@host/database.  "
        "[default: ./lake]",
        metavar="URL",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Since = Annotated[
    datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="First day of the calls (UTC).")
]
Until = Annotated[
    datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day of the calls (UTC).")
]
Queue = Annotated[str | None, typer.Option("--queue", help="Only calls of this queue.")]


def day_of(moment: datetime | None) -> date | None:
    """The day that an option names; None without one."""
    return moment.date() if moment else None
