"""alerts.toml: [[rule]] tables that know the mails of monitoring systems."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final

from workorder.config_file import did_you_mean, quoted
from workorder.core.alerts import (
    KEY_MARK,
    OWN_WORDS,
    AlertRule,
    AlertRules,
    Capture,
    Template,
    template,
)
from workorder.core.conditions import Field, FieldName
from workorder.core.model import Priority
from workorder.core.rule_patterns import Pattern, pattern
from workorder.rulefiles.condition_tables import conditions_in, conditions_of
from workorder.rulefiles.intake_file import labels_in
from workorder.rulefiles.tables import Page, Table

_IGNORE_KEYS: Final = ("name", "when", "unless", "ignore")
_KEYS: Final = (
    *_IGNORE_KEYS,
    *("capture", "key", "recovery", "on-recovery", "title", "equipment"),
    *("customer", "priority", "labels", "technician"),
)
_CAPTURED: Final = (FieldName.SUBJECT, FieldName.TEXT, FieldName.SENDER)


class _OnRecovery(StrEnum):
    """What a mail that says all is well does."""

    NOTE = "note"
    FINISH = "finish"


def read_alerts(page: Page) -> AlertRules:
    """What alerts.toml says; what is wrong is noted on `page`."""
    page.top.only(("rule",), "section")
    return AlertRules(rules=tuple(_rule(rule) for rule in page.top.rules()))


def _rule(rule: Table) -> AlertRule:
    rule.only(_KEYS)
    _whole(rule)
    captures = tuple(_captures(rule.table("capture")))
    names = frozenset(
        name for capture in captures for each in capture.patterns for name in each.names
    )
    return AlertRule(
        name=rule.text("name"),
        file=rule.page.file,
        line=rule.line,
        conditions=conditions_of(rule),
        captures=captures,
        key=_template(rule, "key", names),
        recovery=conditions_in(rule.table("recovery"), sorted(names)),
        finish=rule.word("on-recovery", _OnRecovery) is _OnRecovery.FINISH,
        title=_template(rule, "title", names),
        equipment=_template(rule, "equipment", names),
        customer=rule.text("customer"),
        priority=rule.word("priority", Priority),
        labels=labels_in(rule),
        technician=rule.text("technician"),
        ignore=bool(rule.flag("ignore")),
    )


def _whole(rule: Table) -> None:
    """What a rule must have, and what makes no sense together."""
    if KEY_MARK in rule.text("name"):
        rule.wrong("name", f"holds a {KEY_MARK}, which ends the name in the keys of alerts")
    if not rule.values.get("when"):
        rule.wrong_here("has no [rule.when]: every mail would be its alert")
    if rule.values.get("ignore") is True:
        for name in rule.values:
            if name in _KEYS and name not in _IGNORE_KEYS:
                rule.wrong_here(f"{name} has no effect with ignore = true", name)
    elif not rule.has("key"):
        rule.wrong_here('has no key: it says which alerts belong together (key = "{host}")')
    if rule.has("on-recovery") and not rule.has("recovery"):
        rule.wrong_here("on-recovery has no effect without a [rule.recovery]", "on-recovery")


def _captures(table: Table | None) -> Iterator[Capture]:
    if table is None:
        return
    known = (*_CAPTURED, FieldName.HEADER)
    for name in table.values:
        if name not in known:
            table.unknown(name, known, "field to capture from")
        elif name != FieldName.HEADER:
            yield from _capture(table, name, Field(name=FieldName(name)))
        elif not isinstance(table.values[name], Mapping):
            table.wrong(name, 'name the header: header.X-Host = "(?P<host>.+)"')
        else:
            headers = table.table(name)
            assert headers is not None  # it is a table
            for header in headers.values:
                field = Field(name=FieldName.HEADER, detail=header.lower())
                yield from _capture(headers, header, field)


def _capture(table: Table, name: str, field: Field) -> Iterator[Capture]:
    made = [table.made(name, source, _pattern) for source in table.texts(name)]
    patterns = tuple(each for each in made if each is not None)
    if patterns:
        yield Capture(field=field, patterns=patterns)


def _pattern(source: str) -> Pattern:
    made = pattern(source, captures=True)
    if not made.names:
        raise ValueError(f"{quoted(source)} captures nothing: name a group, (?P<host>...)")
    taken = sorted(made.names & OWN_WORDS)
    if taken:
        raise ValueError(f"{{{taken[0]}}} is the mail's own: give the group another name")
    return made


def _template(rule: Table, name: str, captured: Iterable[str]) -> Template | None:
    text = rule.text(name)
    made = rule.made(name, text, template) if text else None
    known = (*captured, *sorted(OWN_WORDS))
    for word in sorted(made.names - set(known)) if made else ():
        rule.wrong(name, f"no capture makes the word {quoted(word)}{did_you_mean(word, known)}")
    if made and name == "key" and not made.names:
        rule.wrong(name, "names no word: all alerts of this rule would be one")
    return made
