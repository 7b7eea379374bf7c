"""The address of a distributed lake: all that there is to say, and no password."""

from __future__ import annotations

import pytest

from tasks.errors import SettingsError
from tasks.lake.catalog import Lake


@pytest.mark.parametrize(
    "address",
    [
        "s3://bucket/lake",
        "s3://bucket/lake?catalog=mysql://host/db",
        "s3://key:hush@bucket/lake?catalog=postgresql://host/db",
        "s3://bucket/la ke?catalog=postgresql://host/db",
        "s3://bucket/../lake'?catalog=postgresql://host/db",
        "gs://bucket/lake?catalog=postgresql://host/db",
        "postgresql://user:hush@host/db",
        "s3://bucket/lake?catalog=postgresql://user:hush@host/db",
        "s3://bucket/lake?catalog=postgresql://user@host/db?password=hush",
    ],
)
def test_an_address_that_is_none_or_holds_a_password_is_refused_unseen(address: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Lake.at(address)
    assert "hush" not in str(refused.value)


def test_an_address_says_all_there_is_to_say() -> None:
    address = "s3://calls/north/lake?catalog=postgresql://lake@db.example:6432/calls?sslmode=require"
    lake = Lake.at(address)
    assert lake.address == address
    assert lake.data.address == "s3://calls/north/lake/data"
    assert lake.root is None
