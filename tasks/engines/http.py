"""Talking to an engine over HTTP: one pooled client, requests that are tried again when that can help."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass
from functools import cache
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
from tasks.errors import EngineError, SettingsError, UnexpectedAnswer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from tasks.engines.contract import HostedEngine
    from tasks.engines.errand import Errand, Patience

_ID_HEADERS: Final = ("x-request-id", "request-id", "dg-request-id")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_KEY: Final = re.compile(r"[!-~]+")
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


def open_client(
    engine: HostedEngine,
    key: str | None,
    *,
    region: str | None = None,
    base_url: str | None = None,
    connections: int = 8,
) -> httpx.AsyncClient:
    """The one client for an engine: its address and key inside, connections kept open, TLS verified.

    Raises:
        SettingsError: no such region, a key that is no key, or a key that would travel unencrypted.
    """
    address = base_url or _host(engine, region)
    url = httpx.URL(address)
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(f"{engine.NAME}: the base URL is no http(s) address")
    if key is not None and not _KEY.fullmatch(key):
        raise SettingsError(
            f"{engine.NAME}: {engine.KEY_NAME} has characters that no key has, spaces perhaps"
        )
    if key and url.scheme == "http" and url.host not in _LOOPBACK:
        raise SettingsError(f"{engine.NAME}: the key would travel unencrypted; use https")
    logging.getLogger("httpx").setLevel(
        logging.WARNING
    )  # it logs addresses, and those hold key terms and ids
    return httpx.AsyncClient(
        base_url=address,
        verify=_trusted(),
        headers={**engine.headers(key), "accept": "application/json"},
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        follow_redirects=False,  # the key would follow
    )


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


def _host(engine: HostedEngine, region: str | None) -> str:
    hosts = engine.CAPABILITIES.hosts
    if (region or "") not in hosts:
        known = ", ".join(name for name in hosts if name) or "none"
        raise SettingsError(f"{engine.NAME}: no endpoint in region {region!r}; regions: {known}")
    return hosts[region or ""]


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates to check against, read once: certifi's, or those of SSL_CERT_FILE."""
    return httpx.create_ssl_context()


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
    kind = response.headers.get("content-type", "nothing").partition(";")[0]
    if body and not kind.endswith("json") and not body.lstrip().startswith((b"{", b"[")):
        # Some servers call their JSON text/plain. HTML is a proxy's page: nothing an engine has heard.
        raise UnexpectedAnswer(f"{engine}: answered with {kind[:40]} instead of JSON; check the base URL")
    return Reply(response.headers, body)


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
