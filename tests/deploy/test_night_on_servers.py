"""A night on real servers, PostgreSQL, Prefect, S3 and two workers, and what befalls them."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest
from servers import CannotStart

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode leaves test folders off the path

from lake_checks import broken_checks
from prefect_site import BUCKET, IN_FLIGHT, LATENCY_S, WORKERS, Site, running_site
from short_recordings import seconds_of, write_sidecar

from tasks.lake.catalog import Lake, reading
from tasks.stand_in import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow
CALLS = ("0001", "0002", "0005", "0007", "0008", "0013", "0016", "0018")
PIECES, LENGTH_S = 3, 10
OUTAGE_S = 60
"""As an hour is to the two hours that a night waits."""
NUMBERS = count()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patched:
        try:
            with running_site(tmp_path_factory.mktemp("site"), patched.setenv) as running:
                yield running
        except CannotStart as why:
            pytest.skip(str(why))


@dataclass
class Nights:
    """One test's recordings, in the bucket, and the nights that bring them into a lake of their own."""

    site: Site
    name: str
    told: str
    recordings: int = 0
    begun_s: float = field(default_factory=time.monotonic)

    def add(self, path: Path, sound: bytes) -> None:
        """One more recording in the bucket, with its sidecar; written to this path meanwhile."""
        path.write_bytes(sound)
        day = 1 + self.recordings % 3
        sidecar = write_sidecar(path, call_id=path.stem, started_at=f"2026-03-{day:02}T09:00:00Z")
        for file in (path, sidecar):
            with self.site.bucket.open_output_stream(f"recordings/{self.name}/{file.name}") as stream:
                stream.write(file.read_bytes())
        self.recordings += 1

    @property
    def lake(self) -> Lake:
        return Lake.at(f"s3://{BUCKET}/{self.name}?catalog={self.site.database.url(self.name)}")

    def start(self) -> str:
        return self.site.start_night(f"s3://{BUCKET}/recordings/{self.name}", self.lake.address)

    def until_worked(self, chunks: int) -> None:
        self.site.wait_until(lambda: len(self.site.desk.worked) >= chunks, "nothing is transcribed")

    def count(self, sql: str) -> int:
        with reading(self.lake) as connection:
            row = connection.execute(sql).fetchone()
        return int(row[0]) if row else 0

    def nothing_failed(self, *runs: str) -> None:
        """All these runs end well."""
        for run in runs:
            name, counts = self.site.end_of(run)
            ended = name, counts["failed"], counts["quarantined"]
            assert ended == ("Completed", 0, 0), self.site.summary_of(run)

    def all_is_well(self, *, twice: int = 0, quarantined: int = 0) -> None:
        """All others landed once, no more than so many chunks were paid twice, and nothing is left to do."""
        worked, landed = self.site.desk.worked, self.recordings - quarantined
        doubled, took_s = worked.total() - len(worked), time.monotonic() - self.begun_s
        print(
            f"\n{self.told}: {self.recordings} recordings, {took_s:.0f} s, {len(worked)} chunks paid, "
            f"{doubled} of them twice (at most {twice})"
        )
        in_state = "select count(*) from stored.recordings where state = "
        assert self.count(f"{in_state}'landed'") == landed
        assert self.count(f"{in_state}'quarantined'") == quarantined
        assert self.count("select count(*) from stored.recordings") == self.recordings
        assert self.count("select count(distinct call_id) from stored.calls") == landed
        assert self.count("select count(*) from stored.calls") == landed
        words = "select count(*) - count(distinct (call_id, word_index)) from stored.words"
        assert self.count(words) == 0
        assert self.count("select count(*) from stored.engine_usage where not cache_hit") == len(worked)
        with reading(self.lake) as connection:
            assert broken_checks(connection) == []
        assert doubled <= twice
        nothing_to_do = _counts(self.recordings, skipped=self.recordings)
        assert self.site.end_of(self.start()) == ("Completed", nothing_to_do)
        assert worked.total() == doubled + len(worked)


def _counts(found: int, **others: int) -> dict[str, int]:
    return {"found": found, "landed": 0, "skipped": 0, "quarantined": 0, "failed": 0} | others


@pytest.fixture
def nights(site: Site, tmp_path: Path, request: pytest.FixtureRequest) -> Nights:
    site.desk.forget()
    site.desk.latency_s = LATENCY_S
    told = request.node.name.removeprefix("test_").replace("_", " ")
    one = Nights(site, f"night_{next(NUMBERS)}", told)
    site.database.sql(f"create database {one.name}")
    for number in range(PIECES * len(CALLS)):
        call, piece = CALLS[number % len(CALLS)], number // len(CALLS)
        sound = seconds_of(f"call-{call}", piece * LENGTH_S, LENGTH_S)
        one.add(tmp_path / f"{one.name}-{number}.wav", sound)
    for name in WORKERS:
        if name not in site.processes:
            site.start_worker(name)
    return one


def test_a_night_that_is_started_twice_is_shared(nights: Nights) -> None:
    ended = [nights.site.end_of(run) for run in (nights.start(), nights.start())]
    assert [name for name, _ in ended] == ["Completed", "Completed"]
    assert all(counts["landed"] for _, counts in ended)
    nights.all_is_well()


