"""Legal holds from the settings: customers are named by their keys before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.erasure.asked import name_known_recordings
from tasks.erasure.holds import Hold, Kind, add_hold, held_recordings, holds_in_force, lift_hold
from tasks.errors import KeyMissing, SettingsError
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, reading, writing

if TYPE_CHECKING:
    from tasks.settings import Settings


def put_on_hold(settings: Settings, kind: Kind, subject: str, reason: str) -> int:
    """How many recordings are on hold now, whatever for."""
    lake = _lake(settings)
    with writing(lake) as connection:
        for name in _names(settings, kind, subject):
            add_hold(connection, lake, kind, name, reason)
        name_known_recordings(connection)
        return len(held_recordings(connection))


def take_off_hold(settings: Settings, kind: Kind, subject: str, reason: str) -> None:
    """Lift a hold; SettingsError where there is none."""
    lake = _lake(settings)
    with writing(lake) as connection:
        lift_hold(connection, lake, kind, _names(settings, kind, subject), reason)


def holds(settings: Settings) -> list[Hold]:
    """Those in force."""
    with reading(_lake(settings)) as connection:
        return holds_in_force(connection)


def _names(settings: Settings, kind: Kind, subject: str) -> list[str]:
    """What stands for it in the lake: of a customer the key under each of the keys at hand."""
    if kind != "customer":
        return [subject]
    if not settings.key_file.exists():
        raise KeyMissing(f"there is no key file at {settings.key_file}; restore the one of this lake")
    return list(load_keyring(settings.key_file).pseudonyms("customer", subject))


def _lake(settings: Settings) -> Lake:
    lake = Lake.at(settings.lake)
    if not lake.exists():
        raise SettingsError(f"no lake at {lake.address}")
    return lake
