"""Files of a lake beside its tables, in a folder or a bucket: whole or not there, and read in parts."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from finished_calls import finished_call

from tasks.answers import AnswerStore
from tasks.errors import KeyMissing
from tasks.heard_calls import HeardCalls
from tasks.keys import Keyring

if TYPE_CHECKING:
    from tasks.lake.catalog import Lake


def test_what_engines_said_and_what_was_heard_is_kept_in_the_bucket(
    distributed: Lake, keyring: Keyring
) -> None:
    store = AnswerStore(distributed.answers, keyring)
    key, content = "ab" + "0" * 62, b"four two six three" * 500_000
    assert store.get(key) is None
    assert store.all_keys() == []
    store.put(key, b"first")
    store.put(key, content)
    assert store.get(key) == content
    assert store.has(key)
    assert store.all_keys() == [key]
    assert b"four two" not in (distributed.answers.read(f"ab/{key}") or b"")
    with pytest.raises(KeyMissing):
        AnswerStore(distributed.answers, Keyring("99999999", {"99999999": bytes(32)})).get(key)
    store.forget(key)
    store.forget(key)
    assert not store.has(key)
    call = finished_call()
    heard = HeardCalls(AnswerStore(distributed.heard, keyring))
    heard.keep("c" * 64, call.conversation, (), {0: [(0, 100)]})
    kept = heard.get("c" * 64)
    assert kept is not None
    assert kept.conversation == call.conversation


def test_a_file_is_in_the_bucket_when_it_is_whole_and_never_before(distributed: Lake) -> None:
    with suppress(MemoryError), distributed.files.new("audio/one.flac") as file:
        file.write(b"half")
        raise MemoryError
    assert distributed.audio.paths() == []
    with distributed.files.new("audio/2026-03-02/one.flac") as file:
        file.write(b"sound")
        file.seek(0)
        assert file.read() == b"sound"
        assert distributed.audio.paths() == []
    assert distributed.audio.paths() == ["2026-03-02/one.flac"]
    with distributed.files.here("audio/2026-03-02/one.flac") as path:
        assert (path.read_bytes(), path.suffix) == (b"sound", ".flac")
    assert not path.exists()
    with pytest.raises(FileNotFoundError), distributed.files.here("audio/none.flac"):
        pass
    assert distributed.files.remove("audio/2026-03-02/one.flac")
    assert not distributed.files.remove("audio/2026-03-02/one.flac")


def test_a_part_of_a_file_is_read_without_the_rest(
    either_form: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = either_form.files
    files.write("audio/sound.flac", bytes(range(200)))
    monkeypatch.setattr(type(files), "read", None)
    assert files.size_bytes("audio/sound.flac") == 200
    assert files.part("audio/sound.flac", 10, 5) == bytes(range(10, 15))
    assert files.part("audio/sound.flac", 190, 99) == bytes(range(190, 200))
    assert files.part("audio/sound.flac", 200, 1) == b""
    assert files.size_bytes("audio/none.flac") is None
    with pytest.raises(FileNotFoundError):
        files.part("audio/none.flac", 0, 1)
