"""What is said about a reference that cannot be read."""

from __future__ import annotations

from tasks.errors import SettingsError


class BrokenReference(SettingsError):
    """A reference file that is not of its form. Says where and what is wanted, never what stands there."""

    def __init__(self, wanted: str, line: int | None = None) -> None:
        """`line` counts from 1."""
        super().__init__(wanted if line is None else f"line {line}: {wanted}")
