"""The tags of time: timers, and what is written down; and what closing does to them.

A tag takes effect at its mail's moment; a clock time behind it is the technician's own.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from workorder.core.calendar import outside_hours, wall
from workorder.core.durations import (
    MOST_MINUTES,
    is_like_date,
    is_like_time,
    leading_clock,
    leading_day,
    leading_minutes,
    moments,
    whole_minutes,
)
from workorder.core.effects import Effect
from workorder.core.events import (
    Event,
    FollowUpSet,
    StatusChanged,
    TimeChange,
    TimeLogged,
)
from workorder.core.fold import fold
from workorder.core.model import BilledBy, Status, Timer
from workorder.core.scene import Scene, Step, done, length, moment, nothing, text, wrong
from workorder.core.tag_words import status_value
from workorder.core.tags import Written
from workorder.core.tags_billing import NOTHING, told_of, with_billing
from workorder.core.transcript import Value

_OLDEST = timedelta(days=366)
_NOON = 12 * 60


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
    if written.argument.casefold() in NOTHING:
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
    return with_billing(_told_stopped(event, scene), scene)


def _told_stopped(event: TimeLogged, scene: Scene) -> Step:
    """With both ends: a time that was misunderstood is seen."""
    values = (
        length("length", event.minutes),
        moment("since", event.started_at, scene.zone),
        moment("until", event.stopped_at or event.started_at, scene.zone),
    )
    return done(Effect.TIMER_STOPPED, *values, events=(event,))


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
        # Whoever wrote a time meant one: it is asked about, and never taken for a note.
        meant = day is not None or is_like_time(argument)
        return (
            wrong(Effect.CLOCK_MISSING, text("word", argument)) if meant else (scene.at, argument)
        )
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
    if dated is None and is_like_date(rest):
        return wrong(Effect.WORKED_DAY, text("word", rest.split()[0]))
    if day > scene.today or scene.today - day > _OLDEST:
        return wrong(Effect.WORKED_DAY, text("word", day.isoformat()))
    event = _entered(minutes, day, note, scene)
    step = done(Effect.WORKED, length("length", minutes), events=(event,))
    worked = scene.order.hours.worked
    if worked:
        total = told_of(Effect.WORKED_TOTAL, length("worked", worked + minutes))
        step = replace(step, told=(*step.told, total))
    return with_billing(step, scene)


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
        step = _joined(step, _told_stopped(stopped, scene))
    step = with_billing(step, scene)
    if order.status is Status.CANCELLED and order.follow_up_on is not None:
        off = FollowUpSet(at=scene.at, actor=scene.actor, on=None, was=order.follow_up_on)
        step = _joined(step, done(Effect.FOLLOWUP_OFF, events=(off,)))
    if order.hours.billed_by is BilledBy.TECHNICIAN:
        after = fold(scene.order, step.events).hours
        kept = length("length", after.billed), length("worked", after.worked)
        step = replace(step, told=(*step.told, told_of(Effect.BILLED_KEPT, *kept)))
    others = [timer for timer in order.hours.timers if timer.technician != scene.actor]
    lines = tuple(told_of(Effect.TIMER_OTHERS, text("technician", t.technician)) for t in others)
    return replace(step, told=(*step.told, *lines))


def _joined(step: Step, more: Step) -> Step:
    return replace(step, told=(*step.told, *more.told), events=(*step.events, *more.events))


def closes(events: tuple[Event, ...]) -> bool:
    """Whether one of these ends the work order."""
    return any(isinstance(e, StatusChanged) and not e.status.is_open for e in events)
