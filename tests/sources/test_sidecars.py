from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.schemas import CallMetadata
from tasks.settings import Settings
from tasks.sources.sidecars import FIELDS, from_file_name, from_json, from_manifest

PATTERN = Settings.model_fields["file_name_pattern"].default
WHOLE = {
    "call_id": "call-7",
    "started_at": "2026-03-02T09:00:00Z",
    "agent_id": "agent-3",
    "queue": "billing",
    "customer_id": "C-100",
    "channels": {"0": "customer", "1": "agent"},
    "site": "north",
}
LONG_INTEGER = b"9" * 5_000


def _json(**fields: Any) -> CallMetadata:
    return from_json(json.dumps(fields).encode())


def test_a_whole_sidecar_is_read() -> None:
    assert _json(**WHOLE) == CallMetadata(
        call_id="call-7",
        started_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        agent_id="agent-3",
        queue="billing",
        customer_id="C-100",
        channels={0: "customer", 1: "agent"},
        extra={"site": "north"},
    )


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("empty", ["left out", None, ""])
def test_what_is_not_stated_is_none_and_no_problem(field: str, empty: str | None) -> None:
    stated = {name: value for name, value in WHOLE.items() if name != field}
    read = _json(**stated if empty == "left out" else stated | {field: empty})
    assert getattr(read, field) == ({} if field == "channels" else None)
    assert read.problems == ()


def test_times_are_utc() -> None:
    assert _json(started_at="2026-03-02T23:30:00-05:00").started_at == datetime(2026, 3, 3, 4, 30, tzinfo=UTC)


def test_a_time_without_a_zone_is_utc_and_a_problem() -> None:
    read = _json(started_at="2026-03-02T09:00:00")
    assert read.started_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert "time zone" in read.problems[0]


def test_a_byte_order_mark_and_numbers_as_ids_are_fine() -> None:
    read = from_json(b'\xef\xbb\xbf{"call_id": 4711, "customer_id": 12}')
    assert (read.call_id, read.customer_id, read.problems) == ("4711", "12", ())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"call_id: 7",
        b"[]",
        b'"x"',
        b"null",
        b"7",
        b"\xff\xfe\x00",
        '{"call_id": "é"}'.encode("utf-16"),
        b'{"queue": ' + LONG_INTEGER + b"}",
        b"[" * 200_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda content: repr(content[:12]),
)
def test_a_sidecar_that_is_no_json_object_is_a_problem(content: bytes) -> None:
    read = from_json(content)
    assert read.problems
    assert read == CallMetadata(problems=read.problems)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("call_id", "../../etc/passwd"),
        ("call_id", "a b"),
        ("call_id", "x" * 129),
        ("call_id", "nul\x00"),
        ("call_id", "line\n"),
        ("call_id", "\u202egnp.exe"),
        ("call_id", "аgent"),  # noqa: RUF001  (a Cyrillic letter is what is tested)
        ("call_id", ["x"]),
        ("call_id", True),
        ("call_id", 1.5),
        ("agent_id", "'; drop table calls; --"),
        ("agent_id", {"name": "Dana"}),
        ("queue", "x" * 1_001),
        ("queue", ["billing"]),
        ("customer_id", False),
        ("started_at", "yesterday"),
        ("started_at", "2026-13-45T99:00:00Z"),
        ("started_at", 1e308),
        ("started_at", "0001-01-01T00:00:00+14:00"),
        ("started_at", [2026]),
        ("channels", "customer"),
        ("channels", ["customer", "agent"]),
        ("channels", {"left": "customer"}),
        ("channels", {"0": "Robert Ellison"}),
        ("channels", {"0": "x" * 40}),
        ("channels", {"0": {"name": "x"}}),
        ("channels", [[[1], "x"]]),
        ("channels", 7),
    ],
)
def test_a_value_that_cannot_be_used_is_none_and_a_problem(field: str, value: Any) -> None:
    read = _json(**WHOLE | {field: value})
    assert getattr(read, field) == ({} if field == "channels" else None)
    assert field in read.problems[0]
    assert not any(str(value) in problem for problem in read.problems)
    assert read.extra == {"site": "north"}


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "1e999"])
def test_an_infinite_channel_number_is_a_problem(number: str) -> None:
    assert from_json(f'{{"channels": [[{number}, "agent"]]}}'.encode()).problems


@pytest.mark.parametrize("field", ["queue", "customer_id", "site"])
def test_text_that_is_no_unicode_is_a_problem(field: str) -> None:
    read = from_json(f'{{"{field}": "\\ud800"}}'.encode())
    assert read.problems
    for kept in (read.queue, read.customer_id, *read.extra.values()):
        (kept or "").encode()


@pytest.mark.parametrize("hidden", ["\x00", "\u202e", "\x1b[2J"], ids=ascii)
def test_a_queue_with_control_characters_is_a_problem(hidden: str) -> None:
    read = _json(queue=f"billing{hidden}")
    assert read.problems
    assert hidden not in (read.queue or "")


def test_extra_fields_are_kept_as_text() -> None:
    read = _json(site="north", tries=3, tags=["a", "b"], nothing=None, score=float("nan"))
    assert read.extra == {"site": "north", "tries": "3", "tags": '["a", "b"]', "score": "NaN"}


