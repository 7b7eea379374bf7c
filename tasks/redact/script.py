"""A conversation prepared for reading: tokens, and what each speaker says before another takes over."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from tasks.redact.cues import Cue, Trie, match_cues
from tasks.redact.tokens import Token, read_word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tasks.redact.card_talk import CardTalk
    from tasks.redact.expectations import Expectation
    from tasks.schemas import Conversation, Turn


ANSWERED = (1, 3)
"""A question is answered by the next that is said, or once somebody has asked for a moment's patience."""


class Say(NamedTuple):
    """words[first:end] of one speaker without a pause for another; `who` is None where nobody knows."""

    who: str | None
    first: int
    end: int


@dataclass(slots=True)
class Script:
    """The words of a conversation with everything the detectors look up about them."""

    words: list[str]
    tokens: list[Token]
    cores: list[str]
    said: Mapping[str, Sequence[int]]
    """Where each of `cores` is said."""
    says: list[Say]
    say_of: list[int]
    """The index in `says` of each word."""
    cues: list[list[Cue]]
    """The cues of each of `says`."""
    marked: list[int]
    """The words whose token says that they may be something."""
    value_like: list[int]
    """The words that may be part of a number or a spelling."""
    dated: list[int]
    """The words that may be part of a date."""
    at_signs: list[int]
    """The words that may be the sign of an e-mail address."""
    sealed: list[int]
    """The words that are redacted already."""
    cued: frozenset[int]
    """The words of phrases that announce a value."""
    announcing: list[int]
    """The indices in `says` of what holds words that announce a value."""
    answering: frozenset[int]
    """The indices in `says` of what comes after such words, and may answer them."""
    asked: dict[int, list[str]] = field(default_factory=dict)
    """What each of `says` answers, as far as it was looked up."""
    carried: dict[int, list[Cue]] = field(default_factory=dict)
    """Those of the cues of each of `says` that the next speaker may answer, as far as they were looked up."""
    questions: dict[int, bool] = field(default_factory=dict)
    """Whether what begins at a word is a question, as far as it was looked up."""
    counting: frozenset[int] | None = None
    """The indices in `says` of what asks for an amount, once it was looked up."""
    told_before: dict[tuple[int, bool], list[Expectation]] = field(default_factory=dict)
    """What is expected in each of `says` of a value, firm or not, as far as it was looked up."""
    card_talk: CardTalk | None = None
    """Where a card is talked about, once it was looked up."""

    def within(self, say: Say, words: list[int]) -> list[int]:
        """Those of an ascending list of words that are said in this breath."""
        return words[bisect_left(words, say.first) : bisect_left(words, say.end)]

    def where(self, words: Collection[str]) -> list[int]:
        """Where one of these words is said, in order."""
        return sorted(chain.from_iterable([self.said[word] for word in words if word in self.said]))

    @property
    def heeding(self) -> frozenset[int]:
        """The indices in `says` of what announces a value, or may answer what does."""
        return self.answering.union(self.announcing)

    def is_sealed(self, first: int, end: int) -> bool:
        """Whether any of words[first:end] is redacted already."""
        at = bisect_left(self.sealed, first)
        return at < len(self.sealed) and self.sealed[at] < end

    def in_cue(self, word: int) -> bool:
        """Whether a word belongs to a phrase that announces a value."""
        return word in self.cued

    def span(self, word: int) -> Say:
        """What was being said at a word."""
        return self.says[self.say_of[word]]

    def prev(self, word: int, steps: int = 1) -> str:
        """The word before, in the same breath, or an empty string."""
        at = word - steps
        return self.cores[at] if at >= self.says[self.say_of[word]].first else ""

    def next(self, word: int, steps: int = 1) -> str:
        """The word after, in the same breath, or an empty string."""
        at = word + steps
        return self.cores[at] if at < self.says[self.say_of[word]].end else ""


def read_script(conversation: Conversation, trie: Trie) -> Script:
    """The script of a conversation."""
    words = [word.text if word.entity is None else "[REDACTED]" for word in conversation.words]
    tokens = list(map(read_word, words))
    cores = [token.core for token in tokens]
    said: defaultdict[str, list[int]] = defaultdict(list)
    for at, core in enumerate(cores):
        said[core].append(at)
    says = _merge(list(_sayings(conversation, tokens)))
    say_of = [0] * len(words)
    for index, say in enumerate(says):
        say_of[say.first : say.end] = [index] * (say.end - say.first)
    cues = match_cues(cores, said, says, say_of, trie)
    announcing = [index for index, announced in enumerate(cues) if announced]
    marked = [at for at, token in enumerate(tokens) if token.marked]
    return Script(
        words,
        tokens,
        cores,
        said,
        says,
        say_of,
        cues,
        marked=marked,
        value_like=[at for at in marked if tokens[at].value_like],
        dated=[at for at in marked if tokens[at].date_part],
        at_signs=[at for at in marked if tokens[at].at_sign],
        sealed=[at for at in marked if tokens[at].sealed],
        cued=frozenset(word for cue in chain.from_iterable(cues) for word in range(cue.first, cue.end)),
        announcing=announcing,
        answering=frozenset(
            index + later for index in announcing for later in ANSWERED if index + later < len(says)
        ),
    )


def _sayings(conversation: Conversation, tokens: list[Token]) -> Iterator[Say]:
    """One say per turn; what nobody is known to have said is cut after each question."""
    many_channels = len({turn.channel for turn in conversation.turns}) > 1
    for turn in conversation.turns:
        who = turn.speaker or (f"channel {turn.channel}" if many_channels else None)
        if who is not None:
            yield Say(who, turn.first_word, turn.end_word)
        else:
            yield from _questions(turn, tokens, conversation)


def _questions(turn: Turn, tokens: list[Token], conversation: Conversation) -> Iterator[Say]:
    first = turn.first_word
    for at in range(turn.first_word, turn.end_word):
        if tokens[at].closes and conversation.words[at].text.endswith("?"):
            yield Say(None, first, at + 1)
            first = at + 1
    if first < turn.end_word:
        yield Say(None, first, turn.end_word)


def _merge(says: list[Say]) -> list[Say]:
    merged: list[Say] = []
    for say in says:
        before = merged[-1] if merged else None
        if (
            before is not None
            and before.who is not None
            and before.who == say.who
            and before.end == say.first
        ):
            merged[-1] = Say(say.who, before.first, say.end)
        elif say.end > say.first:
            merged.append(say)
    return merged
