"""Opening hours, clocks that are changed, and what is due."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorder.core.calendar import (
    SHIPPED,
    Calendar,
    Repeat,
    Span,
    elapsed,
    has_come,
    is_due,
    is_open,
    month_start,
    months_back,
    next_month,
    next_open,
    outside_hours,
    wall,
)

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
NUUK = ZoneInfo("America/Nuuk")  # it is put back at midnight, to the day before
ST_JOHNS = ZoneInfo("America/St_Johns")  # up to 2011 a minute after midnight
APIA = ZoneInfo("Pacific/Apia")  # it has no 30 December 2011
ZONES = st.sampled_from([UTC, NEW_YORK, BERLIN, LORD_HOWE, NUUK])

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
# The days on which clocks are changed in 2026, and the leap day of 2028.
DAYS = st.sampled_from(
    [
        *(date(2026, 3, 8), date(2026, 11, 1), date(2026, 3, 29), date(2026, 10, 25)),
        *(date(2026, 4, 5), date(2026, 10, 4), date(2026, 3, 28), date(2026, 10, 24)),
        *(date(2028, 2, 28), date(2028, 2, 29), date(2026, 7, 1), date(2026, 12, 31)),
    ]
)
MOMENTS = st.builds(
    lambda day, quarters: datetime.combine(day, time(), UTC) + (quarters - 96) * QUARTER,
    DAYS,
    st.integers(0, 300),
)
LENGTHS = st.integers(0, 14 * 96).map(lambda quarters: quarters * QUARTER)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Weeks of spans that begin and end at full hours, where every zone's clock is plain."""
    week = []
    for _ in range(7):
        hours = sorted(draw(st.sets(st.integers(0, 24), max_size=4)))
        pairs = zip(hours[::2], hours[1::2], strict=False)
        week.append(tuple(Span(start=60 * start, end=60 * end) for start, end in pairs))
    return Calendar(
        week=tuple(week) if any(week) else (),
        holidays=frozenset(draw(st.sets(DAYS, max_size=2))),
        clocks_stand_still=draw(st.booleans()),
    )


