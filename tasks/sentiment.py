"""The mood of a turn's words by a lexicon: VADER, which needs no model and no network. English only.

Hutto, C.J. and Gilbert, E.E. (2014). VADER: A Parsimonious Rule-based Model for Sentiment Analysis.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

_MARK: Final = re.compile(r"\[[A-Z][A-Z_]*[^\]]*\]")


def sentiment(text: str, language: str | None) -> float | None:
    """From -1 (against) to 1 (in favour), 0 where no word of the lexicon is said; None if not in English.

    Redaction's marks count as nothing. Irony, and what is bad without a bad word, are not heard.
    """
    if language is None or not language.lower().startswith("en"):
        return None
    return float(_analyzer().polarity_scores(_MARK.sub(" ", text))["compound"])


@cache
def _analyzer() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()
