"""Whatever fails on a recording's way, nothing of it lands: no row, no sound, no word in a reason."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import canned_engine
import presidio_analyzer.pattern_recognizer
import pyarrow.parquet as pq
import pytest
import yaml
from faults import STAGES, fail_at_the_end_of
from short_recordings import write_calls

from flows import batch, call, engines
from flows.batch import work_on
from flows.night import open_night
from flows.plan import plan_night
from flows.share import Share
from flows.wishes import Wishes
from tasks.engines import local
from tasks.errors import KeyMissing, SettingsError
from tasks.find_pii import find_pii
from tasks.lake.catalog import Lake, reading, writing
from tasks.lake.landing import remove_orphans
from tasks.lake.tables import TABLES
from tasks.redact.rules import DEFAULT_PATH
from tasks.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tasks.schemas import Outcome

ON_THE_BOOKS = {"recordings", "engine_usage"}
"""Relations that may name a call that did not land: the ledger, and what was spent."""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def settings(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Two short calls, an engine that hears made-up words in them, and a lake to be."""
    answering(monkeypatch, canned_engine.canned_answer)
    monkeypatch.setattr(engines, "_loaded", lambda _: None)
    monkeypatch.setenv("CALLARCHIVE_KEY_FILE", str(tmp_path / "keys.json"))
    write_calls(archive, 2)
    return load_settings(lake=str(tmp_path / "lake"))


def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[bytes], bytes]) -> None:
    async def fetch(_: object, pcm: bytes, *__: object) -> bytes:
        return answer(pcm)

    monkeypatch.setattr(local, "fetch", fetch)


def run(settings: Settings, archive: Path, fails_at: str | None = None) -> dict[str | None, Outcome]:
    """What came of the recordings, by call id; `fails_at`: the statement that the landing fails at."""
    with open_night(str(archive), settings, "run-1") as night:
        plan = plan_night(night.connection, night.tools.archive, settings, night.keyring, Wishes())
        jobs = asyncio.run(Share(night, plan).next_batch())
        if fails_at:
            failing: Any = FailingConnection(night.connection, fails_at)
            night.writer.connection = failing
        ended = asyncio.run(work_on(night, plan, jobs))
        return {outcome.call_id: outcome for outcome in ended}


class FailingConnection:
    """A connection to the lake that fails at a statement once files of calls are registered."""

    def __init__(self, real: Any, fails_at: str) -> None:
        self._real, self._fails_at, self._landing = real, fails_at, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def execute(self, statement: str, *values: Any) -> Any:
        self._landing = self._landing or "ducklake_add_data_files" in statement
        if self._landing and self._fails_at in statement:
            raise MemoryError
        return self._real.execute(statement, *values)


def named_in(settings: Settings) -> dict[str, set[str]]:
    """The relations that name a call, by call id."""
    found: dict[str, set[str]] = {}
    with reading(Lake.at(settings.lake)) as connection:
        for name in [name for name, schema in TABLES.items() if "call_id" in schema.names]:
            for (call_id,) in connection.execute(f"select distinct call_id from stored.{name}").fetchall():
                found.setdefault(call_id, set()).add(name)
    return found


def ledger(settings: Settings) -> dict[str, tuple[str, str, str]]:
    with reading(Lake.at(settings.lake)) as connection:
        rows = connection.execute("select call_id, state, stage, reason from stored.recordings").fetchall()
    return {call_id: (state, stage, reason) for call_id, state, stage, reason in rows}


def sounds(settings: Settings) -> int:
    return sum(path.is_file() for path in (Path(settings.lake) / "audio").rglob("*"))


def strays(settings: Settings) -> int:
    """Files of calls that the lake does not know."""
    lake = Lake.at(settings.lake)
    with writing(lake) as connection:
        return remove_orphans(connection, lake)


