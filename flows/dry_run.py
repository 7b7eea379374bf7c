"""What a run would do: the night's plan, made without writing anything."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from flows.engines import open_transcriber
from flows.night import audio_limits
from flows.plan import plan_night
from flows.quote import quote
from flows.wishes import Wishes
from tasks.answers import AnswerStore
from tasks.keys import Keyring, load_keyring, passing_keyring
from tasks.lake.catalog import Lake, reading
from tasks.lake.scratch import scratch
from tasks.sources.archive import Archive

if TYPE_CHECKING:
    from datetime import datetime

    from tasks.settings import Settings


def preview(source: str, settings: Settings, since: datetime | None, limit: int | None) -> dict[str, Any]:
    """Counts by what would happen, and the price. Nothing is transcribed, sent or written."""
    lake, keyring = Lake.at(settings.lake), _keyring(settings)
    archive = Archive.at(source, without=lake.files.address)
    transcriber = open_transcriber(settings, AnswerStore(lake.answers, keyring), keys_needed=False)
    with ExitStack() as stack:
        connection = stack.enter_context(reading(lake) if lake.exists() else scratch())
        plan = plan_night(connection, archive, settings, keyring, Wishes(since, limit))
    recordings = [job.recording for job in plan.jobs]
    price = quote(recordings, archive, audio_limits(settings), transcriber, settings.recordings_at_once)
    states = [outcome.state for outcome in plan.decided]
    return {
        "found": len(states) + plan.skipped.total() + len(plan.jobs),
        "to_transcribe": len(plan.jobs),
        "megabytes": round(sum(recording.size_bytes for recording in recordings) / 1e6, 1),
        "skipped": states.count("skipped") + plan.skipped.total(),
        "quarantined": states.count("quarantined"),
        "metadata_problems": plan.metadata_problems,
        "other_files": plan.companions,
        "quote": asyncio.run(price),
    }


def _keyring(settings: Settings) -> Keyring:
    """Without a key file nothing can have been seen before, so any keys will do."""
    return load_keyring(settings.key_file) if settings.key_file.exists() else passing_keyring()
