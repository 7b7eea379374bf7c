"""A page about one call is read with one thread, a question over many with all; both see the same lake."""

from __future__ import annotations

from finished_calls import finished_call, landed_row

from tasks.lake.catalog import Lake, writing
from tasks.lake.standing_reader import StandingReader
from tasks.land import Landing, land


def test_what_is_read_for_one_call_takes_one_thread_and_wide_questions_take_all(empty_place: Lake) -> None:
    call = finished_call()
    with writing(empty_place) as connection:
        land(connection, empty_place, Landing([(call, landed_row(call))], [], []))
        (threads,) = connection.execute("select current_setting('threads')").fetchone() or (0,)
    asked = "select current_setting('threads'), count(*) from calls"
    with StandingReader(empty_place) as reader:
        with reader.version() as narrow, reader.version(wide=True) as wide:
            assert narrow.execute(asked).fetchall() == [(1, 1)]
            assert wide.execute(asked).fetchall() == [(threads, 1)]
        reader.close()
        with reader.version(wide=True) as wide:
            assert wide.execute(asked).fetchall() == [(threads, 1)]
