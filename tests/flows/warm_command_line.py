"""Run command lines, one JSON order a line on stdin, one JSON reply a line on stdout."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import canned_engine

from flows.cli.app import main


def _run(arguments: list[str], env: dict[str, str]) -> dict[str, object]:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    before = os.environ.copy()
    os.environ.update(env)
    sys.argv = ["callarchive", *arguments]
    code: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    for name in env:
        del os.environ[name]
        if name in before:
            os.environ[name] = before[name]
    return {"code": code, "out": _text(out), "err": _text(err)}


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode()  # type: ignore[attr-defined]  # a BytesIO, made above


if __name__ == "__main__":
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    canned_engine.install(Path(sys.argv[1]))
    for line in sys.stdin:
        print(json.dumps(_run(**json.loads(line))), file=replies, flush=True)
