"""The bake-off: the same recordings through several engines, scored on what people decide by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from prefect import flow, task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed

from flows.bake_off import BakeOff, Entry, Wanted, find_entries, open_bake_off
from flows.hear_all import hear_all
from flows.privately import nothing_said, unseen
from flows.progress import watcher
from tasks.compare.result import Circumstances, Result, result_of
from tasks.compare.rows import score_rows
from tasks.compare.statements import statements
from tasks.lake.catalog import Lake, exclusively
from tasks.lake.landing import add_rows
from tasks.lake.tables import as_table
from tasks.settings import load_settings

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State


@flow(name="compare", validate_parameters=False, persist_result=False)
async def compare(
    source: str,
    engines: str,
    references: str | None = None,
    lake: str | None = None,
    limit: int | None = None,
    stand_in: bool = False,
) -> State[Result]:
    """Compare engines, as "deepgram,openai:whisper-1,local", on recordings with or without references.

    Every answer goes through the lake's store, so that no engine is paid twice; scores land in
    engine_scores. The result holds numbers and no words.
    """
    settings, comparison_id = load_settings(lake=lake), uuid4().hex[:12]
    wanted = Wanted(source, engines, references, limit, stand_in)
    with exclusively(Lake.at(settings.lake)), open_bake_off(wanted, settings, comparison_id) as bake_off:
        try:
            entries = find_work(unseen(bake_off), unseen(wanted))
            watcher().working(len(entries) * len(bake_off.entrants))
            for at in range(0, len(entries), settings.batch_size):
                await hear_batch(unseen(bake_off), unseen(entries[at : at + settings.batch_size]))
        finally:
            for entrant in bake_off.entrants:
                await entrant.transcriber.close()
        result = score(unseen(bake_off), stand_in=stand_in)
    said = statements(result)
    await acreate_markdown_artifact("\n\n".join(["# Comparison", *said]), key="comparison")
    return Completed(message=said[0], data=result)


@task(name="find recordings and references", persist_result=False, cache_policy=NO_CACHE)
def find_work(bake_off: BakeOff, wanted: Wanted) -> list[Entry]:
    """What there is to compare on."""
    with nothing_said():
        return find_entries(bake_off, wanted)


@task(name="hear a batch with every engine", persist_result=False, cache_policy=NO_CACHE)
async def hear_batch(bake_off: BakeOff, entries: Sequence[Entry]) -> None:
    """Some recordings, heard by all and counted."""
    with nothing_said():
        await hear_all(bake_off, entries)


@task(name="score", persist_result=False, cache_policy=NO_CACHE)
def score(bake_off: BakeOff, *, stand_in: bool) -> Result:
    """The scores, which are in the lake when this returns."""
    with nothing_said():
        how = Circumstances(
            comparison_id=bake_off.comparison_id,
            compared_at=datetime.now(UTC),
            stand_in=stand_in and any(entrant.played for entrant in bake_off.entrants),
            quarantined=bake_off.counts["quarantined"],
            from_store=bake_off.counts["from_store"],
        )
        contenders = tuple(entrant.contender for entrant in bake_off.entrants)
        result = result_of(bake_off.comparison, contenders, how)
        add_rows(bake_off.connection, "engine_scores", as_table("engine_scores", score_rows(result)))
        return result
