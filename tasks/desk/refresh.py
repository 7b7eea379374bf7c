"""Filling the desk from the lake: what asks for a person comes, what is gone goes, what is decided stays."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tasks.desk.applying import AGAIN
from tasks.desk.decisions import bring_up_to_date
from tasks.desk.landed_anew import apply_again, settle, unplaced
from tasks.desk.placing import NEAR_MS
from tasks.desk.risk import risk
from tasks.desk.schema import WAITS
from tasks.questions.bind import bind
from tasks.questions.loader import load_questions

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from tasks.desk.store import Desk
    from tasks.lake.catalog import Connection
    from tasks.settings import Settings

_FOUND: Final = (
    "item_id kind call_id finding_id call_date queue agent_id entity tier reason score start_word end_word "
    "start_ms end_ms risk wants_second decided"
).split()
_COLUMNS: Final = ", ".join(_FOUND[:-1])
_NEW: Final = f"""
    insert into items ({_COLUMNS}, state)
    select {_COLUMNS}, 'open' from found
    where not decided and not exists (select 1 from items where items.item_id = found.item_id)
    limit 5000
"""
_ELSEWHERE: Final = f"""
    update found set item_id = item_id || '-' || start_ms where exists (
        select 1 from items
        where items.item_id = found.item_id and abs(items.start_ms - found.start_ms) > {NEAR_MS}
    )
"""
"""In a call that was transcribed anew, words of the same number are others: nobody has decided about them."""
_GONE: Final = f"""
    update items set state = 'gone', claimed_by = null, claimed_until = null
    where {WAITS} and item_id not in (select item_id from found)
"""
_UNDECIDED_THERE: Final = f"""
    update decisions set applied_at = '{AGAIN}'
    where applied_at > '' and finding_id is not null and item_id in (
        select item_id from found join items using (item_id) where not found.decided and items.state = 'done'
    )
"""
"""The lake says of a finding that nobody has decided, and the desk that somebody has: to be applied again."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """What is worth a person's time."""

    sample_share: float = 0.01
    """Of sure redactions, and of turns without any."""
    second_share: float = 0.1
    """Of all items: two people decide."""
    unsure_below: float = 0.7
    """Words of a lower confidence are unsure."""
    unsure_words: int = 3
    """Shorter runs of them are left alone."""
    unheard_ms: int = 3_000
    """Calls with less speech that got no words are left alone."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did, in items."""

    added: int
    gone: int
    open: int
    """All that wait now."""


def sampling_of(settings: Settings) -> Sampling:
    """What the settings say."""
    return Sampling(settings.review_sample_share, settings.review_second_share)


def refresh(desk: Desk, connection: Connection, sampling: Sampling) -> Refreshed:
    """Hold the desk against the lake, whose views `connection` has. Repeated, it changes nothing.

    It writes in short transactions: people go on deciding meanwhile.
    """
    apply_again(desk, connection)
    lost = unplaced(desk, connection)
    asked = [*_asked(connection, sampling), *(one.item for one in lost if one.is_lost)]
    found = [_row(one, sampling) for one in asked]
    with desk.connection() as store:
        store.execute(f"create temp table found ({', '.join(_FOUND)}, primary key (item_id))")
        store.executemany(f"insert into found values ({', '.join('?' * len(_FOUND))})", found)
        store.execute(_ELSEWHERE)
        gone = _write(store, _GONE)
        added = _come_back(store)
        while some := _write(store, _NEW):
            added += some
        _write(store, _UNDECIDED_THERE)
        waiting = store.execute(f"select coalesce(sum(items), 0) from tally where {WAITS}").fetchone()[0]
        decided = _decided(store, [_item_id(one.item) for one in lost])
    settle(desk, [one for one in lost if not one.is_lost or _item_id(one.item) in decided])
    return Refreshed(added, gone, waiting)


def _decided(store: sqlite3.Connection, item_ids: list[str]) -> set[str]:
    """Those of these items that are."""
    query = "select item_id from items where state = 'done' and item_id in (select value from json_each(?))"
    return {row["item_id"] for row in store.execute(query, [json.dumps(item_ids)])}


def _write(store: sqlite3.Connection, statement: str) -> int:
    """The rows that a statement changed, in a transaction of its own."""
    store.commit()
    store.execute("begin immediate")
    changed = store.execute(statement).rowcount
    store.commit()
    return changed


def _come_back(store: sqlite3.Connection) -> int:
    """Items that were gone and are there again, in the state that their decisions make."""
    store.execute("begin immediate")
    query = "select item_id from items where state = 'gone' and item_id in (select item_id from found)"
    back = [row["item_id"] for row in store.execute(query)]
    for item_id in back:
        store.execute("update items set state = 'open' where item_id = ?", [item_id])
        bring_up_to_date(store, item_id)
    store.commit()
    return len(back)


def _asked(connection: Connection, sampling: Sampling) -> Iterator[dict[str, Any]]:
    """Everything in the lake that asks for a person. What was heard is not read."""
    share = {"sample_share": sampling.sample_share, "at_least_unheard_ms": sampling.unheard_ms}
    yield from _answer(connection, "items_for_review", "*", share)
    unsure = {"below": sampling.unsure_below, "at_least_words": sampling.unsure_words}
    passage = (
        "'doubtful' as kind, call_id, call_date, agent_id, queue, 'unsure words' as reason, "
        "mean_confidence as score, first_word as start_word, last_word + 1 as end_word, start_ms, end_ms, "
        "false as decided"
    )
    yield from _answer(connection, "words_for_review", passage, unsure)


def _answer(
    connection: Connection, name: str, columns: str, given: Mapping[str, float]
) -> list[dict[str, Any]]:
    question = load_questions()[name]
    values = bind(question, {parameter: str(value) for parameter, value in given.items()})
    rows: list[dict[str, Any]] = (
        connection.execute(f"select {columns} from ({question.sql})", values).to_arrow_table().to_pylist()
    )
    return rows


def _row(asked: dict[str, Any], sampling: Sampling) -> tuple[Any, ...]:
    item_id = _item_id(asked)
    made = {
        "item_id": item_id,
        "call_date": asked["call_date"].isoformat() if asked["call_date"] else None,
        "risk": risk(asked["kind"], asked.get("entity"), asked.get("tier"), asked.get("score")),
        "wants_second": int(item_id[:8], 16) < sampling.second_share * 16**8,
    }
    return tuple((asked | made).get(name) for name in _FOUND)


def _item_id(asked: Mapping[str, Any]) -> str:
    """The same for the same thing, whenever the lake is asked."""
    place = ("start_ms", "end_ms") if asked["start_word"] is None else ("start_word", "end_word")
    what = asked.get("finding_id") or asked.get("what") or "-".join(str(asked[name]) for name in place)
    return hashlib.sha256(f"{asked['kind']}\n{asked['call_id']}\n{what}".encode()).hexdigest()[:32]
