"""Calls with values that nobody else has, through the whole command line: they are written nowhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import canaries
import pytest
from command_line import TESTS, Said, end_processes_of, private_environment, run_command
from faults import STAGES
from hosted import KEY, environment
from leak_scan import Leak, Secret, leaks

from tasks.answers import AnswerStore, without_receipt
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake
from tasks.stand_in import Desk, StandIn, deepgram

if TYPE_CHECKING:
    from collections.abc import Iterator

TALKATIVE = {
    "PYTHONPATH": str(TESTS / "talkative"),
    "PYTHONASYNCIODEBUG": "1",
    "PYTHONLOGLEVEL": "DEBUG",
    "PREFECT_LOGGING_LEVEL": "DEBUG",
    "PREFECT_LOGGING_ROOT_LEVEL": "DEBUG",
    "PREFECT_INTERNAL_LOGGING_LEVEL": "DEBUG",
    "PREFECT_SERVER_LOGGING_LEVEL": "DEBUG",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",  # megabytes of log about blocks nobody uses
}
REVERSIBLE = {"CALLARCHIVE_REDACTION_MODE": "reversible"}
NUMBERED = {"CALLARCHIVE_REDACTION_MODE": "numbered"}


@dataclass
class Sandbox:
    """A home in which everything is logged, an archive outside of it, and a vendor that hears secrets."""

    home: Path
    archive: Path
    stand_in: StandIn
    vendor: canaries.Vendor
    stated: list[Secret]
    said: dict[str, Said] = field(default_factory=dict)

    @property
    def lake(self) -> Path:
        return self.home / "lake"

    @property
    def keys(self) -> Path:
        return self.home / ".config" / "callarchive" / "keys.json"

    @property
    def env(self) -> dict[str, str]:
        return environment(self.stand_in, "deepgram") | TALKATIVE

    def run(self, name: str, *arguments: str | Path, **env: str) -> Said:
        """One command in a process of its own."""
        said = run_command(name, *arguments, "--lake", self.lake, home=self.home, env=self.env | env)
        self.said[name] = said
        return said

    def run_with(self, faults: list[str], **env: str) -> Said:
        """Ingest once for each fault, in a process of its own."""
        program = Path(__file__).with_name("faulty_command_line.py")
        arguments = ["ingest", self.archive, "--lake", self.lake, "--json", "--verbose"]
        out, err = (self.archive.with_name(f"{faults[0]}.{kind}") for kind in ("out", "err"))
        with out.open("w") as told, err.open("w") as complained:  # a server that outlives it holds pipes open
            done = subprocess.run(
                [sys.executable, program, ",".join(faults), *arguments],
                cwd=self.home,
                env=private_environment(self.home, **self.env, **env),
                stdout=told,
                stderr=complained,
                timeout=900,
                check=False,
            )
        end_processes_of(self.home)
        said = self.said[faults[0]] = Said(done.returncode, out.read_text(), err.read_text())
        return said

    def write_references(self) -> Path:
        """What was heard, as somebody may have typed it: each recording has one, maybe another's."""
        folder = self.archive.with_name("references")
        folder.mkdir()
        sounds = sorted(path for path in self.archive.glob("*/*") if path.suffix in {".wav", ".flac"})
        for path, (person, _) in zip(sounds, self.vendor.heard.values(), strict=True):
            (folder / f"{path.stem}.txt").write_text(" ".join(person.told()))
        return folder

    def leaks(self) -> list[Leak]:
        """What is found in everything that was written, our own key in its file aside."""
        keys = Secret("our key", tuple(json.loads(self.keys.read_text())["keys"].values()))
        secrets = [*self.stated, *self.vendor.secrets(), Secret("the vendor's key", (KEY,)), keys]
        said = {
            f"{name}, {kind}": getattr(one, kind)
            for name, one in self.said.items()
            for kind in ("out", "err")
        }
        own_place = self.keys.relative_to(self.home).as_posix()
        found = leaks(secrets, [self.home], said)
        return [leak for leak in found if (leak.place, leak.secret) != (own_place, "our key")]


@contextmanager
def opened(folder: Path, count: int, length_s: float = 4) -> Iterator[Sandbox]:
    """A sandbox with an archive of so many calls."""
    answer, vendor = deepgram.answer, canaries.Vendor()
    with pytest.MonkeyPatch.context() as patched, StandIn(Desk(hear=vendor.hear)) as stand_in:
        patched.setattr(
            deepgram, "answer", lambda content, *more: answer(canaries.answer_with_extras(content), *more)
        )
        stated = canaries.write_archive(folder / "archive", count, length_s)
        _make_prefect_database(folder / "home")
        yield Sandbox(folder / "home", folder / "archive", stand_in, vendor, stated)


