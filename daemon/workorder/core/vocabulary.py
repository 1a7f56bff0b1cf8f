"""The tags of a technician's mail: what there is, and in which spellings it may be written."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Tag(StrEnum):
    """What a tag does; the values are the keys of tags.toml."""

    IN_PROGRESS = "in-progress"
    WAITING_PARTS = "waiting-parts"
    WAITING_VENDOR = "waiting-vendor"
    WAITING_CUSTOMER = "waiting-customer"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    REOPEN = "reopen"
    START = "start"
    STOP = "stop"
    WORKED = "worked"
    BILLED = "billed"
    INTERNAL = "internal"
    ASSIGN = "assign"
    PRIORITY = "priority"
    LABEL = "label"
    TITLE = "title"
    EQUIPMENT = "equipment"
    CUSTOMER = "customer"
    FOR = "for"
    FOLLOWUP = "followup"
    CC = "cc"
    MERGE = "merge"
    LINK = "link"
    UNDO = "undo"
    STATUS = "status"
    HELP = "help"


_NOT_COUNTED = str.maketrans("", "", " -_\u00a0\u2010\u2011")


def squeezed(words: str) -> str:
    """What all spellings of one tag share: case, spaces, hyphens and underscores do not count."""
    return unicodedata.normalize("NFC", words).casefold().translate(_NOT_COUNTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """One way to write a tag, without the #; `language` is that of tags.toml's table."""

    tag: Tag
    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Every spelling in force, in the order of the file; `by_word` has their squeezed forms."""

    spellings: tuple[Spelling, ...]
    by_word: Mapping[str, Tag]

    @property
    def longest(self) -> int:
        """The most words that a spelling has."""
        return max((len(spelling.text.split()) for spelling in self.spellings), default=1)


def vocabulary_of(spellings: Iterable[Spelling]) -> Vocabulary:
    """A vocabulary of these spellings; every tag may also be written by its own name."""
    own = [Spelling(tag=tag, text=tag.value.replace("-", " "), language="en") for tag in Tag]
    every = list({squeezed(each.text): each for each in reversed([*own, *spellings])}.values())
    every.reverse()
    return Vocabulary(
        spellings=tuple(every), by_word={squeezed(each.text): each.tag for each in every}
    )


BUILT_IN = vocabulary_of(())
"""The tags by their own names alone."""
