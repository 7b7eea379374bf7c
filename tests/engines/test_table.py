"""What people read about the engines is what the engines state."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tasks.engines import openai
from tasks.engines.registry import ENGINES
from tasks.engines.retirement import retirement
from tasks.engines.table import as_markdown

if TYPE_CHECKING:
    from tasks.engines.contract import Capabilities

README = Path(__file__).parents[2] / "README.md"
TODAY = date(2026, 11, 22)


def _columns(table: str) -> dict[str, dict[str, str]]:
    """The first table's cells by engine and row."""
    lines = [line.strip("|").split("|") for line in table.partition("\n\n")[0].splitlines()]
    names = [cell.strip(" `") for cell in lines[0][1:]]
    rows = {line[0].strip(): [cell.strip() for cell in line[1:]] for line in lines[2:]}
    return {name: {row: cells[place] for row, cells in rows.items()} for place, name in enumerate(names)}


def test_the_readme_has_the_table_that_is_generated() -> None:
    written = README.read_text()
    _, _, behind = written.partition("<!-- engines: written by make engines-table -->\n")
    assert behind.partition("<!-- end of engines -->")[0] == as_markdown(), "run: make engines-table"


def test_the_table_says_what_the_capabilities_say() -> None:
    columns = _columns(as_markdown())
    assert list(columns) == list(ENGINES)
    assert columns["deepgram"]["channels in a request"] == "20, each billed"
    assert columns["assemblyai"]["channels in a request"] == "2, billed once"
    assert columns["pulse"]["languages"] == "26"
    assert columns["pulse"]["longest request"] == "10 min, 250 MiB"
    assert columns["openai"]["answers until"] == "2027-02-26"
    assert columns["elevenlabs"]["regions"] == "us, eu, in, sg"
    assert columns["cartesia"]["confidence"] == "none"
    assert columns["local"]["keeps nothing if asked"] == "nothing leaves"
    for name, engine in ENGINES.items():
        about = engine.CAPABILITIES.of(engine.DEFAULT_MODEL)
        assert (columns[name]["speakers on one channel"] == "yes") == ("diarization" in about.abilities)
        assert about.runs_here or f"{about.usd_per_audio_hour:g} ({about.price_date})" in str(columns[name])


def test_models_that_differ_are_listed_with_what_differs() -> None:
    others = as_markdown().split("\n\n")[1]
    assert "| `openai`: a server of your own | runs on your own server |" in others
    assert "| `pulse`: `pulse-pro` | 0.24" in others


@pytest.mark.parametrize(
    ("on", "says"),
    [
        (None, None),
        (date(2027, 5, 22), None),
        (date(2027, 5, 21), "stops on 2027-05-21, in 180 days"),
        (date(2026, 11, 23), "stops on 2026-11-23, in 1 days"),
        (TODAY, "has stopped on 2026-11-22"),
        (date(2020, 1, 1), "has stopped on 2020-01-01"),
    ],
)
def test_a_model_that_retires_is_told_in_time(on: date | None, says: str | None) -> None:
    capabilities: Capabilities = replace(openai.CAPABILITIES, by_model={}, retires_on=on)
    engine: Any = SimpleNamespace(NAME="openai", CAPABILITIES=capabilities)
    warning = retirement(engine, "whisper-1", TODAY)
    assert warning == (says and f"openai: whisper-1 {says}; choose another model or engine")