def shows_open(at: datetime, calendar: Calendar, zone: ZoneInfo) -> bool:
    """Whether the clock on the wall shows a time within opening hours."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return any(span.start <= minute < span.end for span in calendar.spans(local.date()))


def utc(month: int, day: int, hour: int, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


# -- the clock on the wall --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "clock", "zone", "at"),
    [
        (date(2026, 7, 1), (2, 30), NEW_YORK, utc(7, 1, 6, 30)),
        (date(2028, 2, 29), (24, 0), NEW_YORK, utc(3, 1, 5, year=2028)),
        # 2:00 to 3:00
        (date(2026, 3, 8), (1, 59), NEW_YORK, utc(3, 8, 6, 59)),
        (date(2026, 3, 8), (2, 0), NEW_YORK, utc(3, 8, 7)),
        (date(2026, 3, 8), (2, 30), NEW_YORK, utc(3, 8, 7)),
        (date(2026, 3, 8), (2, 59), NEW_YORK, utc(3, 8, 7)),
        (date(2026, 3, 8), (3, 0), NEW_YORK, utc(3, 8, 7)),
        (date(2026, 3, 29), (2, 1), BERLIN, utc(3, 29, 1)),
        # 2:00 to 2:30
        (date(2026, 10, 4), (2, 10), LORD_HOWE, utc(10, 3, 15, 30)),
        (date(2026, 10, 4), (2, 30), LORD_HOWE, utc(10, 3, 15, 30)),
        # 23:00 to 24:00: the whole gap is of the day before
        (date(2026, 3, 28), (23, 30), NUUK, utc(3, 29, 1)),
        (date(2026, 3, 29), (0, 0), NUUK, utc(3, 29, 1)),
        # 2:00 to 1:00: the first
        (date(2026, 11, 1), (1, 30), NEW_YORK, utc(11, 1, 5, 30)),
        (date(2026, 11, 1), (2, 0), NEW_YORK, utc(11, 1, 7)),
        (date(2026, 10, 25), (2, 30), BERLIN, utc(10, 25, 0, 30)),
        # 2:00 to 1:30
        (date(2026, 4, 5), (1, 45), LORD_HOWE, utc(4, 4, 14, 45)),
        (date(2026, 4, 5), (2, 0), LORD_HOWE, utc(4, 4, 15, 30)),
        # a day that was not
        (date(2011, 12, 30), (0, 0), APIA, utc(12, 30, 10, year=2011)),
        (date(2011, 12, 30), (12, 0), APIA, utc(12, 30, 10, year=2011)),
    ],
)
def test_a_time_of_day_is_a_moment(
    day: date, clock: tuple[int, int], zone: ZoneInfo, at: datetime
) -> None:
    hour, minute = clock
    assert wall(day, 60 * hour + minute, zone) == at


@given(DAYS, ZONES)
def test_a_day_goes_forward_from_midnight_to_midnight(day: date, zone: ZoneInfo) -> None:
    clock = [wall(day, minutes, zone) for minutes in range(0, 1441, 5)]
    assert clock == sorted(clock)
    assert clock[-1] == wall(day + DAY, 0, zone)
    assert clock[0].astimezone(zone).date() == day
    assert all(at.tzinfo is UTC for at in clock)


@given(MOMENTS, ZONES)
def test_the_clock_of_a_moment_names_it_or_one_that_showed_the_same(
    at: datetime, zone: ZoneInfo
) -> None:
    local = at.astimezone(zone)
    found = wall(local.date(), 60 * local.hour + local.minute, zone)
    assert found <= at
    assert found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)


# -- opening hours ----------------------------------------------------------------------------


@given(MOMENTS, LENGTHS, calendars(), ZONES)
def test_what_is_outside_of_hours_is_what_the_clock_shows_to_be(
    start: datetime, length: timedelta, calendar: Calendar, zone: ZoneInfo
) -> None:
    end = start + length
    quarters = [start + number * QUARTER for number in range(length // QUARTER)]
    inside = sum(shows_open(at, calendar, zone) for at in quarters) * QUARTER
    assert outside_hours(start, end, calendar, zone) == length - inside


@given(MOMENTS, LENGTHS, LENGTHS, calendars(), ZONES)
def test_two_stretches_are_outside_by_as_much_as_the_two_together(
    start: datetime, one: timedelta, other: timedelta, calendar: Calendar, zone: ZoneInfo
) -> None:
    middle, end = start + one, start + one + other
    parts = outside_hours(start, middle, calendar, zone), outside_hours(middle, end, calendar, zone)
    assert sum(parts, timedelta()) == outside_hours(start, end, calendar, zone)


@given(MOMENTS, calendars(), ZONES)
def test_the_next_open_moment_is_open_and_none_before_it_is(
    at: datetime, calendar: Calendar, zone: ZoneInfo
) -> None:
    found = next_open(at, calendar, zone)
    assert found >= at
    assert is_open(found, calendar, zone)
    assert shows_open(found, calendar, zone)
    assert outside_hours(at, found, calendar, zone) == found - at
    assert is_open(at, calendar, zone) is shows_open(at, calendar, zone) is (found == at)


@pytest.mark.parametrize("zone", [NEW_YORK, BERLIN, LORD_HOWE, NUUK])
def test_who_is_always_open_is_open_through_every_change_of_the_clocks(zone: ZoneInfo) -> None:
    start, end = utc(1, 1, 0), utc(1, 1, 0, year=2027)
    assert outside_hours(start, end, SHIPPED, zone) == timedelta()


def test_a_date_that_comes_twice_leaves_nothing_out() -> None:
    """In St. John's 00:01 of 7 November 2010 was 23:01 of the 6th once more."""
    first_midnight = utc(11, 7, 2, 30, year=2010)
    for start, minutes in ((first_midnight, 40), (first_midnight + QUARTER, 15)):
        end = start + timedelta(minutes=minutes)
        assert outside_hours(start, end, SHIPPED, ST_JOHNS) == timedelta()
        assert is_open(start, SHIPPED, ST_JOHNS)
        still = replace(SHIPPED, clocks_stand_still=True)
        assert elapsed(start, end, still, ST_JOHNS) == end - start


