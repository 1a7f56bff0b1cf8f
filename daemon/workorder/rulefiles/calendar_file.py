"""calendar.toml: opening hours, and when the daemon does something by itself."""

import re
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from workorder.config_file import quoted
from workorder.core.calendar import DAY_MINUTES, SHIPPED, Calendar, Daily, Repeat, Span
from workorder.core.rule_case import WEEKDAYS
from workorder.rulefiles.tables import Page, Table, none_of
from workorder.rulefiles.times import clock_of, days_of, span_of

_SECTIONS: Final = (
    *("reminder", "open-long", "follow-up", "digest", "statement", "timer", "hours"),
)
_WAITS: Final = ("clocks", "customer-mail")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOST_REMINDERS: Final = 50
_LAST_DAY: Final = 28  # every month has it


class _Counts(StrEnum):
    """When a clock runs, or mail goes out."""

    ALWAYS = "always"
    OPEN = "open"


def read_calendar(page: Page) -> Calendar:
    """What calendar.toml says; what is wrong is noted on `page`."""
    page.top.only(_SECTIONS, "section")
    reminder, open_long = page.top.section("reminder"), page.top.section("open-long")
    reminder.only(("first", "again", "most", "off"))
    open_long.only(("first", "again", "off"))
    follow_up, statement = page.top.section("follow-up"), page.top.section("statement")
    follow_up.only(("at",))
    statement.only(("day", "at", "off"))
    timer = page.top.section("timer")
    timer.only(("longest",))
    hours = page.top.section("hours")
    hours.only((*WEEKDAYS, "holidays", *_WAITS))
    week, holidays = _week(hours), _holidays(hours)
    stand_still, waits = (
        _is_open_only(hours, name, is_always_open=not week and not holidays) for name in _WAITS
    )
    day = statement.whole("day", 1, _LAST_DAY) or SHIPPED.statement_day
    return Calendar(
        week=week,
        holidays=holidays,
        clocks_stand_still=stand_still,
        customer_mail_waits=waits,
        reminder=_repeat(reminder, SHIPPED.reminder),
        open_long=_repeat(open_long, SHIPPED.open_long),
        follow_up=Daily(at=_clock(follow_up, SHIPPED.follow_up.at)),
        digest=_digest(page.top.section("digest")),
        statement_day=0 if statement.flag("off") else day,
        statement_at=_clock(statement, SHIPPED.statement_at),
        timer_limit=timer.minutes("longest", 1, DAY_MINUTES) or SHIPPED.timer_limit,
    )


def _repeat(table: Table, shipped: Repeat) -> Repeat:
    return Repeat(
        first=_length(table, "first") or shipped.first,
        again=_length(table, "again") or shipped.again,
        most=table.whole("most", 1, _MOST_REMINDERS) or shipped.most,
        off=bool(table.flag("off")),
    )


def _length(table: Table, name: str) -> timedelta | None:
    text = table.text(name)
    return table.made(name, text, days_of) if text else None


def _clock(table: Table, shipped: time) -> time:
    text = table.text("at")
    minutes = table.made("at", text, clock_of) if text else None
    return shipped if minutes is None else time(*divmod(minutes, 60))


def _digest(table: Table) -> Daily:
    table.only(("at", "days", "off"))
    days = table.texts("days")
    for day in days:
        if day not in WEEKDAYS:
            table.wrong("days", none_of(day, WEEKDAYS))
    return Daily(
        at=_clock(table, SHIPPED.digest.at),
        days=frozenset(n for n, day in enumerate(WEEKDAYS) if day in days) or SHIPPED.digest.days,
        off=bool(table.flag("off")),
    )


# -- opening hours ----------------------------------------------------------------------------


def _week(hours: Table) -> tuple[tuple[Span, ...], ...]:
    """The opening hours of Monday to Sunday; empty where no day has any: it is open always."""
    written = [day for day in WEEKDAYS if hours.has(day)]
    if not written:
        return ()
    if all(hours.values[day] == [] for day in written):
        reason = "no day has opening hours (leave all days out, and it is open always)"
        hours.wrong(written[0], reason)
    return tuple(_spans(hours, day) for day in WEEKDAYS)


def _spans(hours: Table, day: str) -> tuple[Span, ...]:
    made = [hours.made(day, text.strip(), _span) for text in hours.texts_or_none(day)]
    spans = sorted((span for span in made if span is not None), key=lambda span: span.start)
    for earlier, later in pairwise(spans):
        if later.start < earlier.end:
            hours.wrong(day, f'"{_shown(later)}" overlaps "{_shown(earlier)}"')
    return tuple(spans)


def _span(text: str) -> Span:
    start, end = span_of(text)
    if end <= start:
        why = "what goes past midnight is part of the next day too"
        raise ValueError(f"{quoted(text)} does not end after it begins ({why})")
    return Span(start=start, end=end)


def _shown(span: Span) -> str:
    clocks = (divmod(minutes, 60) for minutes in (span.start, span.end))
    return "-".join(f"{hour:02}:{minute:02}" for hour, minute in clocks)


def _holidays(hours: Table) -> frozenset[date]:
    value = hours.values.get("holidays", [])
    days = set()
    for number, each in enumerate(value if isinstance(value, list) else [value]):
        day = _day(each)
        if day is None:
            hours.wrong("holidays", f"{quoted(str(each))} is no date (2026-12-25)", item=number)
        else:
            days.add(day)
    return frozenset(days)


def _day(value: Any) -> date | None:  # noqa: ANN401 - whatever the file says
    """A date of TOML's, or a text that is one."""
    if isinstance(value, date):
        return None if isinstance(value, datetime) else value
    if not isinstance(value, str) or not _DATE.fullmatch(value.strip()):
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


def _is_open_only(hours: Table, name: str, *, is_always_open: bool) -> bool:
    """Whether something happens in opening hours only."""
    is_open_only = hours.word(name, _Counts) is _Counts.OPEN
    if is_open_only and is_always_open:
        example = 'mon = "08:00-17:00"'
        hours.wrong(name, f"has no effect: without opening hours it is open always ({example})")
    return is_open_only
