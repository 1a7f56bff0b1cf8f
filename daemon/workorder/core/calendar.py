"""Calendars: opening hours and holidays, and what is due at a moment.

Whatever comes in or goes out is an aware datetime in UTC; days and times of day are those of a
zone that is given. Stretches are measured in UTC, so that no change of the clocks adds to them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice

DAY_MINUTES = 24 * 60
_LOOK_AHEAD = 400  # days; who is closed for a year has no opening hours
_ALL_DAYS = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a day, in minutes from midnight by the wall clock; `end` is not part of it."""

    start: int
    end: int


_ALL_DAY = (Span(start=0, end=DAY_MINUTES),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """When somebody is told for the first time, then again and again; `most` 0: no end.

    Off: nobody is told.
    """

    first: timedelta
    again: timedelta
    most: int = 0
    off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """A time of day at which something is done, on the days that count. Off: it is not done."""

    at: time
    days: frozenset[int] = _ALL_DAYS
    off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The times of a site: calendar.toml as a value.

    `week` holds the spans of Monday to Sunday; empty: it is open always. `clocks_stand_still`:
    days on which nobody is there do not count. `customer_mail_waits`: what customers are told out
    of hours goes out when they begin. `statement_day` is a day of the month, 0 sends none.
    `timer_limit` is in minutes.
    """

    week: tuple[tuple[Span, ...], ...] = ()
    holidays: frozenset[date] = frozenset()
    clocks_stand_still: bool = False
    customer_mail_waits: bool = False
    reminder: Repeat = Repeat(first=timedelta(days=3), again=timedelta(days=7), most=4)
    open_long: Repeat = Repeat(first=timedelta(days=7), again=timedelta(days=7))
    follow_up: Daily = Daily(at=time(8))
    digest: Daily = Daily(at=time(7), days=frozenset(range(5)))
    statement_day: int = 1
    statement_at: time = time(8)
    timer_limit: int = 10 * 60

    def spans(self, day: date) -> tuple[Span, ...]:
        """The opening hours of a day; none on a holiday."""
        if day in self.holidays:
            return ()
        return self.week[day.weekday()] if self.week else _ALL_DAY


SHIPPED = Calendar()
"""What calendar.toml says when it says nothing: always open, and no clock stands still."""


def wall(day: date, minutes: int, zone: tzinfo) -> datetime:
    """The moment at which it is so many minutes past midnight by the clock of that day.

    A time that summer time leaves out is the first moment after the gap; of one that is repeated
    the first counts.
    """
    on = datetime.combine(day, time()) + timedelta(minutes=minutes)
    at = on.replace(tzinfo=zone).astimezone(UTC)
    return at if _clock_at(at, zone) == on else _after_gap(on, zone)


def _clock_at(at: datetime, zone: tzinfo) -> datetime:
    """What the clock shows, without its zone."""
    return at.astimezone(zone).replace(tzinfo=None)


def _after_gap(on: datetime, zone: tzinfo) -> datetime:
    """The first moment after the gap in which the clock time `on` lies."""
    # PEP 495: in a gap fold=1 counts with the offset after it, and so comes before it; fold=0 the
    # other way round. Where between them the clock is put forward zoneinfo does not tell.
    before = on.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = on.replace(tzinfo=zone, fold=0).astimezone(UTC)
    while (seconds := (after - before) // timedelta(seconds=1)) > 1:
        middle = before + timedelta(seconds=seconds // 2)
        if _clock_at(middle, zone) < on:
            before = middle
        else:
            after = middle
    return after


def _stretches(
    start: datetime, end: datetime, zone: tzinfo, spans: Callable[[date], tuple[Span, ...]]
) -> Iterator[tuple[datetime, datetime]]:
    """The parts of a stretch within the spans of its days, in order."""
    day = start.astimezone(zone).date()
    # A day more: where the clock is put back over midnight the day before comes twice.
    last = end.astimezone(zone).date() + timedelta(days=1)
    while day <= last:
        for span in spans(day):
            begins = max(start, wall(day, span.start, zone))
            ends = min(end, wall(day, span.end, zone))
            if begins < ends:
                yield begins, ends
        day += timedelta(days=1)


def _length(stretches: Iterator[tuple[datetime, datetime]]) -> timedelta:
    return sum((ends - begins for begins, ends in stretches), timedelta())


def is_open(at: datetime, calendar: Calendar, zone: tzinfo) -> bool:
    """Whether somebody is there."""
    return next_open(at, calendar, zone) == at


def next_open(at: datetime, calendar: Calendar, zone: tzinfo) -> datetime:
    """The first moment from `at` on at which somebody is there."""
    stretches = _stretches(at, at + timedelta(days=_LOOK_AHEAD), zone, calendar.spans)
    first = next(stretches, None)
    return first[0] if first is not None else at


def outside_hours(start: datetime, end: datetime, calendar: Calendar, zone: tzinfo) -> timedelta:
    """How much of a stretch lies outside of opening hours."""
    inside = _length(_stretches(start, end, zone, calendar.spans))
    return max(end - start, timedelta()) - inside


def elapsed(since: datetime, now: datetime, calendar: Calendar, zone: tzinfo) -> timedelta:
    """How long something has been waiting; with clocks that stand still, days closed do not count.

    A day without any opening hours is closed: a weekend, a holiday.
    """
    if now <= since:
        return timedelta()
    if not calendar.clocks_stand_still:
        return now - since
    return _length(
        _stretches(since, now, zone, lambda day: _ALL_DAY if calendar.spans(day) else ())
    )


def is_due(  # noqa: PLR0913 - the plan, the count so far, and what a clock needs
    plan: Repeat,
    times: int,
    since: datetime,
    now: datetime,
    *,
    calendar: Calendar,
    zone: tzinfo,
) -> bool:
    """Whether somebody is to be told again who was told `times` times, `since` then last.

    How often that is, `most`, is the caller's: what comes after the last time is due as well.
    """
    if plan.off:
        return False
    wanted = plan.again if times else plan.first
    return elapsed(since, now, calendar, zone) >= wanted


def has_come(day: date, at: time, now: datetime, zone: tzinfo) -> bool:
    """Whether it is that time of that day, or later."""
    return now >= wall(day, at.hour * 60 + at.minute, zone)


def month_start(month: date, zone: tzinfo) -> datetime:
    """The moment at which the month of that day begins."""
    return wall(month.replace(day=1), 0, zone)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def months_back(month: date, count: int) -> tuple[date, ...]:
    """The first days of `count` months up to and with that of `month`, oldest first."""

    def earlier(first: date) -> Iterator[date]:
        while True:
            yield first
            first = (first - timedelta(days=1)).replace(day=1)

    return tuple(islice(earlier(month.replace(day=1)), count))[::-1]
