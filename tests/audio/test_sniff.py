from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.audio.sniff import sniff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

ENCODERS = {
    "call.wav": ("wav", ()),
    "call.mp3": ("mp3", ()),
    "call.m4a": ("mov", ()),
    "call.aac": ("aac", ()),
    "call.ogg": ("ogg", ()),
    "call.opus": ("ogg", ("-c:a", "libopus")),
    "call.flac": ("flac", ()),
    "call.mka": ("matroska", ()),
    "call.webm": ("matroska", ()),
    "call.wma": ("asf", ()),
    "call.amr": ("amr", ("-ar", "8000")),
    "call.3gp": ("mov", ("-ar", "8000")),
    "call.aiff": ("aiff", ()),
    "call.au": ("au", ()),
    "call.caf": ("caf", ()),
    "call.w64": ("w64", ()),
    "call.avi": ("avi", ()),
}


@pytest.mark.parametrize("name", ENCODERS)
def test_sound_is_known_by_its_content_whatever_it_is_called(
    name: str, encode: Callable[..., Path], voice: Callable[..., NDArray[np.float64]]
) -> None:
    demuxer, args = ENCODERS[name]
    head = encode(name, voice(1.0, 1), args=args).read_bytes()
    assert sniff(head, "renamed.txt").demuxer == demuxer
    assert sniff(head[:65_536]).demuxer


@pytest.mark.parametrize(
    ("name", "demuxer", "rate_hz"),
    [
        ("a.ulaw", "mulaw", 8_000),
        ("a.AL", "alaw", 8_000),
        ("a.g722", "g722", None),
        ("a.sln16", "sln", 16_000),
    ],
)
def test_headerless_telephone_formats_are_known_by_name_only(
    name: str, demuxer: str, rate_hz: int | None
) -> None:
    noise = np.random.default_rng(1).integers(0, 256, 4_000, np.uint8).tobytes()
    assert (sniff(noise, name).demuxer, sniff(noise, name).rate_hz) == (demuxer, rate_hz)
    assert sniff(noise, "a.bin").demuxer is None


def test_headerless_sound_without_a_telling_name_is_not_guessed() -> None:
    noise = np.random.default_rng(1).integers(0, 256, 4_000, np.uint8).tobytes()
    found = sniff(noise, "a.raw")
    assert found.demuxer is None
    assert "sampling rate" in found.word


def test_raw_gsm_is_known_by_the_nibble_in_every_frame() -> None:
    frame = b"\xd5" + bytes(range(32))
    assert sniff(frame * 10, "a.bin").demuxer == "gsm"
    assert sniff(frame * 2, "a.bin").demuxer is None


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "hello")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty file"),
        (b"%PDF-1.7\n", "PDF document"),
        (_zip(), "ZIP archive or Office document"),
        (b"<!DOCTYPE html><html></html>", "HTML page"),
        (b"<?xml version='1.0'?><MPD/>", "XML document"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\nhttp://127.0.0.1/\n", "playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "playlist"),
        (b"this is not audio\n", "text"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "RIFF file without sound"),
        (bytes(500), "file of zero bytes"),
        (b"Salted__" + bytes(range(200)), "encrypted file"),
        (b"\x89PNG\r\n\x1a\n", "PNG picture"),
    ],
)
def test_foreign_content_is_named_in_a_word_even_with_the_name_of_sound(content: bytes, word: str) -> None:
    assert sniff(content, "call.wav").word == word
    assert sniff(content, "call.ulaw").demuxer is None


@given(st.binary(max_size=300), st.sampled_from(["a.wav", "a.mp3", "a", "a.gsm", "ü.ulaw"]))
def test_any_bytes_get_an_answer(content: bytes, name: str) -> None:
    assert sniff(content, name).word
