"""From what a person typed to what DuckDB binds, with help where the two do not meet."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from tasks.errors import SettingsError
from tasks.questions.values import EXPECTED, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tasks.questions.question import Parameter, Question, Value


def question_named(questions: Mapping[str, Question], name: str) -> Question:
    """The question of that name.

    Raises:
        SettingsError: there is none; the message names the likeliest, or all.
    """
    if name in questions:
        return questions[name]
    raise SettingsError(f"there is no question {name!r}; {_offer(name, questions)}")


def bind(question: Question, given: Mapping[str, str]) -> dict[str, object]:
    """A value for every parameter of a question: as given, else its default.

    An empty text takes a parameter whose default is none back to none.

    Raises:
        SettingsError: a parameter is unknown, missing or of the wrong type. Values are not repeated in the
            message, for they may be a customer's words.
    """
    known = {parameter.name: parameter for parameter in question.parameters}
    for name in given:
        if name not in known:
            raise SettingsError(f"{question.name} has no parameter {name!r}; {_takes(question)}")
    return {name: _bindable(_value(question, known[name], given)) for name in known}


def _value(question: Question, parameter: Parameter, given: Mapping[str, str]) -> Value:
    text = given.get(parameter.name)
    if text is None and parameter.required:
        raise SettingsError(
            f"{question.name} needs {parameter.name}, {EXPECTED[parameter.type]}: "
            f"--param {parameter.name}=...  ({parameter.description})"
        )
    if text is None or (not text and parameter.default is None and not parameter.required):
        return parameter.default
    try:
        return cast(parameter.type, text)
    except ValueError:
        raise SettingsError(
            f"{parameter.name} of {question.name} must be {EXPECTED[parameter.type]}; "
            f"it takes {parameter.summary()}"
        ) from None


def _bindable(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


def _takes(question: Question) -> str:
    if not question.parameters:
        return "it takes none"
    return "it takes " + ", ".join(parameter.summary() for parameter in question.parameters)


def _offer(name: str, names: Iterable[str]) -> str:
    close = get_close_matches(name, names)
    return f"did you mean {' or '.join(close)}?" if close else f"there are: {', '.join(sorted(names))}"