WORKDAYS = Calendar(week=((Span(start=480, end=1020),),) * 5 + ((), ()))


def test_the_end_of_a_span_is_not_part_of_it() -> None:
    assert is_open(utc(11, 23, 13), WORKDAYS, NEW_YORK)
    assert is_open(utc(11, 23, 21, 59), WORKDAYS, NEW_YORK)
    assert not is_open(utc(11, 23, 22), WORKDAYS, NEW_YORK)
    assert not is_open(utc(11, 23, 12, 59), WORKDAYS, NEW_YORK)


def test_it_opens_again_after_the_weekend_and_the_holiday() -> None:
    calendar = replace(WORKDAYS, holidays=frozenset({date(2026, 12, 25), date(2026, 12, 28)}))
    late_on_thursday = utc(12, 24, 22)
    assert next_open(late_on_thursday, calendar, NEW_YORK) == utc(12, 29, 13)


def test_a_night_with_an_hour_less_is_an_hour_shorter() -> None:
    friday, monday = utc(3, 6, 22), utc(3, 9, 12)
    assert next_open(friday, WORKDAYS, NEW_YORK) == monday
    assert outside_hours(friday, monday, WORKDAYS, NEW_YORK) == 62 * HOUR
    autumn = utc(10, 30, 21), utc(11, 2, 13)
    assert outside_hours(*autumn, WORKDAYS, NEW_YORK) == 64 * HOUR


def test_the_leap_day_is_a_day_as_any_other() -> None:
    opens = wall(date(2028, 2, 29), 480, NEW_YORK)
    assert next_open(opens - HOUR, WORKDAYS, NEW_YORK) == opens
    week = outside_hours(opens, opens + 7 * DAY, WORKDAYS, NEW_YORK)
    assert week == 7 * DAY - 5 * 9 * HOUR


def test_a_stretch_that_ends_before_it_begins_is_none() -> None:
    assert outside_hours(NOON, NOON - DAY, WORKDAYS, NEW_YORK) == timedelta()
    assert elapsed(NOON, NOON - DAY, WORKDAYS, NEW_YORK) == timedelta()


# -- waiting ----------------------------------------------------------------------------------


@given(MOMENTS, st.lists(LENGTHS, max_size=5), calendars(), ZONES)
def test_what_has_passed_never_grows_less_nor_faster_than_time(
    since: datetime, lengths: list[timedelta], calendar: Calendar, zone: ZoneInfo
) -> None:
    times = [since]
    for length in lengths:
        times.append(times[-1] + length)
    passed = [elapsed(since, now, calendar, zone) for now in times]
    for (one, other), (before, after) in zip(pairwise(times), pairwise(passed), strict=True):
        assert timedelta() <= after - before <= other - one


@given(MOMENTS, LENGTHS, calendars(), ZONES)
def test_clocks_that_never_stand_still_measure_time_as_it_is(
    since: datetime, length: timedelta, calendar: Calendar, zone: ZoneInfo
) -> None:
    running = replace(calendar, clocks_stand_still=False)
    assert elapsed(since, since + length, running, zone) == length


@given(MOMENTS, st.integers(0, 14), calendars(), ZONES)
def test_clocks_that_stand_still_count_days_with_opening_hours_whole(
    since: datetime, days: int, calendar: Calendar, zone: ZoneInfo
) -> None:
    first = since.astimezone(zone).date()
    start, end = wall(first, 0, zone), wall(first + days * DAY, 0, zone)
    dates = [first + number * DAY for number in range(days)]
    counted = [
        wall(day + DAY, 0, zone) - wall(day, 0, zone) for day in dates if calendar.spans(day)
    ]
    still = replace(calendar, clocks_stand_still=True)
    assert elapsed(start, end, still, zone) == sum(counted, timedelta())


