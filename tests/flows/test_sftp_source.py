"""A night whose recordings lie on an SFTP server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sftp_server import sftp_server

if TYPE_CHECKING:
    from pathlib import Path

    from command_line import WarmCommandLine


def test_recordings_land_from_an_sftp_server_once(
    warm: WarmCommandLine, archive: Path, tmp_path: Path
) -> None:
    with sftp_server(archive) as server:
        server.introduce(warm.home)
        said = warm("ingest", server.url, "--lake", tmp_path / "lake", "--json")
        assert (said.code, said.json["landed"]) == (0, 3)
        server.drop()
        said = warm("ingest", server.url, "--lake", tmp_path / "lake", "--json")
        assert (said.code, said.json["landed"], said.json["skipped"]) == (0, 0, 3)
