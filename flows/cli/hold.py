"""`callarchive hold`: legal holds, which keep calls from erasure and retention until they are lifted."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import pyarrow as pa
import typer

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, print_table, say
from flows.hold import holds, put_on_hold, take_off_hold
from tasks.errors import SettingsError
from tasks.settings import load_settings

if TYPE_CHECKING:
    from tasks.erasure.holds import Kind

Call = Annotated[str | None, typer.Option("--call", help="A call's id.")]
Customer = Annotated[str | None, typer.Option("--customer", help="A customer's id, as sidecars state it.")]
Queue = Annotated[str | None, typer.Option("--queue", help="A queue, as calls has it.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is written down.", show_default=False)]

hold = typer.Typer(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.add_typer(
        hold, name="hold", help="Put calls, customers and queues on legal hold: nothing of them is erased."
    )


@hold.command("add")
def add(
    reason: Reason,
    call: Call = None,
    customer: Customer = None,
    queue: Queue = None,
    lake: Lake = None,
) -> None:
    """Put a hold on. It also counts for recordings that land later.

    Example: callarchive hold add --customer 4711 --reason "claim 12-345"
    """
    kind, subject = _about(call, customer, queue)
    held = put_on_hold(load_settings(lake=lake), kind, subject, reason)
    say(f"on hold: {held} recordings that are known now")


@hold.command("remove")
def remove(
    reason: Reason,
    call: Call = None,
    customer: Customer = None,
    queue: Queue = None,
    lake: Lake = None,
) -> None:
    """Lift a hold; the rows that say who put it on and why stay in `holds`.

    Example: callarchive hold remove --customer 4711 --reason "claim 12-345 settled"
    """
    kind, subject = _about(call, customer, queue)
    take_off_hold(load_settings(lake=lake), kind, subject, reason)
    say("lifted")


@hold.command("list")
def list_holds(
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Show the holds in force. Customers appear by their keys.

    Example: callarchive hold list
    """
    rows = [asdict(one) for one in holds(load_settings(lake=lake))]
    if json:
        print_json(rows)
    elif rows:
        print_table(pa.Table.from_pylist(rows))
    else:
        say("nothing is on hold")


def _about(call: str | None, customer: str | None, queue: str | None) -> tuple[Kind, str]:
    named: dict[Kind, str | None] = {"call": call, "customer": customer, "queue": queue}
    given = [(kind, subject) for kind, subject in named.items() if subject]
    if len(given) != 1:
        raise SettingsError("name one of --call, --customer and --queue")
    return given[0]
