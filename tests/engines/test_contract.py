"""One contract for every engine and every recorded answer."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tasks.engines.registry import ENGINES, HOSTED
from tasks.errors import SettingsError, UnexpectedAnswer
from tests.engines.recorded import ANSWERS, answer, recorded

if TYPE_CHECKING:
    from tasks.schemas import Transcript

RECORDED = recorded()
GOOD = [(engine, file, expected) for engine, file, expected in RECORDED if "words" in expected]
REFUSED = [
    (engine, file, expected["refused"]) for engine, file, expected in RECORDED if "refused" in expected
]


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 9)


def _words(transcript: Transcript) -> list[list[Any]]:
    return [
        [word.text, word.start_ms, word.end_ms, _rounded(word.confidence), word.channel, word.speaker]
        for word in transcript.words
    ]


def _segments(transcript: Transcript) -> list[list[int]]:
    return [[one.start_ms, one.end_ms, one.first_word, one.end_word] for one in transcript.segments]


@pytest.mark.parametrize(("engine", "file", "expected"), GOOD)
def test_every_word_and_everything_said_about_it_is_read(
    engine: str, file: str, expected: dict[str, Any]
) -> None:
    transcript = ENGINES[engine].parse(answer(engine, file))
    facts = {name: getattr(transcript, name) for name in expected if name not in ("words", "segments")}
    assert _words(transcript) == expected["words"]
    assert facts == {name: value for name, value in expected.items() if name not in ("words", "segments")}
    assert "segments" not in expected or _segments(transcript) == expected["segments"]


@pytest.mark.parametrize(("engine", "file", "expected"), GOOD)
def test_what_is_read_keeps_the_promises_of_a_transcript(
    engine: str, file: str, expected: dict[str, Any]
) -> None:
    transcript = ENGINES[engine].parse(answer(engine, file))
    for word in transcript.words:
        assert word.text == word.text.strip() != ""
        assert word.confidence is None or 0 <= word.confidence <= 1
        assert (word.start_ms is None) == (word.end_ms is None)
        assert word.start_ms is None or word.end_ms is None or 0 <= word.start_ms <= word.end_ms
        assert not word.times_derived
    assert transcript.times == (
        "stated" if all(word.start_ms is not None for word in transcript.words) else "absent"
    )


@pytest.mark.parametrize(("engine", "file", "field"), REFUSED)
def test_an_answer_without_a_transcript_is_an_error_that_names_the_field(
    engine: str, file: str, field: str
) -> None:
    with pytest.raises(UnexpectedAnswer, match=field.replace("(", r"\(").replace(")", r"\)")):
        ENGINES[engine].parse(answer(engine, file))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("junk", [b"", b"null", b"[]", b"{}", b"\xff\xfe", b"<html>", b'"text"', b"{" * 5000])
def test_junk_is_an_unexpected_answer(engine: str, junk: bytes) -> None:
    with pytest.raises(UnexpectedAnswer):
        ENGINES[engine].parse(junk)


def test_every_recorded_answer_is_looked_at() -> None:
    there = {(one.parent.name, one.name) for one in ANSWERS.glob("*/*") if one.name != "expected.json"}
    assert there == {(engine, file) for engine, file, _ in RECORDED}


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_is_its_file_and_states_what_it_can(name: str) -> None:
    module = ENGINES[name]
    about = module.CAPABILITIES.of(module.DEFAULT_MODEL)
    assert inspect.getfile(module).endswith(f"/{name}.py")  # type: ignore[arg-type]
    assert name == module.NAME
    assert about.channels_per_request >= 1
    assert 0 < about.chunk_target_s <= about.chunk_max_s
    assert about.languages
    assert about.price_source


@pytest.mark.parametrize("name", HOSTED)
def test_a_hosted_engine_names_sources_hosts_and_key(name: str) -> None:
    module = HOSTED[name]
    for about in (module.CAPABILITIES, *module.CAPABILITIES.by_model.values()):
        assert about.source
        assert about.source_date
        assert not about.runs_here
        assert all(host.startswith("https://") for host in about.hosts.values())
        assert "" in about.hosts
    assert module.KEY_NAME.endswith("_API_KEY")
    assert "secret" in str(module.headers("secret"))
    assert "secret" not in str(module.headers(None))
    assert hasattr(module, "erase") == ("deletion" in module.CAPABILITIES.abilities)


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_knows_neither_the_other_engines_nor_the_settings(name: str) -> None:
    tree = ast.parse(Path(inspect.getfile(ENGINES[name])).read_text())  # type: ignore[arg-type]
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
    others = {f"tasks.engines.{other}" for other in ENGINES if other != name}
    assert not imported & (others | {"os", "prefect", "tasks.settings"})


def test_an_unknown_engine_is_refused_with_the_list() -> None:
    from tasks.engines.registry import engine_named

    assert engine_named("pulse") is HOSTED["pulse"]
    with pytest.raises(SettingsError, match="local, pulse, deepgram"):
        engine_named("shout")
