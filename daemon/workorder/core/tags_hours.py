"""The tags of hours: timers, time written down, and what is billed; and what closing does to them.

A tag takes effect at its mail's moment; a clock time behind it is the technician's own.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from workorder.core.assessing import by_rule
from workorder.core.calendar import outside_hours, wall
from workorder.core.durations import (
    MOST_MINUTES,
    leading_clock,
    leading_day,
    leading_minutes,
    minutes_in,
    moments,
    whole_minutes,
)
from workorder.core.effects import Effect
from workorder.core.events import Billed, Event, StatusChanged, TimeChange, TimeLogged
from workorder.core.fold import fold
from workorder.core.job import Job
from workorder.core.model import BilledBy, Timer, WorkOrder
from workorder.core.scene import Scene, Step, Told, done, length, moment, nothing, text, wrong
from workorder.core.tag_words import status_value
from workorder.core.tags import Written
from workorder.core.transcript import Value, Verdict

_NOTHING = frozenset({"0", "none", "nothing", "off", "free", "0h", "0m"})
_OLDEST = timedelta(days=366)
_NOON = 12 * 60
_MOST_BILLED = 999 * 60


# -- timers -----------------------------------------------------------------------------------


def start(written: Written, scene: Scene) -> Step:
    """`#start`, and `#start 9:00` where somebody forgot to."""
    if not scene.order.status.is_open:
        return wrong(Effect.STATUS_CLOSED, status_value("status", scene.order.status))
    running = scene.order.hours.timer_of(scene.actor)
    if running is not None:
        return nothing(Effect.TIMER_RUNS, moment("since", running.started_at, scene.zone))
    asked = _when(written.argument, scene)
    if isinstance(asked, Step):
        return asked
    started_at, note = asked
    event = TimeLogged(
        at=scene.at,
        actor=scene.actor,
        text=note,
        change=TimeChange.STARTED,
        technician=scene.actor,
        started_at=started_at,
    )
    return done(Effect.TIMER_STARTED, moment("since", started_at, scene.zone), events=(event,))


def stop(written: Written, scene: Scene) -> Step:
    """`#stop`, `#stop 14:30`, `#stop yesterday 17:00`; `#stop 0` throws away what was measured."""
    running = scene.order.hours.timer_of(scene.actor)
    if running is None:
        return wrong(Effect.TIMER_NONE)
    if written.argument.casefold() in _NOTHING:
        event = _stopped(running, running.started_at, scene, change=TimeChange.DROPPED)
        return done(Effect.TIMER_DROPPED, events=(event,))
    asked = _when(written.argument, scene)
    if isinstance(asked, Step):
        return asked
    stopped_at, note = asked
    if stopped_at < running.started_at:
        return wrong(Effect.STOP_EARLY, moment("since", running.started_at, scene.zone))
    if whole_minutes(stopped_at - running.started_at) > MOST_MINUTES:
        return wrong(Effect.TIMER_TOO_LONG, *_since_and_how_long(running, stopped_at, scene))
    event = _stopped(running, stopped_at, scene, note=note)
    return with_billing(_told_stopped(event), scene)


def _told_stopped(event: TimeLogged) -> Step:
    return done(Effect.TIMER_STOPPED, length("length", event.minutes), events=(event,))


def _stopped(
    timer: Timer,
    at: datetime,
    scene: Scene,
    *,
    note: str = "",
    change: TimeChange = TimeChange.STOPPED,
) -> TimeLogged:
    outside = outside_hours(timer.started_at, at, scene.calendar, scene.site_zone)
    minutes = whole_minutes(at - timer.started_at)
    return TimeLogged(
        at=scene.at,
        actor=scene.actor,
        text=" ".join(filter(None, (timer.note, note))),
        change=change,
        technician=timer.technician,
        started_at=timer.started_at,
        stopped_at=at,
        minutes=minutes,
        after_hours=min(minutes, int(outside / timedelta(minutes=1))),
    )


def _since_and_how_long(timer: Timer, at: datetime, scene: Scene) -> tuple[Value, Value]:
    minutes = whole_minutes(at - timer.started_at)
    return moment("since", timer.started_at, scene.zone), length("length", minutes)


def _when(argument: str, scene: Scene) -> tuple[datetime, str] | Step:
    """The moment that is meant, and the words behind it; without any it is the mail's moment.

    A clock time is the last one that is not in the future: just after midnight 23:45 is yesterday.
    """
    day = leading_day(argument, scene.today)
    rest = day[1] if day is not None else argument
    clock = leading_clock(rest)
    if clock is None:
        return wrong(Effect.CLOCK_MISSING, text("word", argument)) if day else (scene.at, argument)
    days = [day[0]] if day is not None else [scene.today, scene.today - timedelta(days=1)]
    found = [at for each in days for at in moments(each, clock[0], scene.zone)]
    past = [at for at in found if at <= scene.at]
    running = scene.order.hours.timer_of(scene.actor)
    is_before = running is not None and past and max(past) < running.started_at
    # Nobody means yesterday's 14:30 of a timer that was started this morning.
    if not past or (is_before and any(at > scene.at for at in found)):
        shown = text("clock", f"{clock[0]:%H:%M}")
        return wrong(Effect.CLOCK_FUTURE if found else Effect.CLOCK_SKIPPED, shown)
    return max(past), clock[1]


# -- time written down ------------------------------------------------------------------------


def log_work(written: Written, scene: Scene) -> Step:
    """`#worked 1h30m`, `#worked 2h yesterday re-cabling`."""
    read = leading_minutes(written.argument)
    if read is None:
        return wrong(Effect.HOURS_WRONG, text("word", written.argument))
    minutes, rest = read
    if not 0 < minutes <= MOST_MINUTES:
        return wrong(Effect.HOURS_BOUNDS, length("most", MOST_MINUTES))
    dated = leading_day(rest, scene.today)
    day, note = dated if dated is not None else (scene.today, rest)
    if day > scene.today or scene.today - day > _OLDEST:
        return wrong(Effect.WORKED_DAY, text("word", day.isoformat()))
    event = _entered(minutes, day, note, scene)
    return with_billing(
        done(Effect.WORKED, length("length", minutes), events=(event,)), scene, total=True
    )


def _entered(minutes: int, day: date, note: str, scene: Scene) -> TimeLogged:
    """Time of today ends now; of an earlier day nobody knows the hour, and noon stands for it.

    Without a clock time only a day on which nobody is there lies outside of opening hours.
    """
    worked = timedelta(minutes=minutes)
    started_at = scene.at - worked if day == scene.today else wall(day, _NOON, scene.zone)
    local_day = started_at.astimezone(scene.site_zone).date()
    is_closed = not scene.calendar.spans(local_day)
    return TimeLogged(
        at=scene.at,
        actor=scene.actor,
        text=note,
        change=TimeChange.ENTERED,
        technician=scene.actor,
        started_at=started_at,
        stopped_at=started_at + worked,
        minutes=minutes,
        after_hours=minutes if is_closed else 0,
    )


# -- what is billed ---------------------------------------------------------------------------


def assess(written: Written, scene: Scene) -> Step:
    """`#billed 1h`: the technician's assessment; `#billed 0` charges nothing."""
    is_nothing = written.argument.casefold() in _NOTHING
    minutes = 0 if is_nothing else minutes_in(written.argument)
    if minutes is None:
        return wrong(Effect.HOURS_WRONG, text("word", written.argument))
    if minutes > _MOST_BILLED:
        return wrong(Effect.HOURS_BOUNDS, length("most", _MOST_BILLED))
    hours = scene.order.hours
    if hours.billed_by is BilledBy.TECHNICIAN and hours.billed == minutes:
        return nothing(Effect.BILLED_SAME, length("length", minutes))
    event = Billed(
        at=scene.at,
        actor=scene.actor,
        minutes=minutes,
        by=BilledBy.TECHNICIAN,
        was=hours.billed,
        was_by=hours.billed_by,
        worked=hours.worked,
    )
    values = length("length", minutes), length("worked", hours.worked)
    return done(Effect.BILLED, *values, events=(event,))


