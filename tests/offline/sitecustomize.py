"""Python reads this on start where its folder is on the path: child processes stay off the network too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from no_network import forbid

forbid()
