"""A folder of references -> what is truly said in each recording."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from tasks.compare.formats.broken import BrokenReference
from tasks.compare.formats.ctm import read_ctm
from tasks.compare.formats.gold import GOLD, read_gold
from tasks.compare.formats.harper import SEGMENTS, TRUTHS, Segment, Truth, read_harper
from tasks.compare.formats.plain_text import read_text
from tasks.compare.formats.webvtt import read_webvtt
from tasks.compare.reference import Reference, Side, party
from tasks.errors import SettingsError
from tasks.redact_metadata import mask_path

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

Read = TypeVar("Read")

_ENDINGS: Final = (".json", ".ctm", ".vtt", ".txt")
_MAX_BYTES: Final = 1 << 28
_LONG_NUMBER: Final = re.compile(r"\d{7}")


@dataclass(slots=True)
class _Gathered:
    """What has been read so far, by recording."""

    golds: dict[str, Reference] = field(default_factory=dict)
    segments: dict[str, list[Segment]] = field(default_factory=dict)
    truths: dict[str, Truth] = field(default_factory=dict)
    marked: dict[str, Reference] = field(default_factory=dict)
    """From CTM and WebVTT, which state times."""
    sides: dict[str, list[Side]] = field(default_factory=dict)
    whole: dict[str, Side] = field(default_factory=dict)


def read_references(folder: Path, stems: Collection[str]) -> dict[str, Reference]:
    """The references of these recordings, named by their files' names without the ending.

    Where there are several for one recording the one that says most counts: JSON, then CTM and WebVTT, then
    a text for each side, then one text. JSON that is no reference, such as a sidecar, is passed over.

    Raises:
        SettingsError: there is no such folder, or a reference is broken; names the file and the line.
    """
    if not folder.is_dir():
        raise SettingsError("the references are no folder; name one: --references DIR")
    gathered, wanted = _Gathered(), frozenset(stems)
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _ENDINGS and path.is_file():
            _read(path, wanted, gathered)
    return {stem: found for stem in sorted(wanted) if (found := _best(stem, gathered)) is not None}


def _best(stem: str, gathered: _Gathered) -> Reference | None:
    if stem in gathered.golds:
        return gathered.golds[stem]
    if stem in gathered.segments or stem in gathered.truths:
        return read_harper(gathered.segments.get(stem), gathered.truths.get(stem))
    if stem in gathered.marked:
        return gathered.marked[stem]
    if stem in gathered.sides:
        return Reference(tuple(gathered.sides[stem]))
    return Reference((gathered.whole[stem],)) if stem in gathered.whole else None


def _read(path: Path, wanted: frozenset[str], gathered: _Gathered) -> None:
    readers: dict[str, Callable[[Path, frozenset[str], _Gathered], None]] = {
        ".json": _read_json,
        ".ctm": _read_ctm,
        ".vtt": _read_vtt,
        ".txt": _read_txt,
    }
    try:
        readers[path.suffix.lower()](path, wanted, gathered)
    except BrokenReference as error:
        raise SettingsError(f"reference {_shown(path.name)}: {error}") from None
    except OSError as error:
        raise SettingsError(f"reference {_shown(path.name)} cannot be read: {error.strerror}") from None


def _read_json(path: Path, wanted: frozenset[str], gathered: _Gathered) -> None:
    found = _json(path, must_be=path.stem in wanted or path.stem == "truth")
    if isinstance(found, dict) and {"file", "utterances"} <= found.keys():
        gold = _of_form(GOLD, found)
        gathered.golds |= {name: read_gold(gold) for name in wanted & {path.stem, Path(gold.file).stem}}
    elif isinstance(found, dict) and _all_have("reference", list(found.values())):
        truths: dict[str, Truth] = _of_form(TRUTHS, found)
        gathered.truths |= truths
    elif path.stem in wanted:
        segments = found.get("segments") if isinstance(found, dict) else found
        if isinstance(segments, list) and _all_have("human_transcript", segments):
            gathered.segments[path.stem] = _of_form(SEGMENTS, segments)


def _all_have(name: str, things: list[Any]) -> bool:
    return bool(things) and all(isinstance(one, dict) and name in one for one in things)


def _read_ctm(path: Path, wanted: frozenset[str], gathered: _Gathered) -> None:
    for name, reference in read_ctm(_text(path)).items():
        for stem in wanted & {name, Path(name).stem}:
            gathered.marked[stem] = reference


def _read_vtt(path: Path, wanted: frozenset[str], gathered: _Gathered) -> None:
    if path.stem in wanted:
        gathered.marked.setdefault(path.stem, read_webvtt(_text(path)))


def _read_txt(path: Path, wanted: frozenset[str], gathered: _Gathered) -> None:
    stem, _, label = path.stem.rpartition(".")
    if path.stem in wanted:
        gathered.whole[path.stem] = read_text(_text(path))
    elif stem in wanted:
        gathered.sides.setdefault(stem, []).append(read_text(_text(path), *party(label)))


def _text(path: Path) -> str:
    if path.stat().st_size > _MAX_BYTES:
        raise BrokenReference(f"is bigger than {_MAX_BYTES >> 20} MB")
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenReference("is not UTF-8", content.count(b"\n", 0, error.start) + 1) from None


def _json(path: Path, *, must_be: bool) -> Any:
    """What a file holds; None for one that nobody asked about and that is no JSON."""
    try:
        return json.loads(_text(path))
    except json.JSONDecodeError as error:
        problem = BrokenReference(f"is not JSON ({error.msg})", error.lineno)
    except RecursionError:
        problem = BrokenReference("is nested too deeply")
    except BrokenReference as error:
        problem = error
    if must_be:
        raise problem
    return None


def _of_form(form: TypeAdapter[Read], found: Any) -> Read:
    try:
        return form.validate_python(found)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BrokenReference(f"{place}: {first['msg']}") from None


def _shown(name: str) -> str:
    """A file's name as it is, unless there may be somebody's name or number in it."""
    masked = mask_path(name)
    personal = masked != re.sub(r"\d", "#", name) or _LONG_NUMBER.search(name)
    return masked if personal else name
