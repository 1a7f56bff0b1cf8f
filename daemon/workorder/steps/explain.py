"""What would become of a mail, and why: everything that intake does, and nothing written."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workorder.core.announce import announce
from workorder.core.correlate import Placement, place
from workorder.core.decide import decide
from workorder.core.decision import Decision, Facts
from workorder.core.events import Event
from workorder.core.fold import fold, opened
from workorder.core.model import WorkOrder
from workorder.core.notice import NoticeRequest
from workorder.core.rules import RuleAccount, RuleSet
from workorder.core.subjects import label
from workorder.inbound.parse import parse
from workorder.steps.books import Books
from workorder.steps.facts import InForce, gather
from workorder.steps.people_told import people_of
from workorder.steps.record import transcript_of
from workorder.steps.ruling import case_of
from workorder.steps.site_rules import SiteRules
from workorder.store.inbound import LedgerEntry
from workorder.store.states import MailState
from workorder.store.unit import Store, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ForetoldNotice:
    """A notice that would be sent. `subject` is that of the shipped templates."""

    request: NoticeRequest
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The account of one mail.

    `recorded_as`: id of the very mail on record, None where it never came. `number`: of the work
    order that it would open or belong to, None for neither.
    """

    recorded_as: int | None
    facts: Facts
    placement: Placement
    decision: Decision
    rules: tuple[RuleAccount, ...]
    number: int | None
    events: tuple[Event, ...]
    notices: tuple[ForetoldNotice, ...]


class Explain:
    """Explains mails, in transactions that only read."""

    def __init__(
        self, store: Store, rules: SiteRules, *, mailboxes: Sequence[str], first_number: int
    ) -> None:
        self._store = store
        self._rules = rules
        self._mailboxes = mailboxes
        self._first_number = first_number

    def __call__(self, raw: bytes, rule_set: RuleSet, now: datetime) -> Explanation:
        """Explain a mail as it would be decided on if it arrived `now`.

        Raises:
            ParseError: these bytes are no mail.
        """
        mail = parse(raw)
        with self._store.read() as unit:
            known = self._on_record(unit, hashlib.sha256(raw).hexdigest())
            entry = known or _arriving(raw, self._mailboxes[0], now)
            facts = gather(unit, mail, entry, InForce(site=self._rules, rules=rule_set), now)
            decision = decide(facts, self._rules.policy, rule_set.vocabulary)
            order = self._order_after(unit, decision)
            return Explanation(
                recorded_as=known.id if known else None,
                facts=facts,
                placement=place(facts.candidates, facts.sender),
                decision=decision,
                rules=rule_set.intake.explain(
                    case_of(
                        facts,
                        site_language=self._rules.policy.language,
                        timezone=self._rules.timezone,
                    )
                ),
                number=order.number if order else decision.number,
                events=_events(decision),
                notices=(
                    *self._notices(unit, decision, order, mail.message_id, rule_set),
                    *self._balance(unit, decision, rule_set, now),
                ),
            )

    def _on_record(self, unit: Unit, sha256: str) -> LedgerEntry | None:
        found = (unit.inbound.known(name, [sha256]).get(sha256) for name in self._mailboxes)
        return next((entry for entry in found if entry is not None), None)

    def _order_after(self, unit: Unit, decision: Decision) -> WorkOrder | None:
        if decision.opening is not None:
            number = unit.orders.next_number(first=self._first_number)
            return fold(opened(number, decision.opening), decision.events)
        if decision.number is None or not decision.events:
            return None
        order = unit.orders.get(decision.number)
        return fold(order, decision.events) if order is not None else None

    def _balance(
        self, unit: Unit, decision: Decision, rule_set: RuleSet, now: datetime
    ) -> Sequence[ForetoldNotice]:
        """The answer to a contact who asks for the balance."""
        asked, customer_id = decision.balance_for, decision.balance_of
        if asked is None or customer_id is None:
            return []
        books = Books(unit, self._rules.policy, rule_set, now=now)
        requests = books.balance_requests(customer_id, asked, cause=None)
        return [ForetoldNotice(request=request, subject="") for request in requests]

    def _notices(
        self,
        unit: Unit,
        decision: Decision,
        order: WorkOrder | None,
        cause: str | None,
        rule_set: RuleSet,
    ) -> Sequence[ForetoldNotice]:
        policy = self._rules.policy
        subject = f"[{label(order.number, policy.prefix)}] {order.title}" if order else ""
        requests: list[NoticeRequest] = []
        if order is not None:
            people = people_of(unit, order, policy)
            for telling in decision.tellings:
                requests += announce(telling.occasion, order, people, rule_set.notices, cause=cause)
        told = dict.fromkeys(request.recipient.email for request in requests)
        answer = transcript_of(decision, order, policy, cause, tuple(told))
        requests += [answer] if answer is not None else []
        return [ForetoldNotice(request=request, subject=subject) for request in requests]


def _arriving(raw: bytes, mailbox: str, now: datetime) -> LedgerEntry:
    """The mail as the ledger would have it; the id 0 is nobody's."""
    return LedgerEntry(
        id=0,
        mailbox=mailbox,
        uidvalidity=0,
        uid=0,
        sha256="",
        size=len(raw),
        internaldate=now,
        received_at=now,
        truncated=False,
        state=MailState.RECEIVED,
        attempts=0,
        alone=False,
        next_at=now,
        filed=False,
        released_at=None,
        reason="",
        message_id=None,
        sender="",
        body_hash="",
        number=None,
        trace="",
        let_in=False,
    )


def _events(decision: Decision) -> tuple[Event, ...]:
    opening = (decision.opening,) if decision.opening is not None else ()
    return (*opening, *decision.events)
