"""How urgent an item is: what does most harm if it is wrong, and is most likely to be, comes first. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tasks.desk.items import Kind

MOST: Final = 1_000

_BY_KIND: Final[dict[Kind, int]] = {
    "finding": 300,
    "doubtful": 150,
    "sample_redacted": 50,
    "sample_untouched": 50,
}
_VISIBLE: Final = 300
"""Tier review: if it is personal data, everybody who asks the lake reads it until somebody decides."""
_GRAVE: Final = frozenset(
    "CARD_NUMBER CARD_CVV CARD_EXPIRY PIN OTP PASSWORD SECURITY_ANSWER BANK_ACCOUNT IBAN US_SSN US_ITIN "
    "UK_NINO CA_SIN AU_TFN IN_AADHAAR IN_PAN EU_NATIONAL_ID PASSPORT DRIVER_LICENSE HEALTH_ID".split()
)
_HARM: Final = 200
_DOUBT: Final = 200


def risk(kind: Kind, entity: str | None, tier: str | None, score: float | None) -> int:
    """0 to 1,000. `score`: how sure the detector or the engine was."""
    points = _BY_KIND[kind]
    if tier == "review":
        points += _VISIBLE
    if entity in _GRAVE:
        points += _HARM
    if score is not None:
        points += round(_DOUBT * (score if tier == "review" else 1 - score))
    return min(points, MOST)
