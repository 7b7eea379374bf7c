"""An archive on an SFTP server that the test starts, whose connections break."""

from __future__ import annotations

import hashlib
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import paramiko
import pytest
from sftp_server import SftpServer, sftp_server

from tasks.errors import SettingsError
from tasks.sources import sftp
from tasks.sources.archive import Archive, local_copy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOUND = os.urandom(7_000_000)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SftpServer]:
    monkeypatch.setattr(sftp.KnownSftp, "cachable", False)
    folder = tmp_path / "calls"
    (folder / "2026-03-02").mkdir(parents=True)
    (folder / "2026-03-02" / "b c.wav").write_bytes(SOUND)
    (folder / "2026-03-02" / "b c.json").write_text("{}")
    (folder / "a.wav").write_bytes(b"sound a")
    (folder / "link.wav").symlink_to("/etc/hostname")
    with sftp_server(folder) as running:
        running.introduce(tmp_path / "home")
        yield running


def test_its_files_are_listed_without_links_identified_and_fetched(server: SftpServer) -> None:
    archive = Archive.at(server.url)
    listed = {file.name: file for file in archive.files()}
    assert {name: file.size_bytes for name, file in listed.items()} == {
        "a.wav": 7,
        "2026-03-02/b c.json": 2,
        "2026-03-02/b c.wav": len(SOUND),
    }
    file = listed["2026-03-02/b c.wav"]
    assert file.modified_at
    assert archive.unchanged(file)
    assert archive.identify(file) == (hashlib.sha256(SOUND).hexdigest(), SOUND[: 64 << 10])
    assert archive.read("2026-03-02/b c.json") == b"{}"
    assert archive.size_of("nothing.json") is None
    with local_copy(archive, file.uri) as path:
        assert (path.read_bytes() == SOUND, path.name) == (True, "recording.wav")
    assert server.connections == 1


def test_a_connection_that_breaks_between_and_amid_files_is_made_anew(server: SftpServer) -> None:
    archive = Archive.at(server.url)
    server.drop()
    (file,) = [one for one in archive.files() if one.size_bytes == len(SOUND)]
    server.drop_after_bytes = len(SOUND) // 2
    assert archive.identify(file)[0] == hashlib.sha256(SOUND).hexdigest()
    server.drop_after_bytes = len(SOUND) // 3
    with local_copy(archive, file.uri) as path:
        assert path.read_bytes() == SOUND
    assert server.connections == 4


def test_a_server_that_is_gone_is_an_error_of_the_file_and_not_of_the_night(
    server: SftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sftp.KnownSftp.read.retry, "sleep", lambda _: None)
    archive = Archive.at(server.url)
    file = next(iter(archive.files()))
    server.close()
    with pytest.raises(OSError, match="NoValidConnectionsError"):
        archive.identify(file)


def test_several_threads_read_at_once(server: SftpServer) -> None:
    archive = Archive.at(server.url)
    (file,) = [one for one in archive.files() if one.size_bytes == len(SOUND)]
    with ThreadPoolExecutor(4) as pool:
        came = list(pool.map(archive.identify, [file] * 4))
    assert {sha256 for sha256, _ in came} == {hashlib.sha256(SOUND).hexdigest()}


def test_only_a_known_server_is_talked_to(server: SftpServer, tmp_path: Path) -> None:
    known = tmp_path / "home" / ".ssh" / "known_hosts"
    known.unlink()
    with pytest.raises(SettingsError, match=r"not in ~/\.ssh/known_hosts"):
        Archive.at(server.url)
    server.introduce(tmp_path / "home", host_key=paramiko.ECDSAKey.generate())
    with pytest.raises(SettingsError, match="shows another key"):
        Archive.at(server.url)
    assert server.connections == 0


def test_nobody_signs_in_without_the_key_and_no_address_holds_a_password(
    server: SftpServer, tmp_path: Path
) -> None:
    (tmp_path / "home" / ".ssh" / "id_ecdsa").unlink()
    with pytest.raises(SettingsError, match="refuses this user"):
        Archive.at(server.url)
    with pytest.raises(SettingsError, match="holds no password"):
        Archive.at(server.url.replace("@", ":hush@"))


def test_no_file_name_is_logged(
    server: SftpServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]  # a list is enough
    monkeypatch.setattr(logging.root, "handlers", [handler])
    for name in ("", "paramiko", "fsspec.sftp"):
        caplog.set_level(logging.DEBUG, logger=name)
    archive = Archive.at(server.url)
    for file in archive.files():
        archive.identify(file)
    assert not [line for line in said if "wav" in line]
