"""Single strings cleaned: metadata values and the names of files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tasks.find_pii import find_pii
from tasks.redact.gazetteer import read_name
from tasks.redact.render import render
from tasks.redact.wordlists import word_set
from tasks.schemas import Conversation, Turn, Word

if TYPE_CHECKING:
    from tasks.redact.rules import Rules

_PIECES = re.compile(r"\S+")
_EMAIL = re.compile(r"[^\s/@,;]+(?:@|_at_|%40)[^\s/@,;]+", re.IGNORECASE)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:/+")
_LETTERS = re.compile(r"[^\W\d_]+(?:'s\b)?")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_EXTENSION = re.compile(r"\.(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{1,5}$")
_ARCHIVE_WORDS = word_set("archive_words")


def redact_text(text: str, rules: Rules) -> str:
    """One string of metadata with its personal data written as `[ENTITY]`; spaces stay as they are."""
    pieces = list(_PIECES.finditer(text))
    words = tuple(Word(piece.group(), None, None) for piece in pieces)
    conversation = Conversation(words, (Turn(0, None, 0, len(words)),))
    redacted = render(conversation, find_pii(conversation, rules))
    written: list[str] = []
    at = 0
    for piece, word, before in zip(pieces, redacted.words, (None, *redacted.words), strict=False):
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
