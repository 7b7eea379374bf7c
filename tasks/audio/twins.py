"""Channels that say the same: find them, and choose the one to transcribe."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from tasks.audio.copies import Likeness, compare, find_lags, together
from tasks.audio.speech import speech_length_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.schemas import Track

_SAME_EXPLAINED = 0.7
_SAME_GAIN_DB = 4.0
_SAME_SHARE = 0.97
"""Channels are one and the same when this share of their speech is alike, and by one and the same gain."""

_LOUDER_DB = 3.0
_MIX_SHARE = 0.9
"""A mix of others is less alike than a twin: where two of them speak at once, neither explains it alone."""

Pair = tuple[list[Likeness], list[Likeness]]


def compare_tracks(one: Track, other: Track) -> Pair | None:
    """The speech of each track against the other, in blocks; None when they have nothing in common."""
    here, there = one.speech or (), other.speech or ()
    lags = find_lags(one.pcm, other.pcm, together(here, there))
    if not lags:
        return None
    back = [-lag for lag in lags]
    return (
        compare(one.pcm, other.pcm, back, here, there),
        compare(other.pcm, one.pcm, lags, there, here),
    )


def is_twin(likeness: Pair) -> bool:
    """Whether two channels hold the same sound throughout, up to gain, inversion, delay and coding noise."""
    return all(_share_alike(blocks) >= _SAME_SHARE for blocks in likeness)


def better(one: Track, other: Track, likeness: Pair) -> Track:
    """Of two twins the clearly louder one, else the one with clearly more speech found, else the first."""
    gain_db = _usual_gain_db(likeness[1])
    if abs(gain_db) >= _LOUDER_DB:
        return other if gain_db > 0 else one
    mine, its = speech_length_ms(one.speech or ()), speech_length_ms(other.speech or ())
    return other if its > 1.1 * mine else one


def twin_note(one: Track, other: Track, kept: Track) -> str:
    """What a person should know about two twins."""
    pair = f"{one.channel} and {other.channel}"
    return f"channels {pair} hold the same sound: transcribed once, from channel {kept.channel}"


def without_repeats(tracks: Sequence[Track]) -> tuple[list[Track], tuple[str, ...]]:
    """Of three or more tracks those that say something of their own, and a note for each that does not."""
    pairs: dict[tuple[int, int], Pair] = {}
    dropped: dict[int, str] = {}
    for one, other in combinations(tracks, 2):
        likeness = compare_tracks(one, other)
        if likeness is None or {one.channel, other.channel} & dropped.keys():
            continue
        pairs[one.channel, other.channel] = likeness
        if is_twin(likeness):
            kept = better(one, other, likeness)
            dropped[(other if kept is one else one).channel] = twin_note(one, other, kept)
    kept_tracks = [track for track in tracks if track.channel not in dropped]
    for track in sorted(kept_tracks, key=lambda track: -speech_length_ms(track.speech or ())):
        others = [_against(pairs, track, other) for other in kept_tracks if other is not track]
        if _is_mix([blocks for blocks in others if blocks]):
            dropped[track.channel] = f"channel {track.channel} is a mix of others: not sent"
            break
    return [track for track in tracks if track.channel not in dropped], tuple(dropped.values())


def _against(pairs: dict[tuple[int, int], Pair], track: Track, other: Track) -> list[Likeness]:
    if (track.channel, other.channel) in pairs:
        return pairs[track.channel, other.channel][0]
    return pairs[other.channel, track.channel][1] if (other.channel, track.channel) in pairs else []


def _is_mix(others: Sequence[Sequence[Likeness]]) -> bool:
    """Whether at least two other channels, taken together, account for all that this one says."""
    if len(others) < 2:
        return False
    explained = [max(block.explained for block in blocks) for blocks in zip(*others, strict=True)]
    return float(np.mean(np.asarray(explained) >= _SAME_EXPLAINED)) >= _MIX_SHARE


def _share_alike(blocks: Sequence[Likeness]) -> float:
    usual = _usual_gain_db(blocks)
    alike = [
        block.explained >= _SAME_EXPLAINED and abs(block.gain_db - usual) <= _SAME_GAIN_DB for block in blocks
    ]
    weights = [block.piece.end - block.piece.start for block in blocks]
    return float(np.average(alike, weights=weights))


def _usual_gain_db(blocks: Sequence[Likeness]) -> float:
    return float(np.median([block.gain_db for block in blocks]))
