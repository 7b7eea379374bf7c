"""The detectors of spoken personal data, by the name each has as a Presidio recogniser."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tasks.redact.addresses import find_addresses
from tasks.redact.answers import find_answers
from tasks.redact.dates import find_dates
from tasks.redact.emails import find_emails
from tasks.redact.names import find_names
from tasks.redact.typed_runs import find_typed_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tasks.redact.candidates import Candidate
    from tasks.redact.rules import Rules
    from tasks.redact.runs import Run
    from tasks.redact.script import Script


def detectors(rules: Rules) -> dict[str, Callable[[Script, Sequence[Run]], list[Candidate]]]:
    """What each detector of a set of rules is called, and the detector."""
    return {
        "SpokenNumbers": partial(find_typed_runs, fallback_digits=rules.fallback_digits),
        "SpokenDates": find_dates,
        "SpokenEmails": find_emails,
        "SpokenAddresses": find_addresses,
        "SpokenNames": find_names,
        "WholeAnswers": find_answers,
    }
