"""The fold: events, one after the other, make a work order what it is."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar, assert_never

from workorder.core.events import (
    Assigned,
    AutoMailReceived,
    Billed,
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
    Reminded,
    Replied,
    StatusChanged,
    StoodLong,
    TimeChange,
    TimeLogged,
    TitleChanged,
    Undone,
    Unproven,
)
from workorder.core.model import (
    NO_CLOCKS,
    NO_HOURS,
    Approval,
    BilledBy,
    Clocks,
    Hours,
    Status,
    Timer,
    WorkOrder,
)

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
        touched_at=event.at,
        clocks=Clocks(open_since=event.at),
        approval=Approval.ASKED if event.asks_approval else Approval.NONE,
    )


def apply(order: WorkOrder, event: Event) -> WorkOrder:  # noqa: C901, PLR0911, PLR0912 - one line a kind, checked to be whole
    """The work order after one more event."""
    match event:
        case StatusChanged():
            return _in_status(order, event)
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
        case TimeLogged():
            return replace(order, hours=_with_time(order.hours, event))
        case Billed():
            hours = replace(order.hours, billed=event.minutes, billed_by=event.by)
            return replace(order, hours=hours)
        case Reminded():
            silent = replace(order.clocks, silent_since=event.at, reminders=event.count)
            return replace(order, clocks=silent)
        case StoodLong():
            told = replace(order.clocks, open_since=event.at, long_notices=event.count)
            return replace(order, clocks=told)
        case Replied(approves=True):
            return replace(order, approval=Approval.GIVEN)
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


def _in_status(order: WorkOrder, event: StatusChanged) -> WorkOrder:
    """The clocks start, go on, or stop with the status."""
    now_open, was_open = event.status.is_open, order.status.is_open
    known_at = event.known_at or event.at
    clocks = replace(
        order.clocks,
        silent_since=known_at if event.status is Status.WAITING_CUSTOMER else None,
        reminders=0,
    )
    if not (now_open and was_open):
        since = known_at if now_open else None
        clocks = replace(clocks, open_since=since, long_notices=0)
    closed_at = None if now_open else event.at
    return replace(order, status=event.status, closed_at=closed_at, clocks=clocks)


def _with_time(hours: Hours, event: TimeLogged) -> Hours:
    """A timer begins to run or ends; what was measured or written down is added up."""
    timers = tuple(timer for timer in hours.timers if timer.technician != event.technician)
    match event.change:
        case TimeChange.STARTED | TimeChange.RESUMED | TimeChange.LONG:
            told = event.change is TimeChange.LONG
            running = Timer(
                technician=event.technician,
                started_at=event.started_at,
                note=event.text,
                told=told or event.told,
            )
            timers = (*timers, running)
        case TimeChange.STOPPED | TimeChange.DROPPED:
            pass
        case TimeChange.ENTERED | TimeChange.WITHDRAWN:
            timers = hours.timers
        case _:
            assert_never(event.change)
    return replace(
        hours,
        worked=hours.worked + event.minutes,
        after_hours=hours.after_hours + event.after_hours,
        timers=timers,
    )


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
        return replace(
            order,
            merged_into=event.into,
            follow_up_on=None,
            hours=NO_HOURS,
            clocks=NO_CLOCKS,
        )
    return replace(
        order,
        participants=_changed(order.participants, event.participants, ()),
        equipment_ids=_changed(order.equipment_ids, event.equipment_ids, ()),
        labels=_changed(order.labels, event.labels, ()),
        technician_id=order.technician_id or event.technician_id,
        follow_up_on=order.follow_up_on or event.follow_up_on,
        alert_key=order.alert_key or event.alert_key,
        hours=_together(order.hours, event),
        approval=event.approval if order.approval is Approval.NONE else order.approval,
    )


def _together(hours: Hours, event: Merged) -> Hours:
    """The hours of both; of two timers of one technician the earlier goes on."""
    timers = {timer.technician: timer for timer in event.timers}
    for timer in hours.timers:
        other = timers.get(timer.technician)
        if other is None or timer.started_at <= other.started_at:
            timers[timer.technician] = timer
    return Hours(
        worked=hours.worked + event.worked,
        after_hours=hours.after_hours + event.after_hours,
        billed=hours.billed + event.billed,
        billed_by=_who_billed(hours.billed_by, event.billed_by),
        timers=tuple(timers.values()),
    )


def _who_billed(one: BilledBy | None, other: BilledBy | None) -> BilledBy | None:
    """Of two, a technician's word counts."""
    return BilledBy.TECHNICIAN if BilledBy.TECHNICIAN in {one, other} else one or other


def fold(order: WorkOrder, events: Iterable[Event]) -> WorkOrder:
    """The work order after all of `events`, in order."""
    touched = order.touched_at
    for event in events:
        order = apply(order, event)
        if _is_by_person(event) and (touched is None or event.at > touched):
            touched = event.at
    return replace(order, touched_at=touched) if touched != order.touched_at else order


def _is_by_person(event: Event) -> bool:
    """Whether somebody did something: what the clock and mail servers say moves no job on."""
    match event:
        case Reminded() | StoodLong() | MailFailed() | AutoMailReceived():
            return False
        case TimeLogged(change=TimeChange.LONG) | FollowUpSet(reached=True):
            return False
        case _:
            return True
