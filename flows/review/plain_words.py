"""How people read what the lake and the desk call things: kinds of data, reasons, speakers, times, shares."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CAPITALS: Final = frozenset(
    "US UK CA AU IN EU SSN ITIN NINO SIN TFN PAN IFSC UPI ID IP MAC IBAN SWIFT NHS PIN OTP CVV".split()
)
_ENTITIES: Final = {
    "DOB": "Date of birth",
    "CARD_LAST4": "Last digits of a card",
    "EU_NATIONAL_ID": "National ID",
}
_REASONS: Final = {
    "answer": "answers a question for it",
    "answer-window": "stands where an answer to a question for it would",
    "cue": "the words before announce it",
    "introduced": "somebody is introduced",
    "listed": "known names side by side",
    "listed-first": "a known first name",
    "long-run": "a long run of digits",
    "mark-lost": "was marked by a person, and the call was transcribed anew",
    "person": "marked by a person",
    "postcode": "reads like a postal code",
    "street": "reads like a street",
    "title": "follows a title such as Mr",
    "unheard": "somebody speaks, and there are no words",
    "unit": "reads like a flat or unit",
}
_KINDS: Final = {
    "finding": "Finding to check",
    "doubtful": "Doubtful passage",
    "sample_redacted": "Spot check of a redaction",
    "sample_untouched": "Spot check of untouched speech",
}
_TIERS: Final = {"auto": "taken out, sure", "flagged": "taken out, to check", "review": "left in, to decide"}
_STATES: Final = {
    "open": "open",
    "second": "second opinion",
    "disputed": "two differ",
    "done": "decided",
    "gone": "not in the lake any more",
}
_DECISIONS: Final = {
    "accepted": "confirmed",
    "rejected": "rejected: no personal data",
    "changed": "changed",
    "missed": "marked as missed",
    "muted": "muted",
    "cleared": "nothing personal",
    "commented": "comment",
    "withdrawn": "undone",
}


def entity(name: str | None) -> str:
    """`CARD_NUMBER` as "Card number"."""
    if name is None:
        return "no kind"
    if name in _ENTITIES:
        return _ENTITIES[name]
    words = [
        word if word in _CAPITALS else word.lower() for word in name.replace("LAST4", "LAST_4").split("_")
    ]
    return words[0][:1].upper() + words[0][1:] + "".join(f" {word}" for word in words[1:])


def reason(code: str | None) -> str:
    """Why something was taken for personal data, as a phrase; a code without one as it is."""
    if code is None:
        return "no reason given"
    head, _, detail = code.partition(":")
    told = _REASONS.get(head, head.replace("-", " "))
    return f"{told} ({detail})" if detail.islower() else told


def speaker(name: str | None) -> str:
    """`speaker_1` as "Speaker 1"; a voice of no known speaker keeps its channel."""
    return (name or "unknown").replace("_", " ").capitalize()


def clock(at_ms: int | None) -> str:
    """A place in a call: 1:05, or 1:02:03 after an hour."""
    if at_ms is None:
        return "-"
    seconds = at_ms // 1000
    minutes = f"{seconds // 60 % 60}:{seconds % 60:02}"
    return f"{seconds // 3600}:{minutes.zfill(5)}" if seconds >= 3600 else minutes


def day(value: date | str | None) -> str:
    """2 Mar 2026."""
    if value is None:
        return "day unknown"
    known = value if isinstance(value, date) else datetime.fromisoformat(value)
    return f"{known.day} {known:%b %Y}"


def time_of_day(value: datetime | str | None) -> str:
    """14:05, UTC."""
    if value is None:
        return "-"
    known = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return f"{known:%H:%M}"


def share(value: float | None) -> str:
    """A share as percent; one decimal below a tenth."""
    if value is None:
        return "-"
    return f"{value:.1%}" if 0 < value < 0.1 else f"{value:.0%}"


def _named(names: Mapping[str, str]) -> Callable[[str | None], str]:
    return lambda name: "-" if name is None else names.get(name, name)


FILTERS: Final[dict[str, Callable[[Any], str]]] = {
    "entity": entity,
    "reason": reason,
    "speaker": speaker,
    "clock": clock,
    "day": day,
    "time_of_day": time_of_day,
    "share": share,
    "kind": _named(_KINDS),
    "tier": _named(_TIERS),
    "state": _named(_STATES),
    "decision": _named(_DECISIONS),
}
"""What templates write after a bar."""
KINDS: Final = tuple(_KINDS)
TIERS: Final = tuple(_TIERS)
