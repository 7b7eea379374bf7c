"""What vendors vary without telling: fields more, nulls, numbers as text. No word is lost by it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tasks.engines.registry import ENGINES
from tasks.errors import UnexpectedAnswer
from tests.engines.recorded import answer, recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GOOD = [
    (engine, file) for engine, file, expected in recorded() if "words" in expected and file.endswith("json")
]
ANSWERS = pytest.mark.parametrize(("engine", "file"), GOOD)
WITH_WORDS = [
    (engine, file)
    for engine, file, expected in recorded()
    if expected.get("words") and engine != "local"  # this program writes those itself
]
TELLS_WORDS = set(
    "text word punctuated_word transcript transcription words segments utterances transcripts "
    "channels alternatives results type".split()
)
"""Without these, words may be others, or none."""


def _content(engine: str, file: str) -> Any:
    return json.loads(answer(engine, file))


def _parsed(engine: str, content: Any) -> Any:
    return ENGINES[engine].parse(json.dumps(content).encode())


def _texts(engine: str, content: Any) -> Counter[str]:
    return Counter(word.text for word in _parsed(engine, content).words)


def _everywhere(content: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(content, dict):
        return change({name: _everywhere(one, change) for name, one in content.items()})
    if isinstance(content, list):
        return [_everywhere(one, change) for one in content]
    return change(content)


def _fields(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all named fields."""
    pairs = content.items() if isinstance(content, dict) else enumerate(content)
    for name, one in pairs:
        if isinstance(name, str):
            yield (*path, name)
        if isinstance(one, dict | list):
            yield from _fields(one, (*path, name))


def _without(content: Any, path: tuple[Any, ...], *, null: bool) -> Any:
    copy = json.loads(json.dumps(content))
    place = copy
    for name in path[:-1]:
        place = place[name]
    if null:
        place[path[-1]] = None
    else:
        del place[path[-1]]
    return copy


@ANSWERS
def test_fields_that_nobody_knows_change_nothing(engine: str, file: str) -> None:
    content = _content(engine, file)
    new = {"x_new": {"words": [1], "text": None}, "x_list": ["a", 2]}
    more = _everywhere(content, lambda one: one | new if isinstance(one, dict) and one else one)
    if engine == "deepgram" and "model_info" in content.get("metadata", {}):
        more["metadata"]["model_info"] = content["metadata"]["model_info"]  # its names are ids
    assert _parsed(engine, more) == _parsed(engine, content)


@ANSWERS
def test_numbers_may_come_as_text(engine: str, file: str) -> None:
    content = _content(engine, file)
    quoted = _everywhere(
        content, lambda one: str(one) if isinstance(one, int | float) and not isinstance(one, bool) else one
    )
    assert _parsed(engine, quoted) == _parsed(engine, content)


@ANSWERS
def test_a_mark_for_the_order_of_bytes_and_line_ends_are_no_content(engine: str, file: str) -> None:
    body = answer(engine, file)
    assert ENGINES[engine].parse(b"\xef\xbb\xbf" + body + b"\r\n") == ENGINES[engine].parse(body)


@pytest.mark.parametrize(("engine", "file"), WITH_WORDS)
@pytest.mark.parametrize("null", [True, False], ids=["null", "missing"])
def test_no_word_is_lost_when_something_about_it_is(engine: str, file: str, *, null: bool) -> None:
    content = _content(engine, file)
    texts = _texts(engine, content)
    for path in (path for path in _fields(content) if path[-1] not in TELLS_WORDS):
        try:
            found = _texts(engine, _without(content, path, null=null))
        except UnexpectedAnswer as error:
            assert str(path[-1]) in str(error), path  # noqa: PT017  (what is refused is named)
        else:
            assert texts <= found, path
