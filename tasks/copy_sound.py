"""Step: a recording's redacted copy, written into the lake's own folder before the call lands."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from tasks.audio.mute import CopyOrder
from tasks.audio.redacted_copy import write_redacted_copy
from tasks.errors import CheckFailed
from tasks.redact.mute_spans import FADE_MS, Sound, mute_spans, muted_ms
from tasks.schemas import SoundCopy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from tasks.audio.ffmpeg import Form
    from tasks.audio.limits import AudioLimits
    from tasks.files.contract import Files
    from tasks.schemas import Conversation, Finding

_BLOCK_BYTES: Final = 1 << 20
_ENDINGS: Final = {"flac": "flac", "opus": "ogg"}


@dataclass(frozen=True, slots=True)
class Copying:
    """Where redacted copies go, and how they are made."""

    files: Files
    """The lake's; copies lie in `audio` among them."""
    limits: AudioLimits
    form: Form = "flac"
    tone: bool = False
    padding_ms: int = 200


@dataclass(frozen=True, slots=True)
class Original:
    """The sound to copy: where it is, which bytes it must have, and what its channels are."""

    path: Path
    sha256: str
    sound: Sound
    call_date: date | None


def copy_sound(
    original: Original,
    conversation: Conversation,
    findings: Sequence[Finding],
    copying: Copying,
    run_id: str,
) -> SoundCopy:
    """The copy with everything muted that was found, safe on the disk under a name that tells nothing.

    Raises:
        Quarantined: the sound cannot be decoded.
        SettingsError: the form cannot hold so many channels.
        CheckFailed: the file is not the recording any more, or the copy cannot be written.
    """
    spans = mute_spans(conversation, findings, original.sound, copying.padding_ms)
    name = hashlib.sha256(f"{run_id}\n{original.sha256}".encode()).hexdigest()[:32]
    path = f"audio/{original.call_date or 'undated'}/{name}.{_ENDINGS[copying.form]}"
    try:
        with original.path.open("rb") as sound, copying.files.new(path) as target:
            if _digest(sound) != original.sha256:
                raise CheckFailed("the file is not the recording any more that was listed; run again")
            order = CopyOrder(spans, FADE_MS, copying.tone, copying.form)
            write_redacted_copy(sound, original.path, order, copying.limits, target)
            sha256 = _digest(target)
    except OSError as error:
        raise CheckFailed(f"the redacted sound cannot be written: {error.strerror}") from None
    return SoundCopy(path, sha256, muted_ms(spans.values(), original.sound.duration_ms))


def discard(copy: SoundCopy, copying: Copying) -> None:
    """Remove a copy whose call does not land after all."""
    copying.files.remove(copy.path)


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(_BLOCK_BYTES):
        digest.update(block)
    return digest.hexdigest()
