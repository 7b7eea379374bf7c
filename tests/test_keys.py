from __future__ import annotations

import base64
import json
import multiprocessing
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import KeyMissing, SettingsError
from tasks.keys import Keyring, load_keyring

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

RING = Keyring("0a1b2c3d", {"0a1b2c3d": bytes(range(32))})
OTHER = Keyring("99999999", {"99999999": bytes(32)})


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "keys.json"


def _write(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(0o600)
    return path


def test_a_new_key_file_is_for_its_owner_only(key_file: Path) -> None:
    load_keyring(key_file)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(key_file.parent.stat().st_mode) == 0o700
    assert [path.name for path in key_file.parent.iterdir()] == ["keys.json"]


def test_a_key_is_made_once(key_file: Path) -> None:
    first = load_keyring(key_file)
    assert load_keyring(key_file) == first
    assert len(first.keys[first.current]) == 32


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    one, two = load_keyring(tmp_path / "one.json"), load_keyring(tmp_path / "two.json")
    assert one.current != two.current
    assert one.keys[one.current] != two.keys[two.current]


def _load_at_once(path: str, start: Barrier, found: Any) -> None:
    start.wait()
    found.put(load_keyring(Path(path)).keys)


def test_processes_that_make_the_key_at_once_get_the_same(key_file: Path) -> None:
    context = multiprocessing.get_context("fork")
    start, found = context.Barrier(6), context.Queue()
    racers = [context.Process(target=_load_at_once, args=(str(key_file), start, found)) for _ in range(6)]
    for racer in racers:
        racer.start()
    keys = [found.get(timeout=30) for _ in racers]
    for racer in racers:
        racer.join()
    assert all(one == keys[0] for one in keys)
    assert [path.name for path in key_file.parent.iterdir()] == ["keys.json"]


def test_a_key_file_that_others_can_read_is_refused(key_file: Path) -> None:
    load_keyring(key_file)
    for mode in (0o640, 0o604, 0o620):
        key_file.chmod(mode)
        with pytest.raises(SettingsError, match="chmod 600"):
            load_keyring(key_file)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        [],
        {},
        {"current": "0a1b2c3d"},
        {"current": "0a1b2c3d", "keys": []},
        {"current": "0a1b2c3d", "keys": {"0a1b2c3d": 7}},
        {"current": "0a1b2c3d", "keys": {"0a1b2c3d": "~~~"}},
        {"current": "0a1b2c3d", "keys": {"0a1b2c3d": base64.b64encode(bytes(16)).decode()}},
        {"current": "0a1b2c3d", "keys": {"99999999": base64.b64encode(bytes(32)).decode()}},
    ],
    ids=repr,
)
def test_what_is_no_key_file_is_refused_and_left_alone(key_file: Path, content: Any) -> None:
    before = _write(key_file, content).read_bytes()
    with pytest.raises(SettingsError, match="restore"):
        load_keyring(key_file)
    assert key_file.read_bytes() == before


@pytest.mark.parametrize("key_id", ["main", "0a1b", "0a1b2c3d4e"])
def test_a_key_id_that_data_cannot_carry_is_refused(key_file: Path, key_id: str) -> None:
    _write(key_file, {"current": key_id, "keys": {key_id: base64.b64encode(bytes(32)).decode()}})
    with pytest.raises(SettingsError):
        load_keyring(key_file)


@given(data=st.binary(max_size=200), context=st.binary(max_size=80))
def test_what_is_encrypted_comes_back(data: bytes, context: bytes) -> None:
    assert RING.decrypt(RING.encrypt(data, context), context) == data


def test_the_same_data_looks_different_every_time() -> None:
    assert RING.encrypt(b"hello", b"") != RING.encrypt(b"hello", b"")


@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_one_changed_bit_is_noticed(place: int, bit: int) -> None:
    sealed = bytearray(RING.encrypt(b"what was said", b"here"))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(KeyMissing):
        RING.decrypt(bytes(sealed), b"here")


@given(st.binary(max_size=60))
def test_what_was_never_encrypted_does_not_open(data: bytes) -> None:
    with pytest.raises(KeyMissing):
        RING.decrypt(data, b"")


@pytest.mark.parametrize("length", [0, 3, 7, 18, 19, 30])
def test_what_was_cut_off_does_not_open(length: int) -> None:
    with pytest.raises(KeyMissing):
        RING.decrypt(RING.encrypt(b"what was said", b"here")[:length], b"here")


def test_data_does_not_open_in_another_place_or_with_another_key() -> None:
    sealed = RING.encrypt(b"what was said", b"here")
    with pytest.raises(KeyMissing, match="changed"):
        RING.decrypt(sealed, b"there")
    with pytest.raises(KeyMissing, match="0a1b2c3d"):
        OTHER.decrypt(sealed, b"here")


def test_after_a_new_key_is_added_old_data_still_opens(key_file: Path) -> None:
    old = load_keyring(key_file)
    held = json.loads(key_file.read_text())
    held["keys"]["99999999"] = base64.b64encode(os.urandom(32)).decode()
    held["current"] = "99999999"
    new = load_keyring(_write(key_file, held))
    assert new.decrypt(old.encrypt(b"old", b""), b"") == b"old"
    assert new.pseudonym("customer", "C-1") == old.pseudonym("customer", "C-1")
    with pytest.raises(KeyMissing, match="99999999"):
        old.decrypt(new.encrypt(b"new", b""), b"")


def test_no_key_is_shown() -> None:
    secret = base64.b64encode(RING.keys["0a1b2c3d"]).decode()
    with pytest.raises(KeyMissing) as failed:
        OTHER.decrypt(RING.encrypt(b"", b""), b"")
    for shown in (repr(RING), str(RING), f"{[RING]}", str(failed.value)):
        assert secret not in shown
        assert "\\x00\\x01" not in shown


@given(st.text(), st.text())
def test_pseudonyms_tell_values_and_kinds_apart(one: str, two: str) -> None:
    assert (RING.pseudonym("customer", one) == RING.pseudonym("customer", two)) == (one == two)
    assert RING.pseudonym("customer", one) != RING.pseudonym("uri", one)
    assert RING.pseudonym("customer", one) != OTHER.pseudonym("customer", one)
    assert len(RING.pseudonym("customer", one)) == 32
