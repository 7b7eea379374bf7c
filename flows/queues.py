"""A recipe per queue: its language, engine and model, where they are not the settings' own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import yaml
from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from tasks.engines.options import check_options
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tasks.engines.ready import ReadyEngine
    from tasks.transcribe import Transcriber


_ENGLISH_ONLY: Final = ".en"
"""How Whisper's models are called that know no other language."""


class QueueRecipe(BaseModel):
    """What a queue's calls are heard with; what is left out is as for all others."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    language: str | None = None
    """A language code, or null where the engine is to find it out."""
    engine: str | None = None
    """One of the engines that CALLARCHIVE_ENGINE names; it is asked first."""
    model: str | None = None
    """A model of that engine."""


class _File(RootModel[dict[str, QueueRecipe]]):
    """Recipes by queue."""


def load_queues(path: Path | None) -> Mapping[str, QueueRecipe]:
    """The recipes of a YAML file; none without one.

    Raises:
        SettingsError: it cannot be read, or says something that is none; the message names the line.
    """
    if path is None:
        return {}
    try:
        return _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {}).root
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}; see CALLARCHIVE_QUEUES") from None
    except (yaml.YAMLError, UnicodeError):
        raise SettingsError(f"{path} is no YAML; see CALLARCHIVE_QUEUES") from None
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise SettingsError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def transcribers_of(transcriber: Transcriber, queues: Mapping[str, QueueRecipe]) -> dict[str, Transcriber]:
    """A transcriber for each queue that has a recipe: the same clients, limits, store and budget.

    Raises:
        SettingsError: a recipe names an engine that is not among them, or asks for what it cannot do.
    """
    return {queue: _with_recipe(transcriber, queue, recipe) for queue, recipe in queues.items()}


def _with_recipe(transcriber: Transcriber, queue: str, recipe: QueueRecipe) -> Transcriber:
    named = recipe.engine or transcriber.engines[0].engine.NAME
    order = sorted(transcriber.engines, key=lambda ready: named != ready.engine.NAME)
    if named != order[0].engine.NAME:
        raise SettingsError(f"the recipe of {queue!r} names {named}; name it in CALLARCHIVE_ENGINE, too")
    first = _as_asked(order[0], recipe, recipe.model)
    others = [helper for ready in order[1:] if (helper := _if_able(ready, recipe))]
    return replace(transcriber, engines=(first, *others))


def _if_able(ready: ReadyEngine, recipe: QueueRecipe) -> ReadyEngine | None:
    """An engine that helps out, unless it cannot hear such calls."""
    try:
        return _as_asked(ready, recipe, None)
    except SettingsError:
        return None


def _as_asked(ready: ReadyEngine, recipe: QueueRecipe, model: str | None) -> ReadyEngine:
    here, options = ready.capabilities.runs_here, ready.options
    if "language" in recipe.model_fields_set:
        options = replace(options, language=recipe.language)
    if here and model:
        raise SettingsError("a queue has no local model of its own: CALLARCHIVE_WHISPER_MODEL is for all")
    if here and options.model.endswith(_ENGLISH_ONLY) and options.language not in (None, "en"):
        raise SettingsError(
            f"{options.model} hears English; CALLARCHIVE_WHISPER_MODEL can name another model"
        )
    options = replace(options, model=model or options.model)
    check_options(ready.engine.NAME, ready.engine.CAPABILITIES.of(options.model), options)
    return replace(ready, options=options)
