"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Lake = Annotated[
    str | None, typer.Option("--lake", help="Folder of the lake.  [default: ./lake]", metavar="URL")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
