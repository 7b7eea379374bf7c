"""Leases and the lake's shared lock, in both forms: one holder at a time, and none for ever."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from tasks.errors import SettingsError
from tasks.lake import company, leases
from tasks.lake.catalog import exclusively
from tasks.lake.company import if_alone, together
from tasks.lake.leases import Leases, leases_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.lake.boards import Board
    from tasks.lake.catalog import Lake

HOLD = """
import sys, time
from tasks.lake.catalog import Lake
from tasks.lake.company import together
from tasks.lake.leases import leases_of
lake = Lake.at(sys.argv[1])
with leases_of(lake, float(sys.argv[2])) as held, together(lake):
    held.take(["recording a", "recording b"])
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def workers(either_form: Lake) -> Iterator[tuple[Leases, Leases]]:
    """Two at one lake, whose leases last for a minute."""
    with leases_of(either_form, 60) as one, leases_of(either_form, 60) as two:
        yield one, two


def _ends(board: Board) -> None:
    board.run("update callarchive_leases set expires_s = 0")


def test_a_name_has_one_holder_at_a_time(workers: tuple[Leases, Leases]) -> None:
    one, two = workers
    assert one.take(["a", "b"]) == {"a", "b"}
    assert one.take(["a", "b", "c"]) == {"a", "b", "c"}
    assert two.take(["b", "d"]) == {"d"}
    assert two.take([]) == two.keep([]) == set()
    two.free(["a"])
    assert one.keep(["a", "b", "d"]) == {"a", "b"}
    one.free(["b"])
    assert two.take(["a", "b"]) == {"b"}
    assert one.deaths() == {}


def test_what_a_worker_let_run_out_is_anothers_and_counts_as_a_death(workers: tuple[Leases, Leases]) -> None:
    one, two = workers
    one.take(["a", "b"])
    assert two.held_by_others()
    _ends(one.board)
    assert not two.held_by_others()
    assert two.deaths() == {"a": 1, "b": 1}
    assert two.take(["a"]) == {"a"}
    assert one.keep(["a", "b"]) == {"b"}
    assert two.deaths() == {}
    two.end_all()
    assert one.deaths() == {"a": 2, "b": 1}
    one.take(["a"])
    one.free(["a"])
    assert one.deaths() == {"b": 1}


def test_leases_of_a_worker_that_lives_never_run_out_and_end_with_it(either_form: Lake) -> None:
    with leases_of(either_form, 60) as two:
        with leases_of(either_form, 4) as one:
            one.take(["a"])
            time.sleep(5)
            assert two.take(["a"]) == set()
        assert two.take(["a"]) == {"a"}
        assert two.deaths() == {}


def test_a_worker_that_is_killed_is_outlived_and_its_lock_is_free(either_form: Lake) -> None:
    with (
        subprocess.Popen(
            [sys.executable, "-c", HOLD, either_form.address, "2"], stdout=subprocess.PIPE, text=True
        ) as child,
        leases_of(either_form, 60) as survivor,
    ):
        assert child.stdout
        assert child.stdout.readline() == "held\n"
        assert survivor.take(["recording a"]) == set()
        with if_alone(either_form) as alone:
            assert not alone
        with pytest.raises(SettingsError, match="another ingest"), exclusively(either_form):
            pass
        child.kill()
        child.wait()
        with if_alone(either_form) as alone:
            assert alone
        late = time.monotonic() + 20
        while not survivor.take(["recording a"]) and time.monotonic() < late:
            time.sleep(0.1)
        assert survivor.keep(["recording a"])
        assert survivor.deaths() == {"recording b": 1}


def test_ingests_share_a_lake_that_others_have_alone(
    either_form: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(company, "_LONGEST_TIDYING_S", 0.2)
    with (
        together(either_form),
        together(either_form),
        pytest.raises(SettingsError, match="another"),
        exclusively(either_form),
    ):
        pass
    with exclusively(either_form), pytest.raises(SettingsError, match="as a whole"), together(either_form):
        pass
    with (
        if_alone(either_form) as alone,
        pytest.raises(SettingsError, match="wait for it"),
        together(either_form),
    ):
        assert alone
    with together(either_form):
        pass


def test_setting_the_machines_clock_changes_no_lease(
    empty_place: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    with leases_of(empty_place, 60) as one, leases_of(empty_place, 60) as two:
        one.take(["a"])
        for hours in (-1, 1, 24):  # a DST night that was set by hand, a wrong date that was put right
            monkeypatch.setattr(time, "time", lambda at=now + hours * 3_600: at)
            assert two.take(["a"]) == set()
            assert one.keep(["a"]) == {"a"}


@pytest.mark.parametrize("step_s", [-3_600, 3_600])
def test_a_step_of_the_boards_clock_ends_leases_but_keeps_none_for_longer(
    either_form: Lake, monkeypatch: pytest.MonkeyPatch, step_s: int
) -> None:
    """A machine that starts again counts from 0; a database server's clock may be set."""
    with leases_of(either_form, 60) as one, leases_of(either_form, 60) as two:
        one.take(["a", "b"])
        clock = type(one.board).now_s
        real = clock.fget(one.board) if isinstance(clock, property) else clock
        monkeypatch.setattr(type(one.board), "now_s", f"({real} + {step_s})")
        assert two.take(["a"]) == {"a"}
        assert one.keep(["a", "b"]) == {"b"}
        assert two.take(["a", "b"]) == {"a"}


def test_workers_that_ask_at_the_same_moment_never_share_a_name(either_form: Lake) -> None:
    names = [f"recording {number}" for number in range(60)]
    with ExitStack() as stack:
        crowd = [stack.enter_context(leases_of(either_form, 60)) for _ in range(4)]
        with ThreadPoolExecutor(4) as threads:
            held = list(threads.map(lambda worker: [worker.take([name]) for name in names], crowd))
        mine = [worker.keep(names) for worker in crowd]
    assert [set().union(*some) for some in held] == mine
    assert sum(map(len, mine)) == len(set().union(*mine)) == len(names)


def test_a_renewal_that_fails_is_tried_again(empty_place: Lake) -> None:
    with leases_of(empty_place, 60) as one, leases_of(empty_place, 60) as two:
        one.take(["a"])
        failing, renewed = iter([True]), Event()

        class Faulty:
            now_s = one.board.now_s

            def run(self, *statements: str, then: str | None = None) -> list[tuple[object, ...]]:
                if next(failing, False):
                    raise SettingsError("gone for a moment")
                rows = one.board.run(*statements, then=then)
                renewed.set()
                return rows

        before = one.board.run(then="select expires_s from callarchive_leases")
        with patch.object(leases, "_RENEWED", 600), replace(one, board=Faulty()).renewed():
            assert renewed.wait(30)
            assert one.board.run(then="select expires_s from callarchive_leases") > before
            assert two.take(["a"]) == set()