def with_billing(step: Step, scene: Scene, *, total: bool = False) -> Step:
    """A step that adds to the hours of a work order: of a closed one the rule bills anew.

    `total`: the transcript says how many hours it makes with those that were there.
    """
    order = fold(scene.order, step.events)
    told: list[Told] = list(step.told)
    if total and scene.order.hours.worked:
        told.append(_told(Effect.WORKED_TOTAL, length("worked", order.hours.worked)))
    billed = by_rule(job_of(order, scene), scene.billing, at=scene.at, actor=scene.actor)
    if billed is None:
        return replace(step, told=tuple(told))
    told.append(_billed_words(billed))
    return replace(step, told=tuple(told), events=(*step.events, billed))


def job_of(order: WorkOrder, scene: Scene) -> Job:
    """A work order with the names that billing rules ask about."""
    customer = scene.names.customer(order.customer_id)
    pieces = tuple(piece for piece in scene.names.equipment if piece.id in order.equipment_ids)
    return Job(order=order, customer=customer.name if customer else "", equipment=pieces)


# -- closing ----------------------------------------------------------------------------------


def closing(step: Step, scene: Scene) -> Step:
    """A step that closes the work order: the technician's own timer stops, and it is billed.

    A timer that ran longer than is likely is not counted unseen: the technician has to say when it
    ended. Others' timers run on, and the transcript names them.
    """
    order = fold(scene.order, step.events)
    own = order.hours.timer_of(scene.actor)
    if own is not None:
        ran = whole_minutes(scene.at - own.started_at)
        if ran > min(scene.calendar.timer_limit, MOST_MINUTES):
            return wrong(Effect.TIMER_TOO_LONG, *_since_and_how_long(own, scene.at, scene))
        stopped = _stopped(own, max(scene.at, own.started_at), scene)
        step = _joined(step, _told_stopped(stopped))
    step = with_billing(step, scene)
    if order.hours.billed_by is BilledBy.TECHNICIAN:
        after = fold(scene.order, step.events).hours
        kept = length("length", after.billed), length("worked", after.worked)
        step = replace(step, told=(*step.told, _told(Effect.BILLED_KEPT, *kept)))
    others = [timer for timer in order.hours.timers if timer.technician != scene.actor]
    lines = tuple(_told(Effect.TIMER_OTHERS, text("technician", t.technician)) for t in others)
    return replace(step, told=(*step.told, *lines))


def _joined(step: Step, more: Step) -> Step:
    return replace(step, told=(*step.told, *more.told), events=(*step.events, *more.events))


def _billed_words(billed: Billed) -> Told:
    values = length("length", billed.minutes), length("worked", billed.worked)
    if not billed.rule:
        return _told(Effect.BILLED_NOT, *values)
    return _told(Effect.BILLED_BY_RULE, *values, text("rule", billed.rule))


def _told(effect: Effect, *values: Value) -> Told:
    return Told(verdict=Verdict.DONE, effect=effect, values=values)


def closes(events: tuple[Event, ...]) -> bool:
    """Whether one of these ends the work order."""
    return any(isinstance(e, StatusChanged) and not e.status.is_open for e in events)


__all__ = ["assess", "closes", "closing", "job_of", "log_work", "start", "stop"]
