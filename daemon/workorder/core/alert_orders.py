"""What an alert mail does: it opens a work order, joins the one of its key, or ends it."""

from collections.abc import Iterator

from workorder.core.alerts import Alert
from workorder.core.audience import Occasion
from workorder.core.decision import Decision, Facts, Outcome, Policy, Telling
from workorder.core.events import (
    Assigned,
    AutoMailReceived,
    EquipmentChanged,
    Event,
    LabelsChanged,
    Noted,
    Opened,
    StatusChanged,
)
from workorder.core.fold import fold, opened
from workorder.core.model import SYSTEM, OpenedBy, Person, Priority, Status, WorkOrder
from workorder.core.notice import NoticeKind
from workorder.core.subjects import MAX_TITLE, title_of


def by_alert(alert: Alert, facts: Facts, policy: Policy) -> Decision:
    """Decide on a mail that an alert rule knows."""
    order = facts.ruled.place.order
    if alert.ignore:
        reason = f'alert rule "{alert.rule}": nothing is to be done about it'
        return Decision(outcome=Outcome.IGNORED, reason=reason)
    if order is not None:
        return _recovers(order, alert, facts) if alert.is_recovery else _joins(order, facts)
    if alert.is_recovery:
        reason = f"all is well again with {alert.key}, and no work order was open"
        return Decision(outcome=Outcome.IGNORED, reason=reason)
    return _opens(alert, facts, policy)


def _joins(order: WorkOrder, facts: Facts) -> Decision:
    """One more of the same: recorded, and told to nobody."""
    event = AutoMailReceived(at=facts.at, actor=_sender(facts), text=facts.mail.new_text)
    return Decision(
        outcome=Outcome.DONE,
        reason=f"one more alert of open work order {order.number}",
        number=order.number,
        events=(event,),
        files_on=0,
    )


def _recovers(order: WorkOrder, alert: Alert, facts: Facts) -> Decision:
    note = Noted(at=facts.at, actor=_sender(facts), text=facts.mail.new_text)
    events: list[Event] = [note]
    tellings = [Telling(event=0, occasion=Occasion(kind=NoticeKind.NOTE, automatic=True))]
    # What a person set since, waiting for parts for example, no machine's word ends.
    if alert.finish and order.status is Status.IN_PROGRESS:
        events.append(
            StatusChanged(at=facts.at, actor=SYSTEM, status=Status.FINISHED, was=order.status)
        )
        finished = Occasion(kind=NoticeKind.FINISHED, automatic=True)
        tellings.append(Telling(event=1, occasion=finished))
    return Decision(
        outcome=Outcome.DONE,
        reason=f"all is well again, says the alert of work order {order.number}",
        number=order.number,
        events=tuple(events),
        tellings=tuple(tellings),
        files_on=0,
    )


def _opens(alert: Alert, facts: Facts, policy: Policy) -> Decision:
    place = facts.ruled.place
    contact = place.contact
    title = alert.title[:MAX_TITLE] or title_of(facts.mail.subject, policy.prefix)
    is_theirs = place.customer is not None and facts.sender.customer == place.customer
    is_vouched = alert.names_sender or (is_theirs and facts.sender.may_be_answered)
    opening = Opened(
        at=facts.at,
        actor=_sender(facts),
        # Anybody can write what looks like an alert: their words are for technicians to judge.
        text=facts.mail.new_text if is_vouched else title,
        title=title,
        requester=Person(
            name=contact.name if contact else "", email=contact.email if contact else ""
        ),
        customer_id=place.customer.id if place.customer else None,
        opened_by=OpenedBy.ALERT,
        thread_id=facts.thread_id,
        priority=alert.priority or Priority.NORMAL,
        alert_key=alert.key,
    )
    events = list(_details(alert, facts))
    if not is_vouched:
        events.append(Noted(at=facts.at, actor=opening.actor, text=facts.mail.new_text))
    order = fold(opened(0, opening), events)
    occasion = Occasion(kind=NoticeKind.OPENED, automatic=True)
    whose = place.customer.name if place.customer else "nobody we know"
    return Decision(
        outcome=Outcome.DONE,
        reason=f"an alert opens a work order of {whose}",
        opening=opening,
        events=(*events, *facts.ruled.events(order, facts.at)),
        tellings=(Telling(event=0, occasion=occasion),),
        files_on=0,
    )


def _details(alert: Alert, facts: Facts) -> Iterator[Event]:
    place = facts.ruled.place
    piece = place.equipment
    if piece is not None:
        yield EquipmentChanged(at=facts.at, actor=SYSTEM, text=piece.tag, equipment_id=piece.id)
    elif alert.equipment:
        text = f"The alert is about {alert.equipment}, which is no one customer's equipment."
        yield Noted(at=facts.at, actor=SYSTEM, text=text)
    if alert.labels:
        yield LabelsChanged(at=facts.at, actor=SYSTEM, added=alert.labels)
    if place.technician is not None:
        yield Assigned(at=facts.at, actor=SYSTEM, technician_id=place.technician.id)
    for words in place.unknown:
        text = f'Alert rule "{alert.rule}": {words}.'
        yield Noted(at=facts.at, actor=SYSTEM, text=text)


def _sender(facts: Facts) -> str:
    address = facts.sender.address
    return address.email if address is not None else SYSTEM
