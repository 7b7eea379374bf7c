from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from tasks.errors import SettingsError
from tasks.settings import Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path


def test_without_any_setting_everything_has_a_default(tmp_path: Path) -> None:
    settings = load_settings()
    assert (settings.lake, settings.engine, settings.redaction_profile) == ("lake", "local", "all")
    assert settings.key_file.is_relative_to(tmp_path)
    assert settings.whisper_workers >= 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WHISPER_WORKERS", "zero"),
        ("WHISPER_WORKERS", "0"),
        ("WHISPER_DEVICE", "tpu"),
        ("MIN_AGE_S", "-1"),
        ("MAX_DURATION_S", "0"),
        ("MAX_SIZE_BYTES", "10 GB"),
        ("LOW_CONFIDENCE", "1.5"),
        ("BATCH_SIZE", "-7"),
        ("REDACTION_PROFILE", "gpdr"),
        ("ACCEPT_TRUNCATED", "perhaps"),
        ("FILE_NAME_PATTERN", "(unclosed-secret"),
    ],
)
def test_a_wrong_value_is_named_by_its_variable_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CALLARCHIVE_{name}", value)
    with pytest.raises(SettingsError, match=f"CALLARCHIVE_{name}: ") as refused:
        load_settings()
    if len(value) > 3:
        assert value not in str(refused.value)
    assert refused.value.exit_code == 2
    assert refused.value.__suppress_context__


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLARCHIVE_BATCH_SIZE", "none")
    monkeypatch.setenv("CALLARCHIVE_WHISPER_DEVICE", "tpu")
    with pytest.raises(SettingsError, match="BATCH_SIZE") as refused:
        load_settings()
    assert "WHISPER_DEVICE" in str(refused.value)


def test_the_env_file_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(
        "CALLARCHIVE_LAKE=/from/file\nCALLARCHIVE_BATCH_SIZE=5\nSOME_VENDOR_KEY=x\nCALLARCHIVE_UNKNOWN=1\n"
    )
    monkeypatch.setenv("CALLARCHIVE_BATCH_SIZE", "6")
    settings = load_settings()
    assert (settings.lake, settings.batch_size) == ("/from/file", 6)


def test_what_a_command_says_wins_over_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLARCHIVE_LAKE", "/from/environment")
    assert load_settings(lake="/from/command", engine=None).lake == "/from/command"
    assert load_settings(lake=None).lake == "/from/environment"


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLARCHIVE_WHISPER_MODEL", "")
    assert load_settings().whisper_model is None


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        load_settings().lake = "elsewhere"  # type: ignore[misc]  # what is tested


def test_every_setting_is_reached_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "LAKE": "/l", "KEY_FILE": "/k", "LANGUAGE": "de", "WHISPER_MODEL": "/m", "WHISPER_DEVICE": "auto",
        "WHISPER_THREADS": "3", "MIN_AGE_S": "9", "FILE_NAME_PATTERN": "x", "MAX_SIZE_BYTES": "10",
        "DECODE_TIMEOUT_S": "4", "ACCEPT_TRUNCATED": "true", "FFMPEG": "/f", "REDACTION_RULES": "/r",
        "RECORDINGS_AT_ONCE": "2",
    }  # fmt: skip
    plain = load_settings()
    for name, value in given.items():
        monkeypatch.setenv(f"CALLARCHIVE_{name}", value)
    changed = load_settings()
    assert {name for name in Settings.model_fields if getattr(changed, name) != getattr(plain, name)} == {
        name.lower() for name in given
    }


def test_a_vendors_key_is_found_by_the_name_that_people_know(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ACME_API_KEY", "from-the-environment")
    monkeypatch.delenv("OTHER_API_KEY", raising=False)
    (tmp_path / ".env").write_text("ACME_API_KEY=from-the-file\nOTHER_API_KEY=from-the-file\n")
    settings = load_settings()
    assert settings.key_named("ACME_API_KEY") == "from-the-environment"
    assert settings.key_named("OTHER_API_KEY") == "from-the-file"
    assert settings.key_named("THIRD_API_KEY") is None
    assert "from-the" not in repr(settings)


def test_the_file_may_hold_the_variables_of_aws_and_postgresql_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("PGPASSWORD", "AWS_REGION", "UNRELATED"):
        monkeypatch.setenv(name, "put back afterwards")
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_PROFILE", "from-the-environment")
    (tmp_path / ".env").write_text("PGPASSWORD=a\nAWS_REGION=\nAWS_PROFILE=from-the-file\nUNRELATED=b\n")
    load_settings()
    assert (os.environ["PGPASSWORD"], os.environ["AWS_PROFILE"]) == ("a", "from-the-environment")
    assert "AWS_REGION" not in os.environ
    assert "UNRELATED" not in os.environ
