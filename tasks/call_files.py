"""One call's redacted conversation as a file: text, JSON, WebVTT, SubRip."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Literal

from tasks.captions import as_srt, as_vtt, cues
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]
Form = Literal["txt", "json", "vtt", "srt"]

_OF_THE_CALL: Final = ("call_id", "call_date")
_OF_THE_TURN: Final = (*_OF_THE_CALL, "channel", "speaker", "turn_index")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._~-]")
_LONGEST_NAME: Final = 100
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, with any ending."""


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """The rows of one call: of `calls`, of `turns` and `words` in their order."""

    facts: Row
    turns: list[Row]
    words: list[Row]

    @property
    def has_times(self) -> bool:
        """False where there are words and none has a time: such a call cannot be captions."""
        return not self.words or any(word["start_ms"] is not None for word in self.words)

    def as_text(self, form: Form) -> str:
        """The file's content.

        Raises:
            SettingsError: captions are asked for, and the engine gave no word times.
        """
        if form == "json":
            return json.dumps(self._document(), default=_plain, indent=2, ensure_ascii=False) + "\n"
        if form == "txt":
            lines = (f"{_at(turn)}{turn['speaker'] or 'unknown'}: {turn['text']}\n" for turn in self.turns)
            return "".join(lines)
        if not self.has_times:
            raise SettingsError("the engine gave no word times for this call; export it as txt or json")
        shown = cues(self.words)
        return as_vtt(shown) if form == "vtt" else as_srt(shown)

    def _document(self) -> Row:
        said: dict[int, list[Row]] = {turn["turn_index"]: [] for turn in self.turns}
        for word in self.words:
            said[word["turn_index"]].append(_without(word, _OF_THE_TURN))
        metadata = json.loads(self.facts["metadata"]) if self.facts["metadata"] else {}
        turns = [_without(turn, _OF_THE_CALL) | {"words": said[turn["turn_index"]]} for turn in self.turns]
        return {"call": self.facts | {"metadata": metadata}, "turns": turns}


def file_stems(call_ids: Iterable[str]) -> dict[str, str]:
    """A file name without its ending for each call: its id, where every system can have a file so named.

    Elsewhere what a file name cannot hold becomes `_` and a hash of the id follows: no two share a name,
    also where a system does not tell `A` from `a`.
    """
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for call_id in call_ids:
        stem = _UNSAFE.sub("_", call_id).strip(".")[:_LONGEST_NAME]
        if stem != call_id or stem.lower() in taken or _DEVICES.fullmatch(stem):
            stem = f"{stem}-{sha256(call_id.encode()).hexdigest()[:12]}"
        taken.add(stem.lower())
        stems[call_id] = stem
    return stems


def _without(row: Row, columns: tuple[str, ...]) -> Row:
    return {name: value for name, value in row.items() if name not in columns}


def _at(turn: Row) -> str:
    if turn["start_ms"] is None:
        return ""
    seconds = turn["start_ms"] // 1000
    return f"[{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}] "


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
