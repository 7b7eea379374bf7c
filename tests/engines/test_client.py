"""Opening an engine's client: the right address, an encrypted way, a key that is one."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

import pytest

from tasks.engines.client import open_client
from tasks.engines.registry import HOSTED
from tasks.errors import EngineRefused, SettingsError
from tests.engines.asking import SOUND, errand_for, options_for

if TYPE_CHECKING:
    import httpx


def _close(client: httpx.AsyncClient) -> None:
    asyncio.run(client.aclose())


@pytest.mark.parametrize("name", HOSTED)
def test_requests_go_to_the_vendor_unless_said_otherwise(name: str) -> None:
    client = open_client(HOSTED[name], "key")
    assert str(client.base_url).rstrip("/") == HOSTED[name].CAPABILITIES.hosts[""]
    assert not client.follow_redirects
    _close(client)


def test_a_region_has_its_own_address() -> None:
    client = open_client(HOSTED["assemblyai"], "key", region="eu")
    assert client.base_url.host == "api.eu.assemblyai.com"
    _close(client)


def test_a_region_that_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match="pulse: no endpoint in region 'eu'; regions: us"):
        open_client(HOSTED["pulse"], "key", region="eu")


def test_residency_at_deepgram_needs_the_retention_opt_out() -> None:
    async def ask() -> None:
        async with open_client(HOSTED["deepgram"], "key", region="eu") as client:
            options = options_for("deepgram")
            await HOSTED["deepgram"].fetch(client, SOUND, options, errand_for("deepgram"))

    with pytest.raises(EngineRefused, match="retention opt-out"):
        asyncio.run(ask())


def test_a_key_does_not_travel_unencrypted() -> None:
    with pytest.raises(SettingsError, match="unencrypted"):
        open_client(HOSTED["openai"], "key", base_url="http://speech.example/v1")
    _close(open_client(HOSTED["openai"], None, base_url="http://speech.example/v1"))
    _close(open_client(HOSTED["openai"], "key", base_url="http://localhost:8000/v1"))


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "smart\u201cquote", ""])
def test_a_key_with_impossible_characters_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(SettingsError, match="DEEPGRAM_API_KEY") as refused:
        open_client(HOSTED["deepgram"], key)
    assert not key or key not in str(refused.value)


@pytest.mark.parametrize("address", ["ftp://a.example", "a.example", "", "https://"])
def test_an_address_must_be_http(address: str) -> None:
    if address:
        with pytest.raises(SettingsError, match="no http"):
            open_client(HOSTED["openai"], "key", base_url=address)
    else:
        _close(open_client(HOSTED["openai"], "key", base_url=address))


def test_certificates_are_verified() -> None:
    client = open_client(HOSTED["pulse"], "key")
    context = client._transport._pool._ssl_context  # type: ignore[attr-defined]
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    _close(client)
