"""The words in which numbers, letters and corrections are said, and which readings they have."""

from __future__ import annotations

from tasks.redact.wordlists import word_list, word_set

DIGITS = {word: str(value) for value, word in enumerate(word_list("digits"))}
ZEROS = word_set("zeros")
TEENS = {word: str(value) for value, word in enumerate(word_list("teens"), start=10)}
TENS = {word: str(value * 10) for value, word in enumerate(word_list("tens"), start=2)} | {
    "fourty": "40",
    "ninty": "90",
}
SCALES = {"hundred": 100, "thousand": 1000}
REPEATS = {"double": 2, "dubble": 2, "triple": 3, "treble": 3, "quadruple": 4}
ORDINALS = {word: str(value) for value, word in enumerate(word_list("ordinals"), start=1)} | {
    "thirtieth": "30"
}
CODE_WORDS = {word: word[0] for word in word_list("code_words")}

SOUNDS_LIKE = word_set("sounds_like")
"""What recognisers write for a digit or a letter they misheard; digits only where digits stand around."""

WORDS_OF_THEIR_OWN = word_set("words_of_their_own")
"""Sound-alikes that are far more often just words: taken for digits only where a digit is missing."""

FILLERS = word_set("fillers")
WITHIN = word_set("within")
"""What stands inside one value: fillers, and the signs between groups of digits."""
LINKS = word_set("links")
"""What is said between two parts of one value."""
CORRECTIONS = word_set("corrections")
BACK_CHANNEL = word_set("back_channel")
SMALL_TALK = LINKS | CORRECTIONS | BACK_CHANNEL
"""What tells nothing by itself, between values and around them."""
MARKS = {
    "dash": "-", "hyphen": "-", "minus": "-", "slash": "/", "stroke": "/", "dot": ".", "point": ".",
    "underscore": "_", "at": "@", "plus": "+", "hash": "#", "pound": "#", "space": " ", "period": ".",
}  # fmt: skip
ARTICLES = word_set("articles")
"""Never the example in a spelling."""
LIKE_WORDS = word_set("like_words")
BEFORE_EXAMPLE = LIKE_WORDS | {"in"}

MONTHS = word_set("months")
EVERYDAY_MONTHS = word_set("everyday_months")

UNITS = word_set("units")
"""A number before one of these counts or measures something."""
LABELS_BEFORE = word_set("labels_before")
"""A number after one of these names a thing, not a person."""
