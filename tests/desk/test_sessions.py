"""Sessions: tokens nobody can read back, an end when idle and after a day, and limits for guessing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tasks.desk import sessions
from tasks.desk.store import Desk

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path / "review.sqlite")


def test_the_token_is_long_never_twice_the_same_and_not_in_the_desk(desk: Desk) -> None:
    tokens = [sessions.begin(desk, "maria", NOW)[0] for _ in range(50)]
    assert len(set(tokens)) == 50
    assert min(map(len, tokens)) >= 43
    kept = b"".join(file.read_bytes() for file in desk.path.parent.iterdir() if file.is_file())
    assert not any(token.encode() in kept for token in tokens)


def test_a_token_finds_its_session_and_nothing_else_does(desk: Desk) -> None:
    token, session = sessions.begin(desk, "maria", NOW)
    assert sessions.session_of(desk, token) == session
    for wrong in ("", token[:-1], token.swapcase(), session.token_hash, "' or 1=1 --"):
        assert sessions.session_of(desk, wrong) is None


def test_a_session_ends_when_idle_and_lives_on_when_used(desk: Desk) -> None:
    token, session = sessions.begin(desk, "maria", NOW)
    assert session.is_live(NOW + timedelta(minutes=29), 30)
    assert not session.is_live(NOW + timedelta(minutes=30), 30)
    sessions.seen(desk, session, NOW + timedelta(minutes=20))
    used = sessions.session_of(desk, token)
    assert used is not None
    assert used.is_live(NOW + timedelta(minutes=49), 30)


def test_a_session_in_use_ends_after_a_working_day(desk: Desk) -> None:
    token, session = sessions.begin(desk, "maria", NOW)
    sessions.seen(desk, session, NOW + timedelta(hours=11, minutes=59))
    used = sessions.session_of(desk, token)
    assert used is not None
    assert used.is_live(NOW + timedelta(hours=11, minutes=59), 30)
    assert not used.is_live(NOW + timedelta(hours=12), 30)


def test_use_is_noted_once_a_minute(desk: Desk) -> None:
    token, session = sessions.begin(desk, "maria", NOW)
    sessions.seen(desk, session, NOW + timedelta(seconds=59))
    assert sessions.session_of(desk, token) == session


def test_signing_out_ends_one_session_and_everywhere_all(desk: Desk) -> None:
    tokens = [sessions.begin(desk, name, NOW)[0] for name in ("maria", "maria", "maria", "paul")]
    first = sessions.session_of(desk, tokens[0])
    assert first is not None
    sessions.end(desk, first, NOW)
    assert [_is_live(desk, token) for token in tokens] == [False, True, True, True]
    sessions.end_all(desk, "maria", NOW)
    assert [_is_live(desk, token) for token in tokens] == [False, False, False, True]


def _is_live(desk: Desk, token: str) -> bool:
    session = sessions.session_of(desk, token)
    return session is not None and session.is_live(NOW, 30)


def test_ten_tries_for_an_account_and_no_more_from_wherever(desk: Desk) -> None:
    waits = [sessions.try_in(desk, "maria", f"10.0.0.{at}", NOW) for at in range(12)]
    assert waits[:10] == [0] * 10
    assert all(0 < wait <= 15 * 60 + 1 for wait in waits[10:])
    assert sessions.try_in(desk, "paul", "10.0.0.1", NOW) == 0
    assert sessions.try_in(desk, "maria", "10.0.0.1", NOW + timedelta(minutes=15)) == 0


def test_thirty_tries_from_an_address_whatever_the_accounts(desk: Desk) -> None:
    waits = [sessions.try_in(desk, f"account{at}", "10.0.0.1", NOW) for at in range(31)]
    assert waits[:30] == [0] * 30
    assert waits[30] > 0
    assert sessions.try_in(desk, "account1", "10.0.0.2", NOW) == 0


def test_many_at_once_get_no_more_tries_than_one_after_another(desk: Desk) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: sessions.try_in(desk, "maria", "10.0.0.1", NOW), range(40)))
    assert waits.count(0) == 10


def test_who_gets_in_begins_to_count_anew(desk: Desk) -> None:
    for _ in range(10):
        sessions.try_in(desk, "maria", "10.0.0.1", NOW)
    sessions.got_in(desk, "maria")
    assert sessions.try_in(desk, "maria", "10.0.0.1", NOW) == 0


def test_old_sessions_and_tries_leave_the_desk(desk: Desk) -> None:
    sessions.begin(desk, "maria", NOW)
    sessions.try_in(desk, "maria", "10.0.0.1", NOW)
    later = NOW + timedelta(days=31)
    sessions.begin(desk, "paul", later)
    sessions.try_in(desk, "paul", "10.0.0.1", later)
    with desk.connection() as connection:
        counts = [
            connection.execute(f"select count(*) from {name}").fetchone()[0]
            for name in ("sessions", "attempts")
        ]
    assert counts == [1, 1]
