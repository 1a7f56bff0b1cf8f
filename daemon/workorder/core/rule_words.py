"""Conditions in words: what an account says of the one that did not hold."""

from typing import Final, assert_never

from workorder.core.conditions import (
    Condition,
    Conditions,
    During,
    Field,
    FieldName,
    Flag,
    FlagName,
    OneOf,
    Operator,
    Says,
    Size,
    View,
    holds,
)

_MOST_SHOWN: Final = 3  # words of a long list
_LONGEST_SHOWN: Final = 80  # characters of a word

_SAID: Final = {
    Operator.CONTAINS: ("contains", "does not contain"),
    Operator.STARTS: ("starts with", "does not start with"),
    Operator.ENDS: ("ends with", "does not end with"),
    Operator.MATCHES: ("matches", "does not match"),
}
_SO: Final = {
    FlagName.KNOWN: ("the sender is known", "the sender is not known"),
    FlagName.TECHNICIAN: ("the sender is a technician", "the sender is no technician"),
    FlagName.REPLY: ("it belongs to a work order", "it belongs to no work order"),
    FlagName.ATTACHMENTS: ("it has attachments", "it has no attachments"),
}
# Of these the account shows what they are; a text or a header may be long, or a secret.
_SHOWN: Final = frozenset(
    {
        *(FieldName.SENDER, FieldName.DOMAIN, FieldName.CUSTOMER, FieldName.LANGUAGE),
        *(FieldName.KIND, FieldName.DMARC, FieldName.WEEKDAY, FieldName.WORD),
    }
)


def failure(conditions: Conditions, view: View) -> str | None:
    """Why a rule with these conditions does not hit: the first that stands against it, or None."""
    for condition in conditions.when:
        if not holds(condition, view):
            return _missed(condition, view)
    for condition in conditions.unless:
        if holds(condition, view):
            return f"unless: {in_words(condition)}"
    return None


def in_words(condition: Condition, *, negated: bool = False) -> str:
    """A condition, or that it does not hold."""
    match condition:
        case OneOf():
            verb = "is not" if negated else "is"
            return f"{condition.field} {verb} {_either(condition.words)}"
        case Says():
            verb = _SAID[condition.operator][negated]
            return f"{condition.field} {verb} {_either(condition.words)}"
        case Flag():
            return _SO[condition.name][condition.wanted is negated]
        case Size():
            over = (condition.operator is Operator.OVER) is not negated
            return f"size is {'over' if over else 'under'} {condition.limit} bytes"
        case During():
            span = f"{condition.start:%H:%M} and {condition.end:%H:%M}"
            return f"time is {'not ' if negated else ''}between {span}"
        case _:
            assert_never(condition)


def _missed(condition: Condition, view: View) -> str:
    words = in_words(condition, negated=True)
    match condition:
        case OneOf() | Says():
            return _with_value(words, condition.field, view)
        case During():
            return f"{words} (it is {view.case.local:%H:%M})"
        case Size():
            limit = f"{condition.operator} {condition.limit}"
            return f"size is {view.case.mail.size} bytes, not {limit}"
        case Flag():
            return words
        case _:
            assert_never(condition)


def _with_value(words: str, field: Field, view: View) -> str:
    values = view.texts(field)
    if not values:
        return f"{words} (there is none)"
    if field.name in _SHOWN:
        return f"{words} (it is {quoted(values[0])})"
    return words


def _either(words: tuple[str, ...]) -> str:
    shown = " or ".join(quoted(each) for each in words[:_MOST_SHOWN])
    more = len(words) - _MOST_SHOWN
    return f"{shown} or {more} more" if more > 0 else shown


def quoted(words: str) -> str:
    """Words in quotes, on one line and not too long whatever they are."""
    cut = words[:_LONGEST_SHOWN]
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)
    return f'"{shown}"' if cut == words else f'"{shown}..."'
