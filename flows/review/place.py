"""Where the app listens and how it is reached; no transcripts go over a network in the clear."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tasks.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ipaddress import IPv4Network, IPv6Network
    from pathlib import Path

_LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_USUAL_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A reverse proxy in front: who it may be, and the header in which it names the account, if it does."""

    networks: tuple[IPv4Network | IPv6Network, ...]
    header: str | None

    def is_at(self, address: str | None) -> bool:
        """Whether a connection comes from it."""
        try:
            peer = ip_address(address or "")
        except ValueError:
            return False
        return any(peer in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class Place:
    """An address to listen at, and the origins (scheme, host, port) that browsers may know it by."""

    host: str
    port: int
    origins: frozenset[str]
    secure: bool
    """Whether browsers reach it by https only."""
    proxy: Proxy | None = None
    tls: tuple[Path, Path] | None = None

    @property
    def shown(self) -> str:
        """One of its addresses, for people."""
        return min(self.origins)

    def knows(self, host: str) -> bool:
        """Whether a Host header is one of its own: a foreign name that leads here is an attack."""
        return any(_origin(f"{scheme}://{host}") in self.origins for scheme in _USUAL_PORTS)


@dataclass(frozen=True, slots=True)
class Front:
    """What stands before the app, as it is set: all None where nothing does."""

    public_url: str | None = None
    proxy_address: str | None = None
    proxy_header: str | None = None


def place_of(host: str, port: int, tls: tuple[Path, Path] | None = None, front: Front | None = None) -> Place:
    """The place, if it is a safe one; `tls` is a certificate and its key.

    Raises:
        SettingsError: others could read along, or a setting is wrong; the message says what to set.
    """
    front = front or Front()
    near = _is_loopback(host)
    if not near and tls is None and (front.proxy_address is None or front.public_url is None):
        raise SettingsError(
            f"{host} is not this machine alone, and the pages hold transcripts: give --tls-certificate and "
            "--tls-key, or name the reverse proxy in front: --proxy-address and --public-url (docs/review.md)"
        )
    if (front.proxy_address or front.proxy_header) and not front.public_url:
        raise SettingsError("say how browsers reach it through the proxy: --public-url https://...")
    if front.proxy_header is not None and not _HEADER.fullmatch(front.proxy_header):
        raise SettingsError("--behind-proxy takes the name of a header, such as X-Forwarded-User")
    scheme = "https" if tls else "http"
    origins = [_origin(f"{scheme}://{name}:{port}") for name in _names(host, near=near)]
    if front.public_url is not None:
        origins.append(_origin(_checked(front.public_url)))
    if not origins:
        raise SettingsError(
            f"{host} is no name for browsers; say how they reach it: --public-url https://..."
        )
    proxy = None
    if front.proxy_header is not None or front.proxy_address is not None:
        proxy = Proxy(
            _networks(front.proxy_address.split(",") if front.proxy_address else _LOOPBACK),
            front.proxy_header,
        )
    secure = tls is not None or front.public_url is not None
    return Place(host, port, frozenset(origins), secure, proxy, tls)


def _names(host: str, *, near: bool) -> Iterable[str]:
    if near:
        return ("127.0.0.1", "localhost", "[::1]")
    if host in {"0.0.0.0", "::"}:  # noqa: S104  (every address of the machine is none that a browser knows)
        return ()
    return (f"[{host}]",) if ":" in host else (host,)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or parts.path.strip("/"):
        raise SettingsError("--public-url is https and a host, such as https://review.example.com")
    return f"https://{parts.netloc}"


def _origin(url: str) -> str:
    """As browsers send it: without the port that its scheme has anyway."""
    scheme, _, host = url.lower().partition("://")
    return f"{scheme}://{host.removesuffix(f':{_USUAL_PORTS[scheme]}')}"


def _networks(addresses: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(address.strip()) for address in addresses)
    except ValueError:
        raise SettingsError("--proxy-address is an IP address or network, or several with commas") from None
