"""A person's mail that belongs to a work order."""

from dataclasses import replace
from datetime import datetime, timedelta

from workorder.core import openings
from workorder.core.audience import Occasion
from workorder.core.correlate import Candidate, Placement
from workorder.core.decision import Decision, Facts, Outcome, Policy, Telling
from workorder.core.equipment import mentioned
from workorder.core.events import EquipmentChanged, Event, Noted, Replied, StatusChanged, Unproven
from workorder.core.fold import fold
from workorder.core.model import SYSTEM, Approval, Status, WorkOrder
from workorder.core.notice import NoticeKind


def reply_to(candidate: Candidate, facts: Facts, policy: Policy, placement: Placement) -> Decision:
    """What a mail by somebody who belongs to the work order does to it."""
    if facts.sender.technician is not None:
        return _unproven(candidate, facts)
    decision = _reply(candidate, facts, policy, placement)
    asked = candidate.order.approval is Approval.ASKED and facts.consent is not None
    return _with_consent(decision, facts) if asked and decision.opening is None else decision


def _reply(candidate: Candidate, facts: Facts, policy: Policy, placement: Placement) -> Decision:
    order = candidate.order
    says_no_more = facts.wish.solved and not order.status.is_open
    if facts.ruled.is_thanks or says_no_more or not _speaks_for_customer(order, facts):
        return _by_customer(candidate, facts)
    if order.status.is_open:
        is_asked = order.status is Status.WAITING_CUSTOMER
        return _by_customer(candidate, facts, answers=is_asked)
    if reopens_at(order, facts.at, policy.reopen_within):
        return _by_customer(candidate, facts, reopens=True)
    return openings.new_order(facts, policy, placement, follows=order)


def reopens_at(order: WorkOrder, at: datetime, within: timedelta) -> bool:
    """Whether a customer's reply at `at` opens the closed `order` again."""
    return order.closed_at is not None and at - order.closed_at <= within


def _speaks_for_customer(order: WorkOrder, facts: Facts) -> bool:
    """A vendor who takes part has his say recorded; the customer's people answer, and reopen."""
    address, customer = facts.sender.address, facts.sender.customer
    is_requester = address is not None and address.email == order.requester.email
    return is_requester or (customer is not None and customer.id == order.customer_id)


def _by_customer(
    candidate: Candidate, facts: Facts, *, reopens: bool = False, answers: bool = False
) -> Decision:
    order, writer = candidate.order, _writer(facts)
    replied = Replied(
        at=facts.at,
        actor=writer,
        text=facts.mail.new_text,
        reopened=reopens,
        answered=answers,
        solved=facts.wish.solved,
    )
    more: list[Event] = [
        EquipmentChanged(at=facts.at, actor=writer, text=piece.tag, equipment_id=piece.id)
        for piece in mentioned(facts.mail.new_text, facts.equipment)
        if piece.id not in order.equipment_ids and piece.customer_id == order.customer_id
    ]
    if reopens or answers:
        more.append(
            StatusChanged(at=facts.at, actor=writer, status=Status.IN_PROGRESS, was=order.status)
        )
    more += facts.ruled.events(fold(order, more), facts.at)
    occasion = Occasion(kind=NoticeKind.REPLY, writer=writer, has_words=True)
    return Decision(
        outcome=Outcome.DONE,
        reason=f"reply, by {candidate.via}" + _effect(facts, reopens=reopens, answers=answers),
        number=order.number,
        events=(replied, *more),
        tellings=(Telling(event=0, occasion=occasion),),
        files_on=0,
    )


def _with_consent(decision: Decision, facts: Facts) -> Decision:
    """A word that spends needs the proof that a technician's tags need (behaviour: Strangers)."""
    contact, consent = facts.sender.contact, facts.consent
    assert consent is not None  # its caller looked
    replied, *more = decision.events
    if contact is not None and contact.primary and consent.proven and isinstance(replied, Replied):
        reason = f"{decision.reason}; {contact.email} approves the work: {consent.reason}"
        return replace(decision, reason=reason, events=(replace(replied, approves=True), *more))
    why = consent.reason if contact is not None and contact.primary else "no primary contact"
    note = Noted(
        at=facts.at,
        actor=SYSTEM,
        text=f"This does not count as the approval that was asked for: {why}.",
    )
    reason = f"{decision.reason}; an approval that does not count: {why}"
    return replace(decision, reason=reason, events=(*decision.events, note))


def _effect(facts: Facts, *, reopens: bool, answers: bool) -> str:
    if reopens:
        return ", which reopens it"
    if answers:
        return ", which answers what was asked: In Progress again"
    return ", which says thanks and changes no status" if facts.ruled.is_thanks else ""


def _unproven(candidate: Candidate, facts: Facts) -> Decision:
    writer = _writer(facts)
    why = facts.proof.reason if facts.proof is not None else "no proof"
    kept = Unproven(at=facts.at, actor=writer, text=facts.mail.new_text, reason=why)
    occasion = Occasion(kind=NoticeKind.UNPROVEN, writer=writer, automatic=True)
    return Decision(
        outcome=Outcome.DONE,
        reason=f"technician's address without proof ({why}): kept as an internal note",
        number=candidate.order.number,
        events=(kept,),
        tellings=(Telling(event=0, occasion=occasion),),
        files_on=0,
    )


def _writer(facts: Facts) -> str:
    """The author's address; only a mail that has one is ever placed."""
    assert facts.sender.address is not None
    return facts.sender.address.email
