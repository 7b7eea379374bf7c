"""Run ffmpeg in a confined child process: give it a file or feed it, and read what it says."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.audio.limits import AudioLimits

_CONFINE = Path(__file__).with_name("confine.py")
_LOG_LINES = 400
_LOG_LINE_BYTES = 2_000
_EXIT_GRACE_S = 5.0


@dataclass
class Child:
    """A running ffmpeg: its sound on `stdout`, its log in `log`, and how it ended."""

    stdout: IO[bytes]
    stdin: IO[bytes] | None = None
    """Where to write what it reads, unless it reads a file."""
    log: list[str] = field(default_factory=list)
    damaged: int = 0
    """Packets that the decoder could not read."""
    returncode: int | None = None
    timed_out: bool = False


@contextmanager
def confined(command: Sequence[str], sound: BinaryIO | None, limits: AudioLimits) -> Iterator[Child]:
    """Run the command with the sound file or a pipe as standard input; killed at the deadline and on leaving.

    The child gets no environment, no working folder of ours and no descriptor but its three pipes, may not
    write files, and has limits on CPU time, memory and open files.
    """
    if sound is not None:
        os.lseek(sound.fileno(), 0, os.SEEK_SET)  # the descriptor's own place, past Python's read-ahead
    program = [sys.executable, "-I", "-S", str(_CONFINE)]
    caps = [str(int(limits.decode_timeout_s) + 1), str(limits.decoder_memory_bytes)]
    process = subprocess.Popen(
        [*program, *caps, *command],
        stdin=subprocess.PIPE if sound is None else sound,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={},
        cwd=os.sep,
    )
    with process:
        if process.stdout is None or process.stderr is None:  # pragma: no cover  (both are asked for above)
            raise AssertionError
        child = Child(process.stdout, process.stdin)
        listener = threading.Thread(target=_listen, args=(process.stderr, child), daemon=True)
        deadline = threading.Timer(limits.decode_timeout_s, _expire, args=(process, child))
        listener.start()
        deadline.start()
        try:
            yield child
            _let_end(process)
        finally:
            process.kill()
            if process.stdin is not None:
                with suppress(BrokenPipeError):
                    process.stdin.close()
            deadline.cancel()
            child.returncode = process.wait()
            listener.join()


def _let_end(process: subprocess.Popen[bytes]) -> None:
    """Its output is read to the end, so it is about to leave; what lingers is killed."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(_EXIT_GRACE_S)


def _expire(process: subprocess.Popen[bytes], child: Child) -> None:
    child.timed_out = True
    process.kill()


def _listen(stream: IO[bytes], child: Child) -> None:
    for line in iter(lambda: stream.readline(_LOG_LINE_BYTES), b""):
        text = line.decode("utf-8", "replace")
        if "Error submitting packet" in text or "Error while decoding" in text:
            child.damaged += 1
        if len(child.log) < _LOG_LINES:
            child.log.append(text)
