"""Calls redacted from what was heard, as a night does it, with their sound: for who redacts them again."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import imageio_ffmpeg
import numpy as np
import pyarrow.parquet as pq
import yaml
from finished_calls import finished_call, spoken

from tasks.answers import AnswerStore
from tasks.audio.limits import AudioLimits
from tasks.certificate import certify
from tasks.copy_sound import Copying, Original, copy_sound
from tasks.find_pii import find_pii
from tasks.heard_calls import HeardCalls
from tasks.lake.catalog import reading
from tasks.mark_findings import mark_findings
from tasks.redact.mute_spans import Sound
from tasks.redact.render import render
from tasks.redact.rules import DEFAULT_PATH
from tasks.stitch import build_conversation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pytest
    from numpy.typing import NDArray

    from tasks.keys import Keyring
    from tasks.lake.catalog import Lake
    from tasks.redact.rules import Rules
    from tasks.rows import FinishedCall
    from tasks.schemas import Word

RATE_HZ = 8_000
CVV = "seven three one"
SAID = {
    1: [*spoken("how can i help", 0, 1), *spoken("and the three digits on the back", 6_000, 1)],
    0: [*spoken("this is about zanzibar and my locker marigold", 2_000, 0), *spoken(CVV, 9_000, 0)],
}
"""The bundled rules find nothing in it but the secret."""


def record_noise(path: Path) -> None:
    """Twelve seconds of noise on two channels."""
    sound = np.random.default_rng(1).normal(0, 6_000, (12 * RATE_HZ, 2)).astype("<i2").tobytes()
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "s16le", "-ar", str(RATE_HZ), "-ac", "2"]
    subprocess.run([*command, "-i", "pipe:0", str(path)], input=sound, check=True)


def change_rules(folder: Path, monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    """The bundled rules with these values in place of theirs, for settings that are loaded from now on."""
    path = folder / "rules.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(DEFAULT_PATH.read_text()) | values))
    monkeypatch.setenv("CALLARCHIVE_REDACTION_RULES", str(path))


def heard_call(  # noqa: PLR0913  (a call of such a lake has them all)
    lake: Lake,
    keyring: Keyring,
    rules: Rules,
    sound: Path,
    call_id: str = "call-1",
    *,
    day: int = 2,
    said: Mapping[int, Sequence[Word]] = SAID,
    **fields: Any,
) -> FinishedCall:
    """A call of a day of March with the sound of a file; its copy is written and what was heard is kept."""
    heard = build_conversation({channel: list(side) for channel, side in said.items()})
    findings = find_pii(heard, rules)
    marks = mark_findings(call_id, heard, findings, rules, keyring)
    call = finished_call(
        call_id,
        words=said,
        findings=findings,
        marks=marks,
        conversation=render(heard, findings, [mark.text for mark in marks]),
        started_at=datetime(2026, 3, day, tzinfo=UTC),
        rules_hash=rules.hash,
        **fields,
    )
    sha256 = hashlib.sha256(sound.read_bytes()).hexdigest()
    original = Original(sound, sha256, Sound("two_speakers", 2, 12_000), date(2026, 3, day))
    copy = copy_sound(original, heard, findings, Copying(lake.files, AudioLimits()), call.run_id)
    audio = replace(call.audio, duration_ms=12_000)
    call = replace(call, copy=copy, audio=audio)
    call = replace(call, facts=replace(call.facts, silence_ms=call.facts.silence_ms + 2_000))
    HeardCalls(AnswerStore(lake.heard, keyring)).keep(call.recording.sha256, heard, findings, {})
    return replace(call, certificate=certify(call, "all", keyring))


def ask(lake: Lake, sql: str) -> list[dict[str, Any]]:
    """The rows of a query over the lake's relations."""
    with reading(lake) as connection:
        rows: list[dict[str, Any]] = connection.execute(sql).to_arrow_table().to_pylist()
        return rows


def decoded(lake: Lake, path: str) -> NDArray[np.int16]:
    """The samples of a copy, with a column for each of its two channels."""
    file = str(lake.root / path)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", file, "-f", "s16le", "pipe:1"]
    sound = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(sound, "<i2").reshape(-1, 2)


def everything(lake: Lake) -> str:
    """All that the lake's files say, what is encrypted left out."""
    said = []
    for path in lake.root.rglob("*"):
        if path.suffix == ".parquet":
            said.append(str(pq.read_table(path).to_pylist()))
        elif path.is_file() and "heard" not in path.parts:
            said.append(path.read_bytes().decode("latin-1"))
    return "\n".join(said)