def test_extra_fields_are_cut_where_they_are_many_or_long() -> None:
    read = _json(**{f"field-{number}": "x" * 2_000 for number in range(80)})
    assert len(read.extra) == 50
    assert max(map(len, read.extra.values())) == 1_000
    assert "cut" in read.problems[0]


def test_deeply_nested_values_are_read_or_a_problem() -> None:
    for depth in (10, 100, 500, 900, 990, 5_000):
        for field in (*FIELDS, "extra"):
            content = b'{"call_id": "kept", "' + field.encode() + b'": ' + b"[" * depth + b"]" * depth + b"}"
            read = from_json(content)
            assert read.problems or read.extra


MANIFEST = """file,call_id,started_at,agent_id,queue,customer_id,channels,site
one.wav,call-1,2026-03-02T09:00:00Z,agent-1,billing,C-1,"{""0"": ""customer"", ""1"": ""agent""}",north
two.wav,,,,,,"agent,customer",
three.wav,call-3,soon,,,,,
"""


def test_a_manifests_rows_are_metadata_by_file_name() -> None:
    rows, problems = from_manifest(MANIFEST.encode())
    assert problems == ()
    assert rows["one.wav"].channels == {0: "customer", 1: "agent"}
    assert rows["one.wav"].extra == {"site": "north"}
    assert rows["two.wav"] == CallMetadata(channels={0: "agent", 1: "customer"})
    assert rows["three.wav"].problems == ("started_at is not an ISO 8601 time",)


def test_a_manifest_may_have_a_column_for_each_channel() -> None:
    rows, _ = from_manifest(b"file,channel_0,channel_1\na.wav,customer,agent\n")
    assert rows["a.wav"] == CallMetadata(channels={0: "customer", 1: "agent"})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name,call_id\na.wav,1\n",
        b"\xff\xfea",
        "file,call_id\nä.wav,1\n".encode("latin-1"),
        b"file,queue\na.wav," + b"x" * 200_000,
        b"PK\x03\x04",
    ],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_manifest_is_a_problem(content: bytes) -> None:
    rows, problems = from_manifest(content)
    assert rows == {}
    assert problems


@pytest.mark.parametrize(
    "row", ["a.wav,1,too,many,fields", "a.wav", '"a.wav\n",1', "a.wav,=cmd()", ",", '"', "a.wav,\x00"]
)
def test_odd_rows_do_not_stop_the_others(row: str) -> None:
    rows, _ = from_manifest(f"file,call_id\nb.wav,2\n{row}\n".encode())
    assert rows["b.wav"].call_id == "2"


@pytest.mark.parametrize("channels", ["[" * 100_000, '"[[1e999, ""agent""]]"'], ids=["deep", "infinite"])
def test_hostile_channels_in_a_manifest_are_a_problem(channels: str) -> None:
    rows, problems = from_manifest(f"file,channels\na.wav,{channels}\n".encode())
    assert problems or rows["a.wav"].problems


def test_the_file_name_tells_what_the_pattern_names() -> None:
    read = from_file_name("2026/03/20260311T141500_agent07_billing_call0012.wav", PATTERN)
    assert (read.call_id, read.agent_id, read.queue) == ("call0012", "agent07", "billing")
    assert read.started_at == datetime(2026, 3, 11, 14, 15, tzinfo=UTC)


@pytest.mark.parametrize("pattern", [PATTERN, None, "", "no(?P<call_id>thing)"])
def test_a_file_name_without_a_match_tells_nothing(pattern: str | None) -> None:
    assert from_file_name("recording 7.wav", pattern) == CallMetadata()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
sidecars = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), anything, max_size=8)


def _holds_the_promise(read: CallMetadata) -> None:
    assert read.started_at is None or read.started_at.tzinfo is UTC
    for text in (read.call_id, read.agent_id, read.queue, read.customer_id):
        assert text is None or 0 < len(text) <= 1_000
    assert all(isinstance(number, int) and isinstance(name, str) for number, name in read.channels.items())
    assert all(len(key) <= 64 and len(value) <= 1_000 for key, value in read.extra.items())
    assert all(isinstance(problem, str) for problem in read.problems)


@given(sidecars)
def test_any_json_object_gives_metadata(stated: dict[str, Any]) -> None:
    _holds_the_promise(from_json(json.dumps(stated).encode()))


@given(st.binary(max_size=300))
def test_any_bytes_give_metadata(content: bytes) -> None:
    _holds_the_promise(from_json(content))
    for read in from_manifest(content)[0].values():
        _holds_the_promise(read)


@given(st.lists(st.lists(st.text(max_size=12), max_size=9), max_size=5))
def test_any_table_gives_metadata(rows: list[list[str]]) -> None:
    lines = ["file,call_id,started_at,agent_id,queue,customer_id,channels,channel_1"]
    lines += [",".join(json.dumps(cell) if "," in cell else cell for cell in row) for row in rows]
    for read in from_manifest("\n".join(lines).encode("utf-8", "replace"))[0].values():
        _holds_the_promise(read)


@given(st.text(max_size=80))
def test_any_file_name_gives_metadata(name: str) -> None:
    _holds_the_promise(from_file_name(name, PATTERN))
