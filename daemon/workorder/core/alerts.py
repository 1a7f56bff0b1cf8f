"""The rules of alerts.toml: which mails are a monitoring system's, and what they are about.

All mails of one cause share a key; a mail that says that all is well again is told apart.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from workorder.core.conditions import Condition, Conditions, OneOf, Says, holds
from workorder.core.model import Priority
from workorder.core.rule_account import Asked, RuleAccount, accounts
from workorder.core.rule_case import Case, Field, FieldName, View, folded
from workorder.core.rule_index import RuleIndex
from workorder.core.rule_patterns import Pattern
from workorder.core.rule_words import failure, quoted

OWN_WORDS: Final = frozenset({"sender", "domain", "subject"})
"""What templates may name without capturing it."""

KEY_MARK: Final = "|"
"""Stands behind the rule's name in a key; no rule's name holds it."""

_MAX_WORD: Final = 200  # characters of a captured word
_PIECES: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")
_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Text with places for captured words: `{host}/{service}`; made by `template`.

    `pieces` are (text, name of the word that follows it or '').
    """

    source: str
    pieces: tuple[tuple[str, str], ...]

    @property
    def names(self) -> frozenset[str]:
        """The words that it has places for."""
        return frozenset(name for _, name in self.pieces if name)

    def filled(self, words: Mapping[str, str]) -> str | None:
        """The text with the words in it; None where one is missing."""
        if any(not words.get(name) for name in self.names):
            return None
        return "".join(text + words.get(name, "") for text, name in self.pieces).strip()


def template(source: str) -> Template:
    """Read a template; braces that are meant are doubled.

    Raises:
        ValueError: A brace stands alone, or what is inside is no name.
    """
    pieces: list[tuple[str, str]] = []
    for match in _PIECES.finditer(source):
        name = match[1]
        if name is None and match[0] in "{}":
            raise ValueError(f"a {match[0]} stands alone in {quoted(source)}")
        if name is not None and not _NAME.fullmatch(name):
            raise ValueError(f"{quoted('{' + name + '}')} is no place for a word")
        text = "" if name is not None else match[0].replace("{{", "{").replace("}}", "}")
        pieces.append((text, name or ""))
    return Template(source=source, pieces=tuple(pieces))


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Where words are taken from; the first of the patterns that matches counts."""

    field: Field
    patterns: tuple[Pattern, ...]


_OF_SENDER: Final = frozenset({FieldName.SENDER, FieldName.DOMAIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """A rule of alerts.toml. `key` is None only where it does `ignore`.

    `recovery`: all of it holds for a mail that says all is well again; without any none does.
    `finish`: such a mail finishes the work order. `customer`: a name, or '' where the equipment
    says whose it is. `technician`: an address or a name, not looked up.
    """

    name: str
    file: str
    line: int
    conditions: Conditions
    captures: tuple[Capture, ...] = ()
    key: Template | None = None
    recovery: tuple[Condition, ...] = ()
    finish: bool = False
    title: Template | None = None
    equipment: Template | None = None
    customer: str = ""
    priority: Priority | None = None
    labels: tuple[str, ...] = ()
    technician: str = ""
    ignore: bool = False

    @property
    def names_sender(self) -> bool:
        """Whether it says whose word counts; else anybody can write such a mail."""
        return any(
            isinstance(condition, OneOf | Says) and condition.field.name in _OF_SENDER
            for condition in self.conditions.when
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What an alert mail is.

    `key` is shared by all mails of one cause, and by no two rules; '' with `ignore`, of which
    nothing is to be made. `title` may be '': then the mail's subject does. `equipment` is the word
    that names it, or ''. `words` are all that were captured, as (name, word). `names_sender`: the
    rule says whose word counts.
    """

    rule: str
    key: str
    title: str
    equipment: str
    customer: str
    priority: Priority | None
    labels: tuple[str, ...]
    technician: str
    is_recovery: bool
    finish: bool
    ignore: bool
    words: tuple[tuple[str, str], ...]
    names_sender: bool = False

    def in_words(self) -> str:
        """What it is, for an account."""
        if self.ignore:
            return "nothing is to be done about it"
        return f"{'all is well again' if self.is_recovery else 'trouble'}, key {self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """The rules of alerts.toml, in the file's order."""

    rules: tuple[AlertRule, ...] = ()
    _index: RuleIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Arrange the rules: most mails are no alerts, and that should be seen at once."""
        object.__setattr__(self, "_index", RuleIndex([rule.conditions for rule in self.rules]))

    def match(self, case: Case) -> Alert | None:
        """What the first rule that knows the mail makes of it; None where none does."""
        return self.match_on(View(case))

    def match_on(self, view: View) -> Alert | None:
        """The same, of a mail that other rules look at too: what was read of it is read once."""
        if not self.rules:
            return None
        for number in self._index.hits(view):
            found = _alert(self.rules[number], view)
            if isinstance(found, Alert):
                return found
        return None

    def explain(self, case: Case) -> tuple[RuleAccount, ...]:
        """Every rule in its order, each looked at by itself: what it makes of it, or why not."""
        return accounts(self._asked(View(case)))

    def _asked(self, view: View) -> Iterator[Asked]:
        for rule in self.rules:
            found = failure(rule.conditions, view) or _alert(rule, view)
            is_alert = isinstance(found, Alert)
            yield Asked(
                file=rule.file,
                line=rule.line,
                rule=rule.name,
                did=found.in_words() if isinstance(found, Alert) else "",
                failure=partial(_itself, None if is_alert else str(found)),
                ends=True,
            )


def _itself(words: str | None) -> str | None:
    return words


NO_ALERTS = AlertRules()


def _alert(rule: AlertRule, view: View) -> Alert | str:
    """The alert that a mail is of which the conditions hold, or why it is none."""
    words = _words(rule, view)
    key = rule.key.filled(words) if rule.key else ""
    if rule.key and not key:
        missing = ", ".join(sorted(name for name in rule.key.names if not words.get(name)))
        return f"nothing was captured for {missing or 'the key'}"
    named = View(view.case, words)
    return Alert(
        rule=rule.name,
        key=f"{folded(rule.name)}{KEY_MARK}{folded(key)}" if key else "",
        title=_filled(rule.title, words),
        equipment=_filled(rule.equipment, words),
        customer=rule.customer,
        priority=rule.priority,
        labels=rule.labels,
        technician=rule.technician,
        is_recovery=bool(rule.recovery) and all(holds(each, named) for each in rule.recovery),
        finish=rule.finish,
        ignore=rule.ignore,
        words=tuple(words.items()),
        names_sender=rule.names_sender,
    )


def _filled(what: Template | None, words: Mapping[str, str]) -> str:
    return (what.filled(words) if what else None) or ""


def _words(rule: AlertRule, view: View) -> Mapping[str, str]:
    """All that is captured; of two fields that have a word, the first that is not empty counts."""
    mail, address = view.case.mail, view.case.sender.address
    words = {"subject": _short(mail.subject)}
    if address is not None:
        words |= {"sender": address.email, "domain": address.domain}
    for capture in rule.captures:
        for name, word in _captured(capture, view).items():
            words.setdefault(name, word)
    return words


def _captured(capture: Capture, view: View) -> Mapping[str, str]:
    for pattern in capture.patterns:
        for raw in view.raws(capture.field):
            found = pattern.words_in(raw)
            if found is not None:
                shortened = {name: _short(word) for name, word in found.items()}
                return {name: word for name, word in shortened.items() if word}
    return {}


def _short(words: str) -> str:
    return " ".join(words.split())[:_MAX_WORD].rstrip()
