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
    FlagName,
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
_FLAGS: Final = {name: Flag(name=name, wanted=True) for name in FlagName}
_BITS: Final = {
    (name, is_so): 1 << (2 * place + is_so)
    for place, name in enumerate(FlagName)
    for is_so in (False, True)
}
_HEADERS: Final = Field(name=FieldName.HEADER)
_IN_PART: Final = 1  # a part of a value is less telling than a whole one,
_UNSTEADY: Final = 3  # and a pattern with .* has to be looked for again, one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arranged:
    """A rule: its conditions, cheapest first, and those that are left once its key was found.

    `flags` are the bits of those that must be so, and of those that must not.
    """

    flags: int
    when: tuple[Condition, ...]
    rest: tuple[Condition, ...]
    unless: tuple[Condition, ...]

    def hold(self, view: View, *, is_sure: bool) -> bool:
        """Whether all but the flags hold."""
        wanted = self.rest if is_sure else self.when
        return all(holds(each, view) for each in wanted) and not any(
            holds(each, view) for each in self.unless
        )


class RuleIndex:
    """The conditions of rules, by number, arranged for looking up."""

    __slots__ = ("_always", "_by_field", "_rules")

    def __init__(self, rules: Sequence[Conditions], *, memory: int | None = None) -> None:
        """Arrange the rules; `memory` is the bytes that each automaton may take (see Sieve)."""
        always: dict[int, list[int]] = defaultdict(list)
        keys: dict[Field, list[tuple[OneOf | Says, int]]] = defaultdict(list)
        arranged: list[_Arranged] = []
        for number, rule in enumerate(rules):
            key = _rarest(rule.when)
            arranged.append(_arranged(rule, key))
            if key is None:
                always[arranged[-1].flags].append(number)
            else:
                keys[_HEADERS if key.field.name is FieldName.HEADER else key.field].append(
                    (key, number)
                )
        self._always = tuple((flags, tuple(numbers)) for flags, numbers in always.items())
        self._rules = tuple(arranged)
        self._by_field = tuple(_FieldIndex(of, memory) for of in keys.values())

    def hits(self, view: View) -> Iterator[int]:
        """The numbers of the rules whose conditions hold, in order."""
        so = _flags_of(view)
        perhaps: dict[int, bool] = {}
        for flags, numbers in self._always:
            if flags & so == flags:
                perhaps.update(dict.fromkeys(numbers, False))
        for index in self._by_field:
            for number, is_sure in index.found(view):
                perhaps[number] = perhaps.get(number, False) or is_sure
        for number in sorted(perhaps):
            rule = self._rules[number]
            if rule.flags & so == rule.flags and rule.hold(view, is_sure=perhaps[number]):
                yield number


class _FieldIndex:
    """What rules seek in one field, or in all headers together: many rules ask for many headers."""

    __slots__ = ("_equal", "_everything", "_fields", "_sieve", "_sought", "_sure")

    def __init__(self, keys: Sequence[tuple[OneOf | Says, int]], memory: int | None) -> None:
        equal: dict[Field, dict[str, list[int]]] = {}
        sources: list[tuple[str, int]] = []
        sure: set[int] = set()
        for key, number in keys:
            if isinstance(key, OneOf):
                numbers = equal.setdefault(key.field, defaultdict(list))
                for words in key.folds:
                    numbers[words].append(number)
            else:
                sources += [(source, number) for source in key.sources]
                sure |= {number} if _is_exact(key) else set()
        self._fields = {key.field.detail: key.field for key, _ in keys}
        self._equal = {field: dict(numbers) for field, numbers in equal.items()}
        self._sought = frozenset(key.field for key, _ in keys if isinstance(key, Says))
        self._sieve = Sieve(sources, memory=memory) if sources else None
        self._sure = frozenset(sure) if len(self._fields) == 1 else frozenset()
        self._everything = tuple(dict.fromkeys(number for _, number in sources))

    def found(self, view: View) -> Iterator[tuple[int, bool]]:
        """Rules whose key may hold, and whether it surely does."""
        fields = self._here(view)
        for field in fields:
            if (equal := self._equal.get(field)) is not None:
                for words in view.folds(field):
                    yield from ((number, True) for number in equal.get(words, ()))
        if self._sieve is not None:
            raws = [raw for field in fields if field in self._sought for raw in view.raws(field)]
            if raws:
                yield from self._sieved(self._sieve, raws)

    def _here(self, view: View) -> list[Field]:
        """The fields that the mail has, as far as that is quickly told."""
        if len(self._fields) == 1:
            return [*self._fields.values()]
        return [self._fields[name] for name in view.header_names if name in self._fields]

    def _sieved(self, sieve: Sieve, raws: Sequence[bytes]) -> Iterator[tuple[int, bool]]:
        found = sieve.found_in(b"\n".join(raws))
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
    flags = [(each, each.wanted) for each in rule.when if isinstance(each, Flag)]
    flags += [(each, not each.wanted) for each in rule.unless if isinstance(each, Flag)]
    when = _cheapest_first(rule.when)
    return _Arranged(
        flags=_bits((each.name, wanted) for each, wanted in flags),
        when=when,
        rest=tuple(each for each in when if each is not key),
        unless=_cheapest_first(rule.unless),
    )


def _cheapest_first(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    return tuple(sorted((c for c in conditions if not isinstance(c, Flag)), key=_cost))


def _flags_of(view: View) -> int:
    return _bits((name, holds(flag, view)) for name, flag in _FLAGS.items())


def _bits(flags: Iterable[tuple[FlagName, bool]]) -> int:
    """A bit for each flag that is so, and another for each that is not."""
    bits = 0
    for name, is_so in flags:
        bits |= _BITS[name, is_so]
    return bits


def _cost(condition: Condition) -> int:
    match condition:
        case Flag() | Size() | During():
            return 0
        case OneOf() | Says():
            by_pattern = isinstance(condition, Says)
            return 1 + by_pattern + 2 * (condition.field.name is FieldName.TEXT)
        case _:
            assert_never(condition)
