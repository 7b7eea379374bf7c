from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.audio.headers import asf, chunked, flac, matroska, mp3, mp4, ogg, wav
from tasks.audio.probe import _READERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


def _wav(data_bytes: int, held: int, riff: bytes = b"RIFF") -> bytes:
    fmt = struct.pack("<HHIIHH", 7, 2, 8_000, 16_000, 2, 8)
    return (
        riff
        + struct.pack("<I", 0)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + fmt
        + b"data"
        + struct.pack("<I", data_bytes)
        + bytes(held)
    )


def test_a_wav_header_promises_what_its_data_chunk_says() -> None:
    assert wav.read(io.BytesIO(_wav(32_000, 100)), 144).promised_s == pytest.approx(2.0)


@pytest.mark.parametrize("marker", [0, 0x7FFFF000, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFDB])
def test_a_wav_that_was_streamed_promises_nothing(marker: int) -> None:
    assert wav.read(io.BytesIO(_wav(marker, 100)), 144).promised_s is None


def test_an_rf64_header_promises_its_long_size() -> None:
    long_size = b"ds64" + struct.pack("<IQQQI", 28, 0, 160_000, 80_000, 0)
    content = _wav(0xFFFFFFFF, 0, b"RF64").replace(b"fmt ", long_size + b"fmt ", 1)
    assert wav.read(io.BytesIO(content), len(content)).promised_s == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("name", "reader", "args"),
    [
        ("a.flac", flac.read, ()),
        ("a.mp3", mp3.read, ()),
        ("a.mp3", mp3.read, ("-ar", "8000", "-b:a", "16k")),
        ("a.m4a", mp4.read, ()),
        ("a.m4a", mp4.read, ("-movflags", "+faststart")),
    ],
)
def test_compressed_files_promise_their_length(
    name: str,
    reader: Callable[..., object],
    args: tuple[str, ...],
    encode: Callable[..., Path],
    voice: Callable[..., NDArray[np.float64]],
) -> None:
    path = encode(name, voice(3.0, 1), args=args)
    with path.open("rb") as handle:
        assert reader(handle, path.stat().st_size).promised_s == pytest.approx(3.0, abs=0.2)


@pytest.mark.parametrize(
    ("name", "reader"),
    [("a.mka", matroska.read), ("a.wma", asf.read), ("a.aiff", chunked.read_aiff), ("a.au", chunked.read_au)],
)
def test_containers_promise_a_length_only_when_the_file_is_shorter_than_they_say(
    name: str,
    reader: Callable[..., object],
    encode: Callable[..., Path],
    voice: Callable[..., NDArray[np.float64]],
) -> None:
    content = encode(name, voice(3.0, 1)).read_bytes()
    cut = content[: len(content) // 2]
    assert reader(io.BytesIO(content), len(content)).promised_s is None
    assert reader(io.BytesIO(cut), len(cut)).promised_s == pytest.approx(3.0, abs=0.2)


def test_an_ogg_file_that_stops_without_its_end_mark_gets_a_note(
    encode: Callable[..., Path], voice: Callable[..., NDArray[np.float64]]
) -> None:
    content = encode("a.opus", voice(3.0, 1)).read_bytes()
    assert ogg.read(io.BytesIO(content), len(content)).note is None
    assert "end mark" in (ogg.read(io.BytesIO(content[:-500]), len(content) - 500).note or "")


def test_an_mp4_without_its_index_is_called_cut_off(
    encode: Callable[..., Path], voice: Callable[..., NDArray[np.float64]]
) -> None:
    content = encode("a.m4a", voice(3.0, 1)).read_bytes()
    cut = content[: content.rfind(b"moov") - 500]
    assert "cut off" in (mp4.read(io.BytesIO(cut), len(cut)).problem or "")


def test_an_encrypted_mp4_is_called_encrypted(
    encode: Callable[..., Path], voice: Callable[..., NDArray[np.float64]]
) -> None:
    args = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "0" * 32, "-encryption_kid", "1" * 32)
    content = encode("a.mp4", voice(1.0, 1), args=args).read_bytes()
    assert mp4.read(io.BytesIO(content), len(content)).encrypted


@pytest.mark.parametrize("demuxer", sorted(_READERS))
@given(content=st.binary(max_size=400))
def test_malformed_headers_never_raise(demuxer: str, content: bytes) -> None:
    magic = {
        "wav": b"RIFF\0\0\0\0WAVE",
        "aiff": b"FORM\0\0\0\0AIFF",
        "matroska": b"\x1a\x45\xdf\xa3",
        "mov": b"\0\0\0\x10ftyp",
    }
    for start in (b"", magic.get(demuxer, b"")):
        _READERS[demuxer](io.BytesIO(start + content), len(start + content))
