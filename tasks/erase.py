"""Step: an erasure carried out. Killed at any moment, it is gone on with from the plan that was kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.desk.erase_calls import erase_calls
from tasks.desk.store import Desk
from tasks.erasure.asked import Asked, as_asked
from tasks.erasure.beside import forget_leases, forget_requests, remove_files
from tasks.erasure.erasure_row import is_done, note_begun, note_removed, note_withdrawn, noted
from tasks.erasure.look_again import beside_lake, leftovers
from tasks.erasure.make_plan import make_plan
from tasks.erasure.plan import BegunPlans
from tasks.erasure.receipt import Receipt, make_receipt, note_done, receipt_of
from tasks.erasure.remove_rows import remove_rows
from tasks.erasure.retention import known_for_trial, parts_over, recordings_of
from tasks.errors import CheckFailed, EngineError, OnHold
from tasks.lake.catalog import exclusively, in_turn, writing
from tasks.lake.erased_names import call_name
from tasks.lake.landing import remove_orphans
from tasks.lake.purge import purge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from tasks.erasure.make_plan import Parts
    from tasks.erasure.plan import Plan
    from tasks.erasure.retention import Policy
    from tasks.keys import Keyring
    from tasks.lake.catalog import Lake

    Requests = Mapping[str, Mapping[str, str | None]]
    AtVendors = Callable[[Requests], dict[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Eraser:
    """A lake that this process has to itself, its keys, and what else may hold something of a call."""

    lake: Lake
    keyring: Keyring
    desk: Path | None
    """The review desk's file, be it there or not."""
    at_vendors: AtVendors
    """Has vendors delete requests; says by engine how many were `deleted`, and how many are `pending`."""
    trials: Sequence[Lake] = ()
    """Lakes beside it, in which recipes are tried on its recordings."""

    def begin(self, plan: Plan) -> None:
        """Keep the plan and note the erasure; from now on it will be carried out."""
        BegunPlans.of(self.lake, self.keyring).keep(plan)
        with writing(self.lake) as connection:
            note_begun(connection, self.lake, plan, self.keyring)

    def finish(self, plan: Plan) -> Receipt:
        """Take out everything, look again, and sign what was done. Every part may be done twice.

        Raises:
            OnHold: a legal hold has come before anything was removed; the erasure is withdrawn.
            EngineError: a vendor has not deleted its copies yet; everything here is gone.
            CheckFailed: something is left; the message says where.
        """
        for trial in self.trials:
            with exclusively(trial):
                self._take_out_of(trial, as_asked(plan))
        removed = self._remove_here(plan)
        vendors = self.at_vendors(plan.requests)
        if pending := [engine for engine, told in vendors.items() if told.get("pending")]:
            raise EngineError(
                f"{', '.join(pending)}: not deleted there yet; everything here is gone. The next night tries "
                "again, or: callarchive erase --finish"
            )
        forget_requests(self.lake, plan, self.keyring)
        beside = beside_lake(self.lake, self.desk)
        if left := leftovers(self.lake, plan, self.keyring, beside):
            raise CheckFailed(f"something is left in {_listed(left)}; run again: callarchive erase --finish")
        looked_through = ["lake", "catalog", *(path.name for path in beside), *["trial"] * len(self.trials)]
        receipt = make_receipt(plan, removed, vendors, looked_through, self.keyring)
        with writing(self.lake) as connection:
            note_done(connection, self.lake, plan, receipt)
        BegunPlans.of(self.lake, self.keyring).forget(plan)
        return receipt

    def finish_begun(self) -> list[Receipt]:
        """Go on with every erasure that has begun; one that cannot be ended does not keep the others.

        Raises:
            CallArchiveError: of the last that could not be ended.
        """
        receipts, failed = [], None
        for plan in list(BegunPlans.of(self.lake, self.keyring).all()):
            try:
                receipts.append(self._finish_once(plan))
            except (OnHold, EngineError, CheckFailed) as error:
                failed = error
        if failed:
            raise failed
        return receipts

    def retain_in_trials(self, policy: Policy) -> None:
        """Take the parts that a policy no longer keeps out of every trial, by the lake's dates and holds.

        Whole calls leave the trials when they leave the lake: `finish`.
        """
        for trial in self.trials:
            with exclusively(trial):
                known = self._known_of(trial)
                with writing(trial) as connection:
                    connection.register("known_recordings", known)
                    parts = parts_over(connection, policy)
                self._take_out_of(trial, Asked("retention", policy.hash), parts)

    def _known_of(self, trial: Lake) -> pa.Table:
        with writing(trial) as connection:
            recordings = recordings_of(connection)
        with writing(self.lake) as connection:
            return known_for_trial(connection, recordings)

    def _finish_once(self, plan: Plan) -> Receipt:
        with writing(self.lake) as connection:
            note_begun(connection, self.lake, plan, self.keyring)
            if is_done(connection, plan):
                BegunPlans.of(self.lake, self.keyring).forget(plan)
                return receipt_of(connection, plan.erasure_id)
        return self.finish(plan)

    def _take_out_of(self, trial: Lake, asked: Asked, parts: Parts | None = None) -> None:
        """The same as here, in a lake that has no desk and whose answers and requests are this one's."""
        own = Eraser(trial, self.keyring, None, lambda _: {})
        own.finish_begun()
        with writing(trial) as connection:
            plan = make_plan(connection, trial, self.keyring, asked, parts)
        if not plan.nothing:
            own.begin(plan)
            own.finish(plan)

    def _remove_here(self, plan: Plan) -> dict[str, dict[str, int]]:
        with writing(self.lake) as connection:
            remove_orphans(connection, self.lake)
            try:
                remove_rows(connection, self.lake, plan, self.keyring)
            except OnHold:
                note_withdrawn(connection, self.lake, plan)
                BegunPlans.of(self.lake, self.keyring).forget(plan)
                raise
            removed = noted(connection, plan)
        forget_leases(self.lake, plan)
        if not plan.nothing:
            purge(self.lake)
        remove_files(self.lake, plan, self.keyring)
        if review_rows := self._erase_at_desk(plan):
            removed |= {"review_rows": review_rows}
            with writing(self.lake) as connection, in_turn(self.lake):
                note_removed(connection, plan, removed)
        return removed

    def _erase_at_desk(self, plan: Plan) -> dict[str, int]:
        """What went there; nothing the second time."""
        if self.desk is None or not self.desk.exists():
            return {}
        names = {call_id: call_name(self.keyring, call_id) for call_id in plan.calls}
        return erase_calls(Desk.at(self.desk), names)


def _listed(places: list[str]) -> str:
    shown = ", ".join(places[:5])
    return shown if len(places) <= 5 else f"{shown} and {len(places) - 5} more"
