"""Python reads this on start where its folder is on the path: no network, and everything logs everything."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from log_everything import log_everything
from no_network import forbid

forbid()
log_everything()
