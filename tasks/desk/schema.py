"""The desk's tables. Moments are UTC texts (store.stamp), dates ISO texts, times in calls milliseconds."""

from __future__ import annotations

from typing import Final

VERSION: Final = 1

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
)

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
            decision in ('accepted', 'rejected', 'changed', 'missed', 'cleared', 'commented', 'withdrawn')
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
    "create table sound_waits (call_id text primary key, since text not null) strict, without rowid",
)
"""`sound_waits`: calls whose sound is muted where a person has said that it need not be."""

SCHEMA: Final = (*_ACCOUNTS, *_ITEMS, *_DECISIONS)
