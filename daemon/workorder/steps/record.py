"""Recording a decision or a request: events, folded work order, files and outbox rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workorder.core.announce import announce, references_of
from workorder.core.assessing import by_rule
from workorder.core.audience import Occasion
from workorder.core.caps import DAY, HOUR, MINUTE, CapCounts, over_cap
from workorder.core.decision import Decision, Policy, Telling, TraceLine
from workorder.core.events import Billed, Event, Opened, StatusChanged
from workorder.core.fold import fold
from workorder.core.job import Job
from workorder.core.model import SYSTEM, Status, WorkOrder
from workorder.core.notice import Audience, AutoSubmitted, NoticeKind, NoticeRequest
from workorder.core.rules import BUILT_IN, RuleSet
from workorder.steps import books
from workorder.steps.facts import new_message_id
from workorder.steps.people_told import people_of
from workorder.store.orders import FileRow
from workorder.store.outbox import NewNotice
from workorder.store.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What recording made: the work order as it is now (None if none was touched), and notices."""

    order: WorkOrder | None
    notices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The mail that brings a decision about: its ledger id and its Message-ID, if it has any."""

    mail_id: int | None = None
    message_id: str | None = None
    files: tuple[FileRow, ...] = ()


class Recorder:
    """Writes decisions down, all within one unit's transaction."""

    def __init__(
        self,
        unit: Unit,
        policy: Policy,
        *,
        first_number: int,
        now: datetime,
        rules: RuleSet = BUILT_IN,
    ) -> None:
        self._unit = unit
        self._policy = policy
        self._rules = rules
        self._first_number = first_number
        self._now = now
        self._books = books.Books(unit, policy, rules, now=now)
        self._changes: list[books.Change] = []

    def record(self, decision: Decision, cause: Cause) -> Recorded:
        """Write events, work order, files and outbox rows of one decision."""
        unit = self._unit
        self._write_people(decision)
        if decision.bounced is not None:
            unit.outbox.bounced(decision.bounced, self._now)
        unit.outbox.withdraw(decision.withdraws)
        decision = self._as_known_now(self._asking_approval(decision))
        written = self._write_events(decision, cause)
        if written is None:
            answer = self._transcript(decision, None, cause, ())
            unit.outbox.add(answer, self._now)
            told = self._tell_balance(decision, cause)
            return Recorded(order=None, notices=len(answer) + told)
        order, event_ids = written
        self._write_elsewhere(decision, cause)
        self._books.settle(self._changes)
        if cause.files and decision.files_on is not None:
            unit.orders.add_files(order.number, event_ids[decision.files_on], cause.files)
        notices = self._told(decision, order, event_ids, cause)
        answer = self._transcript(decision, order, cause, notices)
        unit.outbox.add([*notices, *answer], self._now)
        return Recorded(order=order, notices=len(notices) + len(answer))

    def _as_known_now(self, decision: Decision) -> Decision:
        """A customer is asked when they are told: their clock does not run while we are away."""
        late = any(isinstance(e, StatusChanged) and e.at < self._now for e in decision.events)
        if not late:
            return decision
        events = tuple(
            replace(event, known_at=self._now) if isinstance(event, StatusChanged) else event
            for event in decision.events
        )
        return replace(decision, events=events)

    def _withdraw_outdated(self, before: WorkOrder, after: WorkOrder) -> None:
        """What still waits to be sent and is no longer so: reminders of what was answered."""
        if before.status is Status.WAITING_CUSTOMER and after.status is not before.status:
            self._unit.outbox.withdraw_of(after.number, NoticeKind.REMINDER)
        if before.status.is_open and not after.status.is_open:
            self._unit.outbox.withdraw_of(after.number, NoticeKind.OPEN_LONG)

    def _asking_approval(self, decision: Decision) -> Decision:
        """An opening for a customer whose bank is empty, where the site asks for approval."""
        opening = decision.opening
        if opening is None or opening.customer_id is None or not self._rules.billing.asks_approval:
            return decision
        account = self._unit.bank.account(opening.customer_id)
        someone = self._unit.people.primary_contacts(opening.customer_id)
        if not someone or (account is not None and account.balance > 0):
            return decision
        automatic = any(telling.occasion.automatic for telling in decision.tellings)
        ask = Occasion(kind=NoticeKind.APPROVAL, automatic=automatic)
        return replace(
            decision,
            opening=replace(opening, asks_approval=True),
            tellings=(*decision.tellings, Telling(event=0, occasion=ask)),
        )

    def _tell_balance(self, decision: Decision, cause: Cause) -> int:
        if decision.balance_for is None or decision.balance_of is None:
            return 0
        return self._books.tell_balance(
            decision.balance_of,
            decision.balance_for,
            mail_id=cause.mail_id,
            cause=cause.message_id,
        )

    def _changed(
        self, before: WorkOrder | None, after: WorkOrder, facts: Sequence[Event], ids: Sequence[int]
    ) -> None:
        """Note what the customer's bank has to follow."""
        billed = [i for i, fact in enumerate(facts) if isinstance(fact, Billed)]
        which = billed[-1] if billed else len(facts) - 1
        fact = facts[which]
        self._changes.append(
            books.Change(
                before=before, after=after, at=fact.at, actor=fact.actor, event_id=ids[which]
            )
        )

    def _write_people(self, decision: Decision) -> None:
        people = self._unit.people
        new = decision.new_contact
        if new is not None:
            people.add_contact(
                email=new.email, name=new.name, customer_id=new.customer_id, proven=new.proven
            )
        known = people.contact_by_email(decision.confirms) if decision.confirms else None
        if known is not None and not known.proven:
            people.set_contact(known.id, proven=True)

    def _write_elsewhere(self, decision: Decision, cause: Cause) -> None:
        orders = self._unit.orders
        for other in decision.elsewhere:
            order = orders.get(other.number)
            assert order is not None  # it was read in this transaction
            after, ids = orders.append(order, other.events, mail_id=cause.mail_id)
            self._changed(order, after, other.events, ids)

    def _told(
        self, decision: Decision, order: WorkOrder, event_ids: Sequence[int], cause: Cause
    ) -> list[NewNotice]:
        """The notices of a decision's tellings, within the caps."""
        people = people_of(self._unit, order, self._policy)
        return [
            self._notice(request, order, event_ids[telling.event], cause)
            for telling in decision.tellings
            for request in announce(
                telling.occasion, order, people, self._rules.notices, cause=cause.message_id
            )
            if not request.capped or self._within_caps(order.number, request)
        ]

    def _transcript(
        self,
        decision: Decision,
        order: WorkOrder | None,
        cause: Cause,
        notices: Sequence[NewNotice],
    ) -> list[NewNotice]:
        told = dict.fromkeys(notice.request.recipient.email for notice in notices)
        request = transcript_of(decision, order, self._policy, cause.message_id, tuple(told))
        if request is None:
            return []
        number = order.number if order else decision.number
        notice = NewNotice(
            number=number,
            event_id=None,
            mail_id=cause.mail_id,
            request=request,
            message_id=new_message_id(
                f"wo-{number}" if number else "transcript", self._policy.domain
            ),
            key=f"transcript:{cause.mail_id}",
        )
        return [notice]

    def _write_events(
        self, decision: Decision, cause: Cause
    ) -> tuple[WorkOrder, tuple[int, ...]] | None:
        orders = self._unit.orders
        if decision.opening is not None:
            order, ids = orders.open(
                decision.opening,
                decision.events,
                first=self._first_number,
                mail_id=cause.mail_id,
            )
            self._changed(None, order, (decision.opening, *decision.events), ids)
            return order, ids
        if decision.number is None or not decision.events:
            return None
        if decision.moves_from is not None:
            orders.move(decision.moves_from, decision.number)
        before = orders.get(decision.number)
        assert before is not None  # it was read in this transaction
        facts = (*decision.events, *self._billed_anyway(before, decision.events))
        after, ids = orders.append(before, facts, mail_id=cause.mail_id)
        self._changed(before, after, facts, ids)
        self._withdraw_outdated(before, after)
        return after, ids

    def _billed_anyway(self, before: WorkOrder, facts: Sequence[Event]) -> list[Event]:
        """What was worked is billed, though no technician's tag closed it: an alert that recovers.

        A fixed charge is for a job that somebody did: without any work nothing is billed so.
        """
        order = fold(before, facts)
        closed = before.status.is_open and not order.status.is_open
        if not closed or not order.hours.worked or any(isinstance(f, Billed) for f in facts):
            return []
        found = by_rule(self._job(order), self._rules.billing, at=facts[-1].at, actor=SYSTEM)
        return [found] if found is not None else []

    def _job(self, order: WorkOrder) -> Job:
        people, customer_id = self._unit.people, order.customer_id
        if customer_id is None:
            return Job(order=order)
        customer = people.customer_by_id(customer_id)
        owned = people.equipment_of(customer_id)
        return Job(
            order=order,
            customer=customer.name if customer else "",
            equipment=tuple(piece for piece in owned if piece.id in order.equipment_ids),
        )

    def _notice(
        self, request: NoticeRequest, order: WorkOrder, event_id: int, cause: Cause
    ) -> NewNotice:
        return NewNotice(
            number=order.number,
            event_id=event_id,
            mail_id=cause.mail_id,
            request=request,
            message_id=new_message_id(f"wo-{order.number}", self._policy.domain),
            key=f"{event_id}:{request.kind}:{request.recipient.email}",
        )

    def _within_caps(self, number: int, request: NoticeRequest) -> bool:
        outbox, email, now = self._unit.outbox, request.recipient.email, self._now
        counts = CapCounts(
            to_order=outbox.capped_for_order(number, email),
            to_address_in_hour=outbox.capped_since(email, now - HOUR),
            to_address_in_day=outbox.capped_since(email, now - DAY),
            site_in_minute=outbox.capped_since(None, now - MINUTE),
        )
        return over_cap(request.kind, counts) is None


def transcript_of(
    decision: Decision,
    order: WorkOrder | None,
    policy: Policy,
    cause: str | None,
    told: tuple[str, ...],
) -> NoticeRequest | None:
    """The answer to a technician's tags: to them, nobody else, ever."""
    if decision.transcript is None or decision.answers is None:
        return None
    return NoticeRequest(
        kind=NoticeKind.TRANSCRIPT,
        recipient=decision.answers,
        audience=Audience.TECHNICIAN,
        language=policy.language,
        with_pdf=False,
        auto_submitted=AutoSubmitted.GENERATED,
        in_reply_to=cause,
        references=references_of(order, cause),
        template=NoticeKind.TRANSCRIPT.value,
        transcript=replace(decision.transcript, told=told),
    )


def tell_of_opening(opening: Opened, *, by_mail: bool) -> Telling:
    """The telling of an opening that came by another door than the mail."""
    occasion = Occasion(kind=NoticeKind.OPENED, opened_by_mail=by_mail, writer=opening.actor)
    return Telling(event=0, occasion=occasion)


def trace_json(trace: Sequence[TraceLine]) -> str:
    """The account of a decision as it is kept with the mail."""
    return json.dumps([[line.stage, line.text] for line in trace], ensure_ascii=False)
