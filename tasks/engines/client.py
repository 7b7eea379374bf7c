"""Opening the one client for an engine: its address and key inside, pooled connections, TLS verified."""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import TYPE_CHECKING, Final

import httpx

from tasks.errors import SettingsError

if TYPE_CHECKING:
    import ssl

    from tasks.engines.contract import HostedEngine

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_KEY: Final = re.compile(r"[!-~]+")


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
