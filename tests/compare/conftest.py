"""Calls made by hand: what is said, and what engines hear of it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode leaves test folders off the path
