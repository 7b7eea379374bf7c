"""What vendors still hold of recordings: deleted there, where a vendor has a call for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from flows.engines import addresses
from tasks.engines.client import open_client
from tasks.engines.errand import Errand, Patience
from tasks.engines.registry import HOSTED, choices
from tasks.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tasks.engines.contract import ErasingEngine, HostedEngine
    from tasks.settings import Settings


def delete_at_vendors(
    settings: Settings, requests: Mapping[str, Mapping[str, str | None]]
) -> dict[str, dict[str, Any]]:
    """What became of each vendor's copies; `requests`: engine, answer key, the vendor's id of the request.

    `pending` ones were not deleted for now; `why` says what to do, or why nothing can be done.

    Raises:
        SettingsError: the region is none of a vendor's.
    """
    return asyncio.run(_delete_all(settings, requests))


async def _delete_all(
    settings: Settings, requests: Mapping[str, Mapping[str, str | None]]
) -> dict[str, dict[str, Any]]:
    return {engine: await _delete(settings, HOSTED[engine], ids.values()) for engine, ids in requests.items()}


async def _delete(settings: Settings, engine: HostedEngine, ids: Collection[str | None]) -> dict[str, Any]:
    known = [request_id for request_id in ids if request_id]
    told = {"requests": len(ids), "deleted": 0, "pending": 0, "id_unknown": len(ids) - len(known)}
    if not hasattr(engine, "erase"):
        return told | {"why": "this vendor has no delete call; what it keeps is up to your contract"}
    key = settings.key_named(engine.KEY_NAME)
    url = addresses(settings, choices(settings.engine)).get(engine.NAME)
    if known and key is None and url is None:
        return told | {"pending": len(known), "why": f"{engine.KEY_NAME} is not set"}
    async with open_client(engine, key, region=settings.region, base_url=url) as client:
        room = asyncio.Semaphore(settings.requests_at_once)
        patience = Patience(deadline_s=settings.deadline_s)

        async def deleted(request_id: str) -> bool:
            async with room:
                try:
                    await cast("ErasingEngine", engine).erase(client, request_id, Errand(patience=patience))
                except EngineError:
                    return False
            return True

        done = await asyncio.gather(*map(deleted, known))
    return told | {"deleted": sum(done), "pending": len(known) - sum(done)}
