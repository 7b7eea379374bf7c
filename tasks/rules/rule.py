"""What a rules file may say, as data that is checked when it is read."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Seconds = Annotated[float, Field(gt=0)]
Phrase = Annotated[str, Field(pattern=r"\w")]
Several = Annotated[tuple["Condition", ...], Field(min_length=1)]

_KINDS = ("all", "any", "not", "say", "dead_air_s", "talk_over_s")
_PLACES = ("speaker", "within_first_s", "within_last_s", "after")


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Condition(_Checked):
    """True or false of a call: exactly one of all, any, not, say, dead_air_s and talk_over_s."""

    all: Several | None = None
    any: Several | None = None
    negated: Condition | None = Field(default=None, alias="not")
    say: Annotated[tuple[Phrase, ...], Field(min_length=1)] | None = None
    """One of these phrases is said."""
    dead_air_s: Seconds | None = None
    """Nobody speaks for so long, between speech."""
    talk_over_s: Seconds | None = None
    """Somebody begins while another speaks, and both speak for so long."""
    slop: Annotated[int, Field(ge=0, le=20)] = 0
    speaker: str | None = None
    """Who says it, who spoke last before the dead air, or who interrupts."""
    within_first_s: Seconds | None = None
    within_last_s: Seconds | None = None
    after: After | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Condition:
        stated = self.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
        kinds = [kind for kind in _KINDS if kind in stated]
        if len(kinds) != 1:
            raise ValueError(
                f"state exactly one of {', '.join(_KINDS)}; here are {', '.join(kinds) or 'none'}"
            )
        place = next((name for name in (*_PLACES, "slop") if name in stated), None)
        if kinds[0] in ("all", "any", "not") and place:
            raise ValueError(f"{place} belongs to what is said or heard, inside of {kinds[0]}")
        if kinds[0] != "say" and "slop" in stated:
            raise ValueError("slop belongs to say")
        return self


class After(Condition):
    """What must have come before, and how long before at most."""

    within_s: Seconds

    @model_validator(mode="after")
    def _one_spot(self) -> After:
        if self.all or self.any or self.negated or self.after:
            raise ValueError("after takes one of say, dead_air_s and talk_over_s, and no further after")
        return self


class Rule(_Checked):
    """One category: what it is about, and when a call belongs to it."""

    about: str
    when: Condition


class RulesFile(_Checked):
    """A rules file, as written."""

    rules: Annotated[
        dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Rule],
        Field(min_length=1),
    ]
