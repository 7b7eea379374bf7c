"""Rules as what SQL evaluates: numbered signs that a call may hold, and a formula over them for each rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tasks.rules.rule import Condition
    from tasks.rules.rules_file import Rules

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Compiled:
    """Tables of signs, and formulas that hold nothing but the signs' numbers."""

    signs: list[Row] = field(default_factory=list)
    """One row per thing to be said or heard: sign, kind, speaker, where it must be, and after which other."""
    phrases: list[Row] = field(default_factory=list)
    """One row per sign and phrase."""
    formulas: dict[str, str] = field(default_factory=dict)
    """By rule, over `met`, the list of the signs that a call holds."""
    evidence: list[Row] = field(default_factory=list)
    """One row per rule and sign whose places are shown: those that are not negated."""


def compiled(rules: Rules) -> Compiled:
    """The rules of a file, ready to be evaluated together."""
    done = Compiled()
    for name, rule in rules.rules.items():
        done.formulas[name] = _formula(done, name, rule.when, shown=True)
    return done


def _formula(done: Compiled, rule: str, when: Condition, *, shown: bool) -> str:
    if when.all is not None:
        return _joined(" and ", [_formula(done, rule, part, shown=shown) for part in when.all])
    if when.any is not None:
        return _joined(" or ", [_formula(done, rule, part, shown=shown) for part in when.any])
    if when.negated is not None:
        return f"not {_formula(done, rule, when.negated, shown=not shown)}"
    sign = _sign(done, when)
    if shown:
        done.evidence.append({"rule": rule, "sign": sign})
    return f"list_contains(met, {sign})"


def _joined(word: str, parts: list[str]) -> str:
    return f"({word.join(parts)})"


def _sign(done: Compiled, when: Condition) -> int:
    after = _sign(done, when.after) if when.after else None
    number = len(done.signs)
    least_s = when.dead_air_s or when.talk_over_s
    kind = "say" if when.say else "dead_air" if when.dead_air_s else "talk_over"
    done.signs.append(
        {
            "sign": number,
            "kind": kind,
            "speaker": when.speaker,
            "least_ms": _ms(least_s),
            "first_ms": _ms(when.within_first_s),
            "last_ms": _ms(when.within_last_s),
            "after_sign": after,
            "after_ms": _ms(when.after.within_s) if when.after else None,
        }
    )
    done.phrases.extend({"sign": number, "phrase": phrase, "slop": when.slop} for phrase in when.say or ())
    return number


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