def test_a_weekend_does_not_count_where_clocks_stand_still() -> None:
    friday_noon, monday_noon = utc(11, 27, 17), utc(11, 30, 17)
    still = replace(WORKDAYS, clocks_stand_still=True)
    assert elapsed(friday_noon, monday_noon, still, NEW_YORK) == DAY
    assert elapsed(friday_noon, monday_noon, WORKDAYS, NEW_YORK) == 3 * DAY


# -- what is due ------------------------------------------------------------------------------

PLAN = Repeat(first=timedelta(days=3), again=timedelta(days=7), most=2)


def due(times: int, waited: timedelta, plan: Repeat = PLAN) -> bool:
    return is_due(plan, times, NOON, NOON + waited, calendar=SHIPPED, zone=NEW_YORK)


def test_somebody_is_told_first_and_then_again_and_again() -> None:
    second = timedelta(seconds=1)
    assert due(0, 3 * DAY)
    assert not due(0, 3 * DAY - second)
    assert due(1, 7 * DAY)
    assert not due(1, 7 * DAY - second)
    assert due(99, 7 * DAY)


def test_nobody_is_told_of_what_is_off() -> None:
    assert not due(0, 365 * DAY, replace(PLAN, off=True))


def test_three_days_are_72_hours_whatever_the_clocks_do() -> None:
    saturday = utc(3, 7, 12)
    for length, told in ((3 * DAY, True), (3 * DAY - HOUR, False)):
        now = saturday + length
        assert is_due(PLAN, 0, saturday, now, calendar=SHIPPED, zone=NEW_YORK) is told


def test_a_reminder_waits_for_days_that_count() -> None:
    friday, still = utc(11, 27, 17), replace(WORKDAYS, clocks_stand_still=True)
    plan = replace(PLAN, first=DAY)
    sunday, monday = utc(11, 29, 17), utc(11, 30, 17)
    assert not is_due(plan, 0, friday, sunday, calendar=still, zone=NEW_YORK)
    assert is_due(plan, 0, friday, monday, calendar=still, zone=NEW_YORK)


@pytest.mark.parametrize(
    ("day", "at", "zone", "moment"),
    [
        (date(2026, 12, 1), time(8), NEW_YORK, utc(12, 1, 13)),
        (date(2026, 3, 8), time(2, 30), NEW_YORK, utc(3, 8, 7)),
        (date(2026, 10, 25), time(2, 30), BERLIN, utc(10, 25, 0, 30)),
        (date(2028, 2, 29), time(8), BERLIN, utc(2, 29, 7, year=2028)),
    ],
)
def test_a_time_of_a_day_has_come_from_that_moment_on(
    day: date, at: time, zone: ZoneInfo, moment: datetime
) -> None:
    assert not has_come(day, at, moment - timedelta(seconds=1), zone)
    assert has_come(day, at, moment, zone)
    assert has_come(day, at, moment + 9 * DAY, zone)


# -- months -----------------------------------------------------------------------------------


def test_a_month_begins_at_its_midnight() -> None:
    assert month_start(date(2026, 11, 30), NEW_YORK) == utc(11, 1, 4)
    assert month_start(date(2026, 12, 1), NEW_YORK) == utc(12, 1, 5)


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_months_follow_on_one_another(day: date) -> None:
    following = next_month(day)
    assert following.day == 1
    assert 0 < (following - day).days <= 31
    months = months_back(following, 14)
    assert months[-2:] == (day.replace(day=1), following)
    assert all(next_month(one) == other for one, other in pairwise(months))
    assert months_back(day, 0) == ()


def test_the_months_up_to_a_day_are_told_oldest_first() -> None:
    assert months_back(date(2028, 2, 29), 3) == (
        date(2027, 12, 1),
        date(2028, 1, 1),
        date(2028, 2, 1),
    )
