"""The lake for any DuckDB client: a script that attaches it read-only and makes its relations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tasks.files.s3 import S3Files
from tasks.lake import bucket_access
from tasks.lake.catalog import attach_statement, reading
from tasks.lake.connection import extension_file, quoted
from tasks.lake.layout import statements_of_views
from tasks.lake.stored_marts import up_to_date

if TYPE_CHECKING:
    from tasks.lake.catalog import Lake

_COMMENT_LINES: Final = re.compile(r"^ *--.*\n?", re.MULTILINE)
_CREATE: Final = re.compile(r"^create (view|macro) ")


def attach_script(lake: Lake, *, install: bool) -> str:
    """The script, which can be run again on the same connection. It holds no key and no password.

    Args:
        lake: where the lake is; addresses in the script are absolute.
        install: take the extensions from DuckDB's own server instead of this installation's files, for
            another version of DuckDB or another machine.

    Raises:
        SettingsError: there is no lake at this place, or it cannot be reached.
    """
    with reading(lake) as connection:
        views = statements_of_views(connection, with_comments=True, stored=up_to_date(connection))
    statements = [*_extensions(lake, install=install), "set timezone = 'UTC'"]
    if isinstance(lake.files, S3Files):
        statements.append(bucket_access.secret_statement(lake.files))
    statements.append(attach_statement(lake, "read_only"))
    statements += [_CREATE.sub(r"create or replace \1 ", _COMMENT_LINES.sub("", view)) for view in views]
    return "".join(f"{statement.strip()};\n" for statement in statements)


def _extensions(lake: Lake, *, install: bool) -> list[str]:
    if install:
        return [f"{verb} {name}" for name in lake.extensions for verb in ("install", "load")]
    return [f"load {quoted(str(extension_file(name)))}" for name in lake.extensions]
