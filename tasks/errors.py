"""The family of errors: each has one exit code, and a message that says what to do next."""

from __future__ import annotations

from typing import ClassVar


class CallArchiveError(Exception):
    """Anything callarchive refuses or fails to do. Messages hold ids and counts, never words or keys."""

    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False


class SettingsError(CallArchiveError):
    """A setting is missing or wrong."""

    exit_code: ClassVar[int] = 2


class Quarantined(CallArchiveError):
    """A recording that cannot be used as it is: broken, empty, hostile or foreign."""

    exit_code: ClassVar[int] = 3


class EngineError(CallArchiveError):
    """An engine did not do its work."""

    exit_code: ClassVar[int] = 4
    stops_engine: ClassVar[bool] = False
    """True where no request to the engine will succeed until somebody acts."""


class EngineBusy(EngineError):
    """The engine is overloaded or unreachable for now; the same request may succeed later."""

    retryable: ClassVar[bool] = True


class EngineRefused(EngineError):
    """The engine will not accept this request; sending it again changes nothing."""


class UnexpectedAnswer(EngineError):
    """The engine answered with something that cannot be read."""


class QueryRefused(CallArchiveError):
    """A query writes, attaches or reads outside the lake, or does not parse."""

    exit_code: ClassVar[int] = 5


class CheckFailed(CallArchiveError):
    """Data that breaks a promise of the lake; it is not landed."""

    exit_code: ClassVar[int] = 6


class OverBudget(CallArchiveError):
    """A spending ceiling is reached."""

    exit_code: ClassVar[int] = 7


class OnHold(CallArchiveError):
    """A legal hold keeps what should be erased."""

    exit_code: ClassVar[int] = 11


class AlertNotSent(CallArchiveError):
    """The webhook does not take what it is told."""

    exit_code: ClassVar[int] = 2


class KeyMissing(CallArchiveError):
    """Something is encrypted with a key that is not among the keys at hand."""

    exit_code: ClassVar[int] = 8


class Stopped(CallArchiveError):
    """A run was told to stop (SIGTERM); the next one goes on."""

    exit_code: ClassVar[int] = 13
