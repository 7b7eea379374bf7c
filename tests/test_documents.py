"""What the documents show can be done as it stands there: commands, options and files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shown_commands import assert_known, command_lines, mentions

REPOSITORY = Path(__file__).parents[1]
DOCUMENTS = [
    REPOSITORY / "README.md",
    REPOSITORY / "deploy" / "README.md",
    *sorted((REPOSITORY / "docs").glob("*.md")),
]
NAMED = re.compile(r"(?<![\w/.])((?:deploy|docs|tasks|flows|sql|samples|tests)/[\w./-]*\w)")
PASSING = {"deploy/.env"}

each = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")


@each
def test_every_command_line_runs_as_it_is_shown(path: Path) -> None:
    for words in command_lines(path):
        assert_known(words)


@each
def test_every_command_that_is_spoken_of_exists(path: Path) -> None:
    for words in mentions(path):
        assert_known(words, whole=False)


def test_the_documents_show_commands() -> None:
    assert sum(len(list(command_lines(path))) for path in DOCUMENTS) > 60
    assert sum(len(list(mentions(path))) for path in DOCUMENTS) > 60


@each
def test_every_file_that_is_named_exists(path: Path) -> None:
    named = NAMED.findall(path.read_text())
    named = [name for name in named if name not in PASSING and "acme" not in name]  # an engine to be added
    assert [name for name in named if not (REPOSITORY / name).exists()] == []
