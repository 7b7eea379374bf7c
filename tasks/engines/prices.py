"""What a request costs, from an engine's capabilities: list prices, with source and date there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tasks.engines.contract import Capabilities, EngineOptions

_MS_PER_HOUR = 3_600_000


def billed_ms(capabilities: Capabilities, audio_ms: int, channels: int = 1) -> int:
    """What will be billed for a sound of this length: every channel where the vendor bills channels."""
    step_ms = round(capabilities.billing_step_s * 1000)
    rounded_ms = math.ceil(audio_ms / step_ms) * step_ms if step_ms else audio_ms
    return rounded_ms * (channels if capabilities.bills_per_channel else 1)


def usd_per_hour(capabilities: Capabilities, options: EngineOptions) -> float:
    """The price of an hour of sound with what the options add to it."""
    chosen = capabilities.of(options.model)
    asked = {"keyterms": bool(options.keyterms), "diarization": options.diarization}
    extra = sum(usd for ability, usd in chosen.surcharges_usd_per_hour.items() if asked.get(ability))
    return chosen.usd_per_audio_hour + extra


def price_of(usd_an_hour: float, billed: int) -> float:
    """The price of so many billed milliseconds."""
    return billed / _MS_PER_HOUR * usd_an_hour
