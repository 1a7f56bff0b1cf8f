"""What became of each tag of a technician's mail, as values: words are chosen where it is shown."""

from dataclasses import dataclass
from enum import StrEnum

from workorder.core.effects import Effect
from workorder.core.vocabulary import Tag


class Verdict(StrEnum):
    """How a tag fared."""

    DONE = "done"
    NOTHING = "nothing"
    """Right, and without an effect: it was so already."""
    WRONG = "wrong"
    HELD = "held"
    """Right, and not applied, because another one is wrong."""


class ValueKind(StrEnum):
    """How a value is shown."""

    TEXT = "text"
    PHRASE = "phrase"
    """The key of a phrase, for example status.finished."""
    DAY = "day"
    """A calendar day in ISO 8601."""
    LENGTH = "length"
    """Whole minutes, shown as hours and minutes."""
    MOMENT = "moment"
    """A moment in ISO 8601, with the offset of the zone whose clock is to be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What stands in a place of a phrase."""

    name: str
    text: str
    kind: ValueKind = ValueKind.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptLine:
    """One tag: `written` as it stood in the mail, and what became of it.

    An effect HELP explains the tag `explains`. A line whose `written` is '' goes on about the one
    above.
    """

    written: str
    verdict: Verdict
    effect: Effect
    values: tuple[Value, ...] = ()
    explains: Tag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """The answer to a technician's mail with tags.

    `applied`: everything was done; else nothing was, and nobody else was told. `subject` and
    `said` are the technician's own, to be sent again. `told`: who gets what was written.
    """

    applied: bool
    lines: tuple[TranscriptLine, ...]
    subject: str = ""
    said: str = ""
    told: tuple[str, ...] = ()
