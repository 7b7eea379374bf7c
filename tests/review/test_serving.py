"""The app as a server: what it prints and logs, slow and greedy clients, TLS, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import pytest
from command_line import private_environment
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from review_app import PASSWORD, SOUND, ReviewApp, make_hostile_lake
from servers import free_port
from typer.testing import CliRunner

from flows.cli.app import app as command_line
from flows.review import patience, refreshing, safety
from flows.review.app import serve, server_of
from flows.review.pages import sound
from flows.review.place import place_of
from tasks.desk import items
from tasks.desk.refresh import refresh as desk_refresh
from tasks.errors import SettingsError
from tasks.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from review_app import HostileLake

    from flows.review.place import Place
    from tasks.desk.refresh import Refreshed


@contextmanager
def _serving(review: ReviewApp, place: Place) -> Iterator[None]:
    server = server_of(review.app, place)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


@pytest.fixture
def here() -> Place:
    return place_of("127.0.0.1", free_port())


@pytest.fixture
def served(hostile: HostileLake, tmp_path: Path, here: Place) -> Iterator[ReviewApp]:
    """The app at a port of this machine."""
    review = ReviewApp.at(hostile, tmp_path, here)
    with _serving(review, here):
        yield review


def _asked(port: int, request: str, wrap: ssl.SSLContext | None = None) -> bytes:
    """Everything that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        connection = wrap.wrap_socket(plain, server_hostname="127.0.0.1") if wrap else plain
        connection.sendall(request.encode())
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
        return b"".join(parts)


def _get(place: Place, path: str, *headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"host: 127.0.0.1:{place.port}", "connection: close", *headers]
    return _asked(place.port, "\r\n".join([*lines, "", ""]))


def _cookie(review: ReviewApp, role: str = "reviewer") -> str:
    return f"cookie: callarchive={review.browser_of(role).client.cookies['callarchive']}"


def test_a_request_whose_head_does_not_come_is_given_up(
    served: ReviewApp, here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LONGEST_HEAD_S", 0.3)
    began = time.monotonic()
    assert _asked(here.port, "GET / HTTP/1.1\r\nhost: 127.") == b""
    assert _asked(here.port, "") == b""
    assert time.monotonic() - began < 10
    assert b"200 OK" in _get(here, "/sign-in")


def test_a_form_that_does_not_come_is_given_up(
    served: ReviewApp, here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safety, "_LONGEST_S", 0.3)
    origin = f"http://127.0.0.1:{here.port}"
    head = (
        f"POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1:{here.port}\r\norigin: {origin}\r\nconnection: close\r\n"
    )
    form = "content-type: application/x-www-form-urlencoded\r\ncontent-length: 99\r\n\r\nname=x"
    answer = _asked(here.port, head + form)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"content-security-policy" in answer


def test_heads_are_not_endless(served: ReviewApp, here: Place) -> None:
    head = f"GET /sign-in HTTP/1.1\r\nhost: 127.0.0.1:{here.port}\r\nx: {'y' * 2_000_000}\r\n\r\n"
    assert b"200 OK" not in _asked_or_nothing(here.port, head)


@pytest.mark.parametrize("path", ["/static/../../app.py", "/static/..%2f..%2fapp.py", "/static//etc/passwd"])
def test_raw_paths_lead_to_no_file(path: str, served: ReviewApp, here: Place) -> None:
    answer = _get(here, path)
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))
    assert b"create_app" not in answer


def test_sound_comes_over_the_wire_in_parts(served: ReviewApp, here: Place) -> None:
    head, _, body = _get(here, "/sound/call-1", _cookie(served), "range: bytes=10-4009").partition(
        b"\r\n\r\n"
    )
    assert head.startswith(b"HTTP/1.1 206")
    assert b"server:" not in head.lower()
    assert body == SOUND[10:4_010]


