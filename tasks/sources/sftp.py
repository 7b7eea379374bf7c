"""An archive on an SFTP server: one that is known, over connections that may break."""

from __future__ import annotations

from threading import RLock
from typing import Any, Final

from fsspec.implementations.sftp import SFTPFileSystem
from fsspec.spec import AbstractBufferedFile, AbstractFileSystem
from paramiko import BadHostKeyException, SSHClient, SSHException
from tenacity import RetryCallState, retry, retry_if_exception, stop_after_attempt, wait_exponential

from tasks.errors import SettingsError

_PATIENCE_S: Final = 30.0
_NO_KEY: Final = "the SFTP server refuses this user; it goes by the keys in ~/.ssh or of the SSH agent"
_REFUSED: Final = {
    "Authentication failed": _NO_KEY,
    "No authentication methods": _NO_KEY,
    "not found in known_hosts": "the SFTP server is not in ~/.ssh/known_hosts; compare its key with what its "
    "owner says, and add it with ssh-keyscan",
}
"""What paramiko says, and what to do about it."""


def _is_broken(error: BaseException) -> bool:
    """Whether the connection failed, and not the server's answer was no."""
    if isinstance(error, OSError):
        return error.errno is None or isinstance(error, ConnectionError | TimeoutError)
    return isinstance(error, SSHException | EOFError)


def _let_go(state: RetryCallState) -> None:
    state.args[0].client.close()


def _give_up(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    raise ConnectionError(type(error).__name__)


_again = retry(
    retry=retry_if_exception(_is_broken),
    stop=stop_after_attempt(4),
    wait=wait_exponential(0.5, max=10),
    before_sleep=_let_go,
    retry_error_callback=_give_up,
)


class KnownSftp(SFTPFileSystem):  # type: ignore[misc]  # fsspec ships no types
    """fsspec's SFTP, which takes any server's key, held to those in ~/.ssh/known_hosts.

    Who signs in is decided by the keys in ~/.ssh or of the agent.
    """

    def __init__(self, host: str, **connection: Any) -> None:
        """Connect, unless an archive of this process has done so already.

        Raises:
            SettingsError: the server is not known or does not let us in, or the address holds a password.
            OSError: it cannot be reached.
        """
        if self._cached:
            return
        if connection.get("password"):
            raise SettingsError("an address holds no password, for it is shown and logged; use an SSH key")
        self._turn = RLock()
        super().__init__(host, **connection)

    @property
    def ftp(self) -> Any:
        """The open session, which one thread at a time may use."""
        transport = self.client.get_transport()
        if transport is None or not transport.is_active():
            self._connect()
        return self._session

    @_again
    def info(self, path: str, **_: object) -> dict[str, Any]:
        """Size, times and kind of one file or folder."""
        with self._turn:
            stated: dict[str, Any] = super().info(path)
            return stated

    @_again
    def ls(self, path: str, detail: bool = False, **_: object) -> list[Any]:  # noqa: FBT001, FBT002  (fsspec's)
        """A folder's files and folders."""
        with self._turn:
            listed: list[Any] = super().ls(path, detail)
            return listed

    @_again
    def read(self, path: str, start: int, end: int) -> bytes:
        """Some bytes of a file, many requests at a time."""
        with self._turn, self.ftp.open(path) as stream:
            stream.seek(start)
            stream.prefetch(end)
            content: bytes = stream.read(end - start)
            return content

    def get_file(self, rpath: str, lpath: str, **how: Any) -> None:
        """Copy a file to a path of this machine."""
        AbstractFileSystem.get_file(self, rpath, lpath, **how)

    def _open(self, path: str, mode: str = "rb", **how: Any) -> _File:
        return _File(self, path, mode, **how)

    def _connect(self) -> None:
        self.client = SSHClient()  # refuses servers it does not know
        self.client.load_system_host_keys()
        try:
            self.client.connect(self.host, timeout=_PATIENCE_S, banner_timeout=_PATIENCE_S, **self.ssh_kwargs)
            self._session = self.client.open_sftp()
        except BadHostKeyException:
            raise SettingsError("the SFTP server shows another key than in ~/.ssh/known_hosts") from None
        except SSHException as error:
            for said, why in _REFUSED.items():
                if said in str(error):
                    raise SettingsError(why) from None
            raise ConnectionError(type(error).__name__) from None
        self._session.get_channel().settimeout(_PATIENCE_S)


class _File(AbstractBufferedFile):  # type: ignore[misc]  # fsspec ships no types
    """A file that is read in blocks, each of which may come over a new connection."""

    def _fetch_range(self, start: int, end: int) -> bytes:
        content: bytes = self.fs.read(self.path, start, end)
        return content
