"""Become another program under limits: `python -I -S confine.py CPU_S MEMORY_BYTES PROGRAM ARGS...`.

Run as a script in a child process. Setting limits between fork and exec inside a threaded parent can
dead-lock, so a bare interpreter (20 ms) sets them on itself and then turns into the program.
"""

import os
import sys

_OPEN_FILES = 32


def main() -> None:
    """Lower this process's limits for good, then replace it with the program."""
    cpu_s, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    try:
        import resource  # noqa: PLC0415  (absent on Windows, where the caller's deadline is the only limit)
    except ImportError:
        pass
    else:
        wanted = {
            resource.RLIMIT_CPU: cpu_s,
            resource.RLIMIT_AS: memory_bytes,
            resource.RLIMIT_FSIZE: 0,  # it may write to its pipes and to nothing else
            resource.RLIMIT_CORE: 0,  # a crash must not leave the sound on disk
            resource.RLIMIT_NOFILE: _OPEN_FILES,
        }
        for limit, value in wanted.items():
            try:
                resource.setrlimit(limit, (value, value))
            except (ValueError, OSError):
                continue  # macOS refuses some of them; the deadline and the output cap still hold
    os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606  (no shell is the point)


if __name__ == "__main__":
    main()
