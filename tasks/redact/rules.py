"""The redaction rules: what is looked for and what becomes of it, read from one YAML file and checked."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, cast, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.errors import SettingsError
from tasks.schemas import Tier  # noqa: TC001  (pydantic reads it when the rules are checked)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tasks.schemas import Finding

DETECTOR_VERSION = "2"
"""Goes up whenever the detector would find something else under the same rules."""

_NAME = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z][A-Z0-9]*)*")
"""Leaves no doubt where the name ends in [PERSON_1] and [PERSON_1a2b3c4d5e6f]."""

DEFAULT_PATH = Path(__file__).with_name("rules.yaml")

Profile = Literal["all", "pci", "hipaa", "gdpr", "numbers"]
Action = Literal["label", "numbered", "pseudonym", "reversible", "delete_only"]
Mode = Literal["none", "label", "numbered", "pseudonym", "reversible", "delete_only"]
"""What became of a finding; none where it waits for a person."""
Score = Field(ge=0.0, le=1.0)
NEVER_KEPT = frozenset({"CARD_CVV", "PIN", "OTP", "PASSWORD", "SECURITY_ANSWER"})
"""PCI DSS 3.3.1: not to be stored after authorisation, not even encrypted."""


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EntityRule(_Checked):
    """What becomes of one kind of personal data."""

    group: str
    action: Action
    threshold: float = Score
    tier: Tier = "auto"
    profiles: tuple[Profile, ...] | None = None


class Group(_Checked):
    """Entities that profiles switch together."""

    profiles: tuple[Profile, ...]


class RulesFile(_Checked):
    """A rules file, as written."""

    auto_from: float = Score
    review_from: float = Score
    fallback_digits: dict[str, int]
    groups: dict[str, Group]
    entities: dict[str, EntityRule]
    ner_model: str | None = None
    recognizers: tuple[str, ...] = ()
    deny: dict[str, tuple[str, ...]] = {}
    allow: tuple[str, ...] = ()
    cues: dict[str, tuple[str, ...]] = {}


class Rules(_Checked):
    """The rules of one profile, ready for use."""

    profile: Profile
    auto_from: float
    review_from: float
    fallback_digits: int
    entities: dict[str, EntityRule]
    """Only the entities that this profile looks for."""
    known: frozenset[str] = frozenset()
    """All entities of the rules file."""
    ner_model: str | None = None
    recognizers: tuple[Path, ...] = ()
    deny: dict[str, tuple[str, ...]] = {}
    allow: tuple[str, ...] = ()
    cues: dict[str, tuple[str, ...]] = {}

    @cached_property
    def hash(self) -> str:
        """A short name for exactly these rules, the contents of its recogniser files included."""
        written = self.model_dump(mode="json") | {"known": sorted(self.known)}
        content = json.dumps(written, sort_keys=True) + "".join(_digest(path) for path in self.recognizers)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, whose hash is its own."""
        copy = super().model_copy(update=update, deep=deep)
        vars(copy).pop("hash", None)
        return copy

    def tier_of(self, entity: str, score: float) -> Tier | None:
        """The tier of a finding, None where it is not to be reported."""
        rule = self.entities.get(entity)
        if rule is None or score < min(rule.threshold, self.review_from):
            return None
        if score < rule.threshold or rule.tier == "review":
            return "review"
        return "auto" if score >= self.auto_from and rule.tier == "auto" else "flagged"

    def mode_of(self, finding: Finding) -> Mode:
        """What becomes of a finding; of one that these rules do not look for nothing is kept."""
        if finding.tier == "review":
            return "none"
        rule = self.entities.get(finding.entity)
        return rule.action if rule else "delete_only"


def load_rules(profile: str = "all", path: str | Path | None = None, mode: str | None = None) -> Rules:
    """The rules of a profile. A mode goes before every action of the file but delete_only.

    Raises:
        SettingsError: the file, the profile or the mode is not usable.
    """
    source = Path(path) if path is not None else DEFAULT_PATH
    if profile not in get_args(Profile):
        raise SettingsError(f"no redaction profile {profile!r}; choose one of {', '.join(get_args(Profile))}")
    if mode is not None and mode not in get_args(Action):
        raise SettingsError(f"no redaction mode {mode!r}; choose one of {', '.join(get_args(Action))}")
    written = _read(source)
    _check(written, source)
    return Rules(
        profile=cast("Profile", profile),
        auto_from=written.auto_from,
        review_from=written.review_from,
        fallback_digits=written.fallback_digits.get(profile, written.fallback_digits["default"]),
        entities={
            name: _in_mode(rule, mode)
            for name, rule in written.entities.items()
            if profile in _profiles(written, rule)
        },
        known=frozenset(written.entities),
        ner_model=written.ner_model,
        recognizers=tuple((source.parent / name).resolve() for name in written.recognizers),
        deny=written.deny,
        allow=written.allow,
        cues=written.cues,
    )


def _in_mode(rule: EntityRule, mode: str | None) -> EntityRule:
    if mode is None or rule.action == "delete_only":
        return rule
    return rule.model_copy(update={"action": mode})


def _read(source: Path) -> RulesFile:
    try:
        content: Any = yaml.safe_load(source.read_text(encoding="utf-8"))
        return RulesFile.model_validate(content)
    except OSError as error:
        raise SettingsError(f"the redaction rules {source} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"the redaction rules {source} are not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"the redaction rules {source} are wrong at {where}: {first['msg']}") from error


def _check(written: RulesFile, source: Path) -> None:
    """Refuses what the types allow but sense does not."""
    problems = [
        *(
            f"entities.{n}: no group {r.group}"
            for n, r in written.entities.items()
            if r.group not in written.groups
        ),
        *(
            f"entities.{name}: must be delete_only (PCI DSS 3.3.1)"
            for name, rule in written.entities.items()
            if name in NEVER_KEPT and rule.action != "delete_only"
        ),
        *(
            f"entities.{name}: write its name in capitals, its parts joined by _ and begun with a letter"
            for name in written.entities
            if not _NAME.fullmatch(name)
        ),
        *(f"deny.{name}: no such entity" for name in written.deny if name not in written.entities),
        *(f"cues.{name}: no such entity" for name in written.cues if name not in written.entities),
        *(f"recognizers: {n} is missing" for n in written.recognizers if not (source.parent / n).is_file()),
        *([] if "default" in written.fallback_digits else ["fallback_digits: no default"]),
    ]
    if problems:
        raise SettingsError(f"the redaction rules {source} are wrong at {problems[0]}")


def _profiles(written: RulesFile, rule: EntityRule) -> tuple[Profile, ...]:
    return rule.profiles if rule.profiles is not None else written.groups[rule.group].profiles


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise SettingsError(f"the recogniser file {path} cannot be read: {error.strerror}") from error
