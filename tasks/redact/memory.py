"""What was found once is known for the whole call: read-backs, repetitions, and names used later."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING

from tasks.redact import lexicon, places
from tasks.redact.candidates import Candidate
from tasks.redact.contrast import find_contrasts
from tasks.redact.emails import ENDINGS, PROVIDERS
from tasks.redact.name_words import GREETINGS, NAME_VERBS, NEVER, NO_NAME_BEFORE, TITLES
from tasks.redact.wordlists import word_set

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence

    from tasks.redact.runs import Run
    from tasks.redact.script import Script

REMEMBERED_WORDS = word_set("remembered_words")
"""Kinds of data whose unusual words say something by themselves."""
SHORTEST_VALUE = 4
"""So many digits or letters of a value, in a row, give it away wherever they are said."""
MOST_PARTS = 4
"""So many words has a name that was spelled in one go."""
FARTHEST_PIECE = 5
"""So many turns before it is read back a value begins to be told."""
SHORT_SECRETS = word_set("short_secrets")
SHORTEST_SECRET = 3
"""Of these so many are remembered too, as a whole."""


def recall(script: Script, runs: Sequence[Run], found: Sequence[Candidate]) -> list[Candidate]:
    """More candidates: wherever a value, or a part of one, that was found is said again."""
    covered = {word: one.entity for one in found for word in range(one.first, one.end)}
    return [
        *_values(runs, covered),
        *_echoes(script, runs, covered),
        *_assembled(script, runs, covered),
        *_phrases(script, found, covered),
        *_words(script, runs, found, covered),
        *find_contrasts(script, runs, found),
    ]


def _known_values(runs: Sequence[Run], covered: Mapping[int, str]) -> dict[str, str]:
    """Every value that was found, and every SHORTEST_VALUE signs in a row of one, with its entity."""
    whole: dict[str, str] = {}
    before = ""
    for run in runs:
        before = (before if run.follows else "") + run.value
        if run.first in covered and run.digits:
            whole.setdefault(run.value, covered[run.first])
            whole.setdefault(before, covered[run.first])
    known: dict[str, str] = {
        value: entity
        for value, entity in whole.items()
        if len(value) >= SHORTEST_VALUE or (entity in SHORT_SECRETS and len(value) == SHORTEST_SECRET)
    }
    for value, entity in whole.items():
        for start in range(len(value) - SHORTEST_VALUE + 1):
            known.setdefault(value[start : start + SHORTEST_VALUE], entity)
    return known


def _values(runs: Sequence[Run], covered: Mapping[int, str]) -> Iterator[Candidate]:
    known = _known_values(runs, covered)
    for run in runs if known else ():
        if len(run.value) < SHORTEST_SECRET or run.first in covered or not run.digits:
            continue
        if run.quantity and run.digits < 5:
            continue
        windows = (run.value[at : at + SHORTEST_VALUE] for at in range(len(run.value) - SHORTEST_VALUE + 1))
        entity = known.get(run.value) or next((known[part] for part in windows if part in known), None)
        if entity:
            yield Candidate(run.first, run.end, entity, 0.6, "memory")


def _echoes(script: Script, runs: Sequence[Run], covered: Mapping[int, str]) -> Iterator[Candidate]:
    """A few digits said back while a value is dictated ("... after two two nine"), or before a new start."""
    for before, run in itertools.pairwise(runs):
        exemplified = run.end - run.first > len(run.words)
        alone = script.span(run.first)[1:] == (run.first, run.end)
        tells = run.digits > 1 or len(run.value) > 2 or exemplified or alone
        if before.first not in covered or not tells or run.first in covered or run.quantity:
            continue
        next_to = script.say_of[run.first] - script.say_of[before.first] == 1
        if next_to and run.value in before.value:
            yield Candidate(run.first, run.end, covered[before.first], 0.6, "memory")
    for run, after in itertools.pairwise(runs):
        if after.first not in covered or run.digits < 2 or run.first in covered or run.quantity:
            continue
        if run.dictated and after.value.startswith(run.value):
            yield Candidate(run.first, run.end, covered[after.first], 0.6, "memory")


def _assembled(script: Script, runs: Sequence[Run], covered: Mapping[int, str]) -> Iterator[Candidate]:
    """The pieces in which one speaker told what the other reads back as a whole."""
    for index, whole in enumerate(runs):
        if whole.first not in covered or whole.digits <= SHORTEST_VALUE:
            continue
        pieces = _pieces_of(script, runs, index)
        if sum(len(piece.value) for piece in pieces) >= len(whole.value) - 1:
            for piece in pieces:
                if piece.first not in covered:
                    yield Candidate(piece.first, piece.end, covered[whole.first], 0.6, "memory")


def _pieces_of(script: Script, runs: Sequence[Run], index: int) -> list[Run]:
    """The runs just before one that the other speaker told, as far as they are parts of it."""
    whole, pieces = runs[index], []
    who = script.span(whole.first).who
    for before in range(index - 1, -1, -1):
        run = runs[before]
        far = script.say_of[whole.first] - script.say_of[run.first] > FARTHEST_PIECE
        if far or script.span(run.first).who == who or run.quantity or run.value not in whole.value:
            break
        pieces.append(run)
    return pieces


def _phrases(script: Script, found: Sequence[Candidate], covered: Container[int]) -> Iterator[Candidate]:
    """The same two words or more, said again."""
    said: dict[str, list[tuple[list[str], Candidate]]] = defaultdict(list)
    for candidate in found:
        cores = script.cores[candidate.first : candidate.end]
        if len(cores) > 1 and not all(core in lexicon.LINKS or core in NEVER for core in cores):
            said[cores[0]].append((cores, candidate))
    for at in script.where(said):
        for cores, candidate in said[script.cores[at]] if at not in covered else ():
            end = at + len(cores)
            if script.cores[at:end] == cores and end <= script.span(at).end:
                yield Candidate(at, end, candidate.entity, min(0.6, candidate.score), "memory")


def _words(
    script: Script, runs: Sequence[Run], found: Sequence[Candidate], covered: Container[int]
) -> Iterator[Candidate]:
    spelled = _spelled_names(runs, found)
    yield from _said_apart(script, spelled)
    known = _known_words(script, found) | dict.fromkeys(spelled, "PERSON")
    if not known:
        return
    known |= {f"{word}'s": entity for word, entity in known.items()}
    for at in script.where(known):
        entity, token = known[script.cores[at]], script.tokens[at]
        if at in covered:
            continue
        if not token.name.common or _is_name_here(script, at) or _is_echo(script, at, covered):
            with_last = entity == "PERSON" and _last_name_follows(script, at)
            yield Candidate(at, at + 2 if with_last else at + 1, entity, 0.6, "memory")


def _last_name_follows(script: Script, at: int) -> bool:
    after = script.next(at)
    return (
        bool(after)
        and not script.tokens[at].pauses
        and script.tokens[at + 1].name.last
        and after not in NEVER
    )


def _known_words(script: Script, found: Iterable[Candidate]) -> dict[str, str]:
    """Words of names, addresses and secrets; ordinary ones only of names."""
    known: dict[str, str] = {}
    for candidate in found:
        if candidate.entity not in REMEMBERED_WORDS:
            continue
        for at in range(candidate.first, candidate.end):
            token = script.tokens[at]
            name_word = candidate.entity == "PERSON" and (token.name.everyday or token.name.last)
            if _is_telling(token.core) and (not token.name.common or name_word):
                for part in (token.core, token.core.removesuffix("'s"), *token.core.split("-")):
                    if len(part) > 2:
                        known.setdefault(part, candidate.entity)
    return known


def _said_apart(script: Script, names: Collection[str]) -> Iterator[Candidate]:
    """Names that were spelled in one go, said in several words: "van der meer"."""
    for at in script.where({name[:length] for name in names for length in range(2, len(name))}):
        said, end = script.cores[at], at + 1
        while end < script.span(at).end and end - at < MOST_PARTS and said not in names:
            said, end = said + script.cores[end], end + 1
        if said in names and end - at > 1:
            yield Candidate(at, end, "PERSON", 0.6, "memory")


def _spelled_names(runs: Sequence[Run], found: Iterable[Candidate]) -> set[str]:
    """What was told letter by letter, and may be a name."""
    starts = {candidate.first for candidate in found if candidate.entity in {"PERSON", "SPELLED"}}
    return {
        run.value for run in runs if run.first in starts and run.letters >= SHORTEST_VALUE and not run.digits
    }


def _is_telling(core: str) -> bool:
    return core not in _PLAIN and core.replace("'", "").replace("-", "").isalpha()


_PLAIN = frozenset().union(
    *(places.STREETS, places.UNITS, places.STATES, places.CITIES, places.DIRECTIONS, places.COUNTRIES),
    *(lexicon.DIGITS, lexicon.TEENS, lexicon.TENS, lexicon.SCALES, lexicon.MONTHS, lexicon.ORDINALS),
    *(NEVER, TITLES, lexicon.LINKS, lexicon.SOUNDS_LIKE, ENDINGS, PROVIDERS, lexicon.CODE_WORDS),
)
"""Words that tell nothing by themselves, wherever they were said."""


def _is_echo(script: Script, at: int, covered: Container[int]) -> bool:
    """Whether it opens what the other speaker says right after it was told: "rich what's your last name"."""
    index = script.say_of[at]
    before = script.says[index - 1]
    told = (word for word in range(before.first, before.end) if word in covered)
    return (
        at == script.says[index].first
        and index > 0
        and any(script.cores[word] == script.cores[at] for word in told)
    )


def _is_name_here(script: Script, at: int) -> bool:
    """Whether an everyday word that was a name before is one here, to judge by its neighbours."""
    before, after = script.prev(at), script.next(at)
    if script.tokens[at].capital and at > script.span(at).first and not script.tokens[at - 1].closes:
        return True
    if before in GREETINGS or before in TITLES:
        return True
    return before not in NO_NAME_BEFORE and (after in NAME_VERBS or _last_name_follows(script, at))
