"""What words of rules are compared with: the texts of something, each read once, and lazily."""

import unicodedata
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_LOOKED_AT: Final = 65_536
"""Characters of a text that conditions look at; the rest is not read."""


class FieldName(StrEnum):
    """What has words to be compared; the values are those of the rule files."""

    SENDER = "sender"
    DOMAIN = "domain"
    RECIPIENT = "recipient"
    SUBJECT = "subject"
    TEXT = "text"
    HEADER = "header"
    ATTACHMENT = "attachment"
    ATTACHMENT_TYPE = "attachment-type"
    CUSTOMER = "customer"
    LANGUAGE = "language"
    KIND = "kind"
    DMARC = "dmarc"
    WEEKDAY = "weekday"
    WORD = "word"
    """What an alert rule captured."""
    WORDS = "words"
    """The title of a work order, and the service requested."""
    LABEL = "label"
    EQUIPMENT = "equipment"
    PRIORITY = "priority"
    DOOR = "door"


OF_JOBS: Final = frozenset(
    {
        *(FieldName.WORDS, FieldName.LABEL, FieldName.EQUIPMENT),
        *(FieldName.PRIORITY, FieldName.DOOR, FieldName.CUSTOMER),
    }
)
"""The fields of a work order, which billing rules ask about."""

OF_MAILS: Final = frozenset(FieldName) - OF_JOBS | {FieldName.CUSTOMER}
"""The fields of a mail, which all other rules ask about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field; `detail` is the lower-case name of a header, or that of a captured word."""

    name: FieldName
    detail: str = ""

    def __str__(self) -> str:
        """How the rule files write it."""
        return f"{self.name}.{self.detail}" if self.detail else self.name.value


def folded(words: str) -> str:
    """What all ways to write the same words have in common: case and white space do not count."""
    return " ".join(composed(words).casefold().split())


def composed(words: str) -> str:
    """Letters and their accents as one character each: Macs send them apart in file names."""
    return words if words.isascii() else unicodedata.normalize("NFC", words)


class Texts(ABC):
    """The texts of one thing, with what was read of it kept: hundreds of rules ask for few."""

    __slots__ = ("_folds", "_raws")

    def __init__(self) -> None:
        self._raws: dict[Field, tuple[bytes, ...]] = {}
        self._folds: dict[Field, tuple[str, ...]] = {}

    @abstractmethod
    def values(self, field: Field) -> tuple[str, ...]:
        """The values that a field has here, often one; none where there is nothing of the kind."""

    def texts(self, field: Field) -> tuple[str, ...]:
        """The same, as far as they are looked at."""
        return tuple(composed(value[:MAX_LOOKED_AT]) for value in self.values(field))

    def raws(self, field: Field) -> tuple[bytes, ...]:
        """The same as UTF-8, for patterns."""
        found = self._raws.get(field)
        if found is None:
            found = tuple(text.encode("utf-8", "replace") for text in self.texts(field))
            self._raws[field] = found
        return found

    def folds(self, field: Field) -> tuple[str, ...]:
        """The same as `folded` leaves them, for equality."""
        found = self._folds.get(field)
        if found is None:
            found = tuple(folded(text) for text in self.texts(field))
            self._folds[field] = found
        return found