def _make_prefect_database(home: Path) -> None:
    """Before any call is there: with every statement logged it takes four times as long."""
    command = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "--yes"]
    subprocess.run(command, env=private_environment(home), capture_output=True, timeout=300, check=True)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """After one run of each command."""
    with opened(tmp_path_factory.mktemp("canary"), 3) as box:
        box.run("ingest", box.archive, "--json", "--verbose", **REVERSIBLE)
        box.run("sql", "from words", "--format", "json")
        box.run("ask", "phrase_search", "--param", "phrase=my name is")
        box.run("export", "--call", "canary-0", "--format", "json", "-o", box.home / "call.json")
        box.run("certificate", "--call", "canary-0")
        box.run("compliance")
        box.run("redact", "--json", **NUMBERED)
        arguments = ["--engines", "deepgram", "--references", box.write_references(), "--json"]
        box.run("compare", box.archive, *arguments, "-o", box.home / "report.html")
        yield box


def test_every_command_did_its_work(sandbox: Sandbox) -> None:
    facts = sandbox.said["ingest"].json
    assert (facts["landed"], facts["quarantined"], facts["failed"]) == (3, 1, 0)
    codes = {name: said.code for name, said in sandbox.said.items()}
    assert codes == dict.fromkeys(codes, 0) | {"ingest": 3}
    assert sandbox.said["redact"].json["changed"] == 3
    assert sandbox.said["compare"].json["recordings"] == 3
    marks = {row["word"].rpartition("_")[0] for row in sandbox.said["sql"].json if row["entity"]}
    assert {"[PERSON", "[CARD_NUMBER", "[PHONE", "[EMAIL", "[ACCOUNT_ID"} <= marks


def test_everything_was_logged(sandbox: Sandbox) -> None:
    lines = (sandbox.home / "everything.log").read_text().splitlines()
    loggers = {line.split()[0] for line in lines if " DEBUG " in line}
    assert {"httpcore.http11", "asyncio", "aiosqlite"} <= loggers
    assert any(name.startswith("prefect") for name in loggers)


def test_what_is_looked_for_was_there(sandbox: Sandbox) -> None:
    """In the archive, and in the answers, which are encrypted; the next test could not fail otherwise."""
    store = AnswerStore(Lake.at(str(sandbox.lake)).answers, load_keyring(sandbox.keys))
    answers = {key: without_receipt(store.get(key) or b"")[1].decode() for key in store.all_keys()}
    assert len(sandbox.vendor.heard) == 3
    told = [secret for secret in sandbox.vendor.secrets() if not secret.context and not secret.raw]
    assert {leak.secret for leak in leaks(told, [], answers)} == {secret.name for secret in told}
    stated = {leak.secret.split(" of ")[0] for leak in leaks(sandbox.stated, [sandbox.archive], {})}
    assert {"name", "card", "phone", "account", "mail", "stated code", "sound 1"} <= stated


def test_nothing_of_it_is_written_anywhere(sandbox: Sandbox) -> None:
    assert sandbox.leaks() == []


@pytest.mark.slow
def test_nothing_is_written_anywhere_in_any_mode(tmp_path: Path) -> None:
    with opened(tmp_path / "modes", 1, 2) as box:
        box.run("ingest", box.archive, "--json", "--verbose", CALLARCHIVE_REDACTION_MODE="label")
        assert box.leaks() == []
        assert len(box.vendor.heard) == 1
        for mode in ("pseudonym", "delete_only"):
            assert box.run("redact", "--json", CALLARCHIVE_REDACTION_MODE=mode).json["changed"] == 1
            assert box.leaks() == []


@pytest.mark.slow
def test_nothing_is_written_anywhere_whatever_fails(tmp_path: Path) -> None:
    """All calls fail in turn: in the plan, each at another stage, in landing; then they land."""
    with opened(tmp_path / "faulty", len(STAGES), 2) as box:
        said = box.run_with(["plan", "stages", "landing", "nothing"], **REVERSIBLE)
        codes = re.findall(r"^(plan|stages|landing|nothing): (\d+)$", said.err, re.MULTILINE)
        assert codes == [("plan", "1"), ("stages", "10"), ("landing", "10"), ("nothing", "0")]
        assert all(f"unexpected ConnectionError in {name}" in said.out for name in STAGES)
        assert len(box.vendor.heard) == len(STAGES)
        assert box.leaks() == []


@pytest.mark.slow
def test_nothing_is_left_anywhere_by_a_run_that_is_killed_at_any_stage(tmp_path: Path) -> None:
    patient = {"CALLARCHIVE_ATTEMPTS": str(len(STAGES) + 1)}  # or it gives up after three killed runs
    with opened(tmp_path / "killed", 2) as box:
        for name in STAGES:
            assert box.run_with([f"kill:{name}"], **REVERSIBLE, **patient).code == -9
            assert box.leaks() == []
        assert box.run_with(["nothing"], **REVERSIBLE, **patient).json["landed"] == 2
        assert len(box.vendor.heard) == 2
        assert box.leaks() == []
