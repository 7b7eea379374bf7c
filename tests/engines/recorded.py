"""The recorded answers: written by hand in the vendors' formats, with what they say beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tasks.engines.registry import ENGINES

ANSWERS = Path(__file__).with_name("answers")


def recorded() -> list[tuple[str, str, dict[str, Any]]]:
    """Engine, file and what is expected of it, for every recorded answer."""
    return [
        (engine, file, expected)
        for engine in ENGINES
        for file, expected in json.loads((ANSWERS / engine / "expected.json").read_text()).items()
    ]


def answer(engine: str, file: str) -> bytes:
    """One recorded answer."""
    return (ANSWERS / engine / file).read_bytes()
