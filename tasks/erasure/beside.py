"""What lies beside the lake's tables: sound, what was heard, answers, leases, and Prefect's own database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.answers import AnswerStore, KeptJobs
from tasks.lake.leases import answer_lease, call_lease, forget, recording_lease
from tasks.lake.sound_files import remove_copies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.erasure.plan import Plan
    from tasks.keys import Keyring
    from tasks.lake.catalog import Lake


def remove_files(lake: Lake, plan: Plan, keyring: Keyring) -> None:
    """Delete the plan's files, and what killed processes left unfinished. Doing it twice changes nothing."""
    remove_copies(lake, plan.copies.values())
    heard, answers = AnswerStore(lake.heard, keyring), AnswerStore(lake.answers, keyring)
    for sha256 in plan.heard:
        heard.forget(sha256)
    for key in plan.answers:
        answers.forget(key)
    lake.files.remove_parts()
    spilled = lake.files.under("spill")
    for path in spilled.paths():
        spilled.remove(path)


def forget_requests(lake: Lake, plan: Plan, keyring: Keyring) -> None:
    """Delete the vendors' ids of requests that were kept with the answers."""
    for engine, requests in plan.requests.items():
        jobs = KeptJobs(AnswerStore(lake.answers, keyring), engine)
        for key in requests:
            jobs.forget(key)


def forget_leases(lake: Lake, plan: Plan) -> None:
    """Take names out of the board on which workers tell each other what they are at."""
    names = [recording_lease(sha256) for sha256 in plan.recordings]
    names += [call_lease(call_id) for call_id in plan.calls] + [answer_lease(key) for key in plan.answers]
    with lake.catalog.board() as board:
        forget(board, names)


def leftover_files(lake: Lake, plan: Plan) -> Iterator[str]:
    """Files of the plan that are still there, by their paths below the lake."""
    heard = (f"heard/{sha256[:2]}/{sha256}" for sha256 in plan.heard)
    answers = (f"answers/{key[:2]}/{key}" for key in plan.answers)
    yield from (path for path in (*plan.copies.values(), *heard, *answers) if lake.files.has(path))


def prefect_files() -> list[Path]:
    """Prefect's database on this machine with its log, where there is one."""
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    return sorted(home.glob("prefect.db*"))
