"""The last mails once more, against the rule files as they are now: what would come out otherwise.

Compared is what rules and words alone decide (which rules hit and what they set, alerts, thanks,
which tags are read, and whether the mail is let in at all); what depends on how things stood then
is not.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from workorder.core.account import RULED
from workorder.core.decide import decide
from workorder.core.decision import Decision, Outcome
from workorder.core.rules import RuleSet
from workorder.errors import ParseError
from workorder.inbound.parse import parse, parse_head
from workorder.steps.facts import InForce, gather
from workorder.steps.site_rules import SiteRules
from workorder.store.inbound import LedgerEntry
from workorder.store.states import MailState
from workorder.store.unit import Store, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A mail whose outcome would be another: `before` and `now` are lines for a person."""

    mail_id: int
    sender: str
    subject: str
    number: int | None
    before: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How many mails were looked at, and those that would come out otherwise, oldest first."""

    mails: int
    differences: tuple[Difference, ...]


class Replay:
    """Replays stored mails, in one transaction that only reads."""

    def __init__(self, store: Store, rules: SiteRules) -> None:
        self._store = store
        self._rules = rules

    def __call__(self, rule_set: RuleSet, last: int, now: datetime) -> Replayed:
        """Decide once more on the `last` mails that were decided on, and compare."""
        with self._store.read() as unit:
            entries = unit.inbound.newest(last)
            found = [self._compared(unit, entry, rule_set, now) for entry in entries]
        differences = tuple(each for each in found if each is not None)
        return Replayed(mails=len(entries), differences=differences)

    def _compared(
        self, unit: Unit, entry: LedgerEntry, rule_set: RuleSet, now: datetime
    ) -> Difference | None:
        raw = self._store.files.raw(entry.sha256)
        try:
            mail = parse_head(raw, entry.size) if entry.truncated else parse(raw)
        except ParseError:
            return None  # it was set aside for that, and no rule changes it
        facts = gather(unit, mail, entry, InForce(site=self._rules, rules=rule_set), now)
        if facts.twin is not None and facts.twin.mail_id > entry.id:
            facts = replace(facts, twin=None)  # the copy came later
        decision = decide(facts, self._rules.policy, rule_set.vocabulary)
        before, after = tuple(_before(entry)), tuple(_after(decision))
        if before == after:
            return None
        return Difference(
            mail_id=entry.id,
            sender=entry.sender,
            subject=mail.subject,
            number=entry.number,
            before=before,
            now=after,
        )


def _before(entry: LedgerEntry) -> Iterator[str]:
    yield from _let_in(aside=entry.state is MailState.ASIDE, reason=entry.reason)
    for stage, text in json.loads(entry.trace or "[]"):
        if stage in RULED:
            yield f"{stage}: {text}"


def _after(decision: Decision) -> Iterator[str]:
    yield from _let_in(aside=decision.outcome is Outcome.ASIDE, reason=decision.reason)
    yield from (f"{line.stage}: {line.text}" for line in decision.trace if line.stage in RULED)


def _let_in(*, aside: bool, reason: str) -> Iterator[str]:
    if aside or reason.startswith("refused by a rule"):
        yield reason
