"""The scanner finds every form of a value wherever it is planted, and nothing where there is none."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import json
import lzma
import sqlite3
import subprocess
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import quote

import imageio_ffmpeg
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from leak_scan import Leak, Secret, leaks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NUMBER = "5391746280135579"
SPOKEN = "five three nine one seven four six two eight zero one three five five seven nine"
GROUPED = "5391 7462 8013 5579"
CARD = Secret("card", (GROUPED, SPOKEN))
CODE = Secret("code", ("731", "seven three one"), context="the code is")
MAIL = Secret("mail", ("zorbinka@quimberly.example", "zorbinka at quimberly dot example"))
SECRETS = (CARD, CODE, MAIL)
NOISE = np.random.default_rng(7).bytes(300_000)


def found(folder: Path, said: str = "") -> list[Leak]:
    return leaks(SECRETS, [folder], {"stdout": said})


def b64(text: str | bytes) -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def hashed(name: str, text: str) -> bytes:
    return hashlib.new(name, text.encode(), usedforsecurity=False).digest()


@pytest.mark.parametrize(
    "form",
    [
        NUMBER,
        GROUPED,
        GROUPED.replace(" ", "-"),
        json.dumps(list(NUMBER)),
        NUMBER[2:13],
        SPOKEN.upper(),
        json.dumps(SPOKEN.split()[3:9]),
        "Five, three, nine: one. SEVEN",
        "the code is 731.",
        "the code is seven three one",
        "ZORBINKA@QUIMBERLY.EXAMPLE",
        quote("zorbinka@quimberly.example"),
        quote(SPOKEN),
        "zorbinka_at_quimberly_dot_example.wav",
        NUMBER.encode().hex(),
        GROUPED.encode().hex(" ").upper(),
        *(b64("x" * before + SPOKEN + "y") for before in range(3)),
        *(b64("x" * before + NUMBER + "y") for before in range(3)),
        base64.encodebytes(("x" * 70 + NUMBER).encode()).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe" + GROUPED.replace(" ", "").encode()).decode(),
        *(hashed(name, NUMBER).hex() for name in ("md5", "sha1", "sha256")),
        *(b64(b"\0" * before + hashed("sha256", SPOKEN)) for before in range(3)),
        hashed("sha256", "731").hex()[:16],
        b64(hashed("md5", "seven three one")),
        hashed("sha1", "zorbinka@quimberly.example").hex().upper(),
    ],
)
def test_every_form_is_found(form: str, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_bytes(NOISE + form.encode() + NOISE)
    assert {leak.place for leak in found(tmp_path)} == {"log.txt"}
    assert {leak.place for leak in found(tmp_path / "nowhere", f"said {form}!")} == {"stdout"}


def test_raw_bytes_are_found(tmp_path: Path) -> None:
    (tmp_path / "sound").write_bytes(NOISE)
    raw = (NOISE[1_001:1_033],)
    assert leaks([Secret("sound", raw=raw)], [tmp_path], {}) == [Leak("sound", "sound", "raw")]


def test_a_raw_hash_and_other_encodings_of_text_are_found(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(NOISE + hashed("sha256", NUMBER) + NOISE)
    (tmp_path / "wide").write_bytes(SPOKEN.encode("utf-16-le"))
    assert {(leak.place, leak.form) for leak in found(tmp_path)} == {("raw", "sha256"), ("wide", "as it is")}


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("log.gz", gzip.compress),
        ("log.bz2", bz2.compress),
        ("log.xz", lzma.compress),
        ("log.zst", lambda content: pa.compress(content, "zstd", asbytes=True)),
        ("log.gz.gz", lambda content: gzip.compress(gzip.compress(content))),
    ],
)
def test_what_is_compressed_is_opened(name: str, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(pack(b"a" * 5_000 + SPOKEN.encode()))
    assert [leak.place for leak in found(tmp_path)] == [name]


def test_archives_are_opened_and_their_members_names_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "one.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("note.txt", "a" * 500 + SPOKEN)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr(f"{NUMBER}.txt", "")
    assert {leak.place for leak in found(tmp_path)} == {"one.zip", "two.zip"}


@pytest.mark.parametrize("compression", ["zstd", "snappy", "none"])
def test_parquet_is_read_across_its_rows(compression: str, tmp_path: Path) -> None:
    rows = pa.table({"word": [*SPOKEN.split(), "end"], "sealed": [b"x"] * 17})
    pq.write_table(rows, tmp_path / "words.parquet", compression=compression, write_statistics=False)
    assert {leak.place for leak in found(tmp_path)} == {"words.parquet"}


def test_the_smallest_and_largest_value_in_a_parquet_footer_are_seen(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": [GROUPED]}).slice(0, 1), tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").unlink()
    (tmp_path / "footer").write_bytes(content[-500:])
    assert {leak.place for leak in found(tmp_path)} == {"footer"}


def test_databases_are_read_with_their_log_and_what_was_deleted(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "kept.db", isolation_level=None)
    for order in ("journal_mode = wal", "secure_delete = off", "wal_checkpoint(truncate)"):
        connection.execute(f"pragma {order}")
    connection.execute("create table t (a text)")
    connection.execute("insert into t values (?)", [f"{'word ' * 3_000}{GROUPED}"])
    assert "kept.db-wal" in {leak.place for leak in found(tmp_path)}
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.execute("delete from t")
    connection.execute("pragma wal_checkpoint(truncate)")
    assert "kept.db" in {leak.place for leak in found(tmp_path)}
    connection.close()


def test_a_long_value_that_lies_on_two_pages_is_found(tmp_path: Path) -> None:
    for offset in range(0, 4_096, 256):
        with sqlite3.connect(tmp_path / f"{offset}.db") as connection:
            connection.execute("create table t (a text)")
            connection.execute("insert into t values (?)", ["w" * (6_000 + offset) + b64(SPOKEN * 4)])
        connection.close()
    assert len({leak.place for leak in found(tmp_path)}) == 16


def test_a_compressed_value_in_a_database_is_opened(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "kept.db") as connection:
        connection.execute("create table t (a blob)")
        connection.execute("insert into t values (?)", [gzip.compress(SPOKEN.encode())])
    connection.close()
    assert [leak.place for leak in found(tmp_path)] == ["kept.db"]


@pytest.mark.parametrize("ending", ["flac", "ogg", "wav", "mp3"])
def test_tags_of_sound_are_read(ending: str, tmp_path: Path) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "anoisesrc=d=1"]
    subprocess.run([*command, "-metadata", f"title=about {GROUPED}", tmp_path / f"a.{ending}"], check=True)
    assert {leak.place for leak in found(tmp_path)} == {f"a.{ending}"}


def test_names_of_files_and_folders_are_read_and_not_told(tmp_path: Path) -> None:
    (tmp_path / GROUPED).mkdir()
    (tmp_path / GROUPED / "zorbinka at quimberly dot example.flac").touch()
    told = found(tmp_path)
    assert {leak.secret for leak in told} == {"card", "mail"}
    assert "5391" not in str(told)


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(NOISE)
    numbers = np.random.default_rng(8).integers(0, 10**9, 100_000)
    (tmp_path / "numbers").write_text(" ".join(map(str, numbers)))
    (tmp_path / "words").write_text("the code is [CARD_CVV] seven three four " * 1_000)
    assert found(tmp_path) == []
