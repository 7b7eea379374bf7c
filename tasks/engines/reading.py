"""Reading answers: strict about what is needed, liberal about the rest, and silent about what was said."""

from __future__ import annotations

import codecs
import math
import re
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tasks.errors import UnexpectedAnswer
from tasks.schemas import Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.schemas import ConfidenceKind, WordTimes


class Answer(BaseModel):
    """Base of the private models: unknown fields are ignored, a number may stand where text is expected."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False, coerce_numbers_to_str=True)


def _true_is_no_number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a truth value, not a number")  # noqa: TRY004  (pydantic reports ValueError only)
    return value


Seconds = Annotated[float, Field(ge=-1_000, le=1_000_000), BeforeValidator(_true_is_no_number)]
"""A time in seconds; numbers as text are taken too, because vLLM writes its duration so."""
Number = Annotated[float, BeforeValidator(_true_is_no_number)]
Label = int | str | None
"""A speaker or a channel, as vendors number or name them."""

AnswerT = TypeVar("AnswerT", bound=Answer)

_NAMED: Final = re.compile(r"(?:speaker|spk)[ _-]?(\d{1,4})", re.IGNORECASE)
_LETTERED: Final = re.compile(r"(?:\d{0,3}|(?i:speaker)[ _-]?)([A-Z]{1,2})")
_NUMBER: Final = re.compile(r"\d{1,4}")
_LABEL_CHARS: Final = 40


def read_answer(model: type[AnswerT], answer: bytes, engine: str) -> AnswerT:
    """The answer as its model.

    Raises:
        UnexpectedAnswer: names the first field that is not as expected, never its content.
    """
    try:
        return model.model_validate_json(answer.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        place = error.errors(include_input=False, include_context=False, include_url=False)[0]["loc"]
        field = ".".join(str(part) for part in place) or "(all of it)"
        raise UnexpectedAnswer(f"{engine}: the answer's field {field} is not as expected") from None


def check_told(answer: Answer, engine: str, *fields: str) -> None:
    """Nothing, if one of the fields in which an engine tells what it heard is there and not null.

    Raises:
        UnexpectedAnswer: none is; it names the first.
    """
    if all(getattr(answer, field) is None for field in fields):
        raise UnexpectedAnswer(f"{engine}: the answer's field {fields[0]} is not there")


def milliseconds(seconds: float | None) -> int | None:
    """Whole milliseconds; a time before the beginning is the beginning."""
    return None if seconds is None else max(0, round(seconds * 1000))


def span_ms(
    start: float | None, end: float | None, last: float | None = None
) -> tuple[int | None, int | None]:
    """Start and end of a word, from seconds; an end never lies before its start nor behind `last`."""
    most_ms = milliseconds(last)
    start_ms, end_ms = (
        at_ms if at_ms is None or most_ms is None else min(at_ms, most_ms)
        for at_ms in (milliseconds(start), milliseconds(end))
    )
    if start_ms is not None and end_ms is not None:
        end_ms = max(start_ms, end_ms)
    return start_ms, end_ms


def probability(value: float | None) -> float | None:
    """A confidence, kept inside 0-1."""
    return None if value is None else min(max(value, 0.0), 1.0)


def from_log(value: float | None) -> float | None:
    """The probability that a natural log-probability stands for."""
    return None if value is None else math.exp(min(value, 0.0))


def untimed(text: str, speaker: str | None = None, channel: int = 0) -> list[Word]:
    """A text's words, where nothing is known but the text."""
    return [Word(word, None, None, channel=channel, speaker=speaker) for word in text.split()]


def times_of(words: Sequence[Word]) -> WordTimes:
    """Whether every word came with its times."""
    return (
        "stated" if all(word.start_ms is not None and word.end_ms is not None for word in words) else "absent"
    )


def kind_of(words: Sequence[Word], kind: ConfidenceKind) -> ConfidenceKind | None:
    """The kind of confidence, if there is any."""
    return kind if any(word.confidence is not None for word in words) else None


def speaker_name(label: Label) -> str | None:
    """A vendor's speaker as the lake names it: 0, "speaker_0", "A", "Speaker A", AssemblyAI's "1A" are one.

    A name (`agent`, or one that was sent along) stays, in lower case.
    """
    text = "" if label is None else str(label).strip()
    if named := _NAMED.fullmatch(text):
        return f"speaker_{int(named[1])}"
    if _NUMBER.fullmatch(text):
        return f"speaker_{int(text)}"
    if lettered := _LETTERED.fullmatch(text):
        place = 0
        for letter in lettered[1]:
            place = place * 26 + ord(letter) - ord("A") + 1
        return f"speaker_{place - 1}"
    return text.lower()[:_LABEL_CHARS] or None if not text.startswith("-") else None
