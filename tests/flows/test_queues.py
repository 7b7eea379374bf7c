"""Recipes per queue: languages, engines and models, with the clients, limits and budget of all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hosted import Trial, nonsense

from flows.engines import open_transcriber
from flows.queues import QueueRecipe, load_queues, transcribers_of
from tasks.answers import AnswerStore
from tasks.errors import SettingsError
from tasks.files.local import LocalFiles
from tasks.settings import load_settings
from tasks.stand_in import Desk, StandIn

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import WarmCommandLine

    from tasks.keys import Keyring
    from tasks.transcribe import Transcriber


@pytest.fixture
def transcriber(tmp_path: Path, keyring: Keyring) -> Transcriber:
    store = AnswerStore(LocalFiles(tmp_path / "answers"), keyring)
    return open_transcriber(load_settings(engine="deepgram,local"), store, keys_needed=False)


def test_a_queue_has_its_language_engine_and_model(transcriber: Transcriber) -> None:
    queues = {
        "claims": QueueRecipe(language="es"),
        "sales": QueueRecipe(language=None, model="nova-2"),
        "night": QueueRecipe(engine="local"),
    }
    own = transcribers_of(transcriber, queues)
    (spanish,) = own["claims"].engines  # the bundled local model hears English, and cannot help out
    assert spanish.options.language == "es"
    assert own["sales"].engines[0].options.language is None
    assert own["sales"].engines[0].options.model == "nova-2"
    assert [ready.engine.NAME for ready in own["night"].engines] == ["local", "deepgram"]
    assert own["night"].engines[0].options == transcriber.engines[1].options
    for one in own.values():
        assert (one.store, one.budget) == (transcriber.store, transcriber.budget)
        assert {ready.slot for ready in one.engines} <= {ready.slot for ready in transcriber.engines}


@pytest.mark.parametrize(
    ("recipe", "says"),
    [
        (QueueRecipe(engine="pulse"), "CALLARCHIVE_ENGINE"),
        (QueueRecipe(engine="local", model="base"), "CALLARCHIVE_WHISPER_MODEL"),
        (QueueRecipe(engine="local", language="es"), "hears English"),
    ],
)
def test_what_an_engine_cannot_do_is_refused(
    transcriber: Transcriber, recipe: QueueRecipe, says: str
) -> None:
    with pytest.raises(SettingsError, match=says):
        transcribers_of(transcriber, {"claims": recipe})


def test_a_language_that_an_engine_cannot_find_out_is_refused(tmp_path: Path, keyring: Keyring) -> None:
    store = AnswerStore(LocalFiles(tmp_path / "answers"), keyring)
    cartesia = open_transcriber(load_settings(engine="cartesia"), store, keys_needed=False)
    with pytest.raises(SettingsError, match="language"):
        transcribers_of(cartesia, {"claims": QueueRecipe(language=None)})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("claims: {langauge: es}", "langauge"),
        ("claims: es", "claims"),
        ("a: [", "no YAML"),
        (None, "cannot be read"),
    ],
)
def test_a_wrong_file_is_refused_with_the_line(text: str | None, says: str, tmp_path: Path) -> None:
    path = tmp_path / "queues.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match=says):
        load_queues(path)


def test_a_call_is_asked_for_in_its_queues_language(
    warm: WarmCommandLine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("queues")
    (folder / "queues.yaml").write_text("billing: {language: es}\n")
    with StandIn(Desk(hear=nonsense)) as stand_in:
        trial = Trial(warm, stand_in, folder)
        said = trial.ingest(trial.archive("one"), "deepgram", CALLARCHIVE_QUEUES=str(folder / "queues.yaml"))
        assert said.code == 0, said.err
        asked = stand_in.desk.requests("deepgram")
        assert asked
        assert all("language=es" in request.query for request in asked)
        assert {row["language"] for row in trial.ask("select language from calls")} == {"es"}