def test_what_is_in_the_lake_asks_for_a_person_as_soon_as_the_app_runs(
    hostile: HostileLake, tmp_path: Path, here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "_EVERY_S", 0.05)
    review, failing = ReviewApp.at(hostile, tmp_path, here), [True]

    def refresh(*arguments: Any) -> Refreshed:
        if failing and failing.pop():  # the lake is away for a moment
            raise SettingsError("no lake")
        return desk_refresh(*arguments)

    monkeypatch.setattr(refreshing, "refresh", refresh)

    def waiting() -> list[items.Item]:
        return items.page(review.desk, items.Filters(), limit=50)

    assert [item.item_id for item in waiting()] == ["item-1"]  # of no lake
    with _serving(review, here):
        deadline = time.monotonic() + 30
        while [item.item_id for item in waiting()] == ["item-1"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert {item.finding_id for item in waiting() if item.kind == "finding"} == {hostile.card}
    assert "item-1" not in {item.item_id for item in waiting()}


def test_what_has_begun_is_finished_when_the_server_is_told_to_stop(
    hostile: HostileLake, tmp_path: Path, here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    review, begun = ReviewApp.at(hostile, tmp_path, here), threading.Event()
    blocks = sound._blocks

    def slowly(*arguments: Any) -> Iterator[bytes]:
        begun.set()
        time.sleep(1)
        yield from blocks(*arguments)

    monkeypatch.setattr(sound, "_blocks", slowly)
    heard: list[bytes] = []
    with _serving(review, here):
        cookie = _cookie(review)
        asking = threading.Thread(target=lambda: heard.append(_get(here, "/sound/call-1", cookie)))
        asking.start()
        assert begun.wait(20)
    asking.join(20)
    assert heard[0].endswith(SOUND)


def test_a_lake_that_disappears_is_told_in_a_line_and_the_desk_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    review = ReviewApp.at(make_hostile_lake(folder), tmp_path)
    (folder / "lake").rename(folder / "elsewhere")
    browser = review.browser_of("admin")
    for path in ("/sound/call-1", "/items/item-1"):
        answer = browser.get(path)
        assert answer.status_code == 503
        assert "The lake cannot be read just now" in answer.text
        assert str(folder) not in answer.text
    assert browser.get("/audit").status_code == 200
    assert browser.get("/accounts").status_code == 200
    with review.setup.reader:
        (folder / "elsewhere").rename(folder / "lake")
        assert browser.get("/sound/call-1").status_code == 200
        (folder / "lake").rename(folder / "elsewhere")  # while it is open
        assert browser.get("/items/item-1").status_code == 503
        (folder / "elsewhere").rename(folder / "lake")
        assert browser.get("/items/item-1").status_code == 200


@pytest.fixture
def tls(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    paths = tmp_path / "certificate.pem", tmp_path / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(pem))
    paths[1].write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    return paths


def test_with_a_certificate_it_speaks_https_and_nothing_else(
    hostile: HostileLake, tmp_path: Path, tls: tuple[Path, Path]
) -> None:
    place = place_of("127.0.0.1", free_port(), tls)
    review = ReviewApp.at(hostile, tmp_path, place)
    trusting = ssl.create_default_context(cafile=tls[0])
    context = server_of(review.app, place).config.ssl
    assert context is not None
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    with _serving(review, place):
        request = f"GET /sign-in HTTP/1.1\r\nhost: 127.0.0.1:{place.port}\r\nconnection: close\r\n\r\n"
        answer = _asked(place.port, request, trusting)
        assert b"strict-transport-security: max-age=31536000" in answer
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"HTTP/1.1" not in _asked_or_nothing(place.port, request)


def _asked_or_nothing(port: int, request: str) -> bytes:
    try:
        return _asked(port, request)
    except ConnectionError:
        return b""


def test_files_that_are_no_certificate_are_refused_in_a_line(review: ReviewApp, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    with pytest.raises(SettingsError, match="TLS does not work"):
        server_of(review.app, place_of("127.0.0.1", 8321, (wrong, wrong)))


def test_without_a_lake_nothing_is_made_or_served(tmp_path: Path) -> None:
    settings = load_settings(lake=str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="no lake"):
        serve(settings, "127.0.0.1", 8321, None, print)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.1"])  # noqa: S104
def test_the_command_refuses_other_addresses_without_tls(host: str, hostile: HostileLake) -> None:
    said = CliRunner().invoke(command_line, ["review", "--lake", hostile.lake.address, "--host", host])
    assert isinstance(said.exception, SettingsError)
    assert "--tls-certificate" in str(said.exception)


def test_the_command_says_where_it_is_and_what_is_missing_and_logs_no_query(
    hostile: HostileLake, tmp_path: Path
) -> None:
    port, home = free_port(), tmp_path / "ops"
    program = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), flush=True))\n"
        "from flows.cli.app import main\n"
        "main()"
    )
    command = [sys.executable, "-c", program, "review", "--lake", hostile.lake.address, "--port", str(port)]
    env = private_environment(home, CALLARCHIVE_REVIEW_FILE=str(home / "review.sqlite"))
    env["PYTHONPATH"] = os.pathsep.join([env["PYTHONPATH"], *sys.path])
    with subprocess.Popen(
        command, cwd=home, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            told = [server.stdout.readline(), server.stdout.readline()]
            answer = _get(place_of("127.0.0.1", port), "/nowhere?q=four+one+one+one")
            server.send_signal(signal.SIGINT)
            out, log = server.communicate(timeout=60)
        finally:
            server.kill()
    assert told[0] == "nobody can sign in yet: callarchive reviewers add NAME --role admin\n"
    assert told[1] == f"review app: http://127.0.0.1:{port} (Ctrl-C ends it)\n"
    assert answer.startswith(b"HTTP/1.1 404")
    assert server.returncode == 0
    assert "GET - 404" in log
    assert "four" not in log
    modules = set(json.loads(out.splitlines()[-1]))
    assert "fastapi" in modules
    assert not modules & {"prefect", "webbrowser", "faster_whisper", "matplotlib"}
    assert (home / "review.sqlite").stat().st_mode & 0o077 == 0
    assert (home / "review.key").stat().st_mode & 0o077 == 0


def test_accounts_are_made_and_listed_by_a_command_that_shows_no_password(
    hostile: HostileLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLARCHIVE_REVIEW_FILE", str(tmp_path / "review.sqlite"))

    def run(*arguments: str, typed: str | None = None) -> Any:
        order = ["reviewers", *arguments, "--lake", hostile.lake.address]
        return CliRunner().invoke(command_line, order, input=typed)

    assert run("list").output == "no accounts yet: callarchive reviewers add NAME --role admin\n"
    asked = run("add", "maria", "--role", "lead", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert asked.exit_code == 0
    assert PASSWORD not in asked.output
    assert run("add", "paul", "--role", "auditor", "--password-stdin", typed=f"{PASSWORD}\n").exit_code == 0
    assert run("add", "prox", "--role", "reviewer", "--proxy-only").exit_code == 0
    assert run("add", "eve", "--role", "owner", "--proxy-only").exit_code == 2
    assert isinstance(run("add", "maria", "--role", "lead", "--proxy-only").exception, SettingsError)
    assert run("disable", "paul").exit_code == 0
    assert run("role", "prox", "--role", "admin").exit_code == 0
    assert run("password", "maria", "--password-stdin", typed=f"{PASSWORD}!\n").exit_code == 0
    listed = json.loads(run("list", "--json").output)
    assert [(one["name"], one["role"], one["disabled_at"] is not None) for one in listed] == [
        ("maria", "lead", False),
        ("paul", "auditor", True),
        ("prox", "admin", False),
    ]
    assert "argon2" not in run("list", "--json").output
