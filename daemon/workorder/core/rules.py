"""The rules of intake.toml: conditions and what follows from them; and all rule files as one value.

What a rule sets it sets on the work order that a mail opens. A rule that asks about `reply` says
itself when; refusing, setting aside, marking as automatic, stopping and noting hold for every mail.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from workorder.core import billing, calendar
from workorder.core import vocabulary as tags
from workorder.core.alerts import NO_ALERTS, AlertRules
from workorder.core.billing import Billing
from workorder.core.calendar import Calendar
from workorder.core.conditions import Conditions, Flag, FlagName
from workorder.core.model import Priority, Status
from workorder.core.plan import SHIPPED, NoticePlan
from workorder.core.rule_account import Asked, RuleAccount, accounts
from workorder.core.rule_case import Case, View
from workorder.core.rule_index import RuleIndex
from workorder.core.rule_words import failure, quoted
from workorder.core.thanks import NO_THANKS, Thanks
from workorder.core.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """What rules set; '' and None where nothing is set.

    `technician` is an address or a name, `customer` a name, `equipment` tags: as the file has them,
    not looked up. `notes` are texts of internal notes.
    """

    customer: str = ""
    priority: Priority | None = None
    labels: tuple[str, ...] = ()
    technician: str = ""
    equipment: tuple[str, ...] = ()
    status: Status | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_of_openings(self) -> bool:
        """Whether something is set that only a new work order gets."""
        single = self.customer or self.priority or self.technician or self.status
        return bool(single or self.labels or self.equipment)

    def in_words(self) -> Iterator[str]:
        """Each thing that is set."""
        if self.customer:
            yield f"customer {self.customer}"
        if self.priority:
            yield f"priority {self.priority}"
        yield from (f"label {label}" for label in self.labels)
        if self.technician:
            yield f"technician {self.technician}"
        yield from (f"equipment {tag}" for tag in self.equipment)
        if self.status:
            yield f"status {self.status}"
        yield from (f"note {quoted(note)}" for note in self.notes)


NOTHING_SET = Sets()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A rule that hit, and in words what it did."""

    file: str
    line: int
    rule: str
    did: str


