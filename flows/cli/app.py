"""The commands together, and what happens when one of them fails."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from tasks.errors import CallArchiveError

COMMANDS: Final = {
    "demo": "Land the bundled sample calls and show what can be asked. Offline; the second run takes "
    "seconds.",
    "ingest": "Transcribe, redact and land an archive's new recordings. Run it again at any time.",
    "sql": "Ask the lake in SQL. Read-only: writing, attaching and reading other files are refused.",
    "ask": "Ask a named question. Without a name, list the questions with their parameters.",
    "search": "Search what was said, as redacted. Case and punctuation do not matter; [CARD_NUMBER] is a "
    "word, too.",
    "rules": "Run categories of calls over the archive, and compare two versions.",
    "attach": "Write a script that shows the lake to any DuckDB client, read-only, and print the line "
    "that runs it.",
    "export": "Write calls as text, JSON or captions, as redacted: the lake holds nothing else.",
    "report": "Write one page for QA leads: volumes, conversations, agents, redaction, what was held "
    "back, costs.",
    "redact": "Apply the present rules to landed calls, without transcribing again, and say what changed.",
    "apply-reviews": "Bring reviewers' decisions into the lake: words, turns, figures, certificates and "
    "redacted sound.",
    "compliance": "Show calls redacted, findings by entity and tier, recordings held back, what is "
    "probably left.",
    "reconcile": "Find calls that are missing in the lake, not in the list, landed late, or not as long "
    "as listed.",
    "certificate": "Print a call's signed certificate: versions, rules, keys' ids, counts, muted sound, "
    "people's decisions.",
    "reveal": "Show one value as it was heard, if it is kept. Who asked, when and why is in `reveals` first.",
    "review": "Serve the review app: people check and correct what was redacted. Ctrl-C ends it.",
    "reviewers": "Accounts of the review app: add, disable, list, passwords.",
    "erase": "Erase calls everywhere: tables, earlier versions, sound, answers, reviews, vendors' copies.",
    "retain": "Take out what a retention policy no longer keeps, as `erase` does, and write a receipt.",
    "hold": "Put calls, customers and queues on legal hold: nothing of them is erased.",
    "engines": "List the engines with their default model, abilities and price, and say whether a key is "
    "set.",
    "compare": "Compare engines on recordings of your own: errors, digits, personal data, times, speed, "
    "cost.",
    "compact": "Merge the small files of every day, and delete what no version of the lake needs any more.",
    "status": "Show the last nights, what waits or did not land and why, this month's cost, freshness and "
    "drift.",
    "alerts": "Say what is beyond its threshold, tell the webhook, and exit with 12; with 0 where all is "
    "well.",
    "metrics": "Write the lake's figures as Prometheus reads them: counts, seconds and money, no content.",
    "retry": "Try what failed again, now; or what is quarantined, once its cause is put right.",
    "requeue": "Mark recordings that the next night shall take again, whatever became of them.",
    "backfill": "Land the calls of some past days, a part of them a night, so that fresh calls come first.",
    "reprocess": "Land some days' calls with another recipe in a lake beside, to be compared, promoted or "
    "dropped.",
    "recipes": "Compare a recipe that was tried beside a lake; promote it or drop it.",
    "doctor": "Check settings, keys, tools and the lake. Exits with 2 if something is wrong.",
    "score-redaction": "Score redaction on talk with gold spans, by class and by style; docs/redaction.md "
    "gives the formats.",
    "schedule": "Ingest an archive every night, as long as this command runs. Needs nothing set up first.",
    "worker": "Run what a Prefect server has for a work pool. Told to stop, it lets the runs under way end "
    "first.",
}
"""A command's module is its name; the text is its docstring's first paragraph, so that help imports none."""


class _ImportedWhenAsked(TyperGroup):
    """Commands that are listed by what COMMANDS says, and imported when one of them is run."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the arguments name, and the arguments that are left for it."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, command_named(name) if name else None, rest


app = typer.Typer(
    name="callarchive",
    help="Turn a call center's recording archive into a redacted, word-level lake that SQL can question.",
    cls=_ImportedWhenAsked,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 2 wrong setting or usage, 3 something was quarantined or is missing, "
    "4 engine, 5 query refused, 6 check failed, 7 over budget, 8 key missing, 10 a recording failed, "
    "11 on legal hold, 12 an alert, 13 told to stop, 130 interrupted.",
)
for listed, text in COMMANDS.items():
    app.command(listed, help=text)(lambda: None)


def command_named(name: str) -> Any:
    """A command as Typer runs it; imports its module."""
    own = typer.Typer(rich_markup_mode="markdown")  # joins the lines of a paragraph
    import_module(f"flows.cli.{name.replace('-', '_')}").register(own)
    return typer.main.get_group(own).commands[name]


def _show_version(asked: bool) -> None:  # noqa: FBT001  (Typer passes it by place)
    if asked:
        print(f"callarchive {version('callarchive')}")  # noqa: T201  (what was asked for)
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """What stands before a command."""


def main() -> None:
    """Run the command line; a known failure is one line on stderr and an exit code, never a traceback."""
    try:
        app()
    except CallArchiveError as error:
        _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        _fail("interrupted; run the same command again to go on where it stopped", 130)
    except Exception as error:  # noqa: BLE001  (its message and traceback may quote a customer)
        _fail(f"unexpected {type(error).__name__}; nothing was lost, run again, and report it if it stays", 1)


def _fail(message: str, exit_code: int) -> NoReturn:
    from flows.cli.output import complain  # noqa: PLC0415  (imports pyarrow, which help does without)

    complain(message)
    sys.exit(exit_code)
