"""The one place that opens SQL files. They lie beside this package, in a checkout and in a wheel alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tasks.errors import SettingsError
from tasks.questions.header import parse_question

if TYPE_CHECKING:
    from tasks.questions.question import Question

SQL_FOLDER: Final = Path(__file__).resolve().parents[2] / "sql"
"""By place and not by import: `sql` has no __init__, and other packages are called sql too."""

QUESTIONS: Final = SQL_FOLDER / "qa"
CHECKS: Final = SQL_FOLDER / "checks"


def load_questions(folder: Path = QUESTIONS) -> dict[str, Question]:
    """Every SQL file of a folder by name. Checks are questions too: `load_questions(CHECKS)`.

    Raises:
        SettingsError: a file has no proper header, or another name than its header says.
    """
    return {path.stem: _load(path) for path in sorted(folder.glob("*.sql"))}


def _load(path: Path) -> Question:
    try:
        question = parse_question(path.read_text(encoding="utf-8"))
    except SettingsError as error:
        raise SettingsError(f"{path.parent.name}/{path.name}: {error}") from None
    if question.name != path.stem:
        raise SettingsError(f"{path.parent.name}/{path.name}: the header calls it {question.name}")
    return question
