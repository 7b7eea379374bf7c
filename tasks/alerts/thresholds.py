"""The thresholds file: what counts as trouble."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.errors import SettingsError

BUNDLED: Final = Path(__file__).with_name("alerts.yaml")


class Thresholds(BaseModel):
    """Beyond these a person is told. None is not watched."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    night_late_h: float | None = Field(None, gt=0)
    failed_share: float | None = Field(None, ge=0, le=1)
    quarantined_share: float | None = Field(None, ge=0, le=1)
    fallen_back_share: float | None = Field(None, ge=0, le=1)
    least_recordings: int = Field(1, ge=1)
    held_by_redaction: int | None = Field(None, ge=0)
    spent_share: float | None = Field(None, ge=0, le=1)
    confidence_drop: float | None = Field(None, ge=0, le=1)
    unheard_rise: float | None = Field(None, ge=0, le=1)
    least_calls: int = Field(1, ge=1)


def load_thresholds(path: Path | None = None) -> Thresholds:
    """The thresholds of a YAML file, else the bundled ones.

    Raises:
        SettingsError: it cannot be read, or says something that is none; the message names the line.
    """
    try:
        stated = yaml.safe_load((path or BUNDLED).read_text(encoding="utf-8")) or {}
        return Thresholds.model_validate(stated)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}; see CALLARCHIVE_ALERTS") from None
    except (yaml.YAMLError, UnicodeError):
        raise SettingsError(f"{path} is no YAML; copy {BUNDLED}") from None
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg']}"
            for one in error.errors(include_input=False)
        ]
        raise SettingsError(f"{path}: {'; '.join(problems)}") from None
