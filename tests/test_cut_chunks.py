from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.cut_chunks import ChunkLimits, cut_chunks, cut_together
from tasks.schemas import Piece, Track

RATE_HZ = 16_000
LIMITS = ChunkLimits(target_s=5, max_s=8, pad_ms=200, overlap_ms=1_000)


def _noise(seconds: float, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 3_000, int(seconds * RATE_HZ))


def _track(sound: np.ndarray, speech: tuple[tuple[float, float], ...] | None) -> Track:
    regions = None if speech is None else tuple(Piece(int(a * RATE_HZ), int(b * RATE_HZ)) for a, b in speech)
    return Track(1, sound.astype("<i2").tobytes(), regions)


def test_silence_is_not_sent_and_speech_keeps_its_padding() -> None:
    chunks = cut_chunks(_track(_noise(60), ((2, 4), (40, 41))), LIMITS)
    assert [chunk.pieces for chunk in chunks] == [
        (Piece(int(1.8 * RATE_HZ), int(4.2 * RATE_HZ)), Piece(int(39.8 * RATE_HZ), int(41.2 * RATE_HZ)))
    ]
    assert len(chunks[0].pcm) == 2 * sum(piece.end - piece.start for piece in chunks[0].pieces)


def test_a_track_without_speech_gives_no_chunk() -> None:
    assert cut_chunks(_track(_noise(2), ()), LIMITS) == []
    assert cut_chunks(Track(0, b""), LIMITS) == []


def test_a_track_nobody_has_looked_at_is_sent_whole() -> None:
    chunks = cut_chunks(_track(_noise(3), None), LIMITS)
    assert [chunk.pieces for chunk in chunks] == [(Piece(0, 3 * RATE_HZ),)]


def test_chunks_are_cut_in_silence_without_overlap() -> None:
    chunks = cut_chunks(_track(_noise(20), ((0.5, 4.2), (4.8, 8.9), (9.3, 13))), LIMITS)
    assert [chunk.overlap_ms for chunk in chunks] == [0, 0, 0]
    assert [chunk.index for chunk in chunks] == [0, 1, 2]
    assert chunks[0].pieces[-1].end <= chunks[1].pieces[0].start


def test_long_speech_is_cut_at_a_pause_without_overlap() -> None:
    sound = _noise(14)
    sound[int(6.9 * RATE_HZ) : int(7.1 * RATE_HZ)] /= 100
    chunks = cut_chunks(_track(sound, ((0, 14),)), LIMITS)
    assert [chunk.overlap_ms for chunk in chunks] == [0, 0]
    assert chunks[1].pieces[0].start / RATE_HZ == pytest.approx(7.0, abs=0.1)


def test_long_speech_without_a_pause_is_cut_with_overlap() -> None:
    chunks = cut_chunks(_track(_noise(20), ((0, 20),)), LIMITS)
    assert len(chunks) > 2
    for left, right in pairwise(chunks):
        shared = left.pieces[-1].end - right.pieces[0].start
        assert shared * 1_000 // RATE_HZ == right.overlap_ms == 1_000


@pytest.mark.parametrize(
    "limits", [{"target_s": 70}, {"target_s": 0.5}, {"overlap_ms": 30_000}, {"pad_ms": -200}]
)
def test_limits_that_cannot_be_kept_are_refused(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        ChunkLimits(**limits)


@given(st.lists(st.tuples(st.floats(0.05, 12), st.floats(0.05, 4)), max_size=12), st.integers(0, 5))
@settings(deadline=None, max_examples=60)
def test_any_speech_is_sent_whole_in_order_and_within_limits(
    stretches: list[tuple[float, float]], seed: int
) -> None:
    regions, at = [], 0.0
    for length, gap in stretches:
        regions.append((at, at + length))
        at += length + max(gap, 0.05)
    track = _track(_noise(at + 1, seed), tuple(regions))
    chunks = cut_chunks(track, LIMITS)
    heard = np.zeros(len(track.pcm) // 2 + 1, np.int64)
    for chunk in chunks:
        assert len(chunk.pcm) <= 2 * LIMITS.max_s * RATE_HZ
        assert chunk.pcm == b"".join(track.pcm[2 * piece.start : 2 * piece.end] for piece in chunk.pieces)
        assert all(left.end < right.start for left, right in pairwise(chunk.pieces))
        for piece in chunk.pieces:
            heard[piece.start : piece.end] += 1
    for region in track.speech or ():
        assert np.all(heard[region.start : region.end] >= 1)
    overlaps = sum(chunk.overlap_ms for chunk in chunks) * RATE_HZ // 1_000
    assert np.sum(np.maximum(heard - 1, 0)) == overlaps


def _speaking(channel: int, pieces: list[tuple[float, float]], seconds: float = 60) -> Track:
    sound = np.zeros(int(seconds * 16_000), np.int16)
    for start, end in pieces:
        sound[int(start * 16_000) : int(end * 16_000)] = 3_000 + channel
    speech = tuple(Piece(int(start * 16_000), int(end * 16_000)) for start, end in pieces)
    return Track(channel, sound.tobytes(), speech)


def test_channels_cut_together_share_their_pieces_and_lose_no_speech() -> None:
    tracks = [_speaking(0, [(1, 5), (20, 30)]), _speaking(1, [(4, 9), (40, 44)])]
    bundles = cut_together(tracks, ChunkLimits(target_s=15, max_s=20))
    for bundle in bundles:
        assert [part.channel for part in bundle.parts] == [0, 1]
        assert len({part.pieces for part in bundle.parts}) == 1
        assert len({len(part.pcm) for part in bundle.parts}) == 1
        assert bundle.channel is None
    for place, track in enumerate(tracks):
        sent = sum(np.count_nonzero(np.frombuffer(bundle.parts[place].pcm, "<i2")) for bundle in bundles)
        assert sent == np.count_nonzero(np.frombuffer(track.pcm, "<i2"))
    assert sum(bundle.duration_ms for bundle in bundles) < 35_000


def test_one_track_is_cut_as_ever() -> None:
    track = _speaking(1, [(1, 5), (20, 30)])
    assert [bundle.parts for bundle in cut_together([track])] == [(chunk,) for chunk in cut_chunks(track)]


def test_a_side_that_listens_is_silent_in_what_is_sent() -> None:
    noise = np.full(20 * 16_000, 40, np.int16)
    speaker = Track(0, noise.tobytes(), (Piece(16_000, 5 * 16_000),))
    listener = Track(1, noise.tobytes(), (Piece(15 * 16_000, 18 * 16_000),))
    limits = ChunkLimits()
    for bundle in cut_together([speaker, listener], limits):
        for part, speech in zip(bundle.parts, [(1.0, 5.0), (15.0, 18.0)], strict=True):
            sent = np.concatenate([np.arange(piece.start, piece.end) for piece in part.pieces]) / 16_000
            heard = np.frombuffer(part.pcm, "<i2") != 0
            pad_s = limits.pad_ms / 1000
            assert (heard == ((sent >= speech[0] - pad_s) & (sent < speech[1] + pad_s))).all()
