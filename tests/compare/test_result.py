from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from by_hand import hypothesis, reference, side, sound

from tasks.compare.comparison import Comparison
from tasks.compare.hypothesis import Hypothesis, Request
from tasks.compare.marks import Marker
from tasks.compare.result import Circumstances, Contender, Result, as_dict, result_of
from tasks.compare.statements import statements
from tasks.compare.wording import best
from tasks.engines import deepgram, local

if TYPE_CHECKING:
    from tasks.compare.reference import Reference

HOW = Circumstances("abc123", datetime(2026, 3, 1, tzinfo=UTC), stand_in=False)
SAID = reference(
    side("hello i lost my card", channel=0, speaker="customer"),
    side("thank you", "four two six three", channel=1, speaker="agent"),
)


def contender(name: str) -> Contender:
    engine = local if name.startswith("local") else deepgram
    return Contender(name, engine.NAME, "m", engine.CAPABILITIES)


def finished(comparison: Comparison, how: Circumstances = HOW) -> Result:
    return result_of(comparison, tuple(contender(name) for name in comparison.names), how)


def compared(
    heard: dict[str, Hypothesis], times: int = 1, said: Reference | None = SAID, how: Circumstances = HOW
) -> Result:
    comparison = Comparison(tuple(heard))
    for _ in range(times):
        comparison.add(sound(2), said, heard, {})
    return finished(comparison, how)


GOOD = hypothesis("hello i lost my card", "thank you 4263")
BAD = hypothesis("hello i lost a cart", "thank you 4268 8")


def values(result: Result, name: str, speaker: str | None = None) -> dict[str, float]:
    return {one.criterion: one.value for one in result.scores[name] if one.speaker == speaker}


def test_error_rates_by_hand_over_all_and_by_speaker() -> None:
    result = compared({"local": GOOD, "deepgram": BAD})
    assert values(result, "local")["wer"] == 0
    bad = values(result, "deepgram")
    assert bad["wer"] == pytest.approx(4 / 11)  # my/a, card/cart, 3/8, and an 8 too many
    assert (bad["substitutions"], bad["insertions"], bad["deletions"]) == (3, 1, 0)
    assert bad["digit_error_rate"] == 2 / 4
    assert values(result, "deepgram", "customer")["wer"] == 2 / 5
    assert values(result, "deepgram", "agent")["wer"] == 2 / 6
    assert best(result, "wer") == {"local"}
    assert best(result, "substitutions") == frozenset()
    assert "calibration_error" not in bad
    assert "pii_recall" not in bad


def test_few_recordings_are_resampled_by_utterance_and_many_by_recording() -> None:
    assert compared({"local": GOOD, "deepgram": BAD}, 1).units is None
    few, many = (compared({"local": GOOD, "deepgram": BAD}, times) for times in (4, 10))
    assert (few.units, many.units) == ("utterances", "recordings")
    perfect = many.value("local", "wer")
    assert perfect is not None
    assert (perfect.value, perfect.low, perfect.high) == (0, None, None)  # luck is no certainty
    score = few.value("deepgram", "wer")
    assert score is not None
    assert score.low is not None
    assert score.high is not None
    assert score.low < score.value < score.high
    assert few.value("local", "failures") is not None


def test_what_can_be_told_apart_is_told_and_what_cannot_is_admitted() -> None:
    clear = " ".join(statements(compared({"local": GOOD, "deepgram": BAD}, 12)))
    assert "12 recordings, 12.0 minutes, 132 words" in clear
    assert "bootstrap over recordings, paired" in clear
    assert "Lowest word error rate: local, 0.0%." in clear
    assert "local makes fewer errors than deepgram: 36.4 points" in clear
    mixed = Comparison(("local", "deepgram"))
    for number in range(12):
        one, other = (GOOD, BAD) if number % 2 else (BAD, GOOD)
        mixed.add(sound(2), SAID, {"local": one, "deepgram": other if number else BAD}, {})
    result = finished(mixed)
    assert "The sample is too small to tell deepgram and local apart" in " ".join(
        statements(result)
    ) or "The sample is too small to tell local and deepgram apart" in " ".join(statements(result))
    assert not result.differences[0].told_apart
    same = " ".join(statements(compared({"local": GOOD, "deepgram": GOOD}, 12)))
    assert "nothing tells them apart" in same
    tiny = " ".join(statements(compared({"local": GOOD, "deepgram": BAD})))
    assert "too few for intervals" in tiny
    assert "too small to say whether local is better than deepgram" in tiny


