"""From settings to engines that are ready to work."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from flows.shared_limits import pace, slots
from tasks.answers import AnswerStore, KeptJobs
from tasks.engines import local
from tasks.engines.client import open_client
from tasks.engines.contract import EngineOptions
from tasks.engines.errand import Patience
from tasks.engines.options import check_options
from tasks.engines.ready import ReadyEngine
from tasks.engines.registry import HOSTED, Choice, choices
from tasks.errors import SettingsError
from tasks.spending import Budget
from tasks.transcribe import Transcriber

if TYPE_CHECKING:
    import httpx
    from faster_whisper import WhisperModel

    from tasks.engines.contract import HostedEngine
    from tasks.settings import Settings


def open_transcriber(
    settings: Settings,
    store: AnswerStore,
    *,
    month_before_usd: float = 0.0,
    shared: bool = False,
    keys_needed: bool = True,
) -> Transcriber:
    """The engines that the settings name, in their order.

    `month_before_usd` was spent in this month before; `shared`: other processes use the same limits, by
    Prefect's server; `keys_needed`: False where nothing will be sent.

    Raises:
        SettingsError: one is not there, or its key or region; or it cannot do what is asked of it.
    """
    chosen = choices(settings.engine)
    urls = addresses(settings, chosen)
    engines = []
    for place, choice in enumerate(chosen):
        if choice.engine.CAPABILITIES.runs_here:
            engines.append(_here(settings))
            continue
        model, hosted = choice.model or (settings.model if place == 0 else None), HOSTED[choice.engine.NAME]
        wanted = _Wanted(
            settings,
            model,
            urls.get(hosted.NAME),
            shared=shared,
            key_needed=keys_needed,
            is_last=place == len(chosen) - 1,
        )
        engines.append(_hosted(hosted, wanted, store))
    textual = [ready for ready in engines if not ready.capabilities.word_times]
    clock = _here(settings, with_wishes=False) if textual and settings.word_times == "local" else None
    budget = Budget(settings.max_usd_per_run, settings.max_usd_per_month, month_before_usd)
    link_valid_s = settings.link_valid_s if settings.send_links else None
    return Transcriber(tuple(engines), store, budget, clock, link_valid_s)


def model_settings(settings: Settings) -> local.ModelSettings:
    """Which weights the local engine loads, and onto what."""
    return local.ModelSettings(
        model=settings.whisper_model,
        device=settings.whisper_device,
        compute_type=settings.whisper_compute_type,
        workers=settings.whisper_workers,
        threads=settings.whisper_threads,
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What shapes one hosted engine."""

    settings: Settings
    model: str | None
    url: str | None
    shared: bool
    key_needed: bool
    is_last: bool
    """No other engine helps out, so that this one is waited for."""


def _hosted(engine: HostedEngine, wanted: _Wanted, store: AnswerStore) -> ReadyEngine:
    settings = wanted.settings
    key = settings.key_named(engine.KEY_NAME)
    if key is None and wanted.url is None and wanted.key_needed:
        raise SettingsError(f"{engine.NAME} needs a key: set {engine.KEY_NAME}")
    options = _options(settings, wanted.model or engine.DEFAULT_MODEL)
    capabilities = engine.CAPABILITIES.of(options.model)
    also = {"deletion": settings.vendor_deletion, "hosted_url": settings.send_links}
    wishes = [ability for ability, wished in also.items() if wished]
    check_options(engine.NAME, capabilities, options, also=wishes)
    at_once = min(settings.requests_at_once, capabilities.requests_at_once or settings.requests_at_once)
    per_minute = capabilities.requests_per_minute if wanted.url is None else None

    @lru_cache(maxsize=1)
    def client() -> httpx.AsyncClient:
        return open_client(engine, key, region=settings.region, base_url=wanted.url, connections=at_once)

    return ReadyEngine(
        engine,
        client,
        options,
        slots(engine.NAME, at_once, shared=wanted.shared),
        at_once,
        jobs=KeptJobs(store, engine.NAME),
        patience=Patience(
            deadline_s=settings.deadline_s, outage_s=settings.outage_s if wanted.is_last else 0.0
        ),
        pace=pace(engine.NAME, per_minute, shared=wanted.shared),
        erases=settings.vendor_deletion,
    )


def _here(settings: Settings, *, with_wishes: bool = True) -> ReadyEngine:
    """The local engine; without the wishes for its text it is good for word times."""
    model = model_settings(settings)
    options = EngineOptions(local.model_name(model), settings.language)
    if with_wishes:
        options = _options(settings, options.model)
        check_options(local.NAME, local.CAPABILITIES, options)
    room = asyncio.Semaphore(model.workers)
    return ReadyEngine(local, partial(_loaded, model), options, lambda: room, model.workers)


def _options(settings: Settings, model: str) -> EngineOptions:
    return EngineOptions(
        model=model,
        language=settings.language,
        keyterms=vocabulary(settings),
        diarization=settings.diarization,
        formatting=settings.formatting,
        retention_opt_out=settings.retention_opt_out,
    )


def vocabulary(settings: Settings) -> tuple[str, ...]:
    """The terms of the vocabulary file, none without one; SettingsError if it cannot be read."""
    if settings.keyterms_file is None:
        return ()
    try:
        lines = settings.keyterms_file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the vocabulary file cannot be read ({type(error).__name__})") from None
    return tuple(dict.fromkeys(term for line in lines if (term := line.strip())))


def addresses(settings: Settings, chosen: list[Choice]) -> dict[str, str]:
    """Base URLs by engine; a single one is the first hosted engine's."""
    text = settings.engine_url or ""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    named = {name.strip(): url.strip() for name, _, url in pairs if name.strip() in HOSTED}
    if named or not pairs:
        return named
    hosted = [choice.engine.NAME for choice in chosen if choice.engine.NAME in HOSTED]
    return {hosted[0]: text.strip()} if hosted else {}


@lru_cache(maxsize=4)
def _loaded(model: local.ModelSettings) -> WhisperModel:
    """Each model once per process; a comparison may take turns with several."""
    return local.open_client(model)
