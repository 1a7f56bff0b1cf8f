"""The fold: events, one after the other, make a work order what it is."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar, assert_never

from workorder.core.events import (
    Assigned,
    AutoMailReceived,
    CustomerChanged,
    EquipmentChanged,
    Event,
    FollowUpSet,
    LabelsChanged,
    Linked,
    MailFailed,
    Merged,
    Noted,
    Opened,
    ParticipantChanged,
    PriorityChanged,
    Replied,
    StatusChanged,
    TitleChanged,
    Undone,
    Unproven,
)
from workorder.core.model import Status, WorkOrder

T = TypeVar("T")


def opened(number: int, event: Opened) -> WorkOrder:
    """The work order that an opening makes; it opens In Progress.

    What nobody vouches for (an opening that is not public) is no service that a customer is shown.
    """
    return WorkOrder(
        number=number,
        title=event.title,
        status=Status.IN_PROGRESS,
        customer_id=event.customer_id,
        requester=event.requester,
        technician_id=None,
        priority=event.priority,
        labels=(),
        equipment_ids=(),
        participants=(event.requester.email,) if event.requester.email else (),
        opened_at=event.at,
        opened_by=event.opened_by,
        closed_at=None,
        follow_up_on=None,
        thread_id=event.thread_id,
        service=event.text if event.public else "",
        alert_key=event.alert_key,
    )


def apply(order: WorkOrder, event: Event) -> WorkOrder:  # noqa: C901, PLR0911 - one line a kind, checked to be whole
    """The work order after one more event."""
    match event:
        case StatusChanged():
            closed_at = None if event.status.is_open else event.at
            return replace(order, status=event.status, closed_at=closed_at)
        case Assigned():
            return replace(order, technician_id=event.technician_id)
        case PriorityChanged():
            return replace(order, priority=event.priority)
        case LabelsChanged():
            return replace(order, labels=_changed(order.labels, event.added, event.removed))
        case TitleChanged():
            return replace(order, title=event.title)
        case EquipmentChanged():
            return replace(order, equipment_ids=_with_equipment(order, event))
        case CustomerChanged():
            return _of_customer(order, event)
        case ParticipantChanged():
            added, removed = ((), (event.email,)) if event.removed else ((event.email,), ())
            return replace(order, participants=_changed(order.participants, added, removed))
        case Merged():
            return _merged(order, event)
        case FollowUpSet():
            return replace(order, follow_up_on=event.on)
        case (
            Opened()
            | Replied()
            | Noted()
            | Linked()
            | AutoMailReceived()
            | MailFailed()
            | Unproven()
            | Undone()
        ):
            return order
        case _:
            assert_never(event)


def _changed(held: tuple[T, ...], added: Iterable[T], removed: Iterable[T]) -> tuple[T, ...]:
    """What is held now, in the order in which it came, nothing twice."""
    gone = set(removed)
    return tuple(each for each in dict.fromkeys([*held, *added]) if each not in gone)


def _with_equipment(order: WorkOrder, event: EquipmentChanged) -> tuple[int, ...]:
    own = (event.equipment_id,)
    added, removed = ((), own) if event.removed else (own, ())
    return _changed(order.equipment_ids, added, removed)


def _of_customer(order: WorkOrder, event: CustomerChanged) -> WorkOrder:
    """Who asked takes part; who only seemed to have asked does so no longer."""
    was, now = event.was_requester.email, event.requester.email
    removed = [was] if was != now else []
    participants = _changed(order.participants, [now] if now else [], removed)
    return replace(
        order,
        customer_id=event.customer_id,
        requester=event.requester,
        participants=participants,
    )


def _merged(order: WorkOrder, event: Merged) -> WorkOrder:
    if event.into != order.number:
        return replace(order, merged_into=event.into)
    return replace(
        order,
        participants=_changed(order.participants, event.participants, ()),
        equipment_ids=_changed(order.equipment_ids, event.equipment_ids, ()),
        labels=_changed(order.labels, event.labels, ()),
        technician_id=order.technician_id or event.technician_id,
        follow_up_on=order.follow_up_on or event.follow_up_on,
        alert_key=order.alert_key or event.alert_key,
    )


def fold(order: WorkOrder, events: Iterable[Event]) -> WorkOrder:
    """The work order after all of `events`, in order."""
    for event in events:
        order = apply(order, event)
    return order
