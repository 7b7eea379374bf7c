"""Calls full of personal data that nobody else has: told by a vendor, stated in sidecars, names and tags."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from leak_scan import Secret
from short_recordings import seconds_of, wav

from tasks.stand_in import HeardWord

_DIGITS = "zero one two three four five six seven eight nine".split()
_NAMES = Path(__file__).parents[2] / "tasks" / "redact" / "names"
_WORD_S = 0.1
_STRETCH = 48
"""Bytes of sound that are looked for, from several places of each recording."""


@dataclass(frozen=True, slots=True)
class Person:
    """One caller and what she tells."""

    first: str
    last: str
    card: str
    code: str
    phone: str
    account: str
    mail: str

    @classmethod
    def made_from(cls, seed: bytes | str) -> Person:
        """The same person for the same seed."""
        dice = random.Random(seed)  # noqa: S311  (made-up people, no secret)
        body = "4" + _number(dice, 14)
        syllables = ["".join(dice.choice(part) for part in ("bdgklmnprtvz", "aeio")) for _ in range(9)]
        return cls(
            first=dice.choice(_names("first")),
            last=dice.choice(_names("mostly_last")),
            card=body + _check_digit(body),
            code=_number(dice, 3),
            phone=f"{dice.choice('23456789')}{_number(dice, 2)}{dice.choice('23456789')}{_number(dice, 6)}",
            account=dice.choice("123456789") + _number(dice, 9),
            mail=f"{''.join(syllables[:5])}@{''.join(syllables[5:])}.com",
        )

    @property
    def grouped_card(self) -> str:
        """As it is printed."""
        return " ".join(self.card[at : at + 4] for at in range(0, 16, 4))

    @property
    def grouped_phone(self) -> str:
        """As it is printed."""
        return f"{self.phone[:3]}-{self.phone[3:6]}-{self.phone[6:]}"

    @property
    def spoken_mail(self) -> str:
        """As it is said."""
        return self.mail.replace("@", " at ").replace(".", " dot ")

    def told(self) -> list[str]:
        """What she says on the telephone."""
        said = (
            f"hello my name is {self.first} {self.last} and my card number is {_spoken(self.card)} "
            f"and the security code is {_spoken(self.code)} my phone number is {_spoken(self.phone)} "
            f"my email address is {self.spoken_mail} and my account number is {_spoken(self.account)} thanks"
        )
        return said.split()

    def fields(self) -> dict[str, Any]:
        """What a sidecar states about her."""
        return {
            "customer_id": self.account,
            "agent_id": self.mail,
            "customer_name": f"{self.first.title()} {self.last.title()}",
            "contact_phone": self.grouped_phone,
            "account_number": self.account,
            "card_number": self.card,
            "security_code": self.code,
            "note": f"card {self.grouped_card}, write to {self.mail} or call {self.phone}",
            "contact": {"email": self.mail, "phones": [self.phone]},
        }

    def secrets(self, who: str) -> list[Secret]:
        """What must not be found."""
        spellings = {
            "name": (f"{self.first} {self.last}", self.last),
            "card": (self.grouped_card, _spoken(self.card)),
            "phone": (self.grouped_phone, _spoken(self.phone)),
            "account": (self.account, _spoken(self.account)),
            "mail": (self.mail, self.spoken_mail, *self.mail.removesuffix(".com").split("@")),
            "spoken code": (_spoken(self.code),),
        }
        found = [Secret(f"{name} of {who}", spelled) for name, spelled in spellings.items()]
        return [
            *found,
            Secret(f"code of {who}", (self.code,), context="security code is"),
            Secret(f"stated code of {who}", (self.code,), context="security code"),
        ]


@dataclass
class Vendor:
    """What a vendor hears: in every sound another person, whom it remembers."""

    heard: dict[str, tuple[Person, bytes]] = field(default_factory=dict)

    def hear(self, pcm: bytes) -> list[HeardWord]:
        """What is said in a sound; nothing in silence."""
        if not any(pcm):
            return []
        name = hashlib.sha256(pcm).hexdigest()
        person, _ = self.heard.setdefault(name, (Person.made_from(name), pcm))
        pace_s = len(pcm) / 32_000 / len(person.told())
        return [
            HeardWord(word, round(at * pace_s, 3), round((at + 0.9) * pace_s, 3), 0.9)
            for at, word in enumerate(person.told())
        ]

    def secrets(self) -> list[Secret]:
        """Everybody it has heard, and the sound of their voices."""
        return [
            secret
            for name, (person, pcm) in self.heard.items()
            for secret in (
                *person.secrets(f"caller {name[:6]}"),
                Secret(f"voice {name[:6]}", raw=stretches(pcm)),
            )
        ]


def answer_with_extras(content: dict[str, Any]) -> dict[str, Any]:
    """A Deepgram answer with the personal data repeated where nobody asked for it."""
    for channel in content["results"]["channels"]:
        best = channel["alternatives"][0]
        best["entities"] = [{"label": "NAME", "value": word["word"]} for word in best["words"]]
        best["summaries"] = [{"summary": f"The customer said: {best['transcript']}"}]
    said = content["results"]["channels"][0]["alternatives"][0]["transcript"]
    content["results"]["summary"] = {"short": said}
    content["metadata"]["extra"] = {"note": said}
    return content


def write_archive(folder: Path, count: int = 3, length_s: float = 4) -> list[Secret]:
    """Mono calls with personal data in names, sidecars, a manifest and tags, and a file that is no sound.

    Each is what both sides of a call say in so many seconds, one behind the other: in one of them somebody
    speaks, and where nobody does no vendor is asked.
    """
    secrets, rows = [], []
    for number in range(count):
        person = Person.made_from(f"stated {number}")
        secrets += person.secrets(f"stated {number}")
        stereo = seconds_of("call-0001", 2 + 3 * number, length_s)
        both = stereo[stereo.index(b"data") + 8 :]
        sound = both[::2] + both[1::2]
        place = folder / f"Vip {person.first.title()} {person.last.title()}"
        place.mkdir(parents=True)
        path = place / f"{person.first} {person.last} {person.card} {person.mail} {person.phone}.wav"
        path.write_bytes(wav(sound, channels=1))
        secrets.append(Secret(f"sound {number}", raw=stretches(sound)))
        stated = person.fields() | {"started_at": f"2026-03-0{1 + number % 9}T09:00:00Z"}
        if number % 3 == 0:
            _tagged(path, person)
            stated["call_id"] = f"canary-{number}"
        if number % 3 == 1:
            rows.append({"file": f"{place.name}/{path.stem}.wav"} | stated)
        else:
            path.with_suffix(".json").write_text(json.dumps(stated))
    nobody = Person.made_from("no sound")
    (folder / f"{nobody.first} {nobody.last} {nobody.card}.wav").write_text(" ".join(nobody.told()))
    _write_manifest(folder / "manifest.csv", rows)
    return [*secrets, *nobody.secrets("no sound")]


def stretches(sound: bytes) -> tuple[bytes, ...]:
    """Lively parts of a sound: silence is everywhere."""
    places = range(_STRETCH, len(sound) - _STRETCH, max(_STRETCH, len(sound) // 40))
    parts = (sound[place : place + _STRETCH] for place in places)
    return tuple(part for part in parts if len(set(part)) > _STRETCH // 3)


def _tagged(path: Path, person: Person) -> None:
    """Make a FLAC of it, whose tags tell everything."""
    tags = {"title": f"{person.first} {person.last}", "artist": person.mail, "comment": person.grouped_card}
    told = [part for name, text in tags.items() for part in ("-metadata", f"{name}={text}")]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), *told]
    subprocess.run([*command, str(path.with_suffix(".flac"))], check=True)
    path.unlink()


def _write_manifest(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, sorted({name for row in rows for name in row}))
        writer.writeheader()
        writer.writerows(rows)


@cache
def _names(kind: str) -> list[str]:
    """Names that are long enough to be looked for."""
    return [name for name in (_NAMES / f"{kind}.txt").read_text().split() if len(name) > 8 and name.isalpha()]


def _number(dice: random.Random, length: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(length))


def _spoken(digits: str) -> str:
    return " ".join(_DIGITS[int(digit)] for digit in digits)


def _check_digit(body: str) -> str:
    """By Luhn."""
    doubled = [int(digit) * (2 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(body))]
    return str(-sum(one // 10 + one % 10 for one in doubled) % 10)
