"""From settings to an engine that is ready to work."""

from __future__ import annotations

import asyncio
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from tasks.answers import AnswerStore, KeptJobs
from tasks.engines import local
from tasks.engines.client import open_client
from tasks.engines.contract import EngineOptions
from tasks.engines.errand import Patience
from tasks.engines.pace import Pace
from tasks.engines.registry import HOSTED, engine_named
from tasks.errors import SettingsError
from tasks.transcribe import Transcriber

if TYPE_CHECKING:
    import httpx
    from faster_whisper import WhisperModel

    from tasks.engines.contract import HostedEngine
    from tasks.settings import Settings


def open_transcriber(settings: Settings, store: AnswerStore) -> Transcriber:
    """The engine that the settings name; SettingsError if it, its key or its region is not there."""
    engine = engine_named(settings.engine)
    return (
        _here(settings, store)
        if engine.CAPABILITIES.runs_here
        else _hosted(HOSTED[engine.NAME], settings, store)
    )


def _hosted(engine: HostedEngine, settings: Settings, store: AnswerStore) -> Transcriber:
    key = settings.key_named(engine.KEY_NAME)
    if key is None and settings.engine_url is None:
        raise SettingsError(f"{engine.NAME} needs a key: set {engine.KEY_NAME}")
    options = EngineOptions(
        model=settings.model or engine.DEFAULT_MODEL,
        language=settings.language,
        keyterms=_terms(settings),
        diarization=settings.diarization,
        formatting=settings.formatting,
        retention_opt_out=settings.retention_opt_out,
    )
    capabilities = engine.CAPABILITIES.of(options.model)
    at_once = min(settings.requests_at_once, capabilities.requests_at_once or settings.requests_at_once)

    @lru_cache(maxsize=1)
    def client() -> httpx.AsyncClient:
        return open_client(
            engine, key, region=settings.region, base_url=settings.engine_url, connections=at_once
        )

    return Transcriber(
        engine,
        client,
        options,
        store,
        asyncio.Semaphore(at_once),
        jobs=KeptJobs(store),
        patience=Patience(deadline_s=settings.deadline_s),
        pace=Pace(capabilities.requests_per_minute if settings.engine_url is None else None),
    )


def _terms(settings: Settings) -> tuple[str, ...]:
    if settings.keyterms_file is None:
        return ()
    try:
        lines = settings.keyterms_file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the vocabulary file cannot be read ({type(error).__name__})") from None
    return tuple(dict.fromkeys(term for line in lines if (term := line.strip())))


def _here(settings: Settings, store: AnswerStore) -> Transcriber:
    model = local.ModelSettings(
        model=settings.whisper_model,
        device=settings.whisper_device,
        compute_type=settings.whisper_compute_type,
        workers=settings.whisper_workers,
        threads=settings.whisper_threads,
    )
    options = EngineOptions(local.model_name(model), settings.language)
    return Transcriber(local, partial(_loaded, model), options, store, asyncio.Semaphore(model.workers))


@lru_cache(maxsize=1)
def _loaded(model: local.ModelSettings) -> WhisperModel:
    """One model per process."""
    return local.open_client(model)
