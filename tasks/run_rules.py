"""Step: rules over the archive. What they match is kept with its evidence; two versions can be compared."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tasks.errors import SettingsError
from tasks.lake.catalog import in_turn, reading, writing
from tasks.lake.connection import SEEK
from tasks.lake.landing import add_rows
from tasks.lake.parquet_files import register, write_together
from tasks.lake.tables import RULE_HITS, as_table
from tasks.rules.evaluate import evaluate
from tasks.rules.rules_file import load_rules, parse_rules

if TYPE_CHECKING:
    from datetime import date

    import pyarrow as pa

    from tasks.lake.catalog import Connection, Lake
    from tasks.rules.rules_file import Rules


_CATALOG_ROWS: Final = 5_000
"""Beyond so many, hits go into a file: what the catalog takes at once costs it the square of the rows."""

_SAME: Final = " and ".join(
    f"kept.{name} is not distinct from hits.{name}" for name in RULE_HITS.names if name != "rules_hash"
)
_GONE: Final = f"""
delete from stored.rule_hits as kept
where rules_hash = ? and call_id in (select call_id from judged)
    and not exists (select 1 from hits where {_SAME})
"""
"""Only what no longer matches: DuckLake notes each row that goes, and most hits stay what they were."""
_NEW: Final = f"""
select *, $rules_hash as rules_hash from hits
where (call_id, landed_at) in (select (call_id, landed_at) from stored.calls)
    and not exists (select 1 from stored.rule_hits as kept where kept.rules_hash = $rules_hash and {_SAME})
"""


@dataclass(frozen=True, slots=True)
class RulesRun:
    """What a run looked at and matched."""

    rules_hash: str
    calls: int
    words: int
    matches: dict[str, int]
    """Calls by rule, in the order of the file."""
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self) | {"words_per_second": round(self.words / self.seconds)}


@dataclass(frozen=True, slots=True)
class RuleChange:
    """The calls that one rule matches in only one of two versions; None where a version lacks the rule."""

    rule: str
    before: int | None
    after: int | None
    gained: list[str]
    lost: list[str]


def run_rules(
    lake: Lake, rules: Rules, since: date | None, until: date | None, *, keep: bool = True
) -> RulesRun:
    """Evaluate the rules over the calls of these days; what they matched under the same hash is replaced.

    A call that lands again while its rules are evaluated is left for the next run.

    Raises:
        SettingsError: there is no lake.
    """
    begin = datetime.now(UTC)
    with reading(lake) as connection:
        connection.execute(SEEK)
        hits = evaluate(connection, rules, since, until)
        calls = connection.execute("select call_id, landed_at from asked_calls").to_arrow_table()
        words = _words(connection)
    if keep:
        _keep(lake, rules, hits, calls, {"run_at": begin, "since": since, "until": until})
    seconds = (datetime.now(UTC) - begin).total_seconds()
    return RulesRun(rules.hash, calls.num_rows, words, _matches(rules, hits), seconds)


def compare_rules(
    lake: Lake, old: Rules, new: Rules, since: date | None, until: date | None
) -> list[RuleChange]:
    """The rules of either version in which the matched calls differ, both evaluated now over the same calls.

    Raises:
        SettingsError: there is no lake.
    """
    with reading(lake) as connection:
        connection.execute(SEEK)
        before, after = (_matched(rules, evaluate(connection, rules, since, until)) for rules in (old, new))
    changes = [_change(name, before.get(name), after.get(name)) for name in dict.fromkeys([*before, *after])]
    return [one for one in changes if one.gained or one.lost or None in (one.before, one.after)]


def rules_named(lake: Lake, name: str) -> Rules:
    """The rules of a file, or those that were run under this hash.

    Raises:
        SettingsError: there is neither such a file nor such a hash.
    """
    if Path(name).exists():
        return load_rules(Path(name))
    with reading(lake) as connection:
        row = connection.execute(
            "select rules from rule_runs where rules_hash = ? limit 1", [name]
        ).fetchone()
    if row is None:
        raise SettingsError(
            f"{name!r} is neither a rules file nor the hash of rules that were run on this lake"
        )
    return parse_rules(row[0], name)


def _keep(lake: Lake, rules: Rules, hits: pa.Table, calls: pa.Table, run: dict[str, Any]) -> None:
    row = run | {"rules_hash": rules.hash, "rules": rules.as_json, "calls": calls.num_rows}
    row["matches"] = sum(_matches(rules, hits).values())
    with writing(lake) as connection, in_turn(lake):
        for name, table in (("judged", calls), ("hits", hits), ("run", as_table("rule_runs", [row]))):
            connection.register(name, table)
        path = None
        connection.execute("begin")
        try:
            connection.execute(_GONE, [rules.hash])
            found = connection.execute(_NEW, {"rules_hash": rules.hash}).to_arrow_table()
            new = found.select(RULE_HITS.names).cast(RULE_HITS)
            if new.num_rows > _CATALOG_ROWS:
                path = write_together(lake, "rule_hits", new, ("call_id", "rule", "place"))
                register(connection, lake, "rule_hits", [path])
            else:
                add_rows(connection, "rule_hits", new)
            connection.execute("insert into stored.rule_runs by name from run")
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            if path:
                lake.data.remove(path)
            raise


def _words(connection: Connection) -> int:
    row = connection.execute(
        "select coalesce(sum(word_count), 0) from calls where call_id in (select call_id from asked_calls)"
    ).fetchone()
    return int(row[0]) if row else 0


def _matched(rules: Rules, hits: pa.Table) -> dict[str, set[str]]:
    matched: dict[str, set[str]] = {name: set() for name in rules.rules}
    for hit in hits.select(["rule", "call_id"]).to_pylist():
        matched[hit["rule"]].add(hit["call_id"])
    return matched


def _matches(rules: Rules, hits: pa.Table) -> dict[str, int]:
    return {name: len(calls) for name, calls in _matched(rules, hits).items()}


def _change(name: str, before: set[str] | None, after: set[str] | None) -> RuleChange:
    old, new = before or set(), after or set()
    return RuleChange(
        name,
        None if before is None else len(old),
        None if after is None else len(new),
        sorted(new - old),
        sorted(old - new),
    )
