"""`callarchive recipes`: a recipe that was tried beside a lake: compared, promoted or dropped."""

from __future__ import annotations

import shutil
from datetime import datetime
from typing import Annotated, Any

import pyarrow as pa
import typer

from flows.cli.ingest import Order, run_ingest, tell
from flows.cli.options import Json
from flows.cli.output import print_json, print_table, say
from flows.cli.reprocess import Beside
from tasks.answers import AnswerStore
from tasks.keys import load_keyring
from tasks.lake.both import reading_both
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import exclusively
from tasks.recipes import compare_recipes, forget_trial, own_answers, recipe_of, sums
from tasks.settings import load_settings

_SHOWN_CALLS = 20

recipes = typer.Typer(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.add_typer(
        recipes, name="recipes", help="Compare a recipe that was tried beside a lake; promote it or drop it."
    )


@recipes.command("compare")
def compare(beside: Beside, json: Json = False) -> None:
    """Say what the recipe changes: words, redactions and money, in sum and call by call.

    A word counts as gone or new where a side of the call has it less or more often; its place does not count,
    and redacted words are left out. The money is what was paid for the recipe alone.

    Example: callarchive recipes compare --beside ./trial
    """
    place = LakeAt.at(beside)
    with reading_both(LakeAt.at(recipe_of(place).main), place) as connection:
        table = compare_recipes(connection)
    rows: list[dict[str, Any]] = table.to_pylist()
    if json:
        print_json({"sum": sums(rows), "calls": rows})
        return
    print_table(pa.Table.from_pylist([sums(rows)]), title="In sum")
    print_table(
        table.drop_columns(["recipe_before", "recipe_after"]).slice(0, _SHOWN_CALLS),
        title="\nThe most changed calls",
    )


@recipes.command("promote")
def promote(
    source: Annotated[str, typer.Argument(help="The archive of the calls.", show_default=False)],
    beside: Beside,
    verbose: Annotated[bool, typer.Option(help="Show Prefect's log.")] = False,
    json: Json = False,
) -> None:
    """Replace the lake's calls of those days by the recipe's, batch by batch, each in one transaction.

    They are landed again from the answers that both lakes share: no engine is asked again, nothing is paid.
    Afterwards the lake beside can be dropped.

    Example: callarchive recipes promote /recordings --beside ./trial
    """
    recipe = recipe_of(LakeAt.at(beside))
    since, until = (datetime.fromisoformat(text) for text in (recipe.since, recipe.until))
    order = Order(
        source, recipe.main, recipe.engine, since, replace=True, until=until, recipe=recipe.settings
    )
    tell(run_ingest(order, verbose=verbose), recipe.main, json=json)


@recipes.command("drop")
def drop(beside: Beside, json: Json = False) -> None:
    """Delete the lake beside, and the answers that only it has used. The lake itself stays as it is.

    In a bucket the catalog's database is left to its administrator: drop database ...

    Example: callarchive recipes drop --beside ./trial
    """
    place = LakeAt.at(beside)
    main = LakeAt.at(recipe_of(place).main)
    store = AnswerStore(main.answers, load_keyring(load_settings().key_file))
    keys = _own_answers(main, place)
    with exclusively(main):
        for key in keys:
            store.forget(key)
    paths = place.files.paths()
    if place.root:
        shutil.rmtree(place.root)
    else:
        for path in paths:
            place.files.remove(path)
    forget_trial(main, place)
    if json:
        print_json({"files": len(paths), "answers": len(keys)})
    else:
        say(f"{len(paths)} files of {place.address} and {len(keys)} answers are deleted")


def _own_answers(main: LakeAt, place: LakeAt) -> list[str]:
    if not place.exists():
        return []
    with reading_both(main, place) as connection:
        return own_answers(connection)
