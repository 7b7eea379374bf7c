"""How long a value of each kind is, and whether letters may be in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from tasks.redact.runs import Run

Letters = Literal["none", "some", "many", "only"]


class Shape(NamedTuple):
    """Length in digits and letters, generous: parts of a value count, and engines drop and double digits."""

    shortest: int
    longest: int
    letters: Letters = "none"


SHAPES: dict[str, Shape] = {
    "CARD_NUMBER": Shape(2, 40),
    "CARD_LAST4": Shape(3, 6),
    "CARD_CVV": Shape(3, 5),
    "CARD_EXPIRY": Shape(3, 8),
    "US_SSN": Shape(2, 24),
    "US_SSN_LAST4": Shape(3, 6),
    "US_ITIN": Shape(2, 20),
    "PHONE": Shape(2, 30),
    "PHONE_LAST4": Shape(3, 6),
    "DOB": Shape(4, 12),
    "EMAIL": Shape(2, 60, "many"),
    "UPI_ID": Shape(2, 60, "many"),
    "USERNAME": Shape(2, 60, "many"),
    "PERSON": Shape(2, 40, "only"),
    "SECURITY_ANSWER": Shape(2, 40, "many"),
    "ADDRESS": Shape(2, 12, "some"),
    "POSTAL_CODE": Shape(2, 10, "many"),
    "ROUTING_NUMBER": Shape(3, 14),
    "SORT_CODE": Shape(2, 10),
    "IBAN": Shape(3, 40, "many"),
    "SWIFT": Shape(4, 14, "many"),
    "BANK_ACCOUNT": Shape(3, 24, "some"),
    "BANK_ACCOUNT_LAST4": Shape(3, 6),
    "ACCOUNT_ID": Shape(3, 30, "many"),
    "HEALTH_ID": Shape(3, 24, "many"),
    "UK_NHS": Shape(2, 14),
    "UK_NINO": Shape(2, 14, "many"),
    "CA_SIN": Shape(2, 14),
    "AU_TFN": Shape(2, 14),
    "IN_AADHAAR": Shape(3, 18),
    "IN_PAN": Shape(2, 16, "many"),
    "IN_IFSC": Shape(3, 16, "many"),
    "EU_NATIONAL_ID": Shape(3, 20, "many"),
    "PASSPORT": Shape(3, 14, "many"),
    "DRIVER_LICENSE": Shape(3, 26, "many"),
    "VEHICLE_REG": Shape(2, 12, "many"),
    "VEHICLE_ID": Shape(3, 26, "many"),
    "DEVICE_ID": Shape(3, 26, "many"),
    "IP_ADDRESS": Shape(4, 40, "many"),
    "MAC_ADDRESS": Shape(3, 20, "many"),
    "PIN": Shape(3, 8),
    "OTP": Shape(3, 12, "many"),
    "PASSWORD": Shape(2, 40, "many"),
    "NUMBER": Shape(4, 40, "some"),
}


USUAL = {
    "CARD_NUMBER": 16, "CARD_LAST4": 4, "CARD_CVV": 3, "CARD_EXPIRY": 4, "US_SSN": 9, "US_SSN_LAST4": 4,
    "US_ITIN": 9, "PHONE": 10, "PHONE_LAST4": 4, "DOB": 6, "POSTAL_CODE": 5, "ROUTING_NUMBER": 9,
    "SORT_CODE": 6, "IBAN": 22, "BANK_ACCOUNT": 8, "BANK_ACCOUNT_LAST4": 4, "ACCOUNT_ID": 7,
    "HEALTH_ID": 9, "UK_NHS": 10, "UK_NINO": 9, "CA_SIN": 9, "AU_TFN": 9, "IN_AADHAAR": 12, "IN_PAN":
    10, "IN_IFSC": 11, "PASSPORT": 9, "DRIVER_LICENSE": 9, "VEHICLE_REG": 7, "VEHICLE_ID": 17,
    "DEVICE_ID": 15, "IP_ADDRESS": 9, "MAC_ADDRESS": 12, "PIN": 4, "OTP": 6,
}  # fmt: skip
"""How long a whole value usually is; where less was heard, a digit may hide in the words beside."""


def fits(entity: str, run: Run, *, near: bool) -> bool:
    """Whether a run can be a value of an entity, or a part of one; asked long ago, it needs more."""
    shape = SHAPES[entity]
    length = run.digits + run.letters
    if not shape.shortest <= length <= shape.longest or (not near and run.digits < 4):
        return False
    if shape.letters == "only":
        return run.digits == 0
    if shape.letters == "none":
        return run.letters == 0 or run.digits >= 5 * run.letters
    if shape.letters == "some":
        return run.digits > run.letters
    return run.digits > 0 or run.letters >= 3 or entity in {"EMAIL", "UPI_ID", "USERNAME"}
