"""Speech that got no words is in the queue with its place, each stretch once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from finished_calls import finished_call, landed_row

from tasks.desk import items
from tasks.desk.items import Filters, Item
from tasks.desk.refresh import Sampling, refresh
from tasks.lake.catalog import Lake, reading, writing
from tasks.land import Landing, land

if TYPE_CHECKING:
    from tasks.desk.store import Desk

DOUBT = Sampling(sample_share=0, second_share=0)


def unheard(desk: Desk, lake: Lake, unheard_ms: int | None, spans: str | None) -> list[Item]:
    """The items of a call with so much unheard speech."""
    call = finished_call(findings=())
    facts = replace(call.facts, speech_ms=20_000, unheard_ms=unheard_ms, unheard_spans=spans)
    call = replace(call, facts=facts)
    with writing(lake) as connection:
        land(connection, lake, Landing([(call, landed_row(call))], [], []))
    for _ in range(2):  # the second finds nothing new
        with reading(lake) as connection:
            refresh(desk, connection, DOUBT)
    return items.page(desk, Filters(reason="unheard"), limit=9)


@pytest.mark.parametrize(
    ("unheard_ms", "spans", "places"),
    [
        (8_000, "[[1000, 4500], [6000, 7000], [9000, 12500]]", {(1_000, 4_500), (9_000, 12_500)}),
        (4_000, "[[1000, 2500], [6000, 8500]]", {(6_000, 8_500)}),
        (4_000, "[]", {(None, None)}),
        (4_000, None, {(None, None)}),
        (2_999, "[[0, 2999]]", set()),
        (None, None, set()),
    ],
    ids=["long stretches", "only short ones", "only very short ones", "an earlier version", "little", "none"],
)
def test_each_long_stretch_or_else_the_longest_is_an_item(
    unheard_ms: int | None,
    spans: str | None,
    places: set[tuple[int | None, int | None]],
    desk: Desk,
    empty_place: Lake,
) -> None:
    found = unheard(desk, empty_place, unheard_ms, spans)
    assert {(one.start_ms, one.end_ms) for one in found} == places
    assert len(found) == len(places)
