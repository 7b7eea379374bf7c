"""A recipe tried beside a lake: what it is, and what it changes, call by call, in words and findings."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tasks.errors import SettingsError
from tasks.lake.catalog import Lake

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_FILE: Final = "recipe.json"
_NOTES: Final = "trials"
"""In the main lake: a file for each lake beside it, that holds its address."""
_PAIRS: Final = """
select mine.call_id, mine.recording_sha256, mine.recipe_id as recipe_before, other.recipe_id as recipe_after,
    other.call_id as beside_id
from stored.calls as mine join beside.calls as other using (recording_sha256)
"""
_COMPARED: Final = f"""
with pairs as ({_PAIRS}),
words as (
    select recording_sha256, channel, lower(word) as word, count(*) as before, 0 as after
    from stored.words join pairs using (call_id) where entity is null group by all
    union all
    select recording_sha256, channel, lower(word), 0, count(*)
    from beside.words join pairs on words.call_id = pairs.beside_id where entity is null group by all
),
kinds_of_words as (
    select recording_sha256, sum(before) as before, sum(after) as after from words
    group by recording_sha256, channel, word
),
word_changes as (
    select recording_sha256, sum(before) as words_before, sum(after) as words_after,
        sum(greatest(before - after, 0)) as words_gone, sum(greatest(after - before, 0)) as words_new
    from kinds_of_words group by recording_sha256
),
findings as (
    select recording_sha256, entity, channel, count(*) as before, 0 as after
    from stored.redactions join pairs using (call_id) group by all
    union all
    select recording_sha256, entity, channel, 0, count(*)
    from beside.redactions join pairs on redactions.call_id = pairs.beside_id group by all
),
kinds_of_findings as (
    select recording_sha256, sum(before) as before, sum(after) as after from findings
    group by recording_sha256, entity, channel
),
finding_changes as (
    select recording_sha256, sum(before) as findings_before, sum(after) as findings_after,
        sum(greatest(before - after, 0)) as findings_gone, sum(greatest(after - before, 0)) as findings_new
    from kinds_of_findings group by recording_sha256
),
costs as (
    select recording_sha256, sum(cost_usd + coalesce(uncertain_cost_usd, 0)) as cost_usd
    from beside.engine_usage anti join stored.engine_usage using (usage_id) group by recording_sha256
)
select pairs.call_id, pairs.recipe_before, pairs.recipe_after,
    coalesce(words_before, 0)::bigint as words_before, coalesce(words_after, 0)::bigint as words_after,
    coalesce(words_gone, 0)::bigint as words_gone, coalesce(words_new, 0)::bigint as words_new,
    coalesce(findings_before, 0)::bigint as findings_before,
    coalesce(findings_after, 0)::bigint as findings_after,
    coalesce(findings_gone, 0)::bigint as findings_gone, coalesce(findings_new, 0)::bigint as findings_new,
    coalesce(costs.cost_usd, 0) as cost_usd
from pairs
left join word_changes using (recording_sha256)
left join finding_changes using (recording_sha256)
left join costs using (recording_sha256)
order by words_gone + words_new + findings_gone + findings_new desc, call_id
"""
_OWN_ANSWERS: Final = """
select distinct answer_key from beside.engine_usage
where answer_key is not null and answer_key not in (
    select answer_key from stored.engine_usage where answer_key is not null
)
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a lake beside was made from; kept in it, so that it can be promoted as it was tried."""

    main: str
    """The address of the lake that it is beside."""
    since: str
    until: str
    engine: str | None = None
    settings: dict[str, str] = field(default_factory=dict)
    """Further settings by name, such as model and redaction_rules."""

    def keep(self, beside: Lake) -> None:
        """Write it into the lake beside.

        Raises:
            SettingsError: there is a lake of another recipe, or one that is none.
        """
        if beside.files.has(_FILE):
            if recipe_of(beside) != self:
                raise SettingsError(f"{beside.address} is of another recipe; drop it, or name another place")
        elif beside.exists():
            raise SettingsError(f"{beside.address} is a lake of its own; name a place that is empty")
        main = Lake.at(self.main)
        main.files.write(_noted(beside), beside.address.encode())  # first: erase must know every trial
        beside.files.write(_FILE, json.dumps(asdict(self)).encode())


def trials_of(main: Lake) -> list[Lake]:
    """The lakes beside a lake that were not dropped."""
    notes = main.files.under(_NOTES)
    places = [Lake.at((notes.read(path) or b"").decode()) for path in notes.paths()]
    return [place for place in places if place.exists()]


def forget_trial(main: Lake, beside: Lake) -> None:
    """Note that a lake beside was dropped."""
    main.files.remove(_noted(beside))


def recipe_of(beside: Lake) -> Recipe:
    """What a lake beside was made from.

    Raises:
        SettingsError: it is none.
    """
    content = beside.files.read(_FILE)
    if content is None:
        raise SettingsError(f"{beside.address} was not made by callarchive reprocess")
    return Recipe(**json.loads(content))


def _noted(beside: Lake) -> str:
    return f"{_NOTES}/{hashlib.sha256(beside.address.encode()).hexdigest()[:32]}"


def compare_recipes(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """A row for each call that both lakes hold, the most changed first; for a connection that reads both.

    Words and findings count as gone or new where a side has fewer or more of the same; their places do not
    count. Words that were redacted are not compared. Money is what was paid for the recipe alone.
    """
    return connection.execute(_COMPARED).to_arrow_table()


def sums(rows: list[dict[str, Any]]) -> dict[str, float]:
    """The numbers of a comparison added up, with the calls it has and those that changed."""
    numbers = [name for name, value in rows[0].items() if isinstance(value, int | float)] if rows else []
    changed = sum(
        any(row[name] for name in ("words_gone", "words_new", "findings_gone", "findings_new"))
        for row in rows
    )
    return {"calls": len(rows), "changed": changed} | {
        name: sum(row[name] for row in rows) for name in numbers
    }


def own_answers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Keys of answers that only the lake beside knows of, though they lie in the store that both share."""
    return [key for (key,) in connection.execute(_OWN_ANSWERS).fetchall()]
