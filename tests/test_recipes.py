"""What a recipe changes, counted in SQL and by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from finished_calls import finished_call, landed_row, spoken

from tasks.errors import SettingsError
from tasks.lake.both import reading_both
from tasks.lake.catalog import Lake, writing
from tasks.land import Landing, land
from tasks.recipes import Recipe, compare_recipes, own_answers, recipe_of, sums
from tasks.schemas import Finding

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.rows import FinishedCall


def landed(place: Lake, *calls: FinishedCall) -> None:
    with writing(place) as connection:
        land(
            connection,
            place,
            Landing(calls=[(call, landed_row(call)) for call in calls], others=[], sightings=[]),
        )


def test_words_findings_and_money_are_told_by_call(tmp_path: Path) -> None:
    main, beside = Lake.at(str(tmp_path / "main")), Lake.at(str(tmp_path / "beside"))
    landed(main, finished_call("call-1"), finished_call("call-2"), finished_call("call-3"))
    words = {
        1: spoken("how can I help you", 0, 1),  # a word more; capitals do not count
        0: spoken("my card four one one one thanks", 2_000, 0),  # a word for another
    }
    person = Finding("PERSON", 5, 6, 0.9, "auto", "made up")
    card = Finding("CARD_NUMBER", 7, 11, 0.99, "auto", "made up")
    changed = finished_call("call-1", words=words, findings=(person, card))
    landed(beside, changed, finished_call("call-2"))
    with reading_both(main, beside) as connection:
        rows = compare_recipes(connection).to_pylist()
        own = own_answers(connection)
    assert [row["call_id"] for row in rows] == ["call-1", "call-2"]
    first, second = rows
    # "my" became a finding and "please" became "thanks"; "you" is new
    assert (first["words_gone"], first["words_new"]) == (2, 2)
    assert (first["findings_before"], first["findings_after"]) == (1, 2)
    assert (first["findings_gone"], first["findings_new"]) == (0, 1)
    assert not any(second[name] for name in ("words_gone", "words_new", "findings_gone", "findings_new"))
    assert sums(rows)["changed"] == 1
    assert own == []


def test_a_lake_beside_keeps_what_it_was_made_from(tmp_path: Path) -> None:
    place = Lake.at(str(tmp_path / "beside"))
    with pytest.raises(SettingsError, match="not made by"):
        recipe_of(place)
    recipe = Recipe("main", "2026-03-01", "2026-03-02", None, {"model": "base"})
    recipe.keep(place)
    recipe.keep(place)
    assert recipe_of(place) == recipe
    with pytest.raises(SettingsError, match="another recipe"):
        replace(recipe, engine="pulse").keep(place)


def test_a_lake_of_its_own_is_never_taken_for_one_beside(empty_place: Lake) -> None:
    landed(empty_place, finished_call("call-1"))
    with pytest.raises(SettingsError, match="lake of its own"):
        Recipe("main", "2026-03-01", "2026-03-02").keep(empty_place)
