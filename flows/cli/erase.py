"""`callarchive erase`: calls taken out of everywhere, with a signed receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, say
from flows.erase import Erased, Wanted, finish_begun, verify
from flows.erase import erase as take_out
from tasks.errors import OnHold
from tasks.settings import load_settings

if TYPE_CHECKING:
    from tasks.erasure.receipt import Receipt
    from tasks.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("erase")(erase)


def erase(
    call: Annotated[str | None, typer.Option("--call", help="A call's id.")] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", help="A customer's id, as sidecars state it.")
    ] = None,
    older_than: Annotated[
        int | None, typer.Option("--older-than", min=0, metavar="DAYS", help="Calls older than so many days.")
    ] = None,
    finish: Annotated[bool, typer.Option(help="Go on with what was begun and not ended.")] = False,
    verified: Annotated[
        str | None, typer.Option("--verify", metavar="ID", help="Look again whether anything is left.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Say what would go, and change nothing.")] = False,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Erase calls everywhere: tables, earlier versions, sound, answers, reviews, vendors' copies.

    Ends in a signed receipt, when nothing is left. An erased recording does not land again. Exits with 11
    if a legal hold keeps something, 6 if something is left, 4 if a vendor has not deleted its copy.

    Example: callarchive erase --customer 4711 --dry-run
    """
    settings = load_settings(lake=lake)
    if finish:
        _show_all(finish_begun(settings), json=json)
    elif verified:
        receipt = verify(settings, verified, [call] if call else [])
        _show(receipt.as_dict() | {"verified": True}, f"nothing is left; receipt {verified} holds", json=json)
    else:
        _erase(settings, Wanted(call, customer, older_than), dry_run=dry_run, json=json)


def _erase(settings: Settings, wanted: Wanted, *, dry_run: bool, json: bool) -> None:
    erased = take_out(settings, wanted, dry_run=dry_run)
    _show(erased.as_dict(), sentence(erased), json=json)
    if held := erased.counts["held"]:
        raise OnHold(f"{held} recordings stay, for they are on legal hold: callarchive hold list")


def sentence(erased: Erased) -> str:
    """What was done, for people."""
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in erased.counts.items() if count)
    if erased.before:
        return f"erased before: receipt {erased.receipt.facts['erasure_id'] if erased.receipt else ''}"
    if erased.dry_run:
        return f"would erase {counts or 'nothing'}"
    if erased.receipt is None:
        return "nothing to erase"
    facts = erased.receipt.facts
    return f"erased {counts or 'nothing'}; nothing is left; receipt {facts['erasure_id']}"


def _show(facts: dict[str, Any], told: str, *, json: bool) -> None:
    if json:
        print_json(facts)
        return
    say(told, style="bold")
    for part in ("rows_removed", "rows_without_call", "review_rows"):
        for name, count in facts.get("receipt", {}).get(part, {}).items():
            say(f"  {part.replace('_', ' ')}: {count} of {name}")
    for engine, done in facts.get("receipt", {}).get("vendors", {}).items():
        why = f" ({done['why']})" if "why" in done else ""
        say(f"  {engine}: {done['deleted']} of {done['requests']} requests deleted there{why}")
    if "signature" in facts:
        say(f"  signed with key {facts['key_id']}: {facts['signature'][:16]}...")


def _show_all(receipts: list[Receipt], *, json: bool) -> None:
    if json:
        print_json({"finished": [receipt.as_dict() for receipt in receipts]})
        return
    for receipt in receipts:
        _show(receipt.as_dict(), f"finished; receipt {receipt.facts['erasure_id']}", json=False)
    if not receipts:
        say("nothing was begun and not ended")
