"""Requests to an engine: tried again where that can help, and read with a limit."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from tasks.engines.failures import AnswerLost, EngineClosed, Overloaded, Rejected, failure
from tasks.errors import EngineError, UnexpectedAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tasks.engines.errand import Errand, Patience

_ID_HEADERS: Final = ("x-request-id", "request-id", "dg-request-id")
_SENT: Final = (httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError, TimeoutError)
_NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.WriteError,
    httpx.WriteTimeout,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer in the 200s, whole."""

    headers: Mapping[str, str]
    body: bytes


async def send(
    client: httpx.AsyncClient,
    errand: Errand,
    engine: str,
    route: str,
    *,
    billed: bool,
    **content: Any,
) -> Reply:
    """What came back, after as many tries as the errand has patience for. `route` is "POST /v1/listen".

    `billed`: an answer that got lost may have cost money, and no vendor knows idempotency keys, so it is
    asked for once more and not again.

    Raises:
        EngineBusy: out of patience.
        EngineRefused: trying again would change nothing.
        UnexpectedAnswer: too big, or no JSON.
    """
    patience, (method, path) = errand.patience, route.split(" ", 1)
    tries = AsyncRetrying(
        sleep=asyncio.sleep,
        stop=stop_before_delay(errand.left_s()) | stop_after_attempt(patience.attempts),
        wait=_pause(patience),
        retry=retry_if_exception(lambda error: _worth_another(error, errand, billed=billed)),
        reraise=True,
    )
    async for attempt in tries:
        with attempt:
            await errand.pace.turn()
            errand.requests += 1
            errand.retries += attempt.retry_state.attempt_number > 1
            request = client.build_request(method, path, timeout=_timeout(patience), **content)
            try:
                return await _once(client, request, errand, engine)
            except AnswerLost:
                errand.lost_answers += billed
                raise
    raise AssertionError  # tenacity returns or raises


async def delete(client: httpx.AsyncClient, errand: Errand, engine: str, path: str) -> None:
    """Have something deleted; what is gone already counts as deleted. Raises EngineError."""
    try:
        await send(client, errand, engine, f"DELETE {path}", billed=False)
    except Rejected as error:
        if error.status not in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
            raise


def _timeout(patience: Patience) -> httpx.Timeout:
    return httpx.Timeout(patience.silence_s, connect=patience.connect_s, pool=None)


async def _once(client: httpx.AsyncClient, request: httpx.Request, errand: Errand, engine: str) -> Reply:
    """One request and its answer."""
    try:
        async with asyncio.timeout(errand.left_s()):
            response = await client.send(request, stream=True)
            try:
                body = await _read(response, errand.patience.answer_max_bytes, engine)
            finally:
                await response.aclose()
    except _NOT_SENT as error:
        raise _unreachable(error, engine) from None
    except _SENT as error:
        raise AnswerLost(f"{engine}: no whole answer came back ({type(error).__name__})") from None
    except httpx.DecodingError:
        raise UnexpectedAnswer(f"{engine}: the answer's compression is broken") from None
    except httpx.HTTPError as error:  # the rest is about the request: a wrong scheme, an unusable header
        raise Rejected(f"{engine}: the request cannot be sent ({type(error).__name__})") from None
    return _accepted(response, body, errand, engine)


async def _read(response: httpx.Response, most: int, engine: str) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes(64 * 1024):
        body += piece
        if len(body) > most:
            raise UnexpectedAnswer(f"{engine}: the answer is bigger than {most} bytes; nothing of it is kept")
    return bytes(body)


def _accepted(response: httpx.Response, body: bytes, errand: Errand, engine: str) -> Reply:
    ids = (response.headers.get(name) for name in _ID_HEADERS)
    errand.request_id = next((one for one in ids if one), errand.request_id)
    if not response.is_success:
        raise failure(engine, response.status_code, response.headers, body)
    if response.request.method != "DELETE":
        _check_json(response.headers.get("content-type", "nothing"), body, engine)
    return Reply(response.headers, body)


def _check_json(content_type: str, body: bytes, engine: str) -> None:
    """Nothing, if the body is JSON and whole; whether it is the right JSON is for `parse` to say."""
    kind = content_type.partition(";")[0]
    if body and not kind.endswith("json") and not body.lstrip().startswith((b"{", b"[")):
        # Some servers call their JSON text/plain. HTML is a proxy's page: nothing an engine has heard.
        raise UnexpectedAnswer(f"{engine}: answered with {kind[:40]} instead of JSON; check the base URL")
    try:
        json.loads(body)
    except ValueError:
        raise AnswerLost(f"{engine}: the answer's JSON is not whole ({len(body)} bytes)") from None
    except RecursionError:
        raise UnexpectedAnswer(f"{engine}: the answer's JSON is nested too deep") from None


def _unreachable(error: httpx.HTTPError, engine: str) -> EngineError:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return EngineClosed(f"{engine}: its TLS certificate is not trusted here; look who stands in between")
    return Overloaded(f"{engine}: cannot be reached ({type(error).__name__})")


def _worth_another(error: BaseException, errand: Errand, *, billed: bool) -> bool:
    if isinstance(error, AnswerLost) and billed:
        return errand.lost_answers <= 1
    return isinstance(error, EngineError) and error.retryable


def _pause(patience: Patience) -> Callable[[RetryCallState], float]:
    """Exponential with full jitter; not before the engine asks to be tried again, if it says when."""
    backoff = wait_random_exponential(multiplier=patience.first_pause_s, max=patience.longest_pause_s)

    def pause_s(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked_s = error.retry_after_s if isinstance(error, Overloaded) else None
        return backoff(state) + (asked_s or 0.0)

    return pause_s
