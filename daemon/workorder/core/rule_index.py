"""Which of many rules hit a mail, without looking at each: arranged when the files are read.

Of every rule one condition that must hold, the one that fewest mails have, is sought for together
with those of all the others: words that must be equal in one look-up, parts of a text in one pass
over it. Only rules of which it is found are looked at further. A rule without one always is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from workorder.core.conditions import (
    Condition,
    Conditions,
    During,
    Field,
    FieldName,
    Flag,
    OneOf,
    Operator,
    Says,
    Size,
    View,
    holds,
)
from workorder.core.rule_patterns import Sieve, is_steady

# How few mails have it, by experience: who wrote it says most, to whom it went says nothing.
_RARITY: Final = {
    FieldName.SENDER: 0,
    FieldName.CUSTOMER: 1,
    FieldName.DOMAIN: 1,
    FieldName.HEADER: 1,
    FieldName.ATTACHMENT: 1,
    FieldName.WORD: 1,
    FieldName.SUBJECT: 2,
    FieldName.TEXT: 3,
    FieldName.RECIPIENT: 6,
    FieldName.ATTACHMENT_TYPE: 7,
    FieldName.LANGUAGE: 8,
    FieldName.WEEKDAY: 8,
    FieldName.DMARC: 9,
    FieldName.KIND: 9,
}
_IN_PART: Final = 1  # a part of a value is less telling than a whole one,
_UNSTEADY: Final = 3  # and a pattern with .* has to be looked for again, one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arranged:
    """A rule: its conditions, cheapest first, and those that are left once its key was found."""

    when: tuple[Condition, ...]
    rest: tuple[Condition, ...]
    unless: tuple[Condition, ...]

    def hold(self, view: View, *, is_sure: bool) -> bool:
        wanted = self.rest if is_sure else self.when
        return all(holds(each, view) for each in wanted) and not any(
            holds(each, view) for each in self.unless
        )


class RuleIndex:
    """The conditions of rules, by number, arranged for looking up."""

    __slots__ = ("_always", "_by_field", "_rules")

    def __init__(self, rules: Sequence[Conditions], *, memory: int | None = None) -> None:
        """Arrange the rules; `memory` is the bytes that each automaton may take (see Sieve)."""
        always: list[int] = []
        keys: dict[Field, list[tuple[OneOf | Says, int]]] = defaultdict(list)
        arranged: list[_Arranged] = []
        for number, rule in enumerate(rules):
            key = _rarest(rule.when)
            arranged.append(_arranged(rule, key))
            if key is None:
                always.append(number)
            else:
                keys[key.field].append((key, number))
        self._always = tuple(always)
        self._rules = tuple(arranged)
        self._by_field = tuple((field, _FieldIndex(of, memory)) for field, of in keys.items())

    def hits(self, view: View) -> Iterator[int]:
        """The numbers of the rules whose conditions hold, in order."""
        perhaps = dict.fromkeys(self._always, False)
        for field, index in self._by_field:
            for number, is_sure in index.found(field, view):
                perhaps[number] = perhaps.get(number, False) or is_sure
        for number in sorted(perhaps):
            if self._rules[number].hold(view, is_sure=perhaps[number]):
                yield number


class _FieldIndex:
    """What rules seek in one field."""

    __slots__ = ("_equal", "_everything", "_sieve", "_sure")

    def __init__(self, keys: Iterable[tuple[OneOf | Says, int]], memory: int | None) -> None:
        equal: dict[str, list[int]] = defaultdict(list)
        sources: list[tuple[str, int]] = []
        sure: set[int] = set()
        for key, number in keys:
            if isinstance(key, OneOf):
                for words in key.folds:
                    equal[words].append(number)
            else:
                sources += [(source, number) for source in key.sources]
                sure |= {number} if _is_exact(key) else set()
        self._equal = dict(equal)
        self._sieve = Sieve(sources, memory=memory) if sources else None
        self._sure = frozenset(sure)
        self._everything = tuple(dict.fromkeys(number for _, number in sources))

    def found(self, field: Field, view: View) -> Iterator[tuple[int, bool]]:
        """Rules whose key may hold, and whether it surely does."""
        if self._equal:
            for words in view.folds(field):
                yield from ((number, True) for number in self._equal.get(words, ()))
        if self._sieve is None or not (raws := view.raws(field)):
            return
        found = self._sieve.found_in(b"\n".join(raws))
        if found is None:
            yield from ((number, False) for number in self._everything)
        else:
            # What spans two values is found too, and is not there.
            is_one = len(raws) == 1
            yield from ((number, is_one and number in self._sure) for number in found)


def _is_exact(key: Says) -> bool:
    """Whether what the sieve finds of it is there: words, not what may stand at a text's end."""
    is_words = key.operator is Operator.CONTAINS and all(map(is_steady, key.sources))
    return is_words and all(words == words.strip() for words in key.words)


def _rarest(when: Iterable[Condition]) -> OneOf | Says | None:
    keys = [each for each in when if isinstance(each, OneOf | Says)]
    return min(keys, key=_rarity, default=None)


def _rarity(key: OneOf | Says) -> int:
    rarity = _RARITY[key.field.name]
    if isinstance(key, Says):
        rarity += _IN_PART if all(map(is_steady, key.sources)) else _UNSTEADY
    return rarity


def _arranged(rule: Conditions, key: OneOf | Says | None) -> _Arranged:
    when = tuple(sorted(rule.when, key=_cost))
    return _Arranged(
        when=when,
        rest=tuple(each for each in when if each is not key),
        unless=tuple(sorted(rule.unless, key=_cost)),
    )


def _cost(condition: Condition) -> int:
    match condition:
        case Flag() | Size() | During():
            return 0
        case OneOf() | Says():
            by_pattern = isinstance(condition, Says)
            return 1 + by_pattern + 2 * (condition.field.name is FieldName.TEXT)
        case _:
            assert_never(condition)
