"""Settings: from the environment and `.env`, read once, frozen. `callarchive doctor` shows them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

import platformdirs
from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tasks.errors import SettingsError


def _default_key_file() -> Path:
    return platformdirs.user_config_path("callarchive") / "keys.json"


class Settings(BaseSettings):
    """Every setting, with its default. The environment's name is CALLARCHIVE_ and the field in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="CALLARCHIVE_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    lake: str = Field(
        "lake",
        description="the lake: a folder, or s3://bucket/prefix?catalog=postgresql://user@host/database",
    )
    key_file: Path = Field(
        default_factory=_default_key_file, description="keys, made on first use, mode 0600"
    )

    engine: str = Field(
        "local",
        description="the engine that transcribes; or several, separated by commas: the next one helps out",
    )
    language: str | None = Field("en", description="spoken language, or empty to let the engine decide")
    model: str | None = Field(None, description="a model of the first engine; empty: the engine's own choice")
    engine_url: str | None = Field(
        None, description="another server of an engine's format: an address, or name=address,name=address"
    )
    region: str | None = Field(None, description="where the engine must work: eu, us ...; empty: its default")
    requests_at_once: int = Field(8, ge=1, description="requests in flight to a hosted engine")
    deadline_s: float = Field(900, gt=0, description="longest time for one chunk, retries included")
    outage_s: float = Field(
        7200, ge=0, description="how long a run waits for an engine that is out of order before it ends"
    )
    keyterms_file: Path | None = Field(None, description="custom vocabulary, one term a line")
    diarization: bool = Field(default=False, description="tell speakers apart on one channel")
    formatting: bool | None = Field(
        None, description="punctuation and written numbers; empty: as the engine does best"
    )
    retention_opt_out: bool = Field(default=False, description="the vendor keeps nothing for itself")
    send_links: bool = Field(
        default=False, description="let the vendor fetch recordings by signed URL instead of sending sound"
    )
    link_valid_s: int = Field(3600, ge=60, description="how long such a URL works")
    vendor_deletion: bool = Field(
        default=False, description="have the vendor delete what it heard, once it has landed"
    )
    word_times: Literal["local", "spread"] = Field(
        "local",
        description="where an engine gives no word times: from the local engine, or spread by letters",
    )
    quote: bool = Field(default=True, description="work out the price before a run sends anything")
    max_usd_per_run: float | None = Field(None, ge=0, description="a run sends nothing beyond this")
    max_usd_per_month: float | None = Field(
        None, ge=0, description="nothing is sent beyond this in a UTC month"
    )

    whisper_model: str | None = Field(None, description="a bigger Whisper model: a folder or a hub name")
    whisper_device: Literal["cpu", "cuda", "auto"] = "cpu"
    whisper_compute_type: str = "int8"
    whisper_workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, description="chunks transcribed at the same time"
    )
    whisper_threads: int = Field(1, ge=1, description="CPU threads for each chunk")

    min_age_s: float = Field(2.0, ge=0, description="files changed less than this long ago wait")
    file_name_pattern: str | None = Field(
        r"^(?P<started_at>\d{8}T\d{6}Z?)_(?P<agent_id>[^_]+)_(?P<queue>[^_]+)_(?P<call_id>[^_.]+)\.",
        description="regular expression with named groups: call_id, started_at, agent_id, queue ...",
    )
    max_duration_s: float = Field(4 * 3600, gt=0, description="longer recordings are quarantined")
    max_size_bytes: int = Field(2 * 1024**3, gt=0, description="bigger files are quarantined")
    decode_timeout_s: float = Field(600, gt=0, description="wall-clock limit of one decoding")
    accept_truncated: bool = Field(default=False, description="land what is there of a truncated recording")
    ffmpeg: Path | None = Field(None, description="an ffmpeg to use instead of the bundled one")

    redaction_profile: Literal["pci", "hipaa", "gdpr", "numbers", "all"] = "all"
    redaction_rules: Path | None = Field(None, description="a YAML file instead of the bundled rules")
    redaction_mode: Literal["label", "numbered", "pseudonym", "reversible", "delete_only"] | None = Field(
        None, description="how findings are written; empty: as the rules say. Secrets are always deleted"
    )
    redacted_audio: Literal["flac", "opus", "none"] = Field(
        "flac", description="the muted copy of each recording in the lake; none: no sound is kept"
    )
    redacted_audio_tone: bool = Field(default=False, description="a soft tone where sound is muted")
    redacted_audio_padding_ms: int = Field(
        200, ge=150, le=2_000, description="muted before and after what is muted"
    )

    batch_size: int = Field(32, ge=1, description="recordings landed together")
    lease_s: float = Field(
        120, ge=1, description="others take a batch over when its worker has been silent for so long"
    )
    attempts: int = Field(
        3, ge=1, description="a recording over which so many processes have died is quarantined"
    )
    grace_s: float = Field(
        25, ge=0, description="how long a process that is told to stop (SIGTERM) may still finish recordings"
    )
    compact_above: int = Field(
        16, ge=0, description="an ingest ends by merging the files of a day that has more than this; 0: never"
    )
    keep_versions_hours: float = Field(
        24, ge=0, description="how long questions may run on a version of the lake that was replaced"
    )
    recordings_at_once: int = Field(4, ge=1, description="recordings held in memory at the same time")
    low_confidence: float = Field(0.5, ge=0, le=1, description="words below this count as doubtful")

    queues: Path | None = Field(
        None, description="a YAML file: the language, engine and model of queues that have their own"
    )
    answers_of: str | None = Field(
        None, description="another lake whose answers are used and kept: a recipe is tried beside it"
    )
    max_hours_per_run: float | None = Field(
        None, gt=0, description="a run begins nothing after so many hours; the rest waits for the next one"
    )
    log_format: Literal["bars", "json"] = Field(
        "bars", description="how a run tells its progress: bars on a terminal, or a JSON object a line"
    )
    alerts: Path | None = Field(None, description="a YAML file of thresholds instead of the bundled one")
    alert_webhook: SecretStr | None = Field(
        None, description="where alerts are posted as JSON, also at the end of each night"
    )

    review_claim_minutes: int = Field(10, ge=1, description="how long an item stays with who took it")
    review_file: Path | None = Field(
        None, description="the review desk; empty: review.sqlite in the lake's folder"
    )
    review_proxy_address: str | None = Field(
        None,
        description="the reverse proxy in front of the review app: IP addresses or networks, with commas",
    )
    review_proxy_header: str | None = Field(
        None, description="the header in which that proxy names who has signed in; empty: passwords here"
    )
    review_public_url: str | None = Field(
        None, description="how browsers reach the review app through a proxy: https://review.example.com"
    )
    review_sample_share: float = Field(
        0.01, ge=0, le=1, description="share of sure redactions and of untouched turns that people check"
    )
    review_second_share: float = Field(
        0.1, ge=0, le=1, description="share of items that a second person decides, too"
    )
    review_session_minutes: int = Field(
        30, ge=1, le=720, description="a sign-in ends when nothing was done for so long"
    )
    review_unmask_minutes: int = Field(
        5, ge=1, le=60, description="how long an unmasked value stays on the screen"
    )

    def key_named(self, name: str) -> str | None:
        """A vendor's key by its usual name (DEEPGRAM_API_KEY ...), if it is set; it is never kept in here."""
        return os.environ.get(name) or dotenv_values(".env").get(name) or None

    @field_validator("file_name_pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error.msg} at position {error.pos}") from None
        return pattern


def load_settings(**given: object) -> Settings:
    """Settings from the environment and `.env`, with `given` (not None) on top.

    Raises:
        SettingsError: a value has the wrong type or range; the message names the variable, not the value.
    """
    _share_standard_variables()
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        problems = "; ".join(
            f"CALLARCHIVE_{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}"
            for item in error.errors(include_input=False)
        )
        raise SettingsError(f"wrong settings: {problems}") from None


def _share_standard_variables() -> None:
    """Let `.env` hold AWS's and PostgreSQL's own variables too: their libraries read the environment only."""
    for name, value in dotenv_values(".env").items():
        if value and name.startswith(("AWS_", "PG")):
            os.environ.setdefault(name, value)
