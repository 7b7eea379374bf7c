from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import answers
from tasks.answers import AnswerStore, answer_key
from tasks.errors import KeyMissing
from tasks.files.local import LocalFiles
from tasks.keys import Keyring

KEY = answer_key(b"sound", "local", "tiny.en", {"language": "en"})
ANSWER = b'{"words": ["four", "two", "six", "three"]}'


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_same_sound_has_the_same_key_whatever_it_is_called() -> None:
    assert answer_key(b"sound", "local", "tiny.en", {"language": "en"}) == KEY
    assert len(KEY) == 64
    assert int(KEY, 16)


@pytest.mark.parametrize(
    "key",
    [
        answer_key(b"sounds", "local", "tiny.en", {"language": "en"}),
        answer_key(b"sound", "other", "tiny.en", {"language": "en"}),
        answer_key(b"sound", "local", "base.en", {"language": "en"}),
        answer_key(b"sound", "local", "tiny.en", {"language": None}),
        answer_key(b"sound", "local", "tiny.en", {"language": "en", "beam": 5}),
        answer_key(b"sound", "localtiny", ".en", {"language": "en"}),
    ],
)
def test_whatever_shapes_an_answer_changes_its_key(key: str) -> None:
    assert key != KEY


def test_the_order_of_options_does_not_change_the_key() -> None:
    one, two = {"language": "en", "beam": 5}, {"beam": 5, "language": "en"}
    assert answer_key(b"", "local", "tiny.en", one) == answer_key(b"", "local", "tiny.en", two)


def test_a_new_answer_format_leaves_old_answers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "ANSWER_FORMAT", answers.ANSWER_FORMAT + 1)
    assert answer_key(b"sound", "local", "tiny.en", {"language": "en"}) != KEY


def test_what_is_kept_comes_back_untouched(store: AnswerStore) -> None:
    assert store.get(KEY) is None
    store.put(KEY, ANSWER)
    assert store.get(KEY) == ANSWER


@given(st.binary(max_size=500))
def test_any_bytes_are_kept(tmp_path_factory: pytest.TempPathFactory, answer: bytes) -> None:
    files = LocalFiles(tmp_path_factory.getbasetemp() / "any answers")
    store = AnswerStore(files, Keyring("0a1b2c3d", {"0a1b2c3d": bytes(32)}))
    store.put(KEY, answer)
    assert store.get(KEY) == answer


def test_keeping_an_answer_again_replaces_it(store: AnswerStore) -> None:
    store.put(KEY, b"first")
    store.put(KEY, ANSWER)
    assert store.get(KEY) == ANSWER


def test_nothing_said_lies_in_the_clear(tmp_path: Path, keyring: Keyring) -> None:
    AnswerStore(LocalFiles(tmp_path / "answers"), keyring).put(KEY, ANSWER)
    (file,) = _files(tmp_path / "answers")
    content = file.read_bytes()
    assert file.name == KEY
    assert not any(word in content for word in (b"four", b"words", ANSWER[:6]))


def test_an_answer_moved_under_another_key_does_not_open(tmp_path: Path, keyring: Keyring) -> None:
    store = AnswerStore(LocalFiles(tmp_path / "answers"), keyring)
    store.put(KEY, ANSWER)
    other = KEY[:2] + "0" * 62
    (tmp_path / "answers" / KEY[:2] / KEY).rename(tmp_path / "answers" / KEY[:2] / other)
    with pytest.raises(KeyMissing):
        store.get(other)


def test_without_its_key_an_answer_is_not_taken_for_missing(tmp_path: Path, keyring: Keyring) -> None:
    AnswerStore(LocalFiles(tmp_path / "answers"), keyring).put(KEY, ANSWER)
    other = Keyring("99999999", {"99999999": bytes(32)})
    with pytest.raises(KeyMissing, match="restore that key file"):
        AnswerStore(LocalFiles(tmp_path / "answers"), other).get(KEY)


@pytest.mark.parametrize("step", ["write_bytes", "replace"])
def test_a_crash_while_keeping_leaves_none_of_it(
    store: AnswerStore, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def crash(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, step, crash)
    with pytest.raises(OSError, match="no space"):
        store.put(KEY, ANSWER)
    assert store.get(KEY) is None


def test_half_an_answer_is_never_seen(store: AnswerStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(KEY, ANSWER)
    whole = Path.write_bytes

    def half(path: Path, content: bytes) -> None:
        whole(path, content[: len(content) // 2])
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OSError, match="no space"):
        store.put(KEY, b"another answer")
    assert store.get(KEY) == ANSWER
    assert store.all_keys() == [KEY]
    store.remove_parts()
    assert [path.name for path in _files(store.files.root)] == [KEY]


@pytest.mark.parametrize("name", ["it's 100% [*] {a}", "ünïcode", "~", "a::b"])
def test_a_folder_with_an_odd_name_works(tmp_path: Path, keyring: Keyring, name: str) -> None:
    store = AnswerStore(LocalFiles(tmp_path / name), keyring)
    store.put(KEY, ANSWER)
    assert store.get(KEY) == ANSWER
    assert (tmp_path / name / KEY[:2] / KEY).exists()
