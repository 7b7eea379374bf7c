"""The engines of a comparison, each opened for itself; or their stand-in on this machine."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from flows.engines import model_settings, open_transcriber
from tasks.answers import AnswerStore
from tasks.compare.result import Contender
from tasks.engines.registry import HOSTED, Choice, choices
from tasks.errors import SettingsError
from tasks.files.local import LocalFiles
from tasks.settings import Settings
from tasks.spending import Budget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tasks.stand_in import StandIn
    from tasks.transcribe import Transcriber


@dataclass(frozen=True, slots=True)
class Entrant:
    """An engine that takes part, ready to work."""

    contender: Contender
    transcriber: Transcriber
    played: bool
    """By the stand-in: nothing it says or costs is to be kept."""


@contextmanager
def open_entrants(
    engines: str, settings: Settings, store: AnswerStore, budget: Budget, *, stand_in: bool
) -> Iterator[list[Entrant]]:
    """The engines by name, as "deepgram,openai:whisper-1,local". They share what may be spent.

    What the stand-in answers goes into a store of its own that is gone in the end: nobody may ever take it
    for a vendor's answer.

    Raises:
        SettingsError: an engine is not there, or its key; or two are the same engine and model.
    """
    chosen = choices(engines)
    with ExitStack() as stack:
        playing = stack.enter_context(_stand_in(settings)) if stand_in else None
        passing = store
        if playing:
            folder = stack.enter_context(TemporaryDirectory(prefix="callarchive-"))
            passing, budget = AnswerStore(LocalFiles(Path(folder)), store.keyring), Budget()
        entrants = []
        for place, choice in enumerate(chosen):
            hosted = choice.engine.NAME in HOSTED
            own, notes = _settings_for(choice, settings, first=_is_first_hosted(chosen, place))
            if playing and hosted:
                own = _played(choice.engine.NAME, own, playing)
            transcriber = open_transcriber(own, passing if hosted else store)
            transcriber = replace(transcriber, budget=budget)
            entrants.append(_entrant(choice, transcriber, notes, played=bool(playing) and hosted))
        _refuse_twins(entrants)
        yield entrants


def _entrant(choice: Choice, transcriber: Transcriber, notes: tuple[str, ...], *, played: bool) -> Entrant:
    ready = transcriber.engines[0]
    name = f"{choice.engine.NAME}:{choice.model}" if choice.model else choice.engine.NAME
    contender = Contender(name, ready.engine.NAME, ready.options.model, ready.capabilities, notes)
    return Entrant(contender, transcriber, played)


def _settings_for(choice: Choice, settings: Settings, *, first: bool) -> tuple[Settings, tuple[str, ...]]:
    """Settings for one engine alone, and what had to be left away for it."""
    own: dict[str, Any] = {"engine": choice.engine.NAME, "model": choice.model, "outage_s": 0.0}
    notes = []
    if choice.engine.CAPABILITIES.runs_here:
        own["whisper_model"] = choice.model or settings.whisper_model
    model = choice.model or choice.engine.DEFAULT_MODEL
    if settings.keyterms_file and "keyterms" not in choice.engine.CAPABILITIES.of(model).abilities:
        own["keyterms_file"] = None
        notes.append("takes no vocabulary, so it was not given one")
    if "=" not in (settings.engine_url or "") and not first:
        own["engine_url"] = None
    return settings.model_copy(update=own), tuple(notes)


def _is_first_hosted(chosen: list[Choice], place: int) -> bool:
    """Whether an address without an engine's name is meant for this one."""
    return place == next((at for at, one in enumerate(chosen) if one.engine.NAME in HOSTED), None)


class _Played(Settings):
    """Settings for a hosted engine that the stand-in plays: it must not see the vendor's key."""

    stand_in_key: str

    def key_named(self, _: str) -> str:
        return self.stand_in_key


def _played(name: str, settings: Settings, stand_in: StandIn) -> Settings:
    address = f"{name}={stand_in.base_url(name)}"
    here = {"engine_url": address, "region": None, "send_links": False, "stand_in_key": stand_in.key}
    return _Played.model_construct(**dict(settings) | here)


def _stand_in(settings: Settings) -> StandIn:
    from tasks.stand_in import Desk, StandIn, local_model  # noqa: PLC0415  (a server that others do not need)

    return StandIn(Desk(hear=local_model(model_settings(settings), settings.language)))


def _refuse_twins(entrants: list[Entrant]) -> None:
    seen: set[tuple[str, str]] = set()
    for entrant in entrants:
        pair = entrant.contender.engine, entrant.contender.model
        if pair in seen:
            raise SettingsError(f"{entrant.contender.name} is in the comparison twice")
        seen.add(pair)
