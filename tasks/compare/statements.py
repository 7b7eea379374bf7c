"""What the numbers allow one to say, in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tasks.compare.bootstrap import LEAST_UNITS
from tasks.coverage import NEAR_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.compare.result import Difference, Result

_WORTH_SAYING: Final = 1_000
"""More than so many times the speech is no advice."""


def statements(result: Result) -> list[str]:
    """Sentences in the order in which they matter."""
    said = [*_stand_in(result), _sample(result)]
    said += [*_words(result)] if result.scored else [*_agreement(result)]
    return [*said, *_coverage(result), *_trouble(result)]


def _stand_in(result: Result) -> Iterator[str]:
    if result.circumstances.stand_in:
        hosted = [one.name for one in result.contenders if not one.capabilities.runs_here]
        yield (
            f"These are not the vendors' results: {_listed(hosted)} was played by a stand-in on this machine "
            "that hears with the local model. Nothing left the machine, nothing was paid; costs are what the "
            "price list would make of it, and speed is not told."
        )


def _sample(result: Result) -> str:
    size = f"{_many(result.recordings, 'recording')}, {result.audio_ms / 60_000:.1f} minutes"
    if not result.scored:
        return f"{size}, heard by every engine."
    words = next(score.sample_size for name in result.scores if (score := result.value(name, "wer")))
    if result.units is None:
        return f"{size}, {words} words: fewer than {LEAST_UNITS} utterances, too few for intervals."
    few = f" (fewer than {LEAST_UNITS} recordings)" if result.units == "utterances" else ""
    paired = ", paired between engines" if len(result.contenders) > 1 else ""
    return f"{size}, {words} words. Intervals cover 95 %: bootstrap over {result.units}{few}{paired}."


def _words(result: Result) -> Iterator[str]:
    rates = {name: score.value for name in result.scores if (score := result.value(name, "wer"))}
    if len(rates) < 2:
        return
    best = min(rates, key=lambda name: rates[name])
    yield f"Lowest word error rate: {best}, {rates[best]:.1%}."
    against = {one.other: one for one in _from(result, best)}
    for other in sorted(against, key=lambda name: rates[name]):
        yield _verdict(best, other, against[other])


def _from(result: Result, name: str) -> Iterator[Difference]:
    for one in result.differences:
        if one.engine == name:
            yield one
        elif one.other == name:
            yield one.turned()


def _verdict(best: str, other: str, difference: Difference) -> str:
    points = -100 * difference.value
    if difference.low is None or difference.high is None:
        return f"The sample is too small to say whether {best} is better than {other}."
    if difference.low == difference.high == 0:
        return f"{best} and {other} made as many errors in every place: nothing tells them apart."
    span = f"95 %: {-100 * difference.high:.1f} to {-100 * difference.low:.1f}"
    if difference.told_apart:
        return f"{best} makes fewer errors than {other}: {points:.1f} points ({span})."
    return (
        f"The sample is too small to tell {best} and {other} apart: "
        f"{points:.1f} points between them ({span}).{_needed(difference)}"
    )


def _needed(difference: Difference) -> str:
    """How much more speech would settle it, if the difference stays what it is."""
    if difference.low is None or difference.high is None or not difference.value:
        return ""
    times = ((difference.high - difference.low) / 2 / abs(difference.value)) ** 2
    if times > _WORTH_SAYING:
        return ""
    return f" If that difference is real, about {max(2, round(times))} times as much speech would show it."


def _agreement(result: Result) -> Iterator[str]:
    if not result.differing:
        return
    yield "Without references nobody can say who is right, only who agrees with whom."
    engines = {name for pair in result.differing for name in pair}
    mean = {
        name: sum(share for pair, share in result.differing.items() if name in pair) / (len(engines) - 1)
        for name in engines
    }
    if len(engines) > 2:
        closest = min(sorted(mean), key=lambda name: mean[name])
        yield f"{closest} agrees most with the others: {mean[closest]:.1%} of its words differ on average."
    else:
        one, other = next(iter(result.differing))
        yield f"{one} and {other} differ in {result.differing[one, other]:.1%} of their words."


def _coverage(result: Result) -> Iterator[str]:
    if any(result.value(name, "unheard_speech") for name in result.scores):
        where = {
            True: "as the references' times say",
            False: "as our own detector hears it",
            None: "as the references' times say, or our own detector where they have none",
        }[result.speech_by_reference]
        yield f"Where speech is: {where}, give or take {NEAR_MS / 1000:g} s."


def _trouble(result: Result) -> Iterator[str]:
    how = result.circumstances
    for name, reasons in result.failures.items():
        for reason, count in reasons.items():
            yield f"{name} failed on {_many(count, 'recording')}: {reason}."
    for reason, count in result.left_out.items():
        yield f"{_many(count, 'recording')} not scored: {reason}."
    if how.quarantined:
        yield f"{_many(how.quarantined, 'recording')} could not be read and took no part."
    if how.from_store:
        yield (
            f"{_many(how.from_store, 'answer')} came from the store and cost nothing now; times and costs "
            "are those of the day they were asked for."
        )
    for contender in result.contenders:
        yield from (f"{contender.name}: {note}." for note in contender.notes)


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"each of {', '.join(names)}"
