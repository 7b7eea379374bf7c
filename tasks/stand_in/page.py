"""What the vendors' pages have in common."""

from __future__ import annotations

import json
import string
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from starlette.responses import JSONResponse, Response

from tasks.stand_in.desk import Desk, Fault, read_wav, sound_at
from tasks.stand_in.multipart import Part, file_in, read_form
from tasks.stand_in.vendors import error_answer

if TYPE_CHECKING:
    from starlette.requests import Request

    from tasks.stand_in.hearing import HeardWord


class Refusal(Exception):
    """An answer that ends the work on a request."""

    def __init__(self, engine: str, status: int, message: str, code: str | None = None) -> None:
        """An error in the vendor's words."""
        super().__init__(message)
        self.response = error_answer(engine, status, code, message)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request at one vendor's page."""

    engine: str
    desk: Desk
    request: Request
    body: bytes

    @property
    def fault(self) -> Fault | None:
        """What to do wrong."""
        fault: Fault | None = self.request.scope["fault"]
        return fault

    @property
    def content_type(self) -> str:
        """As the request states it."""
        return self.request.headers.get("content-type", "")

    def refuse(self, status: int, message: str, code: str | None = None) -> Refusal:
        """The vendor's error, to be raised."""
        return Refusal(self.engine, status, message, code)

    def need(self, fine: object, status: int, message: str, code: str | None = None) -> None:
        """Refuse unless something is fine."""
        if not fine:
            raise self.refuse(status, message, code)

    def need_header(self, name: str, expected: str, message: str, code: str | None = None) -> None:
        """Refuse a request without the right key."""
        self.need(self.request.headers.get(name) == expected, 401, message, code)

    def form(self) -> list[Part]:
        """The request's multipart form."""
        form = read_form(self.content_type, self.body)
        if form is None:
            raise self.refuse(422, "a multipart form is required")
        return form

    def json(self) -> dict[str, Any]:
        """The request's JSON object."""
        try:
            content = json.loads(self.body)
        except ValueError:
            raise self.refuse(400, "invalid JSON") from None
        self.need(isinstance(content, dict), 400, "a JSON object is required")
        return content  # type: ignore[no-any-return]  # just checked

    def wav(self, data: bytes) -> list[bytes]:
        """The channels of the sound that was sent."""
        channels = read_wav(data)
        if channels is None:
            raise self.refuse(400, "failed to process audio: corrupt or unsupported data")
        return channels

    def file(self, form: list[Part]) -> list[bytes]:
        """The channels of the form's file; its name and type must say what it is."""
        part = file_in(form)
        if part is None:
            raise self.refuse(400, "no 'file' field in the request")
        fine = (part.file_name or "").endswith(".wav") and part.content_type == "audio/wav"
        self.need(fine, 400, "this model does not support the format you provided", "unsupported_format")
        return self.wav(part.content)

    def sound_or_url(self) -> list[bytes]:
        """The channels of a raw body, or of what a JSON body's `url` points to."""
        if not self.content_type.startswith("application/json"):
            return self.wav(self.body)
        url = self.json().get("url")
        self.need(isinstance(url, str), 400, "missing or invalid 'url' field")
        return sound_at(str(url))

    async def heard(self, channels: list[bytes]) -> list[list[HeardWord]]:
        """The words of every channel."""
        return await self.desk.heard(self.engine, channels, self.fault)


def mixed(channels: list[bytes]) -> list[bytes]:
    """All channels as one, which is what a vendor does with a file whose channels nobody asked it to keep."""
    if len(channels) == 1:
        return channels
    together = np.mean([np.frombuffer(channel, np.int16) for channel in channels], axis=0)
    return [together.astype(np.int16).tobytes()]


def duration_s(channels: list[bytes]) -> float:
    """How long a sound is."""
    return len(channels[0]) / 32_000


def text_of(words: list[HeardWord]) -> str:
    """The words as a sentence."""
    text = " ".join(word.text for word in words)
    end = "" if not text or text[-1] in ".?!" else "."
    return text[:1].upper() + text[1:] + end


def written(words: list[HeardWord]) -> list[str]:
    """The words as the sentence writes them."""
    return text_of(words).split()


def bare(word: HeardWord) -> str:
    """A word without the punctuation at its ends."""
    return word.text.strip(string.punctuation) or word.text


def new_id() -> str:
    """An id as vendors make them."""
    return str(uuid.uuid4())


def answer(content: object, headers: dict[str, str] | None = None) -> Response:
    """A good answer."""
    return JSONResponse(content, headers=headers)
