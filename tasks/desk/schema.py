"""The desk's tables. Moments are UTC texts (store.stamp), dates ISO texts, times in calls milliseconds."""

from __future__ import annotations

from typing import Final

VERSION: Final = 2

_ACCOUNTS: Final = (
    """
    create table accounts (
        name text primary key,
        password_hash text not null,
        role text not null check (role in ('reviewer', 'lead', 'auditor', 'admin')),
        created_at text not null,
        disabled_at text
    ) strict, without rowid
    """,
    """
    create table sessions (
        token_hash text primary key,
        account text not null,
        csrf_token text not null,
        created_at text not null,
        seen_at text not null,
        ended_at text
    ) strict, without rowid
    """,
    "create table attempts (account text not null, address text not null, at text not null) strict",
    "create index attempts_by_time on attempts (at)",
    """
    create table audit (
        seq integer primary key autoincrement,
        at text not null,
        account text not null,
        action text not null,
        call_id text,
        detail text,
        chain text not null
    ) strict
    """,
    "create index audit_by_call on audit (call_id)",
    """
    create trigger audit_stays before update on audit
    begin select raise(abort, 'the audit log is only ever added to'); end
    """,
    """
    create trigger audit_is_kept before delete on audit
    begin select raise(abort, 'the audit log is only ever added to'); end
    """,
)

WAITS: Final = "state in ('open', 'second', 'disputed')"
"""Whether an item waits for a person, written as the indexes have it."""

_COUNT_IN: Final = """
    insert into tally values (new.state, new.kind, coalesce(new.entity, ''), 1)
    on conflict do update set items = items + 1
"""
_COUNT_OUT: Final = """
    update tally set items = items - 1
    where state = old.state and kind = old.kind and entity = coalesce(old.entity, '')
"""

_ITEMS: Final = (
    """
    create table items (
        item_id text primary key,
        kind text not null check (kind in ('finding', 'doubtful', 'sample_redacted', 'sample_untouched')),
        call_id text not null,
        finding_id text,
        call_date text,
        queue text,
        agent_id text,
        entity text,
        tier text,
        reason text,
        score real,
        start_word integer,
        end_word integer,
        start_ms integer,
        end_ms integer,
        risk integer not null,
        state text not null check (state in ('open', 'second', 'disputed', 'done', 'gone')),
        claimed_by text,
        claimed_until text,
        wants_second integer not null,
        decided_at text
    ) strict
    """,
    "create index items_by_call on items (call_id)",
    "create index items_claimed on items (claimed_by) where claimed_by is not null",
    f"""
    create index items_waiting on items (
        risk desc, item_id, state, kind, queue, agent_id, entity, tier, reason, call_date, call_id
    ) where {WAITS}
    """,
    f"""
    create index items_counted on items (state, kind, entity, queue, agent_id, tier, reason, call_date)
    where {WAITS}
    """,
    """
    create table tally (
        state text not null, kind text not null, entity text not null, items integer not null,
        primary key (state, kind, entity)
    ) strict, without rowid
    """,
    f"create trigger items_come after insert on items begin {_COUNT_IN}; end",
    f"create trigger items_go after delete on items begin {_COUNT_OUT}; end",
    f"""
    create trigger items_change after update of state, kind, entity on items
    when (new.state, new.kind, new.entity) is not (old.state, old.kind, old.entity)
    begin {_COUNT_OUT}; {_COUNT_IN}; end
    """,
)
"""`tally` holds how many items there are: to count 100,000 on every page takes tens of milliseconds."""

_DECISIONS: Final = (
    """
    create table decisions (
        review_id text primary key,
        item_id text,
        call_id text not null,
        call_date text,
        finding_id text,
        reviewer text not null,
        decided_at text not null,
        decision text not null check (
            decision in (
                'accepted', 'rejected', 'changed', 'missed', 'muted', 'cleared', 'commented', 'withdrawn'
            )
        ),
        before_json text,
        after_json text,
        comment text,
        undoes text,
        settles integer not null default 0,
        applied_at text
    ) strict
    """,
    "create index decisions_by_call on decisions (call_id)",
    "create index decisions_by_item on decisions (item_id)",
    "create index decisions_by_time on decisions (decided_at)",
    "create unique index decisions_undone on decisions (undoes) where undoes is not null",
    "create index decisions_to_apply on decisions (call_id) where applied_at is null",
    """
    create trigger decisions_stay before update of
        review_id, item_id, call_id, finding_id, reviewer, decided_at, decision, before_json, after_json,
        comment, undoes, settles
    on decisions begin select raise(abort, 'a decision is never edited; a later one counts'); end
    """,
)
_SOUND_WAITS: Final = (
    "create table sound_waits (call_id text primary key, since text not null) strict, without rowid"
)
"""Calls whose sound is muted where a person has said that it need not be."""

SCHEMA: Final = (*_ACCOUNTS, *_ITEMS, *_DECISIONS, _SOUND_WAITS)
FROM_EARLIER: Final = {
    1: (
        "create temp table earlier as select * from decisions order by rowid",
        "drop table decisions",
        *_DECISIONS,
        "insert into decisions select * from earlier",
        "drop table earlier",
    )
}
"""What makes the next version out of each: to version 2, passages can be muted."""
