"""The bundled recordings that the tests ingest once, and where that lake is."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

from command_line import Said, run_command
from short_recordings import ARCHIVE

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE_CALLS = (
    "call-0001",  # two speakers, a card number
    "call-0009",  # mono
    "call-0010",  # dual mono
    "call-0011",  # dead leg
    "call-0013",  # channels swapped
    "call-0014",  # truncated
    "call-0015",  # no sound
    "20260311T141500_agent07_billing_call0012",  # no sidecar
)


@dataclass(frozen=True, slots=True)
class SampleLake:
    """A lake of bundled calls, ingested by the real command line; `home` holds all it wrote."""

    home: Path
    archive: Path
    lake: Path
    said: Said

    @classmethod
    def made_in(cls, folder: Path) -> Self:
        """Eight bundled recordings with the real model and the real Prefect, at its most talkative.

        One of them is named after its customer and her card, which must not get into the lake. Where another
        process has made it in this folder, it is that one.
        """
        home, archive, noted = folder / "home", folder / "archive", folder / "said.json"
        if not noted.exists():
            _copy_recordings(archive)
            orders = ["ingest", archive, "--lake", home / "lake", "--json", "--verbose"]
            said = run_command(*orders, home=home, env={"PREFECT_LOGGING_LEVEL": "DEBUG"})
            noted.write_text(json.dumps(asdict(said)))
        return cls(home, archive, home / "lake", Said(**json.loads(noted.read_text())))


def _copy_recordings(archive: Path) -> None:
    archive.mkdir()
    for stem in SAMPLE_CALLS:
        for path in ARCHIVE.glob(f"{stem}.*"):
            named = f"Robert Ellison 4263982640269299{path.suffix}" if stem == "call-0001" else path.name
            shutil.copy2(path, archive / named)
