"""Phrases that announce a value ("the long card number"), found in the words of a turn."""

from __future__ import annotations

import itertools
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tasks.redact.script import Say

CUES_PATH = Path(__file__).with_name("cues.yaml")
Trie: TypeAlias = "dict[str, Trie | str]"
_END = ""


class Cue(NamedTuple):
    """What words[first:end] of a conversation announce."""

    first: int
    end: int
    entity: str


@lru_cache(maxsize=1)
def standard_cues() -> Mapping[str, tuple[str, ...]]:
    """The phrases that come with callarchive, by entity."""
    written = yaml.safe_load(CUES_PATH.read_text(encoding="utf-8"))
    return {entity: tuple(str(phrase) for phrase in phrases) for entity, phrases in written.items()}


def expand(phrase: str) -> list[tuple[str, ...]]:
    """Every word sequence a phrase stands for: `a|b` either word, `a?` or `a|b?` may be missing."""
    slots: list[list[str]] = []
    for slot in phrase.lower().split():
        words = slot.removesuffix("?").split("|")
        slots.append([*words, ""] if slot.endswith("?") else words)
    return [tuple(word for word in choice if word) for choice in itertools.product(*slots)]


def build_trie(phrases: Mapping[str, Sequence[str]]) -> Trie:
    """A tree of words with the entity at the end of each phrase; of two equal phrases the first counts."""
    root: Trie = {}
    for entity, written in phrases.items():
        for words in itertools.chain.from_iterable(expand(phrase) for phrase in written):
            node = root
            for word in words:
                below = node.setdefault(word, {})
                if isinstance(below, str):
                    break
                node = below
            else:
                node.setdefault(_END, entity)
    _add_possessives(root)
    return root


def _add_possessives(node: Trie) -> None:
    """Let "username's" stand for "username" where it is nothing else."""
    for word, below in list(node.items()):
        if isinstance(below, dict):
            _add_possessives(below)
            node.setdefault(f"{word}'s", below)


def match_cues(
    cores: Sequence[str],
    said: Mapping[str, Sequence[int]],
    says: Sequence[Say],
    say_of: Sequence[int],
    trie: Trie,
) -> list[list[Cue]]:
    """For each of `says` the longest phrase at each place, none inside another; "date of of birth" is one."""
    cues: list[list[Cue]] = [[] for _ in says]
    taken = 0
    for at in _openings(cores, said, trie):
        if at >= taken:
            cue = _match_at(cores, at, says[say_of[at]].end, trie)
            if cue:
                cues[say_of[at]].append(cue)
                taken = cue.end
    return cues


def _openings(cores: Sequence[str], said: Mapping[str, Sequence[int]], trie: Trie) -> list[int]:
    """Where the first two words of a phrase are said, or its only one."""
    after = [*cores[1:], _END]
    openings: list[int] = []
    for core in said.keys() & trie.keys():
        below = trie[core]
        openings += said[core] if _END in below else [at for at in said[core] if after[at] in below]
    return sorted(openings)


def _match_at(cores: Sequence[str], first: int, end: int, trie: Trie) -> Cue | None:
    node, found, at = trie, None, first
    while at < end:
        below = node.get(cores[at])
        if not isinstance(below, dict):
            if at == first or cores[at] != cores[at - 1]:
                break
            at += 1
            continue
        node, at = below, at + 1
        entity = node.get(_END)
        if isinstance(entity, str):
            found = Cue(first, at, entity)
    return found
