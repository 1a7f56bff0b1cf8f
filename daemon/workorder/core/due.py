"""What the clock brings about on one work order: decisions, as a mail would bring them about.

Each looks at the work order as it is now, in the transaction that will record it: what another
daemon did meanwhile, or this one before it was killed, is seen, and nothing is done twice.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from workorder.core.audience import Occasion
from workorder.core.calendar import Calendar, has_come, is_due, is_open
from workorder.core.decision import Decision, Outcome, Telling
from workorder.core.durations import whole_minutes
from workorder.core.events import (
    Event,
    FollowUpSet,
    Reminded,
    StoodLong,
    TimeChange,
    TimeLogged,
)
from workorder.core.model import SYSTEM, Status, WorkOrder
from workorder.core.notice import NoticeKind


def remind(order: WorkOrder, now: datetime, calendar: Calendar, zone: tzinfo) -> Decision | None:
    """The reminder of what a customer was asked, and after the last one word to the technician."""
    plan, clocks = calendar.reminder, order.clocks
    asked = order.status is Status.WAITING_CUSTOMER and clocks.reminders <= plan.most
    if not asked or clocks.silent_since is None or _is_out_of_hours(now, calendar, zone):
        return None
    times = clocks.reminders
    if not is_due(plan, times, clocks.silent_since, now, calendar=calendar, zone=zone):
        return None
    gave_up = times == plan.most
    event = Reminded(at=now, actor=SYSTEM, count=times + 1, gave_up=gave_up)
    occasion = Occasion(kind=NoticeKind.REMINDER, to_technicians=gave_up)
    why = f"{times} reminders without an answer" if gave_up else f"reminder {times + 1}"
    return _decision(order, why, event, occasion)


def tell_long_open(
    order: WorkOrder, now: datetime, calendar: Calendar, zone: tzinfo
) -> Decision | None:
    """The notice of a work order that is open for long. Of an unsorted one no stranger is told."""
    clocks = order.clocks
    if clocks.open_since is None or _is_out_of_hours(now, calendar, zone):
        return None
    times = clocks.long_notices
    if not is_due(calendar.open_long, times, clocks.open_since, now, calendar=calendar, zone=zone):
        return None
    event = StoodLong(at=now, actor=SYSTEM, count=times + 1)
    occasion = Occasion(kind=NoticeKind.OPEN_LONG, to_technicians=order.customer_id is None)
    return _decision(order, "it is open for long", event, occasion)


def follow_up(
    order: WorkOrder, now: datetime, calendar: Calendar, zone: tzinfo, *, history: Sequence[Event]
) -> Decision | None:
    """The follow-up on its day, or as soon after it as the clock is looked at."""
    day = order.follow_up_on
    if day is None or not has_come(day, calendar.follow_up.at, now, zone):
        return None
    set_by = [e.actor for e in history if isinstance(e, FollowUpSet) and e.on == day]
    event = FollowUpSet(at=now, actor=SYSTEM, on=None, was=day, reached=True)
    occasion = Occasion(
        kind=NoticeKind.FOLLOW_UP,
        set_by=set_by[-1] if set_by else "",
        to_technicians=order.customer_id is None,
    )
    return _decision(order, f"follow-up of {day.isoformat()}", event, occasion)


def warn_of_timers(order: WorkOrder, now: datetime, calendar: Calendar) -> Decision | None:
    """One mail to each technician whose timer runs longer than is likely."""
    long = [
        timer
        for timer in order.hours.timers
        if not timer.told and whole_minutes(now - timer.started_at) > calendar.timer_limit
    ]
    if not long:
        return None
    events = tuple(
        TimeLogged(
            at=now,
            actor=SYSTEM,
            text=timer.note,
            change=TimeChange.LONG,
            technician=timer.technician,
            started_at=timer.started_at,
        )
        for timer in long
    )
    tellings = tuple(
        Telling(event=i, occasion=Occasion(kind=NoticeKind.TIMER_LONG, writer=timer.technician))
        for i, timer in enumerate(long)
    )
    return Decision(
        outcome=Outcome.DONE,
        reason="a timer runs long",
        number=order.number,
        events=events,
        tellings=tellings,
    )


def _is_out_of_hours(now: datetime, calendar: Calendar, zone: tzinfo) -> bool:
    """While clocks stand still nothing falls due."""
    return calendar.clocks_stand_still and not is_open(now, calendar, zone)


def _decision(order: WorkOrder, reason: str, event: Event, occasion: Occasion) -> Decision:
    return Decision(
        outcome=Outcome.DONE,
        reason=reason,
        number=order.number,
        events=(event,),
        tellings=(Telling(event=0, occasion=occasion),),
    )
