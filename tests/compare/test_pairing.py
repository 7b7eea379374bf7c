from __future__ import annotations

from dataclasses import replace

from by_hand import hypothesis, reference, side, sound

from tasks.compare.pairing import Pairing, pair_sides
from tasks.compare.reference import Side

HEARD = [hypothesis("thank you for calling", "hi i lost my card")]


def channels(*sides: Side, **how: object) -> list[int | None]:
    found = pair_sides(reference(*sides), sound(**how), HEARD, "en")  # type: ignore[arg-type]
    assert not isinstance(found, str)
    return [one.channel for one in found]


def test_a_sides_own_channel_counts() -> None:
    assert channels(side("hi", channel=1), side("thank you", channel=0)) == [1, 0]


def test_then_the_archives_channel_map_counts() -> None:
    sides = side("thank you", speaker="agent"), side("hi", speaker="customer")
    assert channels(*sides, speakers={0: "customer", 1: "agent"}) == [1, 0]


def test_then_what_was_heard_tells_whose_channel_is_whose() -> None:
    sides = side("hi i have lost my card", speaker="a"), side("thanks for calling", speaker="b")
    assert channels(*sides) == [1, 0]
    assert channels(sides[1]) == [0]
    assert channels(sides[0], side("thanks", channel=0)) == [1, 0]


def test_one_text_for_the_whole_call_is_compared_with_all_channels() -> None:
    assert channels(side("thank you for calling hi")) == [None]


def test_a_channel_that_holds_both_is_compared_with_both_in_the_order_of_time() -> None:
    early, late = side("hi", speaker="customer"), side("hello", "bye", speaker="agent")
    timed = [
        Side((replace(early.utterances[0], start_ms=500),), None, "customer"),
        Side(
            tuple(replace(one, start_ms=start) for one, start in zip(late.utterances, (0, 900), strict=True))
        ),
    ]
    found = pair_sides(reference(*timed), sound(1, mixed=True), HEARD, "en")
    assert isinstance(found, list)
    (one,) = found
    assert one.channel is None
    assert [utterance.words for utterance in one.utterances] == [("hello",), ("hi",), ("bye",)]
    untimed = pair_sides(reference(early, late), sound(1, mixed=True), HEARD, "en")
    assert isinstance(untimed, str)
    assert "have times" in untimed
    assert pair_sides(reference(early), sound(1, mixed=True), HEARD, "en") == [
        Pairing(early.utterances, None)
    ]


def test_more_sides_than_channels_cannot_be_compared() -> None:
    sides = side("a", speaker="x"), side("b", speaker="y"), side("c", speaker="z")
    assert "more sides" in str(pair_sides(reference(*sides), sound(2), HEARD, "en"))
