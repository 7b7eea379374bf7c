"""The example notebook runs on a real lake, in a process that knows nothing of callarchive."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.lake.attach_script import attach_script
from tasks.lake.catalog import Lake

if TYPE_CHECKING:
    from sample_lake import SampleLake

NOTEBOOK = Path(__file__).parents[1] / "docs" / "ask_the_lake.ipynb"


def test_every_cell_of_the_notebook_runs(sample_lake: SampleLake, tmp_path: Path) -> None:
    script = tmp_path / "lake.sql"
    script.write_text(attach_script(Lake.at(str(sample_lake.lake)), install=False), encoding="utf-8")
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    done = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=tmp_path,
        env={"LAKE_SQL": str(script), "MPLBACKEND": "svg", "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for shown in ("call_measures", "agent_share", "at_s", "thank you for calling"):
        assert shown in done.stdout.lower()


def test_the_notebook_keeps_no_answers() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