def test_a_difference_seen_from_the_other_side_is_turned() -> None:
    (one,) = compared({"local": GOOD, "deepgram": BAD}, 12).differences
    turned = one.turned()
    assert (one.engine, one.value) == ("local", pytest.approx(-4 / 11))
    assert (turned.engine, turned.value) == ("deepgram", pytest.approx(4 / 11))
    assert turned.low is not None
    assert turned.high is not None
    assert turned.low <= turned.value <= turned.high
    assert turned.turned() == one


def test_engines_are_scored_on_what_all_of_them_heard() -> None:
    comparison = Comparison(("local", "deepgram", "deepgram:nova-2"))
    gone = {"deepgram:nova-2": "deepgram needs a key"}
    comparison.add(sound(2), SAID, {"local": BAD, "deepgram": GOOD}, gone)
    comparison.add(sound(2), SAID, {"local": GOOD}, gone | {"deepgram": "the engine is down"})
    result = finished(comparison)
    assert result.recordings == 1
    assert values(result, "local")["wer"] == pytest.approx(4 / 11)
    assert values(result, "deepgram")["failures"] == 1
    assert values(result, "deepgram:nova-2") == {"failures": 2, "retries": 0}
    said = statements(result)
    assert "deepgram failed on 1 recording: the engine is down." in said
    assert "deepgram:nova-2 failed on 2 recordings: deepgram needs a key." in said


def test_work_is_added_up() -> None:
    asked = (Request(10_000, 0.002, 900, 1), Request(10_000, 0.002, 1_100))
    timed = Hypothesis(GOOD.words, asked)
    work = values(compared({"local": timed}, 2), "local")
    assert work["rtf"] == pytest.approx(0.1)
    assert work["latency_p50_ms"] == 1_000
    assert work["usd_per_audio_hour"] == pytest.approx(0.004 * 60)
    assert work["retries"] == 2
    played = Hypothesis(GOOD.words, (Request(10_000, 0.002, None),))
    assert not {"rtf", "latency_p50_ms"} & values(compared({"local": played}), "local").keys()


def test_without_references_agreement_is_all_that_can_be_said() -> None:
    heard = {"local": GOOD, "deepgram": GOOD, "deepgram:nova-2": BAD}
    result = compared(heard, said=None)
    assert not result.scored
    assert result.differing["local", "deepgram"] == 0
    turned = Comparison(("local", "deepgram"))
    turned.add(sound(2), None, {"deepgram": GOOD, "local": BAD}, {})
    assert list(finished(turned).differing) == [("local", "deepgram")]
    assert result.differing["local", "deepgram:nova-2"] == pytest.approx(2 * 4 / (11 + 12))
    said = " ".join(statements(result))
    assert "nobody can say who is right" in said
    assert "deepgram agrees most with the others" in said
    two = " ".join(statements(compared({"local": GOOD, "deepgram": BAD}, said=None)))
    assert "local and deepgram differ in 34.8% of their words" in two


def test_recordings_that_cannot_be_compared_are_counted_with_their_reason() -> None:
    comparison = Comparison(("local",))
    sides = [side(str(number), speaker=str(number)) for number in range(3)]
    comparison.add(sound(2), reference(*sides), {"local": GOOD}, {})
    said = statements(finished(comparison))
    assert "1 recording not scored: its reference has more sides than the recording has channels." in said


def test_a_stand_ins_results_are_not_the_vendors() -> None:
    played = Circumstances("abc123", HOW.compared_at, stand_in=True)
    first = statements(compared({"local": GOOD, "deepgram": BAD}, how=played))[0]
    assert first.startswith("These are not the vendors' results: deepgram was played by a stand-in")


def test_machines_get_every_score_and_no_words() -> None:
    marker_free = compared({"local": GOOD, "deepgram": BAD}, 4)
    printed = json.loads(json.dumps(as_dict(marker_free, statements(marker_free)), default=str))
    engine = printed["engines"]["deepgram"]
    assert engine["words"] == 44
    assert engine["wer"] == pytest.approx(4 / 11)
    assert engine["wer_low"] < engine["wer"] < engine["wer_high"]
    assert engine["speakers"]["agent"]["digit_error_rate_of"] == 16
    assert engine["features"]["word_times"] == "stated"
    assert printed["intervals"] == {"level": 0.95, "resampled": "utterances"}
    assert printed["differences"][0]["told_apart"] in (True, False)
    assert "cart" not in json.dumps(printed)
    empty = as_dict(compared({"local": GOOD}, said=None), [])["engines"]["local"]
    assert (empty["wer"], empty["words"]) == (None, 0)


def test_terms_of_a_vocabulary_are_scored() -> None:
    comparison = Comparison(("local",), Marker(terms=(("lost", "my", "card"),)))
    comparison.add(sound(2), SAID, {"local": BAD}, {})
    assert values(finished(comparison), "local")["term_error_rate"] == 1
