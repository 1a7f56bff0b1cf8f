"""Durations, days and clock times as technicians write them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorder.core.durations import (
    leading_clock,
    leading_day,
    leading_minutes,
    minutes_in,
    moments,
    whole_minutes,
)

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
MINUTES = st.integers(0, 999 * 60 + 59)


# -- durations --------------------------------------------------------------------------------


@given(MINUTES)
def test_every_number_of_minutes_is_read_back_however_it_is_written(minutes: int) -> None:
    hours, rest = divmod(minutes, 60)
    for written in (
        f"{minutes}m",
        f"{minutes} min",
        f"{hours}:{rest:02}",
        f"{hours}:{rest:02}h",
        f"{hours}h{rest}m",
        f"{hours}h{rest:02}",
        f"{hours} h {rest:02}",
        f"{hours} hours and {rest} minutes",
        f"{hours} Std. {rest} Min.",
    ):
        assert minutes_in(written) == minutes, written


@given(MINUTES, st.sampled_from([".", ","]))
def test_hours_with_two_decimals_are_read_to_the_minute(minutes: int, mark: str) -> None:
    hundredths = (minutes * 100 + 30) // 60
    written = f"{hundredths // 100}{mark}{hundredths % 100:02}h"
    assert minutes_in(written) == minutes


@given(MINUTES, st.sampled_from(["re-cabling", "x", "Tom was there", "/ 2 racks"]))
def test_what_stands_behind_a_duration_is_left(minutes: int, words: str) -> None:
    found = leading_minutes(f"{minutes}m, {words}")
    assert found is not None
    assert found == (minutes, words)
    assert minutes_in(f"{minutes}m {words}") is None


@given(st.text(max_size=12))
def test_a_duration_is_never_less_than_nothing(words: str) -> None:
    assert (minutes_in(words) or 0) >= 0


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("90m", 90),
        ("1.5h", 90),
        ("1,5 h", 90),
        (".5h", 30),
        (",25h", 15),
        ("0.333h", 20),
        ("0,008h", 0),
        ("0.009h", 1),
        ("0.025h", 2),
        ("1:30", 90),
        ("1h30m", 90),
        ("1 h 30", 90),
        ("2 horas y 5 minutos", 125),
        ("90'", 90),
        ("0h", 0),
        ("1h90m", 150),
    ],
)
def test_a_duration_is_read(words: str, minutes: int) -> None:
    assert minutes_in(words) == minutes


@pytest.mark.parametrize(
    "words",
    [
        *("", "h", "90", "1.5", "-1h", "+1h", "1:5", "1:60", "1:30:00", "1.5.2h", "1h5"),
        *("1.5h30m", "3d", "1e3m", "\u0661h", "\u00bdh", "1:30 pm", "123456m", "90m2"),
        # A thousand hours, or one? It is asked about.
        *("1,000h", "1.000 h", "2,500h", "10,000m"),
        "1h 30 cables",
    ],
)
def test_what_could_be_something_else_is_no_duration(words: str) -> None:
    assert minutes_in(words) is None


# -- stretches --------------------------------------------------------------------------------


@given(st.timedeltas(timedelta(days=-2), timedelta(days=2)))
def test_a_stretch_is_rounded_to_the_nearest_minute_and_never_to_none(length: timedelta) -> None:
    minutes = whole_minutes(length)
    if length <= timedelta(0):
        assert minutes == 0
    else:
        assert minutes >= 1
        assert minutes == 1 or abs(timedelta(minutes=minutes) - length) <= timedelta(seconds=30)


# -- days and clocks --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("today", (date(2028, 3, 1), "")),
        ("Yesterday, 17:00", (date(2028, 2, 29), "17:00")),
        ("ayer cables", (date(2028, 2, 29), "cables")),
        ("2028-02-29 - cables", (date(2028, 2, 29), "cables")),
        ("2027-02-29", None),
        ("2028-02-29x", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_a_day_is_read_with_what_stands_behind(words: str, found: tuple[date, str] | None) -> None:
    assert leading_day(words, date(2028, 3, 1)) == found


@given(st.times().map(lambda at: at.replace(second=0, microsecond=0)))
def test_every_clock_time_is_read_back(at: time) -> None:
    half = "am" if at.hour < 12 else "p.m."
    for written in (f"{at:%H:%M}", f"{at:%H.%M}", f"{at.hour % 12 or 12}:{at:%M} {half}"):
        assert leading_clock(f"{written} the cables") == (at, "the cables")


@pytest.mark.parametrize("words", ["", "14", "24:00", "14:60", "13pm", "0 am", "14:30:00", "1430"])
def test_what_no_clock_shows_is_no_clock_time(words: str) -> None:
    assert leading_clock(words) is None


# -- moments ----------------------------------------------------------------------------------


def utc(day: int, hour: int, minute: int = 0, *, month: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "clock", "zone", "found"),
    [
        # an ordinary day
        (date(2026, 7, 1), time(2, 30), NEW_YORK, [utc(1, 6, 30, month=7)]),
        # the clock is put forward: 2:00 to 3:00
        (date(2026, 3, 8), time(1, 59), NEW_YORK, [utc(8, 6, 59, month=3)]),
        (date(2026, 3, 8), time(2, 0), NEW_YORK, []),
        (date(2026, 3, 8), time(2, 59), NEW_YORK, []),
        (date(2026, 3, 8), time(3, 0), NEW_YORK, [utc(8, 7, month=3)]),
        (date(2026, 3, 29), time(2, 30), BERLIN, []),
        # by half an hour only: 2:00 to 2:30
        (date(2026, 10, 4), time(2, 15), LORD_HOWE, []),
        (date(2026, 10, 4), time(2, 30), LORD_HOWE, [utc(3, 15, 30, month=10)]),
        # put back: 2:00 to 1:00
        (date(2026, 11, 1), time(0, 59), NEW_YORK, [utc(1, 4, 59, month=11)]),
        (
            *(date(2026, 11, 1), time(1, 0), NEW_YORK),
            [utc(1, 5, month=11), utc(1, 6, month=11)],
        ),
        (date(2026, 11, 1), time(2, 0), NEW_YORK, [utc(1, 7, month=11)]),
        (
            *(date(2026, 10, 25), time(2, 30), BERLIN),
            [utc(25, 0, 30, month=10), utc(25, 1, 30, month=10)],
        ),
        # by half an hour: 2:00 to 1:30
        (date(2026, 4, 5), time(1, 29), LORD_HOWE, [utc(4, 14, 29, month=4)]),
        (
            *(date(2026, 4, 5), time(1, 45), LORD_HOWE),
            [utc(4, 14, 45, month=4), utc(4, 15, 15, month=4)],
        ),
        (date(2028, 2, 29), time(12), NEW_YORK, [utc(29, 17, month=2, year=2028)]),
    ],
)
def test_a_clock_time_is_one_moment_or_two_or_none(
    day: date, clock: time, zone: ZoneInfo, found: list[datetime]
) -> None:
    assert moments(day, clock, zone) == tuple(found)


@given(
    st.integers(0, 15 * 365 * 24 * 60).map(
        lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from([NEW_YORK, BERLIN, LORD_HOWE]),
)
def test_the_clock_of_every_moment_names_it(at: datetime, zone: ZoneInfo) -> None:
    local = at.astimezone(zone)
    found = moments(local.date(), local.time(), zone)
    assert at in found
    assert all(each.tzinfo is UTC for each in found)
    assert all(each.astimezone(zone).time() == local.time() for each in found)
