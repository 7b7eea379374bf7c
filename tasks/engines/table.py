"""What each engine can do, side by side, as Markdown: one column an engine, made from CAPABILITIES."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tasks.engines.registry import ENGINES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tasks.engines.contract import Ability, Capabilities

_CONFIDENCE: Final = {
    "probability": "of each word",
    "log_probability": "of each word, from its log-probability",
    "segment_log_probability": "of its segment, from the log-probability",
    None: "none",
}
_CODE_CHARS: Final = 3


def as_markdown() -> str:
    """Two tables: the engines with their usual models, and the models that differ from those."""
    usual = {name: engine.CAPABILITIES.of(engine.DEFAULT_MODEL) for name, engine in ENGINES.items()}
    rows = [[what, *(tell(one) for one in usual.values())] for what, tell in _ROWS.items()]
    models = [f"`{engine.DEFAULT_MODEL.replace(',', '`, `')}`" for engine in ENGINES.values()]
    engines = _table(["", *(f"`{name}`" for name in usual)], [["model", *models], *rows])
    others = _table(["other model", *_OTHERS], list(_other_models()))
    return f"{engines}\n\n{others}\n"


def _channels(one: Capabilities) -> str:
    if one.channels_per_request == 1:
        return "1"
    return f"{one.channels_per_request}, {'each billed' if one.bills_per_channel else 'billed once'}"


def _languages(one: Capabilities) -> str:
    codes = [name for name in one.languages if len(name) <= _CODE_CHARS]
    others = [name for name in one.languages if len(name) > _CODE_CHARS]
    return ", ".join([str(len(codes)) if len(codes) > 1 else codes[0], *others]).replace(", and", " and")


def _longest(one: Capabilities) -> str:
    limits = []
    if one.request_max_s is not None:
        hours, minutes = divmod(one.request_max_s / 60, 60)
        limits.append(f"{hours:g} h" if not minutes else f"{one.request_max_s / 60:.0f} min")
    if one.max_upload_bytes is not None:
        size = one.max_upload_bytes / 1024**2
        limits.append(f"{size:.0f} MiB" if size < 1024 else f"{size / 1024:.0f} GiB")
    return ", ".join(limits) or "no limit"


def _at_once(one: Capabilities) -> str:
    limits = []
    if one.requests_at_once is not None:
        limits.append(f"{one.requests_at_once} at once")
    if one.requests_per_minute is not None:
        limits.append(f"{one.requests_per_minute} a minute")
    return ", ".join(limits) or ("as cores allow" if one.runs_here else "not stated")


def _price(one: Capabilities) -> str:
    if not one.usd_per_audio_hour:
        return one.price_source
    extras = [f"+{usd:g} {ability}" for ability, usd in one.surcharges_usd_per_hour.items()]
    if one.billing_step_s:
        extras.append(f"in steps of {one.billing_step_s:g} s")
    return "; ".join([f"{one.usd_per_audio_hour:g} ({one.price_date})", *extras])


def _keyterms(one: Capabilities) -> str:
    if "keyterms" not in one.abilities:
        return "no"
    return f"up to {one.keyterms_max}" if one.keyterms_max else "yes"


def _regions(one: Capabilities) -> str:
    if one.runs_here:
        return "here"
    return ", ".join(region for region in one.hosts if region) or "no choice"


def _has(ability: Ability) -> Callable[[Capabilities], str]:
    return lambda one: "yes" if ability in one.abilities else "no"


def _nothing_kept(one: Capabilities) -> str:
    return "nothing leaves" if one.runs_here else _has("retention_opt_out")(one)


def _deleted(one: Capabilities) -> str:
    return "nothing leaves" if one.runs_here else _has("deletion")(one)


_ROWS: Final[dict[str, Callable[[Capabilities], str]]] = {
    "USD for an hour of sound": _price,
    "channels in a request": _channels,
    "word times": lambda one: "stated" if one.word_times else "derived",
    "confidence": lambda one: _CONFIDENCE[one.confidence],
    "languages": _languages,
    "finds out the language": _has("language_detection"),
    "key terms": _keyterms,
    "speakers on one channel": _has("diarization"),
    "formatting off": _has("formatting"),
    "longest request": _longest,
    "requests": _at_once,
    "regions": _regions,
    "keeps nothing if asked": _nothing_kept,
    "deletes if asked": _deleted,
    "fetches from a URL": _has("hosted_url"),
    "answers until": lambda one: str(one.retires_on) if one.retires_on else "no end announced",
}
_OTHERS: Final = (
    "USD for an hour of sound",
    "word times",
    "confidence",
    "key terms",
    "speakers on one channel",
    "answers until",
)


def _other_models() -> Iterator[list[str]]:
    for name, engine in ENGINES.items():
        for model, one in engine.CAPABILITIES.by_model.items():
            if model != engine.DEFAULT_MODEL:
                own = f"`{name}`: " + (f"`{model}`" if model != "*" else "a server of your own")
                yield [own, *(_ROWS[what](one) for what in _OTHERS)]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    cells = list(head)
    lines = [cells, ["---"] * len(cells), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
