"""Command lines that documents and deployments show: found, and held against the real programs."""

from __future__ import annotations

import re
import shlex
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from flows.cli.app import COMMANDS, command_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PREFECT = {
    "server start": {"--host", "--port"},
    "worker start": {"--pool", "--type", "--with-healthcheck"},
    "work-pool create": {"--type", "--base-job-template", "--overwrite"},
    "deploy": {"--all", "--prefect-file"},
    "deployment run": set(),
    "automation create": {"--from-file"},
    "global-concurrency-limit update": {"--active-slots"},
}
"""What of Prefect's command line is used here; tests/deploy/test_prefect.py asks Prefect itself."""

_OURS = re.compile(r"(?:^|=\S+ |exec \w+ |run --rm \w+ |bin/)((?:callarchive|prefect) [-a-z].*)", re.DOTALL)


def command_lines(path: Path) -> Iterator[list[str]]:
    """Every line of callarchive or prefect that a document gives to be run, as words."""
    text = path.read_text().replace("\\\n", " ")
    for fence in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        begun = ""
        for line in fence.splitlines(keepends=True):
            begun += line
            with suppress(ValueError):  # a quotation that goes on in the next line
                if words := _words(begun):
                    yield words
                begun = ""
        assert not begun, begun


def mentions(path: Path) -> Iterator[list[str]]:
    """Every command that a document speaks of in a sentence, as words; it may lack its arguments."""
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    yield from filter(None, map(_words, re.findall(r"`([^`\n]+)`", text)))


def assert_known(words: Sequence[str], *, whole: bool = True) -> None:
    """The command and its options exist, and with `whole` what it cannot do without is given.

    Of other programs than callarchive and prefect nothing is said.
    """
    program, *rest = words
    if program == "prefect":
        _assert_prefect(rest)
    elif program == "callarchive" and rest[0] not in ("--help", "--version"):
        assert rest[0] in COMMANDS, words
        _assert_parses(command_named(rest[0]), rest[1:], whole=whole)


def _words(line: str) -> list[str]:
    """The words of the first command in a line of a shell, up to a pipe or the like."""
    found = _OURS.search(line)
    if not found or " -c " in line:
        return []
    lexer = shlex.shlex(found[1], posix=True, punctuation_chars="|>;&")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in lexer:
        if word[0] in "|>;&":
            break
        words.append(word)
    return words


def _assert_prefect(words: Sequence[str]) -> None:
    names = [word for word in words if not word.startswith("-")]
    known = next((name for name in (" ".join(names[:2]), names[0]) if name in PREFECT), None)
    assert known, words
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert options - {"--no-prompt"} <= PREFECT[known], words


def _assert_parses(command: click.Command, words: list[str], *, whole: bool) -> None:
    if isinstance(command, click.Group):
        if words:
            assert words[0] in command.commands, words
            _assert_parses(command.commands[words[0]], words[1:], whole=whole)
        return
    if "--help" in words:
        return
    context = click.Context(command, resilient_parsing=not whole)
    given: dict[str, Any] = command.make_parser(context).parse_args(list(words))[0]
    missing = [one.name for one in command.params if one.required and given.get(str(one.name)) is None]
    assert not whole or not missing, (words, missing)
