"""An SFTP server on loopback that shows a folder; its connections can be dropped at any time."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import paramiko

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "callarchive"


class SftpServer:
    """One user, known by one key."""

    def __init__(self, shown: Path) -> None:
        self.shown = shown
        self.connections = 0
        """Of those who were let in."""
        self.host_key, self.user_key = paramiko.ECDSAKey.generate(), paramiko.ECDSAKey.generate()
        self.drop_after_bytes: int | None = None
        """The next connection breaks once so much of a file has been read."""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._open: list[paramiko.Transport] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        """The folder's address."""
        return f"sftp://{USER}@127.0.0.1:{self.port}/calls"

    def introduce(self, home: Path, host_key: paramiko.PKey | None = None) -> None:
        """Let a home know the server, and sign in there."""
        folder = home / ".ssh"
        folder.mkdir(parents=True, exist_ok=True)
        key = host_key or self.host_key
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {key.get_name()} {key.get_base64()}\n")
        self.user_key.write_private_key_file(str(folder / "id_ecdsa"))

    def drop(self) -> None:
        """Break every connection."""
        while self._open:
            self._open.pop().close()

    def close(self) -> None:
        """Take no more, and break what there is."""
        with suppress(OSError):  # closed before
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes who waits for a connection
        self._socket.close()
        self.drop()

    def sent(self, length: int) -> None:
        """Note bytes of a file that were read."""
        if self.drop_after_bytes is not None:
            self.drop_after_bytes -= length
            if self.drop_after_bytes < 0:
                self.drop_after_bytes = None
                self.drop()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Folder, self)
            try:
                transport.start_server(server=_Door(self))
            except (paramiko.SSHException, EOFError):
                continue
            self._open.append(transport)


@contextmanager
def sftp_server(shown: Path) -> Iterator[SftpServer]:
    """A running server; what lies in the folder appears as /calls."""
    server = SftpServer(shown)
    try:
        yield server
    finally:
        server.close()


class _Door(paramiko.ServerInterface):
    def __init__(self, ours: SftpServer) -> None:
        self._ours = ours

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        ours = username == USER and key.get_base64() == self._ours.user_key.get_base64()
        return paramiko.AUTH_SUCCESSFUL if ours else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        self._ours.connections += 1
        return paramiko.OPEN_SUCCEEDED


class _Folder(paramiko.SFTPServerInterface):
    def __init__(self, server: paramiko.ServerInterface, ours: SftpServer, *_: Any) -> None:
        super().__init__(server)
        self._ours = ours

    def list_folder(self, path: str) -> Any:
        try:
            return [self._attributes(entry) for entry in sorted(self._real(path).iterdir())]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def stat(self, path: str) -> Any:
        try:
            return self._attributes(self._real(path))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        try:
            handle = _Handle(self._ours, flags)
            handle.readfile = self._real(path).open("rb")  # type: ignore[attr-defined]  # as paramiko wants it
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return handle

    def _real(self, path: str) -> Path:
        return self._ours.shown / Path(path).relative_to("/calls")

    @staticmethod
    def _attributes(path: Path) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(os.lstat(path), path.name)


class _Handle(paramiko.SFTPHandle):
    def __init__(self, ours: SftpServer, flags: int) -> None:
        super().__init__(flags)
        self._ours = ours

    def read(self, offset: int, length: int) -> Any:
        content = super().read(offset, length)
        self._ours.sent(length)
        return content
