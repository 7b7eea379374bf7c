"""The real command line, once for each failure that is put into it, in a process that everything is read of.

Usage: faulty_command_line.py FAULT,FAULT... ARGUMENTS
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from faults import install

from flows.cli.app import main
from flows.prefect_environment import prepare_environment


def _run() -> object:
    try:
        main()
    except SystemExit as ended:
        return ended.code or 0
    return 0


if __name__ == "__main__":
    prepare_environment(verbose=True)  # a fault may import Prefect before the command line does
    faults, arguments = sys.argv[1].split(","), sys.argv[2:]
    for fault in faults:
        sys.argv = ["callarchive", *arguments]
        with pytest.MonkeyPatch.context() as patched:
            install(patched.setattr, fault)
            code = _run()
        print(f"{fault}: {code}", file=sys.stderr, flush=True)
