"""Step: a recording's redacted copy, written into the lake's own folder before the call lands."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from tasks.audio.mute import CopyOrder
from tasks.audio.redacted_copy import write_redacted_copy
from tasks.errors import CheckFailed
from tasks.lake.whole_file import whole_or_gone
from tasks.redact.mute_spans import FADE_MS, Sound, mute_spans, muted_ms
from tasks.schemas import SoundCopy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from tasks.audio.ffmpeg import Form
    from tasks.audio.limits import AudioLimits
    from tasks.schemas import Conversation, Finding

_BLOCK_BYTES: Final = 1 << 20
_ENDINGS: Final = {"flac": "flac", "opus": "ogg"}


@dataclass(frozen=True, slots=True)
class Copying:
    """Where redacted copies go, and how they are made."""

    root: Path
    """The lake's folder; copies lie in `audio` below it."""
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
    folder = copying.root / "audio" / str(original.call_date or "undated")
    name = hashlib.sha256(f"{run_id}\n{original.sha256}".encode()).hexdigest()[:32]
    path = folder / f"{name}.{_ENDINGS[copying.form]}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with original.path.open("rb") as sound, whole_or_gone(path) as target:
            if _digest(sound) != original.sha256:
                raise CheckFailed("the file is not the recording any more that was listed; run again")
            order = CopyOrder(spans, FADE_MS, copying.tone, copying.form)
            write_redacted_copy(sound, original.path, order, copying.limits, target)
            sha256 = _digest(target)
    except OSError as error:
        raise CheckFailed(f"the redacted sound cannot be written: {error.strerror}") from None
    relative = path.relative_to(copying.root).as_posix()
    return SoundCopy(relative, sha256, muted_ms(spans.values(), original.sound.duration_ms))


def discard(copy: SoundCopy, copying: Copying) -> None:
    """Remove a copy whose call does not land after all."""
    (copying.root / copy.path).unlink(missing_ok=True)


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(_BLOCK_BYTES):
        digest.update(block)
    return digest.hexdigest()
