"""[rule.when], [rule.unless] and [rule.recovery]: tables of conditions."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from typing import Any, Final

from workorder.config_file import did_you_mean, quoted
from workorder.core.calendar import DAY_MINUTES
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
    one_of,
    says,
)
from workorder.core.job import JobConditions
from workorder.core.rule_texts import OF_JOBS, OF_MAILS
from workorder.rulefiles.condition_words import CLOSED, word_problem
from workorder.rulefiles.tables import Table
from workorder.rulefiles.times import span_of

_SIZE: Final = "size"
_TIME: Final = "time"
_WHOLE: Final = (Operator.IS, Operator.IN)
_PARTS: Final = (Operator.CONTAINS, Operator.STARTS, Operator.ENDS, Operator.MATCHES)
_NESTED: Final = {FieldName.HEADER, FieldName.WORD}
_KNOWN: Final = (
    *(name.value for name in FieldName if name in OF_MAILS - _NESTED),
    FieldName.HEADER.value,
    *(name.value for name in FlagName),
    _SIZE,
    _TIME,
)
_SAID_OF_JOBS: Final = ("subject", "text", "title", "service")
_UNITS: Final = {"": 1, "B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30}
_SIZE_FORM: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([KMG]?B)?", re.IGNORECASE)
_HEADER_FORM: Final = re.compile(r"[!-9;-~]+")


def conditions_of(rule: Table) -> Conditions:
    """What a rule asks for."""
    return Conditions(
        when=conditions_in(rule.table("when")), unless=conditions_in(rule.table("unless"))
    )


def conditions_in(
    table: Table | None, captured: Iterable[str] | None = None
) -> tuple[Condition, ...]:
    """The conditions of one table; `captured` are the words that it may ask about, if any."""
    if table is None:
        return ()
    known = _KNOWN if captured is None else (*_KNOWN, FieldName.WORD.value)
    found: list[Condition] = []
    for name in table.values:
        if name not in known:
            _unknown(table, name, known)
        elif name in list(FlagName):
            wanted = table.flag(name)
            found += [] if wanted is None else [Flag(name=FlagName(name), wanted=wanted)]
        elif name == FieldName.HEADER:
            found += _headers(table)
        elif name == FieldName.WORD:
            found += _captured(table, tuple(captured or ()))
        elif name in {_SIZE, _TIME}:
            found += _size(table) if name == _SIZE else _time(table)
        else:
            found += _of_field(table, name, Field(name=FieldName(name)))
    return tuple(found)


def job_conditions_of(rule: Table) -> JobConditions:
    """What a billing rule asks for."""
    return JobConditions(
        when=_about_job(rule.table("when")), unless=_about_job(rule.table("unless"))
    )


def _about_job(table: Table | None) -> tuple[OneOf | Says, ...]:
    if table is None:
        return ()
    known = tuple(name.value for name in FieldName if name in OF_JOBS)
    found: list[OneOf | Says] = []
    for name in table.values:
        if name in known:
            found += _of_field(table, name, Field(name=FieldName(name)))
        else:
            _unknown_of_job(table, name, known)
    return tuple(found)


def _unknown_of_job(table: Table, name: str, known: Iterable[str]) -> None:
    near = did_you_mean(name, known)
    if name in _KNOWN and not near:
        near = f" (a billing rule asks about {', '.join(known)})"
    if name in _SAID_OF_JOBS:
        near = f" (did you mean {quoted(FieldName.WORDS)}?)"
    table.wrong_here(f"unknown condition {quoted(name)}{near}", name)


def _unknown(table: Table, name: str, known: Iterable[str]) -> None:
    near = did_you_mean(name, known)
    if not near and name.lower().startswith("x-"):
        near = f" (did you mean {quoted(f'header.{name}')}?)"
    if name == FieldName.WORD:
        near = " (captured words are asked about in [rule.recovery] of alerts.toml)"
    table.wrong_here(f"unknown condition {quoted(name)}{near}", name)


def _headers(table: Table) -> Iterator[Condition]:
    if not isinstance(table.values[FieldName.HEADER], Mapping):
        table.wrong(FieldName.HEADER, 'name the header: header.X-Mailer = "..."')
        return
    headers = table.table(FieldName.HEADER)
    assert headers is not None  # it is a table
    _asks_something(headers, FieldName.HEADER)
    for name in headers.values:
        if _HEADER_FORM.fullmatch(name):
            field = Field(name=FieldName.HEADER, detail=name.lower())
            yield from _of_field(headers, name, field)
        else:
            headers.wrong_here(f"{quoted(name)} is no name of a header", name)


def _captured(table: Table, captured: tuple[str, ...]) -> Iterator[Condition]:
    words = table.table(FieldName.WORD)
    if words is None:
        return
    _asks_something(words, FieldName.WORD)
    for name in words.values:
        if name in captured:
            yield from _of_field(words, name, Field(name=FieldName.WORD, detail=name))
        else:
            near = did_you_mean(name, captured)
            words.wrong_here(f"no capture makes the word {quoted(name)}{near}", name)


def _of_field(table: Table, name: str, field: Field) -> Iterator[OneOf | Says]:
    """What is asked about one field: `x = "a"`, `x = ["a", "b"]`, or operators."""
    value = table.values[name]
    if isinstance(value, Mapping):
        operators = table.table(name)
        assert operators is not None  # it is a table
        yield from _operators(operators, field)
    elif isinstance(value, str | list):
        condition = _whole(table, name, field)
        if condition is not None:
            yield condition
    else:
        table.wrong(name, 'must be text, or say how to compare: contains = "..."')


def _operators(table: Table, field: Field) -> Iterator[OneOf | Says]:
    allowed = _WHOLE if field.name in CLOSED else (*_WHOLE, *_PARTS)
    _asks_something(table, str(field))
    for name in table.values:
        if name not in list(allowed):
            _wrong_operator(table, name, field, allowed)
            continue
        operator = Operator(name)
        if operator is Operator.IS and isinstance(table.values[name], list):
            table.wrong(name, 'for a list write "in"')
            continue
        made = _whole(table, name, field) if operator in _WHOLE else _part(table, field, operator)
        if made is not None:
            yield made


def _asks_something(table: Table, what: str) -> None:
    """An empty table would hold for every mail."""
    if not table.values:
        table.wrong_here(f"{what} asks for nothing")


def _wrong_operator(table: Table, name: str, field: Field, allowed: Iterable[Operator]) -> None:
    if name in list(Operator):
        named = ", ".join(allowed)
        table.wrong_here(f"{field} is not compared with {quoted(name)}, only with {named}", name)
    else:
        table.unknown(name, allowed, "operator")


def _whole(table: Table, name: str, field: Field) -> OneOf | None:
    words = table.texts(name)
    reasons = [reason for each in words if (reason := word_problem(field.name, each))]
    for reason in reasons:
        table.wrong(name, reason)
    return one_of(field, words) if words and not reasons else None


def _part(table: Table, field: Field, operator: Operator) -> Says | None:
    words = table.texts(operator)
    if not words:
        return None
    return table.made(operator, "", lambda _: says(field, operator, words))


def _size(table: Table) -> Iterator[Condition]:
    sizes = table.table(_SIZE)
    if sizes is None:
        return
    allowed = (Operator.OVER, Operator.UNDER)
    _asks_something(sizes, _SIZE)
    sizes.only(allowed, "operator")
    for operator in allowed:
        if sizes.has(operator):
            limit = _bytes_of(sizes.values[operator])
            if limit is None:
                sizes.wrong(operator, 'must be a number of bytes, or a text like "10 MB"')
            else:
                yield Size(operator=operator, limit=limit)


def _bytes_of(value: Any) -> int | None:  # noqa: ANN401 - whatever the file says
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value >= 0 else None
    found = _SIZE_FORM.fullmatch(value.strip()) if isinstance(value, str) else None
    return int(float(found[1]) * _UNITS[(found[2] or "").upper()]) if found else None


def _time(table: Table) -> Iterator[Condition]:
    times = table.table(_TIME)
    if times is None:
        return
    _asks_something(times, _TIME)
    times.only((Operator.BETWEEN,), "operator")
    text = times.text(Operator.BETWEEN)
    if text and (span := times.made(Operator.BETWEEN, text, _span)):
        yield span


def _span(text: str) -> During:
    start, end = span_of(text)
    if start == end:
        raise ValueError(f"{quoted(text)} begins when it ends")
    return During(start=_clock(start), end=_clock(end))


def _clock(minutes: int) -> time:
    return time(*divmod(minutes % DAY_MINUTES, 60))