def test_a_call_that_fails_at_any_stage_leaves_nothing_and_its_neighbours_land(
    settings: Settings, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(STAGES) == len(set(STAGES)) >= 9
    write_calls(archive, len(STAGES) + 1)
    failing = {f"short-{number}": name for number, name in enumerate(STAGES)}
    lands = f"short-{len(STAGES)}"
    with monkeypatch.context() as patched:
        fail_at_the_end_of(patched.setattr, lambda job: failing.get(job.call_id))
        outcomes = run(settings, archive)
    told = {name: f"unexpected ConnectionError in {name}" for name in STAGES}
    written = ledger(settings)
    assert written.pop(lands)[:2] == ("landed", "land")
    assert written == {call_id: ("failed", name, told[name]) for call_id, name in failing.items()}
    assert {outcomes[call_id].reason for call_id in failing} == set(told.values())
    named = named_in(settings)
    assert {"calls", "words", "turns", "certificates"} <= named.pop(lands)
    assert all(relations <= ON_THE_BOOKS for relations in named.values())
    assert (sounds(settings), strays(settings)) == (1, 0)
    run(settings, archive)
    assert {state for state, *_ in ledger(settings).values()} == {"landed"}
    assert sounds(settings) == len(STAGES) + 1


def test_a_batch_that_does_not_land_leaves_nothing_and_the_next_run_lands_it(
    settings: Settings, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    (archive / "short-1.wav").unlink()
    for owner, name in ((batch, "broken_promises"), (pq, "write_table")):
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, full)
            with pytest.raises(MemoryError):
                run(settings, archive)
        look_that_nothing_landed(settings)
    for statement in ("ducklake_add_data_files", "commit"):
        with pytest.raises(MemoryError):
            run(settings, archive, fails_at=statement)
        look_that_nothing_landed(settings)
    assert {outcome.state for outcome in run(settings, archive).values()} == {"landed"}
    assert (sounds(settings), strays(settings)) == (1, 0)


def look_that_nothing_landed(settings: Settings) -> None:
    assert {state for state, *_ in ledger(settings).values()} == {"found"}
    assert all(relations == {"recordings"} for relations in named_in(settings).values())
    assert (sounds(settings), strays(settings)) == (0, 0)


def test_neither_a_contradiction_nor_a_recording_that_was_changed_lands(
    settings: Settings, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*given: Any) -> Any:
        changed = archive / "short-1.wav"
        changed.write_bytes(changed.read_bytes()[:-2] + b"\x00\x00")
        return find_pii(*given)

    monkeypatch.setattr(call, "find_pii", meanwhile)
    monkeypatch.setattr(batch, "broken_promises", lambda _: {"short-0": "made_up"})
    write_calls(archive, 3)
    run(settings, archive)
    written = ledger(settings)
    assert written["short-0"] == ("failed", "land", "check made_up found a contradiction")
    assert written["short-1"][:2] == ("failed", "copy_sound")
    assert written["short-2"][0] == "landed"
    named = named_in(settings)
    assert named["short-0"] | named["short-1"] <= ON_THE_BOOKS
    assert (sounds(settings), strays(settings)) == (1, 0)


def test_a_pattern_that_runs_out_of_time_keeps_its_call_from_landing(
    settings: Settings, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def talkative(_: bytes) -> bytes:
        said = ("so i said to him the thing is me@home and so on " * 400).split()
        times = [{"start": at / 1_000, "end": at / 1_000, "probability": 1} for at in range(len(said))]
        words = [{"word": word} | time for word, time in zip(said, times, strict=True)]
        segment = {"avg_logprob": -0.2, "no_speech_prob": 0.0, "compression_ratio": 1.0, "level_dbfs": -20.0}
        return json.dumps({"language": "en", "segments": [segment | {"words": words}]}).encode()

    answering(monkeypatch, talkative)
    monkeypatch.setattr(presidio_analyzer.pattern_recognizer, "REGEX_TIMEOUT_SECONDS", 1e-9)
    monkeypatch.setattr("tasks.redact.presidio.PATTERN_TIMEOUT_S", 1e-9)  # where no call was looked at before
    run(settings, archive)
    assert {(state, where) for state, where, _ in ledger(settings).values()} == {("failed", "find_pii")}
    assert all("TimeoutError" in reason for *_, reason in ledger(settings).values())
    assert (sounds(settings), strays(settings)) == (0, 0)


def test_without_the_key_of_its_lake_a_night_does_not_begin(settings: Settings, archive: Path) -> None:
    run(settings, archive)
    before = named_in(settings)
    keys = settings.key_file.read_text()
    key_id = json.loads(keys)["current"]
    write_calls(archive, 3)
    settings.key_file.unlink()
    for _ in ("the key file is gone", "it is another one"):
        with pytest.raises(KeyMissing, match=f"{key_id}.*restore"):
            run(settings, archive)
    assert named_in(settings) == before
    settings.key_file.write_text(keys)
    run(settings, archive)
    assert set(named_in(settings)) == {*before, "short-2"}


def test_an_unknown_mode_starts_nothing(
    settings: Settings, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = yaml.safe_load(DEFAULT_PATH.read_text())
    rules["entities"]["PERSON"]["action"] = "shuffled"
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules))
    for name, value in (("RULES", str(tmp_path / "rules.yaml")), ("MODE", "shuffled")):
        with monkeypatch.context() as patched:
            patched.setenv(f"CALLARCHIVE_REDACTION_{name}", value)
            with pytest.raises(SettingsError, match="'label'"):
                run(load_settings(lake=settings.lake), archive)
    assert not Path(settings.lake).exists()
