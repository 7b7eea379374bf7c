"""Reading a SQL file's header.

The header is the comment block at the file's top, one `-- field: text` after another:

    -- name: greeting_within
    -- question: Is the caller greeted within the first seconds?
    -- grain: one row per call
    -- key: call_id
    -- stored: at landing
    -- parameters:
    --   within_s [s] (double, default 15): when the greeting must have begun
    --   phrase (varchar, required): what to look for
    -- columns:
    --   start_ms [ms]: where it begins; null without one
    -- empty: no call has landed in these days
    -- limits: anyone but a known customer may greet

Every field but `parameters` and `stored`, which is for marts, must be there. A text goes on in the next line
when that is indented further.
"""

from __future__ import annotations

import re
from typing import Final

from tasks.errors import SettingsError
from tasks.questions.question import Column, Parameter, Question
from tasks.questions.values import EXPECTED, cast

_NEEDED: Final = ("name", "question", "grain", "key", "columns", "empty", "limits")
_FIELDS: Final = (*_NEEDED, "parameters", "stored")
_STORED: Final = "at landing"
_ITEM: Final = re.compile(
    r"(?P<name>[a-z]\w*)(?: \[(?P<unit>[^\]]+)\])?(?: \((?P<spec>.+?)\))?: (?P<text>.+)"
)


def parse_question(text: str) -> Question:
    """The question a SQL file holds.

    Raises:
        SettingsError: the header is not of the form above.
    """
    header, body = _split(text)
    fields = _fields(header)
    missing = [name for name in _NEEDED if not "".join(fields.get(name, []))]
    if missing:
        raise SettingsError(f"the header lacks {', '.join(missing)}")
    if "stored" in fields and fields["stored"] != [f" {_STORED}"]:
        raise SettingsError(f"the header's `stored` can only be: {_STORED}")
    said = {name: " ".join(line.strip() for line in lines).strip() for name, lines in fields.items()}
    return Question(
        name=said["name"],
        question=said["question"],
        grain=said["grain"],
        key=tuple(part.strip() for part in said["key"].split(",")),
        parameters=tuple(_parameter(item) for item in _items(fields.get("parameters", []))),
        columns=tuple(_column(item) for item in _items(fields["columns"])),
        empty_means=said["empty"],
        limits=said["limits"],
        sql=body,
        stored="stored" in fields,
    )


def _split(text: str) -> tuple[list[str], str]:
    lines = text.splitlines()
    end = next((place for place, line in enumerate(lines) if not line.startswith("--")), len(lines))
    return lines[:end], "\n".join(lines[end:]).strip()


def _fields(header: list[str]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    name = ""
    for line in header:
        said = line[3:]
        if said.startswith(" "):
            fields.setdefault(name, []).append(said[2:])
            continue
        name, _, rest = said.partition(":")
        if name not in _FIELDS or name in fields:
            raise SettingsError(f"the header has {name!r}, which is unknown or repeated")
        fields[name] = [rest]
    return fields


def _items(lines: list[str]) -> list[re.Match[str]]:
    joined: list[str] = []
    for line in lines[1:]:
        if line.startswith(" ") and joined:
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line)
    return [_item(line) for line in joined]


def _item(line: str) -> re.Match[str]:
    match = _ITEM.fullmatch(line)
    if match is None:
        raise SettingsError(f"{line!r} in the header is not of the form: name [unit] (type, default x): text")
    return match


def _column(item: re.Match[str]) -> Column:
    if item["spec"]:
        raise SettingsError(f"column {item['name']} states ({item['spec']}), which only parameters do")
    return Column(item["name"], item["unit"], item["text"])


def _parameter(item: re.Match[str]) -> Parameter:
    name, (stated, _, rule) = item["name"], (item["spec"] or "").partition(", ")
    kind = next((known for known in EXPECTED if known == stated), None)
    if kind is None or not (rule == "required" or rule.startswith("default ")):
        raise SettingsError(f"parameter {name} needs (type, default x) or (type, required)")
    default = rule.removeprefix("default ")
    try:
        value = None if default in ("none", "required") else cast(kind, default)
    except ValueError:
        raise SettingsError(f"the default of {name} is not {EXPECTED[kind]}") from None
    return Parameter(name, kind, rule == "required", value, item["unit"], item["text"])
