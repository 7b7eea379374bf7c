from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from flows.engines import open_transcriber
from tasks.answers import AnswerStore
from tasks.engines.registry import HOSTED, choices
from tasks.errors import SettingsError
from tasks.files.local import LocalFiles
from tasks.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.keys import Keyring
    from tasks.transcribe import Transcriber


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for engine in HOSTED.values():
        monkeypatch.setenv(engine.KEY_NAME, "k")


def _opened(tmp_path: Path, keyring: Keyring, **settings: Any) -> Transcriber:
    store = AnswerStore(LocalFiles(tmp_path / "answers"), keyring)
    return open_transcriber(Settings(_env_file=None, **settings), store)  # type: ignore[call-arg]  # pydantic's own argument


def test_engines_are_named_in_order_and_with_models() -> None:
    named = choices(" deepgram , openai:whisper-1,local")
    assert [(choice.engine.NAME, choice.model) for choice in named] == [
        ("deepgram", None),
        ("openai", "whisper-1"),
        ("local", None),
    ]


@pytest.mark.parametrize("text", ["", " , ", "nosuch", "local,local", "openai:a,openai:a"])
def test_a_wrong_choice_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        choices(text)


def test_the_model_setting_is_the_first_engines(tmp_path: Path, keyring: Keyring) -> None:
    opened = _opened(
        tmp_path,
        keyring,
        engine="deepgram,cartesia",
        model="nova-2",
    )
    assert [ready.options.model for ready in opened.engines] == ["nova-2", "ink-whisper"]


def test_a_hosted_engine_needs_its_key(
    tmp_path: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEEPGRAM_API_KEY")
    with pytest.raises(SettingsError, match="DEEPGRAM_API_KEY"):
        _opened(tmp_path, keyring, engine="local,deepgram")


@pytest.mark.parametrize(
    ("engine", "wish", "said"),
    [
        ("local", {"diarization": True}, "cannot tell speakers apart"),
        ("cartesia", {"diarization": True}, "cannot tell speakers apart"),
        ("local", {"formatting": False}, "cannot be switched off"),
        ("deepgram", {"vendor_deletion": True}, "cannot delete"),
        ("assemblyai", {"retention_opt_out": True}, "keep nothing"),
    ],
)
def test_what_an_engine_cannot_do_is_refused_before_anything_is_sent(
    tmp_path: Path, keyring: Keyring, engine: str, wish: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        _opened(tmp_path, keyring, engine=engine, **wish)


def test_one_address_is_the_first_hosted_engines(tmp_path: Path, keyring: Keyring) -> None:
    opened = _opened(tmp_path, keyring, engine="local,openai", engine_url="http://127.0.0.1:9/v1")
    assert str(opened.engines[1].client().base_url) == "http://127.0.0.1:9/v1/"


def test_addresses_may_be_given_by_name(tmp_path: Path, keyring: Keyring) -> None:
    opened = _opened(
        tmp_path,
        keyring,
        engine="pulse,openai",
        engine_url="openai=http://127.0.0.1:9/v1,pulse=http://127.0.0.1:8",
    )
    assert [ready.client().base_url.port for ready in opened.engines] == [8, 9]


def test_only_engines_without_word_times_need_a_clock(tmp_path: Path, keyring: Keyring) -> None:
    text = {"engine": "openai:gpt-4o-transcribe"}
    clock = _opened(tmp_path, keyring, **text).clock
    assert clock is not None
    assert clock.engine.NAME == "local"
    assert _opened(tmp_path, keyring, **text, word_times="spread").clock is None
    assert _opened(tmp_path, keyring, engine="local").clock is None


def test_the_vocabulary_reaches_every_engine(tmp_path: Path, keyring: Keyring) -> None:
    terms = tmp_path / "terms.txt"
    terms.write_text("Harper Valley\n\nescrow\nescrow\n")
    opened = _opened(tmp_path, keyring, engine="deepgram,local", keyterms_file=terms)
    assert {ready.options.keyterms for ready in opened.engines} == {("Harper Valley", "escrow")}
