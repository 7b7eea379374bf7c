"""Parsing is total: whatever an answer has been turned into, it is a transcript or an UnexpectedAnswer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.engines.registry import ENGINES
from tasks.errors import UnexpectedAnswer
from tests.engines.recorded import answer, recorded

if TYPE_CHECKING:
    from tasks.schemas import Transcript

SECRET = "opensesame"
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([SECRET, "-1", "1e400", "9" * 5000, 10**400, -(10**9), 1e308, "speaker_99999", "\x00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_ANSWERS = [(engine, answer(engine, file)) for engine, file, _ in recorded() if file.endswith(".json")]


def _places(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = (
        content.items()
        if isinstance(content, dict)
        else enumerate(content)
        if isinstance(content, list)
        else ()
    )
    return [path] + [place for name, one in inside for place in _places(one, (*path, name))]


def _changed(content: Any, path: tuple[Any, ...], value: Any, *, gone: bool) -> Any:
    if not path:
        return value
    copy = dict(content) if isinstance(content, dict) else list(content)
    if gone and len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = _changed(copy[path[0]], path[1:], value, gone=gone)
    return copy


def _is_total(engine: str, mutilated: bytes) -> None:
    try:
        transcript = ENGINES[engine].parse(mutilated)
    except UnexpectedAnswer as error:
        message = str(error)
    else:
        message = ""
        _keeps_promises(transcript)
    assert SECRET not in message
    assert len(message) < 300


def _keeps_promises(transcript: Transcript) -> None:
    for word in transcript.words:
        assert word.text.strip()
        assert word.confidence is None or 0 <= word.confidence <= 1
        if word.start_ms is not None and word.end_ms is not None:
            assert 0 <= word.start_ms <= word.end_ms < 2**40


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_field_may_be_anything_or_missing(engine: str, data: st.DataObject) -> None:
    content = json.loads(data.draw(st.sampled_from([body for name, body in _ANSWERS if name == engine])))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(_places(content)))
        content = _changed(content, path, data.draw(_JSON), gone=data.draw(st.booleans()))
    _is_total(engine, json.dumps(content).encode())


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_bytes_may_be_lost_or_wrong(engine: str, data: st.DataObject) -> None:
    body = data.draw(st.sampled_from([body for name, body in _ANSWERS if name == engine]))
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    _is_total(engine, body[:start] + data.draw(st.binary(max_size=6)) + body[end:])


@pytest.mark.parametrize("engine", ENGINES)
def test_any_other_engines_answer_is_survived(engine: str) -> None:
    for _, body in _ANSWERS:
        _is_total(engine, body)
