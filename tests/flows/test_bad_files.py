"""Broken, empty, hostile and foreign files: each ends in the ledger with a reason, and the night goes on."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from short_recordings import ARCHIVE, seconds_of, wav, write_calls

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command_line import Said, WarmCommandLine


def _zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("call.wav", seconds_of("call-0001", 0, 1))
    return content.getvalue()


GOOD = seconds_of("call-0001", 0, 5)
BAD: dict[str, bytes] = {
    "empty.wav": b"",
    "one-byte.wav": b"R",
    "text.wav": b"Dear customer, please find the recording attached.\n" * 40,
    "page.mp3": b"<!doctype html><html><body>404 Not Found</body></html>",
    "header-only.wav": wav(b"", channels=2),
    "half-a-header.wav": GOOD[:20],
    "garbage.mp3": b"".join(hashlib.sha256(bytes([n])).digest() for n in range(250)) * 6,
    "zeros.wav": bytes(50_000),
    "truncated.wav": GOOD[: len(GOOD) // 2],
    "zip.wav": _zip(),
    "playlist.wav": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\nhttp://192.0.2.1/x.mp3\n",
    "concat.mp3": b"ffconcat version 1.0\nfile '/etc/passwd'\nfile 'http://192.0.2.1/x.mp3'\n",
    "one-gigabyte.wav": wav(GOOD[60:2_000], channels=2, claimed=0x4000_0000),
    "rate-zero.wav": wav(GOOD[60:], channels=2, rate_hz=0),
    "no-channels.wav": wav(GOOD[60:], channels=0),
    "many-channels.wav": wav(GOOD[60:], channels=60_000),
    "mp3-cut-in-a-frame.mp3": (ARCHIVE / "call-0003.mp3").read_bytes()[:300],
    "mp4-without-its-index.m4a": (ARCHIVE / "call-0006.m4a").read_bytes()[:20_000],
    "program.ogg": b"\x7fELF" + bytes(4_000),
    "picture.wav": b"\x89PNG\r\n\x1a\n" + bytes(2_000),
    "encrypted.wav": b"Salted__" + hashlib.sha256(b"salt").digest() * 100,
}


FROM_A_PIPE = wav(GOOD[60:2_000], channels=2, claimed=0xFFFF_FFFF)
"""A size of 4 GB is what recorders write that cannot seek back: it promises nothing."""


@dataclass(frozen=True)
class Night:
    """Three good recordings among all the bad ones, ingested twice."""

    lake: Path
    first: Said
    second: Said
    requests: int
    requests_after: int


@pytest.fixture(scope="module")
def night(warm: WarmCommandLine, tmp_path_factory: pytest.TempPathFactory) -> Night:
    folder = tmp_path_factory.mktemp("bad")
    archive, lake = folder / "archive", folder / "lake"
    write_calls(archive, 2)
    for name, content in BAD.items():
        (archive / name).write_bytes(content)
    (archive / "four-gigabytes.wav").write_bytes(FROM_A_PIPE)
    before = warm.fetched()
    first = warm("ingest", archive, "--lake", lake, "--json")
    between = warm.fetched()
    second = warm("ingest", archive, "--lake", lake)
    return Night(lake, first, second, between - before, warm.fetched() - between)


def _adds_up(facts: dict[str, Any]) -> bool:
    return bool(
        facts["found"] == sum(facts[state] for state in ("landed", "skipped", "quarantined", "failed"))
    )


def test_the_good_land_and_the_bad_are_quarantined(night: Night) -> None:
    facts = night.first.json
    assert _adds_up(facts)
    assert (facts["found"], facts["landed"], facts["failed"]) == (len(BAD) + 3, 3, 0)
    assert facts["quarantined"] == len(BAD)
    assert night.first.code == 3


def test_no_traceback_reaches_anybody(night: Night) -> None:
    for said in (night.first, night.second):
        for text in (said.out, said.err):
            assert "Traceback" not in text
            assert "Error:" not in text
            assert "site-packages" not in text


def test_every_bad_file_is_in_the_ledger_with_a_reason_for_a_person(
    night: Night, ask_lake: Callable[..., list[dict[str, Any]]]
) -> None:
    rows = ask_lake(night.lake, "select * from recordings where state = 'quarantined'")
    assert len(rows) == len(BAD)
    for row in rows:
        assert len(row["reason"]) > 15
        assert row["reason"] == " ".join(row["reason"].split())
        for jargon in ("Error", "ffmpeg", "Exception", "None", "/tmp", "errno", "0x"):  # noqa: S108  (no file is made)
            assert jargon not in row["reason"]
        assert (row["stage"], row["attempts"]) in {("find_recordings", 1), ("prepare_audio", 1)}


def test_what_files_hold_is_not_followed(night: Night, ask_lake: Callable[..., list[dict[str, Any]]]) -> None:
    rows = ask_lake(night.lake, "select reason from recordings where reason like '%playlist%'")
    assert len(rows) == 2


def test_the_lake_keeps_its_promises(night: Night, broken_checks: Callable[[Path], list[str]]) -> None:
    assert broken_checks(night.lake) == []


def test_the_second_run_skips_everything_and_asks_no_engine(night: Night) -> None:
    assert night.second.code == 0
    assert f"found {len(BAD) + 3} = 0 landed + {len(BAD) + 3} skipped" in night.second.out
    assert "already landed" in night.second.out
    assert "quarantined before" in night.second.out
    assert night.requests > 0
    assert night.requests_after == 0


def test_a_hostile_sidecar_harms_only_its_own_recording(
    warm: WarmCommandLine, tmp_path: Path, ask_lake: Callable[..., list[dict[str, Any]]]
) -> None:
    paths = write_calls(tmp_path / "archive", 4)
    hostile = [
        b'{"call_id": "../../x", "queue": 7',
        b"[" * 100_000,
        b'{"channels": {"0": "a b"}, "started_at": 1e308}',
    ]
    for path, content in zip(paths, hostile, strict=False):
        path.with_suffix(".json").write_bytes(content)
    said = warm("ingest", tmp_path / "archive", "--lake", tmp_path / "lake", "--json")
    assert (said.code, said.json["landed"], said.json["metadata_problems"]) == (0, 4, 3)
    rows = ask_lake(tmp_path / "lake", "select * from recordings where metadata_problems is not null")
    assert len(rows) == 3


SURROGATE = '{"queue": "\\ud800"}'
INFINITE = '{"channels": [[Infinity, "agent"]]}'


@pytest.mark.parametrize("sidecar", [SURROGATE, INFINITE], ids=["surrogate", "infinite"])
def test_a_sidecar_that_no_table_can_hold_harms_nobody_else(
    warm: WarmCommandLine, tmp_path: Path, sidecar: str
) -> None:
    paths = write_calls(tmp_path / "archive", 2)
    paths[0].with_suffix(".json").write_text(sidecar)
    said = warm("ingest", tmp_path / "archive", "--lake", tmp_path / "lake", "--json")
    assert said.json["landed"] >= 1


def test_a_file_name_in_an_old_encoding_harms_nobody(warm: WarmCommandLine, tmp_path: Path) -> None:
    write_calls(tmp_path / "archive", 1)
    (tmp_path / "archive" / "M\udcfcller.wav").write_bytes(seconds_of("call-0002", 0, 3))
    said = warm("ingest", tmp_path / "archive", "--lake", tmp_path / "lake", "--json")
    assert said.json["landed"] == 2
