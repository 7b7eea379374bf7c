"""Check digits. They raise certainty and never gate: one misheard digit must not keep a card in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def luhn(digits: str) -> bool:
    """ISO/IEC 7812: cards, IMEI numbers, Canadian social insurance numbers."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        digit = int(char) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return digits.isdigit() and total % 10 == 0


def card(digits: str) -> bool:
    """A payment card: 13 to 19 digits that pass Luhn, not all the same."""
    return 13 <= len(digits) <= 19 and digits.isdigit() and len(set(digits)) > 1 and luhn(digits)


def routing(digits: str) -> bool:
    """American Bankers Association: weights 3, 7, 1."""
    weights = (3, 7, 1) * 3
    return len(digits) == 9 and sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 10 == 0


def nhs(digits: str) -> bool:
    """English health service number: weights 10 to 2, modulo 11."""
    if len(digits) != 10:
        return False
    rest = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11
    return rest % 11 == int(digits[9])


def iban(value: str) -> bool:
    """ISO 13616: modulo 97."""
    moved = value[4:] + value[:4]
    return (
        15 <= len(value) <= 34
        and value[:2].isalpha()
        and int("".join(str(int(c, 36)) for c in moved)) % 97 == 1
    )


def social_insurance(digits: str) -> bool:
    """Canadian social insurance number: Luhn over nine digits."""
    return len(digits) == 9 and luhn(digits)


def imei(digits: str) -> bool:
    """Mobile equipment identity: Luhn over fifteen digits."""
    return len(digits) == 15 and luhn(digits)


def social_security(digits: str) -> bool:
    """No check digit, but areas 000, 666 and 9xx, group 00 and serial 0000 are never given."""
    return (
        len(digits) == 9
        and digits[:3] not in {"000", "666"}
        and digits[0] != "9"
        and digits[3:5] != "00"
        and digits[5:] != "0000"
    )


CHECKS: dict[str, Callable[[str], bool]] = {
    "CARD_NUMBER": card,
    "ROUTING_NUMBER": routing,
    "UK_NHS": nhs,
    "IBAN": iban,
    "CA_SIN": social_insurance,
    "DEVICE_ID": imei,
    "US_SSN": social_security,
}
"""What a value of an entity satisfies when every digit was heard right."""
