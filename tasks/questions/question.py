"""What the header of a SQL file says, as data. Views, questions and checks all have the same header."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

ParameterType = Literal["varchar", "varchar[]", "integer", "double", "boolean", "date"]
Value = str | int | float | bool | date | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value the asker may set, bound as `$name`. Without `required`, None is a default like any other."""

    name: str
    type: ParameterType
    required: bool
    default: Value
    unit: str | None
    description: str

    def summary(self) -> str:
        """How it is written, in a few words: `within_s (double, s, default 15)`."""
        parts = [self.type, *([self.unit] if self.unit else []), self._default_text()]
        return f"{self.name} ({', '.join(parts)})"

    def _default_text(self) -> str:
        if self.required:
            return "required"
        if self.default is None:
            return "default none"
        if isinstance(self.default, tuple):
            return f"default {'; '.join(self.default)}"
        if isinstance(self.default, float):
            return f"default {self.default:g}"
        return f"default {str(self.default).lower()}"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the answer."""

    name: str
    unit: str | None
    description: str


@dataclass(frozen=True, slots=True)
class Question:
    """One SQL file: a bare select, and what its header promises about the rows."""

    name: str
    question: str
    """In plain words, as a person would ask it."""
    grain: str
    """What one row is."""
    key: tuple[str, ...]
    """The columns that no two rows share; null counts as a value."""
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    empty_means: str
    limits: str
    sql: str
    """The select, without the header."""
    stored: bool = False
    """Computed once, when calls land, and kept as a table; otherwise computed when asked for."""
