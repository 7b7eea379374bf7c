"""Erasure and retention from the settings: what is asked, by whose rules, and with which vendors."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from flows.vendor_copies import delete_at_vendors
from tasks.desk.store import desk_file
from tasks.erase import Eraser
from tasks.erasure.asked import age_asked, call_asked, customer_asked, name_known_recordings
from tasks.erasure.look_again import beside_lake, leftovers_by_name
from tasks.erasure.make_plan import make_plan
from tasks.erasure.plan import BegunPlans
from tasks.erasure.receipt import names_of, receipt_of
from tasks.erasure.retention import calls_over, load_policy, parts_over
from tasks.errors import CheckFailed, KeyMissing, OnHold, SettingsError
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, exclusively, reading, writing
from tasks.lake.erased_names import erased_calls
from tasks.recipes import trials_of
from tasks.redact.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tasks.erasure.asked import Asked
    from tasks.erasure.plan import Plan
    from tasks.erasure.receipt import Receipt
    from tasks.keys import Keyring
    from tasks.settings import Settings

log = logging.getLogger("callarchive")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One of the three."""

    call: str | None = None
    customer: str | None = None
    older_than_days: int | None = None

    def asked(self, keyring: Keyring) -> Asked:
        """As a condition; SettingsError unless just one is given."""
        given = [one for one in (self.call, self.customer, self.older_than_days) if one is not None]
        if len(given) != 1:
            raise SettingsError("name one of --call, --customer and --older-than")
        if self.call is not None:
            return call_asked(self.call, keyring)
        if self.customer is not None:
            return customer_asked(self.customer, keyring)
        return age_asked(self.older_than_days or 0)


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of it: counts of what goes or would go, and the receipt unless nothing was done."""

    counts: Mapping[str, int]
    dry_run: bool
    receipt: Receipt | None = None
    before: bool = False
    """Whether it had been erased before; the receipt is of that time."""

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        facts = {"dry_run": self.dry_run, "erased_before": self.before, **self.counts}
        return facts | (self.receipt.as_dict() if self.receipt else {})


def erase(settings: Settings, wanted: Wanted, *, dry_run: bool) -> Erased:
    """Erase what is wanted, and all that was begun before. Held calls stay, as the counts say.

    Raises:
        SettingsError: no such call.
        OnHold: all of it is on hold.
        EngineError: a vendor still has copies. CheckFailed: something is left. Both are tried again.
    """
    with _eraser(settings) as eraser:
        asked = wanted.asked(eraser.keyring)
        if not dry_run:
            eraser.finish_begun()
        with writing(eraser.lake) as connection:
            plan = make_plan(connection, eraser.lake, eraser.keyring, asked)
            if wanted.call and plan.nothing and not plan.held:
                ids = erased_calls(connection, [wanted.call], eraser.keyring)
                if not ids:
                    raise SettingsError(
                        "no such call; list them: callarchive sql 'select call_id from calls'"
                    )
                receipt = receipt_of(connection, ids[wanted.call])
                return Erased(plan.counts(), dry_run, receipt, before=True)
        if plan.held and plan.nothing:
            raise OnHold(
                f"{plan.held} recordings are on legal hold; nothing was erased: callarchive hold list"
            )
        if dry_run or (plan.nothing and asked.kind == "age"):
            return Erased(plan.counts(), dry_run)
        return _carried_out(eraser, plan)


def retain(settings: Settings, policy_file: Path, *, dry_run: bool) -> Erased:
    """Take out what a policy no longer keeps, here and in trials; the errors are those of `erase`.

    Holds raise none. The counts are the lake's own.
    """
    known = load_rules(settings.redaction_profile, settings.redaction_rules).known
    policy = load_policy(policy_file, known)
    with _eraser(settings) as eraser:
        if not dry_run:
            eraser.finish_begun()
            eraser.retain_in_trials(policy)
        with writing(eraser.lake) as connection:
            name_known_recordings(connection)
            parts = parts_over(connection, policy)
            plan = make_plan(connection, eraser.lake, eraser.keyring, calls_over(policy), parts)
        if dry_run or plan.nothing:
            return Erased(plan.counts(), dry_run)
        return _carried_out(eraser, plan)


def finish_begun(settings: Settings) -> list[Receipt]:
    """Go on with every erasure that was begun and not ended; without any, the lake is not even opened."""
    lake = Lake.at(settings.lake)
    if not lake.exists() or not settings.key_file.exists():
        return []
    if not BegunPlans.of(lake, load_keyring(settings.key_file)).store.all_keys():
        return []
    with _eraser(settings) as eraser:
        return eraser.finish_begun()


def finish_before_a_night(settings: Settings) -> None:
    """The same, for a night that goes on whatever comes of it: what cannot be ended now stays begun."""
    try:
        finish_begun(settings)
    except Exception as error:  # noqa: BLE001  (Prefect would keep what it says)
        log.warning("an erasure that was begun is not ended yet: %s", type(error).__name__)


def verify(settings: Settings, erasure_id: str, call_ids: Sequence[str] = ()) -> Receipt:
    """The receipt, if it is as it was signed and nothing of what it lists is anywhere now.

    Calls are looked for by keyed hashes; those that are named as well, by their ids.

    Raises:
        SettingsError: no such erasure, or a call that is none of its calls.
        CheckFailed: the receipt was changed, or something is there; the message says where.
    """
    lake, keyring = Lake.at(settings.lake), _keyring(settings)
    with reading(lake) as connection:
        receipt = receipt_of(connection, erasure_id)
        names = names_of(connection, erasure_id)
        strangers = [
            call_id
            for call_id in call_ids
            if erased_calls(connection, [call_id], keyring) != {call_id: erasure_id}
        ]
    if strangers:
        raise SettingsError("a call that is named was not erased by this erasure")
    if not keyring.signed(receipt.body.encode(), receipt.key_id, receipt.signature):
        raise CheckFailed("the receipt was changed since it was signed")
    left = leftovers_by_name(lake, keyring, names, beside_lake(lake, desk_file(settings, lake)), call_ids)
    for trial in trials_of(lake):
        left += [f"{trial.address}/{path}" for path in leftovers_by_name(trial, keyring, names, ())]
    if left:
        raise CheckFailed(f"something is there in {', '.join(left[:5])}")
    return receipt


def _carried_out(eraser: Eraser, plan: Plan) -> Erased:
    eraser.begin(plan)
    return Erased(plan.counts(), dry_run=False, receipt=eraser.finish(plan))


@contextmanager
def _eraser(settings: Settings) -> Iterator[Eraser]:
    lake = Lake.at(settings.lake)
    if not lake.exists():
        raise SettingsError(f"no lake at {lake.address}")
    keyring = _keyring(settings)
    with exclusively(lake):
        at_vendors = partial(delete_at_vendors, settings)
        yield Eraser(lake, keyring, desk_file(settings, lake), at_vendors, trials_of(lake))


def _keyring(settings: Settings) -> Keyring:
    if not settings.key_file.exists():
        raise KeyMissing(f"there is no key file at {settings.key_file}; restore the one of this lake")
    return load_keyring(settings.key_file)
