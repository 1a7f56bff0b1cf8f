"""What a check found, one line at a time."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a trial went."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one thing, in one line."""

    level: Level
    subject: str
    text: str


Remark = tuple[Level, str]
"""A finding whose subject is known where it is made."""
