"""The conditions of rules: named words with operators, and whether they hold for a mail."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import assert_never

from workorder.core.rule_case import Case, View
from workorder.core.rule_patterns import WHITE, Pattern, pattern, phrase_source
from workorder.core.rule_texts import Field, FieldName, Texts, composed, folded


class Operator(StrEnum):
    """How a field is compared; the values are those of the rule files."""

    IS = "is"
    IN = "in"
    CONTAINS = "contains"
    STARTS = "starts"
    ENDS = "ends"
    MATCHES = "matches"
    OVER = "over"
    UNDER = "under"
    BETWEEN = "between"


class FlagName(StrEnum):
    """What is so or is not; the values are those of the rule files."""

    KNOWN = "known"
    TECHNICIAN = "technician"
    REPLY = "reply"
    ATTACHMENTS = "attachments"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """A value of the field is one of these words (`is`, `in`); made by `one_of`."""

    field: Field
    words: tuple[str, ...]
    folds: frozenset[str] = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """A value of the field contains, starts with, ends with or matches one of these; by `says`.

    `sources` are patterns that are found in each text for which this holds, and in others perhaps.
    """

    field: Field
    operator: Operator
    words: tuple[str, ...]
    patterns: tuple[Pattern, ...] = dataclasses.field(repr=False)
    sources: tuple[str, ...] = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something is so, or (`wanted` False) is not."""

    name: FlagName
    wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The whole mail has more (OVER) or fewer (UNDER) bytes than `limit`."""

    operator: Operator
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class During:
    """The site's clock shows `start` or later, and it is before `end`; perhaps over midnight."""

    start: time
    end: time


Condition = OneOf | Says | Flag | Size | During


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What a rule asks for: all of `when` must hold, none of `unless` may."""

    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()

    def ask(self, name: FlagName) -> bool:
        """Whether one of them is about this flag."""
        every = (*self.when, *self.unless)
        return any(isinstance(each, Flag) and each.name is name for each in every)


def one_of(of: Field, words: Iterable[str]) -> OneOf:
    """A condition on whole values; case does not count."""
    kept = tuple(words)
    return OneOf(field=of, words=kept, folds=frozenset(map(folded, kept)))


def says(of: Field, operator: Operator, words: Iterable[str]) -> Says:
    """A condition on parts of values; case does not count, nor how white space is laid out.

    Raises:
        ValueError: With `matches`, one of `words` is no pattern; the message is for an admin.
    """
    kept = tuple(composed(each) for each in words)
    if operator is Operator.MATCHES:
        sources = kept
        patterns = tuple(pattern(source) for source in sources)
    else:
        sources = tuple(phrase_source(_trimmed(operator, each)) for each in kept)
        patterns = (pattern(_placed(operator, "|".join(sources))),)
    return Says(field=of, operator=operator, words=kept, patterns=patterns, sources=sources)


def _trimmed(operator: Operator, words: str) -> str:
    """White space at the ends of a value counts for nothing, inside of one for a word's end."""
    match operator:
        case Operator.STARTS:
            return words.lstrip()
        case Operator.ENDS:
            return words.rstrip()
        case _:
            return words


def _placed(operator: Operator, either: str) -> str:
    match operator:
        case Operator.STARTS:
            return rf"\A{WHITE}*(?:{either})"
        case Operator.ENDS:
            return rf"(?:{either}){WHITE}*\z"
        case _:
            return either


def holds(condition: Condition, view: View) -> bool:
    """Whether a condition holds; of several values of a field one is enough."""
    match condition:
        case OneOf() | Says():
            return is_said(condition, view)
        case Flag():
            return _is_so(condition.name, view.case) is condition.wanted
        case Size():
            size = view.case.mail.size
            over = condition.operator is Operator.OVER
            return size > condition.limit if over else size < condition.limit
        case During():
            return _is_during(condition, view.case.local.time())
        case _:
            assert_never(condition)


def is_said(condition: OneOf | Says, texts: Texts) -> bool:
    """Whether a condition on words holds; of several values of a field one is enough."""
    if isinstance(condition, OneOf):
        return not condition.folds.isdisjoint(texts.folds(condition.field))
    raws = texts.raws(condition.field)
    return any(pattern.found_in(raw) for raw in raws for pattern in condition.patterns)


def _is_so(name: FlagName, case: Case) -> bool:
    match name:
        case FlagName.KNOWN:
            return case.sender.is_known
        case FlagName.TECHNICIAN:
            return case.sender.technician is not None
        case FlagName.REPLY:
            return case.is_reply
        case FlagName.ATTACHMENTS:
            # A picture inside the text is mostly a logo in somebody's signature.
            return any(not attachment.inline for attachment in case.mail.attachments)
        case _:
            assert_never(name)


def _is_during(condition: During, now: time) -> bool:
    if condition.start < condition.end:
        return condition.start <= now < condition.end
    return now >= condition.start or now < condition.end


__all__ = [
    "Case",
    "Condition",
    "Conditions",
    "During",
    "Field",
    "FieldName",
    "Flag",
    "FlagName",
    "OneOf",
    "Operator",
    "Says",
    "Size",
    "View",
    "holds",
    "is_said",
    "one_of",
    "says",
]
