"""A long call is shown in parts, each of which leads to the next; every route knows a call by any id."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from finished_calls import finished_call, landed_row, spoken
from review_app import SOUND, HostileLake, ReviewApp

from flows.review.find import found_words
from flows.review.parts import part_at, part_of, parts_of
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, writing
from tasks.land import Landing, land
from tasks.read_call import Outlined
from tasks.schemas import PreparedAudio, SoundCopy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONG = "2026/03/02 long"
"""An id as telephone systems make them: it is no path."""
IN_PATH = "2026%2F03%2F02%20long"
TURNS, TURN_WORDS = 400, 10
SAID = "one two three four five six seven eight nine ten"
WORDS = re.compile(r'id="w(\d+)"')


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> HostileLake:
    """A call of 4,000 words in 33 minutes, with its sound."""
    folder = tmp_path_factory.mktemp("long")
    lake, key_file = Lake.at(str(folder / "lake")), folder / "keys.json"
    load_keyring(key_file)
    sides = {
        side: [word for turn in range(side, TURNS, 2) for word in spoken(SAID, turn * 5_000, side)]
        for side in (0, 1)
    }
    path = "audio/2026-03-02/copy.flac"
    audio = PreparedAudio(TURNS * 5_000, 2, "two_speakers", (), {})
    call = finished_call(LONG, words=sides, findings=(), copy=SoundCopy(path, "a" * 64, 0))
    call = replace(call, audio=audio)
    with writing(lake) as connection:
        land(connection, lake, Landing([(call, landed_row(call))], [], []))
    lake.files.write(path, SOUND)
    return HostileLake(lake, key_file, "", "", "")


@pytest.fixture
def app(long: HostileLake, tmp_path: Path) -> Iterator[ReviewApp]:
    made = ReviewApp.at(long, tmp_path)
    with made.setup.reader:
        yield made


def words(page: str) -> list[int]:
    return [int(number) for number in WORDS.findall(page)]


def next_part(page: str) -> str | None:
    found = re.search(r'href="([^"]*)" rel="next"', page)
    return found[1].replace("&amp;", "&") if found else None


def test_every_word_is_on_one_part_and_each_part_leads_to_the_next(app: ReviewApp) -> None:
    browser = app.browser_of("reviewer")
    path: str | None = f"/calls/{IN_PATH}"
    shown: list[int] = []
    parts = 0
    while path:
        answer = browser.get(path)
        assert answer.status_code == 200
        assert len(answer.content) < 256 * 1024
        shown += words(answer.text)
        parts += 1
        path = next_part(answer.text)
    assert shown == list(range(TURNS * TURN_WORDS))
    assert parts == 3


def test_a_time_and_a_found_place_lead_to_the_part_that_holds_them(app: ReviewApp) -> None:
    browser = app.browser_of("reviewer")
    middle = browser.get(f"/calls/{IN_PATH}?at={TURNS * 5_000 // 2}").text
    assert min(words(middle)) < TURNS * TURN_WORDS // 2 < max(words(middle))
    found = browser.get(f"/calls/{IN_PATH}?find=ten&part=3").text
    assert "400 places" in found
    assert '#w9" aria-label="Place 1"' in found.replace("part=1", "")
    elsewhere = re.findall(r'href="(/calls/[^"]*)#w\d+" aria-label="Place', found)
    assert elsewhere
    assert {re.search(r"part=(\d)", one)[1] for one in elsewhere} == {"1"}  # type: ignore[index]  # there is one


def test_what_is_marked_in_a_part_leads_back_to_it(app: ReviewApp) -> None:
    page = app.browser_of("reviewer").get(f"/calls/{IN_PATH}?part=2").text
    assert re.search(r'name="back" value="/calls/[^"]*part=2&amp;done=missed"', page)


def test_a_part_that_is_not_there_is_the_one_of_the_time(app: ReviewApp) -> None:
    page = app.browser_of("reviewer").get(f"/calls/{IN_PATH}?part=99").text
    assert words(page)[0] == 0


@pytest.mark.parametrize("day", ["", "2026-03-02", "2026-01-01"])
@pytest.mark.parametrize("what", ["sound", "peaks", "calls", "transcripts"])
def test_a_call_whose_id_has_slashes_is_found_by_every_route(app: ReviewApp, what: str, day: str) -> None:
    answer = app.browser_of("reviewer").get(f"/{what}/{IN_PATH}?day={day}")
    assert answer.status_code == 200
    with app.desk.connection() as connection:
        seen = connection.execute("select call_id from audit where action like 'viewed %'").fetchall()
    assert [row["call_id"] for row in seen] == [LONG]


def test_parts_are_even_and_hold_whole_turns() -> None:
    turns = [Outlined(index, 0, None, index * 1_000, index * 1_000 + 900, 37) for index in range(100)]
    parts = parts_of(turns)
    assert [part.number for part in parts] == [1, 2, 3]
    assert [turn for part in parts for turn in range(part.first, part.last + 1)] == list(range(100))
    assert max(part.last - part.first for part in parts) - min(part.last - part.first for part in parts) <= 1
    assert part_at(parts, 0) == parts[0]
    assert part_at(parts, 99_000) == part_of(parts, 99) == parts[2]
    assert (parts_of([]), part_at([], 5)) == ([], None)


def test_one_endless_turn_is_one_part() -> None:
    (part,) = parts_of([Outlined(0, 0, None, None, None, 9_000)])
    assert (part.first, part.last, part.start_ms) == (0, 0, None)


def test_a_phrase_is_found_within_a_turn_only() -> None:
    said = ([0, 0, 0, 0, 1, 2], ["Cancel,", "my", "--", "account", "cancel", "my"])
    assert found_words(*said, "cancel my acc") == [(0, [0, 1, 3])]
    assert found_words(*said, "can") == [(0, [0]), (1, [4])]
    assert found_words(*said, "cancel m") == [(0, [0, 1])]
    assert found_words(*said, " -- ") == []