_OPENS: Final = Flag(name=FlagName.REPLY, wanted=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRule:
    """A rule of intake.toml; `refuse` and `aside` are reasons, '' where it does not.

    `file` is the file's name, `line` where the rule begins in it.
    """

    name: str
    file: str
    line: int
    conditions: Conditions = Conditions()  # noqa: RUF009 - a frozen value, and an empty one
    sets: Sets = NOTHING_SET
    refuse: str = ""
    aside: str = ""
    automatic: bool = False
    stop: bool = False

    @property
    def is_for_openings(self) -> bool:
        """Whether mail that belongs to a work order is none of its business."""
        return self.sets.is_of_openings and not self.conditions.ask(FlagName.REPLY)

    @property
    def asked(self) -> Conditions:
        """Its conditions, with the one that it has unsaid."""
        said = self.conditions
        if not self.is_for_openings:
            return said
        return Conditions(when=(_OPENS, *said.when), unless=said.unless)

    def failure(self, view: View) -> str | None:
        """Why it does not hit, or None where it does."""
        if self.is_for_openings and view.case.is_reply:
            return "it sets what only a mail that opens a work order gets, and this one is a reply"
        return failure(self.conditions, view)

    def did(self) -> str:
        """What it does, in words."""
        every = [*self.sets.in_words()]
        every += [f"refused: {self.refuse}"] if self.refuse else []
        every += [f"set aside: {self.aside}"] if self.aside else []
        every += ["counts as automatic"] if self.automatic else []
        every += ["no later rule is looked at"] if self.stop else []
        return "; ".join(every)

    def hit(self) -> Hit:
        """That it hit."""
        return Hit(file=self.file, line=self.line, rule=self.name, did=self.did())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What all rules together say of a mail.

    At most one of `refuse` and `aside` is a reason, that of the first rule that has one.
    `looked_at` is how many rules were asked: all, or those up to one that stops.
    """

    hits: tuple[Hit, ...] = ()
    sets: Sets = NOTHING_SET
    refuse: str = ""
    aside: str = ""
    automatic: bool = False
    looked_at: int = 0


NO_RULING = Ruling()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRules:
    """The rules of intake.toml, in the file's order."""

    rules: tuple[IntakeRule, ...] = ()
    _index: RuleIndex = field(init=False, repr=False, compare=False)
    _hits: tuple[Hit, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Arrange the rules, so that of hundreds only a few have to be looked at."""
        index = RuleIndex([rule.asked for rule in self.rules])
        object.__setattr__(self, "_index", index)
        object.__setattr__(self, "_hits", tuple(rule.hit() for rule in self.rules))

    def rule(self, case: Case) -> Ruling:
        """What the rules say of a mail."""
        return self.rule_on(View(case))

    def rule_on(self, view: View) -> Ruling:
        """The same, of a mail that other rules look at too: what was read of it is read once."""
        if not self.rules:
            return NO_RULING
        numbers: list[int] = []
        looked_at = len(self.rules)
        for number in self._index.hits(view):
            numbers.append(number)
            if self.rules[number].stop:
                looked_at = number + 1
                break
        hits = tuple(self._hits[number] for number in numbers)
        return _ruling([self.rules[number] for number in numbers], hits, looked_at)

    def explain(self, case: Case) -> tuple[RuleAccount, ...]:
        """Every rule in its order: that it hits, or what stands against it.

        Each is looked at by itself, without the short cuts of `rule`.
        """
        view = View(case)
        return accounts(
            Asked(
                file=rule.file,
                line=rule.line,
                rule=rule.name,
                did=rule.did(),
                failure=partial(rule.failure, view),
                ends=rule.stop,
            )
            for rule in self.rules
        )


def _ruling(rules: Sequence[IntakeRule], hits: tuple[Hit, ...], looked_at: int) -> Ruling:
    """What rules that hit say together."""
    turned = next((rule for rule in rules if rule.refuse or rule.aside), None)
    return Ruling(
        hits=hits,
        sets=_together([rule.sets for rule in rules]),
        refuse=turned.refuse if turned else "",
        aside=turned.aside if turned else "",
        automatic=any(rule.automatic for rule in rules),
        looked_at=looked_at,
    )


def _together(every: Sequence[Sets]) -> Sets:
    """Of what can be set once the last counts, of lists all."""
    latest = every[::-1]
    return Sets(
        customer=next((sets.customer for sets in latest if sets.customer), ""),
        priority=next((sets.priority for sets in latest if sets.priority), None),
        labels=tuple(dict.fromkeys(label for sets in every for label in sets.labels)),
        technician=next((sets.technician for sets in latest if sets.technician), ""),
        equipment=tuple(dict.fromkeys(tag for sets in every for tag in sets.equipment)),
        status=next((sets.status for sets in latest if sets.status), None),
        notes=tuple(note for sets in every for note in sets.notes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """All rule files, checked; `fingerprint` is another for every other text of theirs."""

    intake: IntakeRules
    alerts: AlertRules
    vocabulary: Vocabulary
    notices: NoticePlan
    thanks: Thanks
    billing: Billing
    calendar: Calendar
    fingerprint: str


BUILT_IN = RuleSet(
    intake=IntakeRules(),
    alerts=NO_ALERTS,
    vocabulary=tags.BUILT_IN,
    notices=SHIPPED,
    thanks=NO_THANKS,
    billing=billing.SHIPPED,
    calendar=calendar.SHIPPED,
    fingerprint="built in",
)
"""Where there are no rule files."""

__all__ = [
    "BUILT_IN",
    "NO_RULING",
    "Case",
    "Hit",
    "IntakeRule",
    "IntakeRules",
    "RuleAccount",
    "RuleSet",
    "Ruling",
    "Sets",
]
