"""`callarchive rules`: categories of calls, run over the archive and compared before they are promoted."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from flows.cli.options import Json, Lake, Since, Until, day_of
from flows.cli.output import print_json, print_table, say
from tasks.lake.catalog import Lake as LakeAt
from tasks.rules.rules_file import DEFAULT_RULES, load_rules
from tasks.run_rules import RuleChange, compare_rules, rules_named
from tasks.run_rules import run_rules as run_over
from tasks.settings import load_settings

_SHOWN_CALLS = 5

rules = typer.Typer(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.add_typer(
        rules, name="rules", help="Run categories of calls over the archive, and compare two versions."
    )


@rules.command("run")
def run(
    file: Annotated[
        Path, typer.Option("--rules", help="A YAML file of rules.", show_default="bundled")
    ] = DEFAULT_RULES,
    since: Since = None,
    until: Until = None,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Find the calls that each rule matches, and keep them with what was said: the relation rule_hits.

    Example: callarchive rules run --since 2026-03-01 --rules rules.yaml
    """
    place = LakeAt.at(load_settings(lake=lake).lake)
    done = run_over(place, load_rules(file), day_of(since), day_of(until))
    if json:
        print_json(done.as_dict())
        return
    print_table(pa.table({"rule": list(done.matches), "calls": list(done.matches.values())}))
    say(f"{done.calls} calls, {done.words} words in {done.seconds:.1f} s; rules {done.rules_hash}")
    say(
        f"What was said: callarchive sql \"from rule_hits where rules_hash = '{done.rules_hash}'\"",
        style="dim",
    )


@rules.command("diff")
def diff(
    old: Annotated[str, typer.Argument(help="A YAML file, or the hash of rules that were run.")],
    new: Annotated[str, typer.Argument(help="The same, of the other version.")],
    since: Since = None,
    until: Until = None,
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Show which calls change between two versions of the rules. Nothing is kept.

    Example: callarchive rules diff rules.yaml new-rules.yaml --since 2026-03-01
    """
    place = LakeAt.at(load_settings(lake=lake).lake)
    versions = rules_named(place, old), rules_named(place, new)
    changes = compare_rules(place, *versions, day_of(since), day_of(until))
    if json:
        print_json(
            {
                "old": versions[0].hash,
                "new": versions[1].hash,
                "changes": [asdict(change) for change in changes],
            }
        )
        return
    if not changes:
        say("No call changes.")
        return
    print_table(pa.Table.from_pylist([_row(change) for change in changes]))


@rules.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A YAML file of rules.")] = DEFAULT_RULES,
    json: Json = False,
) -> None:
    """Check a rules file without running it, and show its hash.

    Example: callarchive rules check rules.yaml
    """
    read = load_rules(file)
    if json:
        print_json(
            {"rules_hash": read.hash, "rules": {name: rule.about for name, rule in read.rules.items()}}
        )
        return
    print_table(
        pa.table({"rule": list(read.rules), "about": [rule.about for rule in read.rules.values()]}),
        title=f"{len(read.rules)} rules, hash {read.hash}",
    )


def _row(change: RuleChange) -> dict[str, object]:
    return {
        "rule": change.rule,
        "before": change.before,
        "after": change.after,
        "gained": _some(change.gained),
        "lost": _some(change.lost),
    }


def _some(calls: list[str]) -> str:
    more = f" and {len(calls) - _SHOWN_CALLS} more" if len(calls) > _SHOWN_CALLS else ""
    return f"{len(calls)}: {', '.join(calls[:_SHOWN_CALLS])}{more}" if calls else "0"
