"""The review app with people at it: a lake with hostile calls, an account for each role, their browsers."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from finished_calls import finished_call, landed_row, spoken
from short_recordings import seconds_of
from starlette.testclient import TestClient

from flows.review.access import roles_of
from flows.review.app import create_app
from flows.review.place import Place, place_of
from flows.review.sealing import seal_beside
from flows.review.setup import Setup
from tasks.answers import AnswerStore
from tasks.certificate import certify
from tasks.desk import accounts, sessions
from tasks.desk.store import Desk
from tasks.heard_calls import HeardCalls
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, writing
from tasks.lake.standing_reader import StandingReader
from tasks.land import Landing, land
from tasks.redact.marks import Mark, finding_id, label
from tasks.schemas import Finding, SoundCopy
from tasks.settings import load_settings
from tasks.stitch import build_conversation

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI

    from tasks.desk.accounts import Role

ORIGIN = "http://127.0.0.1:8321"
PASSWORD = "correct horse battery staple"
ROLES: tuple[Role, ...] = ("reviewer", "lead", "auditor", "admin")
OPEN = {"/sign-in"}
"""The routes that need no session."""
ATTACK = "<script>alert(1)</script>\"'><img/src=x/onerror=alert(1)>{{7*7}}"
"""One word that is a page's undoing wherever it is not escaped."""
VALUE = "four one one one"
CARD = Finding("CARD_NUMBER", 6, 10, 0.6, "flagged", "made up")
CVV = Finding("CARD_CVV", 10, 11, 0.9, "auto", "made up")
KEPT_OUT = Finding("PERSON", 11, 12, 0.9, "auto", "made up")
SOUND = seconds_of("call-0001", 0, 5)


@dataclass(slots=True)
class Clock:
    """A clock that a test moves on."""

    now: datetime = datetime(2026, 3, 4, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **much: float) -> None:
        self.now += timedelta(**much)


@dataclass(frozen=True, slots=True)
class HostileLake:
    """A lake with two calls whose words, metadata and file names attack whoever shows them."""

    lake: Lake
    key_file: Path
    card: str
    """finding_id of a card number that was heard and can be unmasked."""
    cvv: str
    """Of a secret."""
    name: str
    """Of a name that is deleted only by the rules, though heard."""


def make_hostile_lake(folder: Path) -> HostileLake:
    """Land the calls, keep what was heard, and put a sound beside."""
    lake, key_file = Lake.at(str(folder / "lake")), folder / "keys.json"
    keyring = load_keyring(key_file)
    words = {
        1: spoken(f"how can {ATTACK} help", 0, 1),
        0: spoken(f"my card {VALUE} 123 Ellison {ATTACK}", 2_000, 0, confidence=0.3),
    }
    path = "audio/2026-03-02/copy.flac"
    findings = [CARD, CVV, KEPT_OUT]
    call = finished_call(
        "call-1",
        words=words,
        findings=findings,
        marks=[
            Mark("label", label(CARD)),
            Mark("delete_only", label(CVV)),
            Mark("delete_only", label(KEPT_OUT)),
        ],
        copy=SoundCopy(path, "a" * 64, 1_000),
        source_uri_masked=f"{ATTACK}.wav",
        metadata={ATTACK: ATTACK},
        engine=ATTACK,
    )
    meant = replace(call.recording.metadata, agent_id=ATTACK, queue=ATTACK)
    call = replace(call, recording=replace(call.recording, metadata=meant))
    call = replace(call, certificate=certify(call, "all", keyring))
    silent = finished_call("call-2", findings=(), words={1: spoken("good morning", 0, 1)})
    heard = build_conversation({channel: list(side) for channel, side in words.items()})
    HeardCalls(AnswerStore(lake.heard, keyring)).keep(call.recording.sha256, heard, findings, {})
    with writing(lake) as connection:
        land(connection, lake, Landing([(one, landed_row(one)) for one in (call, silent)], [], []))
    lake.files.write(path, SOUND)
    ids = [finding_id("call-1", finding) for finding in findings]
    return HostileLake(lake, key_file, *ids)


