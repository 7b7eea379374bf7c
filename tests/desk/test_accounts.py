"""Accounts: argon2 hashes, no telling who is there, and no session left after a change."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher, extract_parameters

from tasks.desk import accounts, sessions
from tasks.desk.audit import entries
from tasks.desk.store import Desk
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path / "review.sqlite")


def test_a_password_is_kept_as_an_argon2id_hash_and_nowhere_else(desk: Desk) -> None:
    accounts.add(desk, "maria", "reviewer", PASSWORD, NOW, by="ops@host")
    with desk.connection() as connection:
        (hashed,) = connection.execute("select password_hash from accounts").fetchone()
    assert hashed.startswith("$argon2id$")
    assert extract_parameters(hashed).memory_cost >= 19 * 1024  # OWASP's least, 2025
    for file in desk.path.parent.iterdir():
        assert not file.is_file() or PASSWORD.encode() not in file.read_bytes()


def test_only_the_right_password_of_an_active_account_fits(desk: Desk) -> None:
    accounts.add(desk, "maria", "lead", PASSWORD, NOW, by="ops@host")
    found = accounts.account_with(desk, "maria", PASSWORD)
    assert found is not None
    assert (found.name, found.role) == ("maria", "lead")
    assert accounts.account_with(desk, "maria", PASSWORD + "x") is None
    assert accounts.account_with(desk, "nobody", PASSWORD) is None
    accounts.disable(desk, "maria", NOW, by="ann")
    assert accounts.account_with(desk, "maria", PASSWORD) is None
    accounts.enable(desk, "maria", NOW, by="ann")
    assert accounts.account_with(desk, "maria", PASSWORD) is not None


def test_an_account_without_a_password_is_signed_in_by_none(desk: Desk) -> None:
    accounts.add(desk, "maria", "lead", None, NOW, by="ops@host")
    for password in ("", "None", PASSWORD):
        assert accounts.account_with(desk, "maria", password) is None


def test_every_check_costs_the_same_whether_there_is_such_an_account_or_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.add(desk, "maria", "lead", PASSWORD, NOW, by="ops@host")
    accounts.add(desk, "proxied", "lead", None, NOW, by="ops@host")
    checked: list[object] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, hashed: str, password: str) -> bool:
        checked.append(extract_parameters(hashed))
        return bool(verify(self, hashed, password))

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for name in ("maria", "nobody", "proxied"):
        accounts.account_with(desk, name, "wrong password")
    assert len(checked) == 3
    assert checked[0] == checked[1] == checked[2]


@pytest.mark.parametrize("name", ["", "Maria", "a b", "../x", "<b>", "x" * 65, "-x", "é", "a\n"])
def test_names_are_plain(name: str, desk: Desk) -> None:
    with pytest.raises(SettingsError, match="lower-case"):
        accounts.add(desk, name, "reviewer", PASSWORD, NOW, by="ops@host")


@pytest.mark.parametrize("password", ["", "short", "x" * 20, "x" * 257, "my name is maria"])
def test_passwords_that_are_guessed_are_refused(password: str, desk: Desk) -> None:
    with pytest.raises(SettingsError, match="password"):
        accounts.add(desk, "maria", "reviewer", password, NOW, by="ops@host")
    assert accounts.all_accounts(desk) == []


def test_a_name_is_taken_once_and_must_be_there_to_be_changed(desk: Desk) -> None:
    accounts.add(desk, "maria", "reviewer", None, NOW, by="ops@host")
    with pytest.raises(SettingsError, match="already"):
        accounts.add(desk, "maria", "admin", None, NOW, by="ops@host")
    for change in (accounts.disable, accounts.enable):
        with pytest.raises(SettingsError, match="no account"):
            change(desk, "nobody", NOW, by="ops@host")
    with pytest.raises(sqlite3.IntegrityError):
        accounts.give_role(desk, "maria", "owner", NOW, by="ops@host")  # type: ignore[arg-type]


@pytest.mark.parametrize("change", ["password", "disable"])
def test_a_changed_password_and_a_disabled_account_end_every_session(change: str, desk: Desk) -> None:
    accounts.add(desk, "maria", "reviewer", None, NOW, by="ops@host")
    accounts.add(desk, "paul", "reviewer", None, NOW, by="ops@host")
    mine = [sessions.begin(desk, "maria", NOW)[0] for _ in range(2)]
    other, _ = sessions.begin(desk, "paul", NOW)
    if change == "password":
        accounts.set_password(desk, "maria", PASSWORD, NOW, by="maria")
    else:
        accounts.disable(desk, "maria", NOW, by="ann")
    found = [sessions.session_of(desk, token) for token in (*mine, other)]
    assert [session is not None and session.is_live(NOW, 30) for session in found] == [False, False, True]


def test_who_changed_what_is_in_the_log(desk: Desk) -> None:
    accounts.add(desk, "maria", "reviewer", None, NOW, by="ops@host")
    accounts.give_role(desk, "maria", "lead", NOW, by="ann")
    accounts.set_password(desk, "maria", PASSWORD, NOW, by="maria")
    accounts.disable(desk, "maria", NOW, by="ann")
    told = [(entry.account, entry.action, entry.detail) for entry in reversed(entries(desk))]
    assert told == [
        ("ops@host", "account_added", "maria: reviewer"),
        ("ann", "role_given", "maria: lead"),
        ("maria", "password_changed", "maria"),
        ("ann", "account_disabled", "maria"),
    ]
