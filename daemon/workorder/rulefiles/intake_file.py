"""intake.toml: [[rule]] tables of conditions and actions, and [thanks]."""

import re
from typing import Final

from workorder.config_file import quoted
from workorder.core.model import Priority, Status
from workorder.core.rules import IntakeRule, IntakeRules, Sets
from workorder.core.thanks import ANSWERS, Thanks, plain
from workorder.rulefiles.condition_tables import conditions_of
from workorder.rulefiles.condition_words import label_problem
from workorder.rulefiles.tables import Page, Table

_RULE_KEYS: Final = ("name", "when", "unless", "set", "refuse", "aside", "automatic", "stop")
_SET_KEYS: Final = ("customer", "priority", "labels", "technician", "equipment", "status", "note")
_AROUND: Final = "around"
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


def read_intake(page: Page) -> tuple[IntakeRules, Thanks]:
    """What intake.toml says; what is wrong is noted on `page`."""
    page.top.only(("rule", "thanks"), "section")
    rules = tuple(_rule(rule) for rule in page.top.rules())
    return IntakeRules(rules=rules), _thanks(page.top.table("thanks"))


def _rule(rule: Table) -> IntakeRule:
    rule.only(_RULE_KEYS)
    if rule.has("refuse") and rule.has("aside"):
        rule.wrong_here("a mail is refused or set aside, not both", "aside")
    made = IntakeRule(
        name=rule.text("name"),
        file=rule.page.file,
        line=rule.line,
        conditions=conditions_of(rule),
        sets=_sets(rule.table("set")),
        refuse=rule.text("refuse"),
        aside=rule.text("aside"),
        automatic=bool(rule.flag("automatic")),
        stop=bool(rule.flag("stop")),
    )
    does = ("refuse", "aside", "automatic", "stop")
    # What is wrong was told; here only that nothing was written.
    if not any(rule.values.get(name) for name in (*does, "set")):
        named = ", ".join(does)
        rule.wrong_here(f"it does nothing: give it a [rule.set], or one of {named}")
    return made


def _sets(table: Table | None) -> Sets:
    if table is None:
        return Sets()
    table.only(_SET_KEYS)
    note = table.text("note")
    return Sets(
        customer=table.text("customer"),
        priority=table.word("priority", Priority),
        labels=labels_in(table),
        technician=table.text("technician"),
        equipment=table.texts("equipment"),
        status=table.word("status", Status),
        notes=(note,) if note else (),
    )


def labels_in(table: Table) -> tuple[str, ...]:
    """The labels of a table, each as technicians would write it too."""
    labels = table.texts("labels")
    for label in labels:
        if reason := label_problem(label):
            table.wrong("labels", reason)
    return labels


def _thanks(table: Table | None) -> Thanks:
    if table is None:
        return Thanks(phrases=frozenset())
    return Thanks(phrases=_phrases(table), around=_phrases(table.table(_AROUND)))


def _phrases(table: Table | None) -> frozenset[tuple[str, ...]]:
    """The phrases of all languages together: people mix them."""
    phrases: set[tuple[str, ...]] = set()
    for name in table.values if table else ():
        assert table is not None  # it has values
        if name == _AROUND:
            continue
        if not _LANGUAGE.fullmatch(name):
            table.wrong_here(f'{quoted(name)} is no code of a language ("en", "de")', name)
            continue
        for words in table.texts(name):
            phrase = plain(words)
            if not phrase:
                table.wrong(name, f"{quoted(words)} holds no word")
            elif " ".join(phrase) in ANSWERS:
                table.wrong(name, f"{quoted(words)} may be an answer: it is never mere thanks")
            phrases.add(phrase)
    return frozenset(phrases - {()})
