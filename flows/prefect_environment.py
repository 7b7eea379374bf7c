"""Prefect's settings for a run on this machine, set before Prefect is imported; what is set already stays."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tasks.errors import SettingsError

_DEFAULTS: Final = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",  # a busy machine needs more than 20 s
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",  # results would lie in the clear
    # Services of a server that other flows would need, and that cost CPU for every task run.
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
}


def prepare_environment(*, verbose: bool) -> None:
    """Set the defaults. Prefect's own log stays quiet unless asked for: it would print tracebacks.

    Raises:
        SettingsError: there is no place for Prefect's database.
    """
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    _make_home()
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "INFO" if verbose else "CRITICAL")
    os.environ.setdefault("PREFECT_INTERNAL_LOGGING_LEVEL", "CRITICAL")


def _make_home() -> None:
    """Prefect makes its folder, but not the one around it."""
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise SettingsError(f"{home} cannot be made; set PREFECT_HOME to a folder that can") from None