def test_a_worker_that_is_killed_leaves_its_batch_to_the_other(nights: Nights) -> None:
    site = nights.site
    with site.watching_runs():
        runs = nights.start(), nights.start()
        nights.until_worked(12)
        site.kill("one")
        ended = {site.end_of(run)[0]: run for run in runs}
        assert ended.keys() == {"Completed", "Crashed"}
        nights.nothing_failed(ended["Completed"])
        nights.all_is_well(twice=IN_FLIGHT)


def test_a_night_goes_on_while_prefects_server_is_gone(nights: Nights) -> None:
    runs = nights.start(), nights.start()
    nights.until_worked(12)
    nights.site.kill("server")
    time.sleep(75)  # longer than Prefect's client has patience
    nights.site.start_server()
    nights.nothing_failed(*runs)
    nights.all_is_well()


def test_a_night_goes_on_when_the_database_is_back(nights: Nights) -> None:
    runs = nights.start(), nights.start()
    nights.until_worked(12)
    with nights.site.database.gone():
        time.sleep(10)
    nights.nothing_failed(*runs)
    nights.all_is_well()


def test_a_run_that_is_gone_is_marked_although_redis_was_killed(nights: Nights) -> None:
    site = nights.site
    if site.redis is None:
        pytest.skip("Redis is not installed: there is no redis-server on the path")
    with site.watching_runs():
        runs = nights.start(), nights.start()
        nights.until_worked(6)
        assert b"triggers:seen" in site.redis.says("KEYS *")
        with site.redis.gone():
            time.sleep(10)
        nights.until_worked(12)
        site.kill("one")
        ended = {site.end_of(run)[0]: run for run in runs}
        assert ended.keys() == {"Completed", "Crashed"}, ended
        nights.nothing_failed(ended["Completed"])
        nights.all_is_well(twice=IN_FLIGHT)


def test_a_store_that_is_slow_and_refuses_requests_costs_time(nights: Nights) -> None:
    run = nights.start()
    nights.until_worked(6)
    with nights.site.store.failing(every=5, slow_s=0.1):
        nights.until_worked(30)
    nights.nothing_failed(run)
    nights.all_is_well()


def test_what_a_store_that_is_gone_has_cost_is_done_by_the_next_night(nights: Nights) -> None:
    run = nights.start()
    nights.until_worked(6)
    with nights.site.store.failing(every=1):
        time.sleep(30)
    ended, counts = nights.site.end_of(run)
    assert ended in ("Completed", "Failed"), nights.site.summary_of(run)
    print(f"\nwithout a store for half a minute: {counts}")
    nights.nothing_failed(nights.start())
    nights.all_is_well(twice=IN_FLIGHT)


def test_a_worker_that_is_told_to_stop_pays_for_nothing_twice(nights: Nights) -> None:
    runs = nights.start(), nights.start()
    nights.until_worked(12)
    assert nights.site.terminate("one") == 0
    assert sorted(nights.site.end_of(run)[0] for run in runs) == ["Completed", "Stopped"]
    nights.nothing_failed(*(run for run in runs if nights.site.end_of(run)[0] == "Completed"))
    nights.all_is_well()


def test_an_engine_that_is_gone_for_half_of_the_patience_costs_time(nights: Nights) -> None:
    site = nights.site
    with site.workers_with(CALLARCHIVE_DEADLINE_S="20", CALLARCHIVE_OUTAGE_S=str(2 * OUTAGE_S)):
        runs = nights.start(), nights.start()
        nights.until_worked(12)
        site.desk.misbehave("deepgram", Fault("status", times=100_000, status=503))
        time.sleep(OUTAGE_S)
        site.desk.behave()
        nights.nothing_failed(*runs)
        assert any("it is waited for, 2 minutes at most" in site.said(name) for name in WORKERS)
        nights.all_is_well()


def test_a_recording_that_kills_every_process_is_put_aside(nights: Nights, tmp_path: Path) -> None:
    site, poison = nights.site, seconds_of(f"call-{CALLS[0]}", PIECES * LENGTH_S, LENGTH_S) + b"\0" * 77
    nights.add(tmp_path / "poison.wav", poison)
    with site.workers_with(CALLARCHIVE_FFMPEG=str(_killer(tmp_path / "ffmpeg", len(poison)))):
        runs = nights.start(), nights.start()
        died = [site.end_of(run)[0] for run in (*runs, nights.start())]
        assert died == ["Crashed"] * 3
        name, counts = site.end_of(nights.start())
        assert (name, counts["failed"], counts["quarantined"]) == ("Completed", 0, 1)
        nights.all_is_well(twice=IN_FLIGHT, quarantined=1)


def _killer(path: Path, size_bytes: int) -> Path:
    """An ffmpeg that kills whoever has it decode a file of this size, as too big a one can for memory."""
    path.write_text(f"""#!{sys.executable} -IS
import os, signal, sys
if os.fstat(0).st_size == {size_bytes}:
    os.kill(os.getppid(), signal.SIGKILL)
os.execv({imageio_ffmpeg.get_ffmpeg_exe()!r}, ["ffmpeg", *sys.argv[1:]])
""")
    path.chmod(0o755)
    return path
