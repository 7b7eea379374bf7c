"""What a command imports before it does anything, and what help says without importing it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from flows.cli.app import COMMANDS, command_named
from tasks.lake.catalog import writing

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.lake.catalog import Lake

_HEAVY = ("prefect", "duckdb", "pyarrow", "numpy", "pydantic", "jiwer", "matplotlib")
_OF_OTHERS = ("prefect", "jiwer", "matplotlib", "tasks.redact.lexicon", "tasks.engines", "flows.cli.ingest")


def _imported(*arguments: str, folder: Path) -> set[str]:
    """Every module that a command line has imported when it ends."""
    program = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))\n"
        "from flows.cli.app import main\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_no_command(option: str, tmp_path: Path) -> None:
    imported = _imported(option, folder=tmp_path)
    assert "flows.cli.app" in imported
    assert not imported & {*_HEAVY, *(f"flows.cli.{name}" for name in COMMANDS)}


@pytest.mark.parametrize("command", [("search", "thank you"), ("sql", "select 1"), ("ask", "calls_by_agent")])
def test_asking_loads_neither_what_redacts_nor_what_compares(
    command: tuple[str, ...], empty_place: Lake, tmp_path: Path
) -> None:
    with writing(empty_place):
        pass
    imported = _imported(*command, "--lake", empty_place.address, folder=tmp_path)
    assert "duckdb" in imported
    assert not imported & set(_OF_OTHERS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_lists_what_a_command_says_of_itself(name: str) -> None:
    first_paragraph = (command_named(name).help or "").split("\n\n")[0]
    assert " ".join(first_paragraph.split()) == COMMANDS[name]
