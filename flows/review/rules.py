"""The redaction rules that comments are redacted by and that name the kinds of personal data."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tasks.redact.rules import Rules, load_rules

if TYPE_CHECKING:
    from tasks.settings import Settings


@lru_cache(maxsize=1)
def rules_of(settings: Settings) -> Rules:
    """As they were when the app began; the next start reads them anew."""
    return load_rules(settings.redaction_profile, settings.redaction_rules, settings.redaction_mode)
