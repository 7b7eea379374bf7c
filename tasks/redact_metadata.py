"""Single strings cleaned: a sidecar's fields, ids, and the names of files."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tasks.find_pii import find_pii
from tasks.redact.gazetteer import read_name
from tasks.redact.render import render
from tasks.redact.wordlists import word_set
from tasks.schemas import Conversation, Turn, Word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tasks.keys import Keyring
    from tasks.redact.rules import Rules

_PIECES = re.compile(r"[^\s{}\"]+")
_EMAIL = re.compile(r"[^\s/@,;]+(?:@|_at_|%40)[^\s/@,;]+", re.IGNORECASE)
_INTERNATIONAL = re.compile(r"\+\d{8,15}(?!\d)")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:/+")
_LETTERS = re.compile(r"[^\W\d_]+(?:'s\b)?")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_EXTENSION = re.compile(r"\.(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{1,5}$")
_ARCHIVE_WORDS = word_set("archive_words")
_NAMED_THINGS = frozenset(
    "product campaign queue branch site team skill department company brand service plan store office "
    "location group project program region file host server trunk line tag event status reason".split()
)


def redact_fields(fields: Mapping[str, str], rules: Rules) -> dict[str, str]:
    """A sidecar's fields without personal data. A field's name counts as the question that it answers."""
    return {redact_text(name, rules): redact_field(name, text, rules) for name, text in fields.items()}


def redact_field(name: str, text: str, rules: Rules) -> str:
    """One field with its personal data written as `[ENTITY]`; JSON is redacted value by value."""
    try:
        nested = json.loads(text) if text[:1] in {"{", "["} else None
    except (ValueError, RecursionError):  # cut short, or no JSON after all
        nested = None
    if nested is None:
        return _redacted(_asked(name), text, rules)
    return json.dumps(_nested(name, nested, rules))


def redact_text(text: str, rules: Rules) -> str:
    """One string of metadata with its personal data written as `[ENTITY]`; spaces stay as they are."""
    return _redacted([], text, rules)


def redact_id(kind: str, text: str, keyring: Keyring) -> str:
    """An id as it is, or, where it holds an e-mail address or a telephone number, a keyed hash of it."""
    if not (_EMAIL.search(text) or _INTERNATIONAL.search(text)):
        return text
    return f"{kind}-{keyring.pseudonym(kind, text)[:12]}"


def _nested(name: str, value: Any, rules: Rules) -> Any:
    if isinstance(value, dict):
        return {redact_text(key, rules): _nested(key, inner, rules) for key, inner in value.items()}
    if isinstance(value, list):
        return [_nested(name, inner, rules) for inner in value]
    if isinstance(value, bool) or value is None:
        return value
    redacted = redact_field(name, str(value), rules)
    return value if redacted == str(value) else redacted


def _asked(name: str) -> list[str]:
    """A field's name as the words of a question; nothing where it names a thing: `queue_name`."""
    words = re.sub(r"[\W_]+", " ", _CAMEL.sub(" ", name)).lower().split()
    return [] if words[-1:] == ["name"] and _NAMED_THINGS & set(words) else words


def _redacted(asked: list[str], text: str, rules: Rules) -> str:
    pieces = list(_PIECES.finditer(text))
    if not pieces:
        return text
    first = len(asked)
    question = [Word(word, None, None, speaker="agent") for word in asked]
    answer = [Word(piece.group(), None, None, speaker="customer") for piece in pieces]
    turns = (Turn(0, "agent", 0, first), Turn(0, "customer", first, first + len(answer)))
    conversation = Conversation((*question, *answer), turns if asked else turns[1:])
    words = render(conversation, find_pii(conversation, rules)).words[first:]
    written: list[str] = []
    at = 0
    for piece, word, before in zip(pieces, words, (None, *words), strict=False):
        goes_on = before is not None and word.entity is not None and word.entity == before.entity
        if not goes_on:
            written += [text[at : piece.start()], word.text]
        at = piece.end()
    return "".join([*written, text[at:]])


def mask_path(path: str) -> str:
    """A path or URL that can be shown: digits as `#`, names and e-mails out, folders and extension kept.

    In the last part a word that is no ordinary one goes as well: it may be a name that no list knows.
    """
    path = path.encode(errors="replace").decode()  # a name in an old encoding is no text
    scheme = _SCHEME.match(path)
    start = scheme.group() if scheme else ""
    head, slash, name = path[len(start) :].rpartition("/")
    folders = "/".join(_mask(part, strict=False) for part in head.split("/")) if slash else ""
    extension = _EXTENSION.search(name)
    stem, suffix = (
        (name[: extension.start()], extension.group()) if extension and extension.start() else (name, "")
    )
    return start + folders + slash + _mask(stem, strict=True) + suffix


def _mask(part: str, *, strict: bool) -> str:
    without_email = _EMAIL.sub("EMAIL", part)
    split = _CAMEL.sub("\0", without_email)
    words = list(_LETTERS.finditer(split))
    masked: list[str] = []
    at = 0
    for index, word in enumerate(words):
        known = word.group() == "EMAIL" or not _is_name(words, index, split, strict=strict)
        masked += [split[at : word.start()], word.group() if known else "NAME"]
        at = word.end()
    return re.sub(r"\d", "#", "".join([*masked, split[at:]]).replace("\0", ""))


def _is_name(words: list[re.Match[str]], index: int, text: str, *, strict: bool) -> bool:
    word = words[index].group().lower()
    if word in _ARCHIVE_WORDS or len(word) == 1:
        return False
    reading = read_name(word)
    beside = [
        read_name(words[other].group().lower()) for other in (index - 1, index + 1) if 0 <= other < len(words)
    ]
    if reading.common:
        in_pair = any(near.first or (near.last and near.common) or near.everyday for near in beside)
        return (reading.everyday or reading.last) and in_pair
    if reading.first or reading.last:
        return True
    return strict and len(word) > 2 and not _touches_digit(words[index], text)


def _touches_digit(word: re.Match[str], text: str) -> bool:
    """Part of a hexadecimal or coded id."""
    return (
        text[max(0, word.start() - 1) : word.start()].isdigit() or text[word.end() : word.end() + 1].isdigit()
    )
