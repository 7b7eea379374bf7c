"""Looking for many ids in one pass: as they are, and by their hashes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.lake.sought import Hashed, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

SHA = hashlib.sha256(b"recording").hexdigest()


def hashes_of(text: str) -> Iterator[str]:
    yield hashlib.md5(text.encode()).hexdigest()  # noqa: S324  (any hash will do)


@given(st.binary(max_size=64), st.binary(max_size=64), st.text(min_size=8, max_size=20))
def test_a_text_is_found_wherever_it_stands(before: bytes, after: bytes, text: str) -> None:
    needle = text.encode(errors="surrogatepass").decode(errors="replace")
    for others in (1, 50):  # few are looked for in another way than many
        sought = Texts([needle, *(f"another-{number}" for number in range(others))])
        assert sought.in_bytes(before + needle.encode() + after)
        assert sought.in_bytes(before + after) == (needle.encode() in before + after)


def test_nothing_is_found_of_nothing() -> None:
    assert not Texts([]).in_bytes(b"call-0001" * 9)
    assert not Texts([]).in_values(["call-0001"])


def test_short_ids_count_only_as_whole_values() -> None:
    sought = Texts(["42", "call-0001"])
    assert not sought.in_bytes(b"4242")
    assert not sought.in_values(["4242"])
    assert sought.in_values(["1", "42"])
    assert sought.in_values(["about call-0001"])


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        ("call-00010", False),
        ("call-0001call-00010", True),
        ("call-00010 call-0001", True),
        ("call-0001", True),
    ],
)
def test_an_id_inside_a_longer_one_is_not_meant(seen: str, found: bool) -> None:  # noqa: FBT001
    assert Texts(["call-0001"], besides=["call-00010"]).in_bytes(seen.encode()) is found


def test_hashed_ids_are_found_as_values_and_hashes_as_bytes() -> None:
    sought = Hashed([*hashes_of(SHA), *hashes_of("call-0001")], hashes_of)
    assert sought.in_values(["x", "call-0001"])
    assert not sought.in_values(["call-0002", "x" * 1_000])
    assert sought.in_bytes(f"ab{SHA}cd".encode())
    assert not sought.in_bytes(hashlib.sha256(b"other").hexdigest().encode())