class Browser:
    """Somebody's browser at the app: keeps cookies, sends forms' tokens, follows no redirect."""

    def __init__(self, app: FastAPI, address: str = "127.0.0.1", csrf_token: str | None = None) -> None:
        self.client = TestClient(
            app,
            base_url=ORIGIN,
            headers={"origin": ORIGIN},
            follow_redirects=False,
            raise_server_exceptions=False,
            client=(address, 50_000),
        )
        self.csrf_token = csrf_token

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, **more)

    def post(self, path: str, data: dict[str, str] | None = None, **more: Any) -> Any:
        """A form with the token of this browser's session, unless the data have one."""
        return self.client.post(path, data={"csrf_token": self.csrf_token or "", **(data or {})}, **more)

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> Any:
        """Through the form, as people do; what was there before stays in the browser."""
        return self.client.post("/sign-in", data={"name": name, "password": password, **fields})

    def hold(self, name: str, token: str, csrf_token: str) -> None:
        """Begin with a session."""
        self.client.cookies.set(name, token)
        self.csrf_token = csrf_token


@dataclass(slots=True)
class ReviewApp:
    """The app, and what a test changes about it."""

    hostile: HostileLake
    setup: Setup
    clock: Clock
    app: FastAPI = field(init=False)

    def __post_init__(self) -> None:
        self.app = create_app(self.setup)

    @classmethod
    def at(cls, hostile: HostileLake, folder: Path, place: Place | None = None) -> ReviewApp:
        """An app over the lake with a desk of its own, and an account named after each role."""
        clock = Clock()
        settings = load_settings(lake=hostile.lake.address, key_file=hostile.key_file)
        desk = Desk.at(folder / "review.sqlite")
        with desk.connection(write=True) as connection:
            connection.execute(
                "insert into items (item_id, kind, call_id, finding_id, call_date, queue, agent_id, entity,"
                " tier, reason, start_word, end_word, start_ms, end_ms, risk, state, wants_second) values"
                " ('item-1', 'finding', 'call-1', ?, '2026-03-02', ?, ?, 'CARD_NUMBER', 'flagged', ?, 6, 10,"
                " 2000, 3500, 9, 'open', 0)",
                [hostile.card, ATTACK, ATTACK, ATTACK],
            )
        for role in ROLES:
            accounts.add(desk, role, role, None, clock(), by="test")
        setup = Setup(
            settings=settings,
            lake=hostile.lake,
            reader=StandingReader(hostile.lake),
            desk=desk,
            keyring=lambda: load_keyring(hostile.key_file),
            place=place or place_of("127.0.0.1", 8321),
            seal=seal_beside(desk.path),
            clock=clock,
        )
        return cls(hostile, setup, clock)

    @property
    def desk(self) -> Desk:
        return self.setup.desk

    def give_password(self, name: str) -> None:
        """PASSWORD, for who signs in through the form."""
        accounts.set_password(self.desk, name, PASSWORD, self.clock(), by="test")

    def anybody(self, address: str = "127.0.0.1") -> Browser:
        """A browser without a session."""
        return Browser(self.app, address)

    def browser_of(self, role: str) -> Browser:
        """A browser in which the account named after the role is signed in."""
        browser = self.anybody()
        token, session = sessions.begin(self.desk, role, self.clock())
        browser.hold("callarchive", token, session.csrf_token)
        return browser

    def routes(self) -> list[tuple[str, str, frozenset[str] | None]]:
        """Every route of the app: method, path and the roles that it lets through by its own account."""
        return [
            (method, route.path, roles_of(route.dependant))
            for route in self.app.routes
            if hasattr(route, "dependant")
            for method in sorted(route.methods)
        ]

    def address(self, path: str, value: str | None = None) -> str:
        """A route's path with something in place of its parameters: what is there, or the value."""
        there = {"call_id": "call-1", "finding_id": self.hostile.card, "item_id": "item-1"}
        return re.sub(r"{(\w+)(?::\w+)?}", lambda match: value or there.get(match[1], "x"), path)


def field_of(page: str, name: str) -> str:
    """The value of a page's hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise AssertionError(f"no field {name}")
    return html.unescape(found[1])
