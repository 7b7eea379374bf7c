"""Rules from a YAML file or from what a run kept of one; the hash names exactly these rules."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml
from pydantic import ValidationError

from tasks.errors import SettingsError
from tasks.rules.rule import RulesFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.rules.rule import Rule

DEFAULT_RULES: Final = Path(__file__).with_name("rules.yaml")

_EVALUATION_VERSION: Final = "1"
"""Goes up whenever the same rules would find something else."""


@dataclass(frozen=True)
class Rules:
    """Checked rules by name."""

    rules: dict[str, Rule]

    @cached_property
    def as_json(self) -> str:
        """The rules without their comments and layout: what is kept of them, and can be read again."""
        written = {
            name: rule.model_dump(by_alias=True, exclude_none=True) for name, rule in self.rules.items()
        }
        return json.dumps({"rules": written}, sort_keys=True)

    @cached_property
    def hash(self) -> str:
        """A short name for exactly these rules. What they are about can be said in other words."""
        whens = {name: rule.when.model_dump(mode="json") for name, rule in self.rules.items()}
        said = json.dumps([_EVALUATION_VERSION, whens], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def load_rules(path: Path = DEFAULT_RULES) -> Rules:
    """The rules of a file.

    Raises:
        SettingsError: the file cannot be read, or is wrong; the message names the line and the rule.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"the rules {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"the rules {path} are not UTF-8 text") from None
    return parse_rules(text, str(path))


def parse_rules(text: str, source: str) -> Rules:
    """The rules in a text; `source` says in messages where it came from.

    Raises:
        SettingsError: the text is not YAML, or not rules; the message names the line and the rule.
    """
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        content: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        raise SettingsError(
            f"the rules {source} are not YAML{line}: {getattr(error, 'problem', '')}"
        ) from None
    try:
        return Rules(RulesFile.model_validate(content).rules)
    except ValidationError as error:
        first = error.errors()[0]
        where = [part for part in first["loc"] if part != "[key]"]
        raise SettingsError(
            f"the rules {source} are wrong at line {_line(tree, where)}, "
            f"{'.'.join(map(str, where)) or 'the top'}: {first['msg']}; docs/rules.md shows what can be said"
        ) from None


def _line(tree: yaml.Node | None, where: Sequence[int | str]) -> int:
    """The line, from 1, of the innermost part of the path that is written."""
    line = tree.start_mark.line if tree else 0
    for part in where:
        if isinstance(tree, yaml.SequenceNode) and isinstance(part, int) and part < len(tree.value):
            tree = tree.value[part]
            line = tree.start_mark.line
        elif isinstance(tree, yaml.MappingNode):
            found = next((pair for pair in tree.value if pair[0].value == part), None)
            if found is None:
                break
            line, tree = found[0].start_mark.line, found[1]
    return line + 1
