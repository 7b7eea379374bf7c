"""An engine out of reach: waited for, closed after a while, asked gently while answers get lost."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from made_vendor import Vendor, chunk, run, text_of

from tasks.engines import ready
from tasks.engines.errand import Patience
from tasks.engines.failures import AnswerLost, Overloaded
from tasks.errors import EngineError
from tasks.schemas import Bundle
from tasks.spending import Budget
from tasks.transcribe import Transcriber

if TYPE_CHECKING:
    from tasks.answers import AnswerStore


@dataclass
class Clock:
    """Time that passes only while an engine is waited for."""

    now_s: float = 1_000.0

    def monotonic(self) -> float:
        return self.now_s

    def install(self, patched: pytest.MonkeyPatch) -> None:
        async def sleep(length_s: float) -> None:
            self.now_s += length_s
            await asyncio.sleep(0)

        patched.setattr(ready, "time", self)
        patched.setattr(ready, "asyncio", SimpleNamespace(**vars(asyncio) | {"sleep": sleep}))


def test_the_last_engine_is_waited_for_through_an_outage_of_an_hour(
    store: AnswerStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock, vendor = Clock(), Vendor("v", error=Overloaded("v: HTTP 503"))
    clock.install(monkeypatch)
    back_s = clock.now_s + 3_600
    patient = vendor.ready(patience=Patience(outage_s=7_200))

    def fetch(*given: Any) -> Any:
        vendor.error = vendor.error if clock.now_s < back_s else None
        return vendor.fetch(*given)

    patient.engine.fetch = fetch
    bundles = [Bundle((chunk(index=index),)) for index in range(3)]
    heard, usage = run(Transcriber((patient,), store), *bundles)
    assert [text_of(one) for one in heard] == ["hello there"] * 3
    assert [(one.outcome, one.cost_usd) for one in usage] == [("used", pytest.approx(0.004))] * 3
    assert clock.now_s - back_s < 180
    assert 3 * 20 < len(vendor.sent) < 3 * 70
    assert patient.condition.down_since is patient.closed is None
    told = [one.getMessage() for one in caplog.records if one.name == "callarchive"]
    assert told == ["v: HTTP 503; it is waited for, 120 minutes at most"]


def test_an_engine_that_does_not_come_back_is_closed_and_says_since_when(
    store: AnswerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, vendor = Clock(), Vendor("v", error=Overloaded("v: cannot be reached (ConnectError)"))
    clock.install(monkeypatch)
    transcriber = Transcriber((vendor.ready(patience=Patience(outage_s=7_200)),), store, Budget(1))
    reason = r"cannot be reached \(ConnectError\); it was waited for 120 minutes, the next run goes on"
    with pytest.raises(EngineError, match=reason):
        run(transcriber, Bundle((chunk(index=1),)), Bundle((chunk(index=2),)))
    asked, waited_s = len(vendor.sent), clock.now_s
    with pytest.raises(EngineError, match=reason):
        run(transcriber, Bundle((chunk(index=3),)))
    assert (len(vendor.sent), clock.now_s, transcriber.budget.run_usd) == (asked, waited_s, 0)


def test_an_engine_that_loses_answers_is_sent_one_chunk_a_minute_until_it_is_back(
    store: AnswerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, vendor = Clock(), Vendor("v", error=AnswerLost("v: HTTP 504"))
    clock.install(monkeypatch)
    begun_s, patient = clock.now_s, vendor.ready(patience=Patience(outage_s=7_200))
    transcriber = Transcriber((patient,), store)

    async def sent(first: int, last: int) -> list[object]:
        bundles = [Bundle((chunk(index=index),)) for index in range(first, last)]
        tries = [transcriber.transcribe([bundle], []) for bundle in bundles]
        return await asyncio.gather(*tries, return_exceptions=True)

    async def night() -> None:
        ended = await sent(0, 4) + await sent(4, 34)
        assert [type(one) for one in ended] == [AnswerLost] * 34
        assert (len(vendor.sent), round((clock.now_s - begun_s) / 60)) == (34, 31)
        vendor.error = None
        assert all(isinstance(one, list) for one in await sent(34, 40))
        assert patient.condition.lost == 0

    asyncio.run(night())
