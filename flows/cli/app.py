"""The commands together, and what happens when one of them fails."""

from __future__ import annotations

import sys

import typer

from flows.cli import (
    ask,
    attach,
    certificate,
    compact,
    compare,
    compliance,
    demo,
    doctor,
    engines,
    export,
    ingest,
    reconcile,
    redact,
    report,
    reveal,
    rules,
    schedule,
    score_redaction,
    search,
    sql,
    status,
)
from flows.cli.output import complain
from tasks.errors import CallArchiveError

app = typer.Typer(
    name="callarchive",
    help="Turn a call center's recording archive into a redacted, word-level lake that SQL can question.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 2 wrong setting or usage, 3 something was quarantined or is missing, "
    "4 engine, 5 query refused, 6 check failed, 7 over budget, 8 key missing, 10 a recording failed, "
    "130 interrupted.",
)
for command in (
    demo,
    ingest,
    sql,
    ask,
    search,
    rules,
    attach,
    export,
    report,
    redact,
    compliance,
    reconcile,
    certificate,
    reveal,
    engines,
    compare,
    compact,
    status,
    doctor,
    score_redaction,
    schedule,
):
    command.register(app)


def main() -> None:
    """Run the command line; a known failure is one line on stderr and an exit code, never a traceback."""
    try:
        app()
    except CallArchiveError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        complain("interrupted; run the same command again to go on where it stopped")
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  (its message and traceback may quote a customer)
        complain(f"unexpected {type(error).__name__}; nothing was lost, run again, and report it if it stays")
        sys.exit(1)
