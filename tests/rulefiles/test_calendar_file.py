"""calendar.toml: what it says, and every mistake in it on its line."""

from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from workorder.core.calendar import SHIPPED, Calendar, Daily, Repeat, Span
from workorder.errors import ConfigError
from workorder.rulefiles import CALENDAR, load_texts

FOLDER = Path("rules")


def read(text: str) -> Calendar:
    return load_texts({CALENDAR: text}, FOLDER).calendar


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        read(text)
    return [each.removeprefix(f"rules/{CALENDAR}:") for each in refused.value.problems]


# -- what is right ----------------------------------------------------------------------------


def test_an_empty_file_says_what_is_built_in() -> None:
    assert read("") == SHIPPED
    assert read("[reminder]\n[hours]\n[digest]\n") == SHIPPED


def test_every_key_is_read() -> None:
    calendar = read(
        """
[reminder]
first = "2 days"
again = "36h"
most = 50
[open-long]
first = "2w"
again = "1 week"
[follow-up]
at = "9:30"
[digest]
at = "00:00"
days = ["sun", "mon"]
[statement]
day = 28
at = "23:59"
[timer]
longest = "90m"
[hours]
mon = "08:00-17:00"
wed = ["13:00 - 17:00", "8:00–12:00"]
sun = "00:00-24:00"
sat = []
holidays = [
  2026-12-25,
  "2028-02-29",
]
clocks = "open"
customer-mail = "open"
"""
    )
    day = Span(start=480, end=1020)
    halves = (Span(start=480, end=720), Span(start=780, end=1020))
    whole = Span(start=0, end=1440)
    assert calendar == Calendar(
        week=((day,), (), halves, (), (), (), (whole,)),
        holidays=frozenset({date(2026, 12, 25), date(2028, 2, 29)}),
        clocks_stand_still=True,
        customer_mail_waits=True,
        reminder=Repeat(first=timedelta(days=2), again=timedelta(hours=36), most=50),
        open_long=Repeat(first=timedelta(weeks=2), again=timedelta(weeks=1)),
        follow_up=Daily(at=time(9, 30)),
        digest=Daily(at=time(0), days=frozenset({0, 6})),
        statement_day=28,
        statement_at=time(23, 59),
        timer_limit=90,
    )


def test_what_is_off_is_off_and_keeps_its_times() -> None:
    off = "".join(
        f"[{table}]\noff = true\n" for table in ("reminder", "open-long", "digest", "statement")
    )
    calendar = read(off)
    assert calendar == replace(
        SHIPPED,
        reminder=replace(SHIPPED.reminder, off=True),
        open_long=replace(SHIPPED.open_long, off=True),
        digest=replace(SHIPPED.digest, off=True),
        statement_day=0,
    )
    assert read(off.replace("true", "false")) == SHIPPED


def test_spans_may_touch() -> None:
    (monday, *_) = read('[hours]\nmon = ["12:00-17:00", "08:00-12:00"]\n').week
    assert monday == (Span(start=480, end=720), Span(start=720, end=1020))


def test_holidays_alone_are_days_on_which_nobody_is_there() -> None:
    calendar = read('[hours]\nholidays = "2026-12-25"\nclocks = "open"\ncustomer-mail = "open"\n')
    assert (calendar.week, calendar.clocks_stand_still) == ((), True)
    assert calendar.spans(date(2026, 12, 25)) == ()


# -- what is wrong ----------------------------------------------------------------------------

NO_HOURS = 'has no effect: without opening hours it is open always (mon = "08:00-17:00")'
PAST = "does not end after it begins (what goes past midnight is part of the next day too)"
WRONG = [
    # sections and keys
    ("[remindr]\n", ['1: unknown section "remindr" (did you mean "reminder"?)']),
    ("timer = '10h'\n", ["1: timer: must be a table: [timer]"]),
    ("[reminder]\nfrist = '3d'\n", ['2: unknown key "frist" (did you mean "first"?)']),
    ("[open-long]\nmost = 4\n", ['2: unknown key "most"']),
    ("[follow-up]\noff = true\n", ['2: unknown key "off"']),
    ("[statement]\ndays = 1\n", ['2: unknown key "days" (did you mean "day"?)']),
    ("[timer]\nlongst = '1h'\n", ['2: unknown key "longst" (did you mean "longest"?)']),
    ("[hours]\nmonday = '08:00-17:00'\n", ['2: unknown key "monday" (did you mean "mon"?)']),
    ("[hours]\nholiday = []\n", ['2: unknown key "holiday" (did you mean "holidays"?)']),
    # lengths
    (
        "[reminder]\nfirst = '3'\nagain = 3\n",
        [
            '2: reminder.first: "3" is no length of time ("3d", "2w", "72h")',
            '3: reminder.again: must be text in quotes: "..."',
        ],
    ),
    ("[open-long]\nfirst = '0d'\n", ['2: open-long.first: "0d" is not from 1h to 52w']),
    ("[open-long]\nagain = '53w'\n", ['2: open-long.again: "53w" is not from 1h to 52w']),
    ("[reminder]\nfirst = '59m'\n", ['2: reminder.first: "59m" is not from 1h to 52w']),
    *(
        (
            f"[reminder]\nmost = {value}\n",
            ["2: reminder.most: must be a whole number from 1 to 50, without quotes"],
        )
        for value in ("0", "51", "'4'", "true", "4.0")
    ),
    ("[reminder]\noff = 1\n", ["2: reminder.off: must be true or false, without quotes"]),
    (
        "[timer]\nlongest = '10'\n",
        ['2: timer.longest: "10" is no duration ("90m", "1.5h", "1:30", "1h30m")'],
    ),
    ("[timer]\nlongest = '0m'\n", ['2: timer.longest: "0m" is not from 1m to 24h']),
    ("[timer]\nlongest = '24h1m'\n", ['2: timer.longest: "24h1m" is not from 1m to 24h']),
    # times of day
    (
        "[follow-up]\nat = '8'\n",
        ['2: follow-up.at: "8" is no time of day (write it as "08:00")'],
    ),
    (
        "[digest]\nat = '24:00'\n",
        ['2: digest.at: "24:00" is a time that no clock shows'],
    ),
    (
        "[statement]\nat = '07:60'\n",
        ['2: statement.at: "07:60" is a time that no clock shows'],
    ),
    ("[statement]\nat = 8\n", ['2: statement.at: must be text in quotes: "..."']),
    *(
        (
            f"[statement]\nday = {value}\n",
            ["2: statement.day: must be a whole number from 1 to 28, without quotes"],
        )
        for value in ("0", "29", "'1'")
    ),
    (
        "[digest]\ndays = ['mon', 'tues']\n",
        [
            (
                '2: digest.days: "tues" is none of mon, tue, wed, thu, fri, sat, sun '
                '(did you mean "tue"?)'
            )
        ],
    ),
    ("[digest]\ndays = []\n", ["2: digest.days: is an empty list"]),
    # opening hours
    (
        "[hours]\nmon = '8-17'\n",
        ['2: hours.mon: "8-17" is no span of time (write it as "18:00-08:00")'],
    ),
    ("[hours]\nmon = '17:00-08:00'\n", [f'2: hours.mon: "17:00-08:00" {PAST}']),
    ("[hours]\nmon = '08:00-08:00'\n", [f'2: hours.mon: "08:00-08:00" {PAST}']),
    (
        "[hours]\nmon = '08:00-24:01'\n",
        ['2: hours.mon: "08:00-24:01" names a time that no clock shows'],
    ),
    (
        "[hours]\nmon = '24:00-24:00'\n",
        ['2: hours.mon: "24:00-24:00" names a time that no clock shows'],
    ),
    (
        "[hours]\ntue = ['12:00-17:00', '08:00-12:01']\n",
        ['2: hours.tue: "12:00-17:00" overlaps "08:00-12:01"'],
    ),
    (
        "[hours]\ntue = ['8:00-9:00', '8:00-9:00']\n",
        ['2: hours.tue: "08:00-09:00" overlaps "08:00-09:00"'],
    ),
    ("[hours]\nmon = true\n", ['2: hours.mon: must be text or a list of texts: ["...", "..."]']),
    (
        "[hours]\nsat = []\nmon = []\n",
        ["3: hours.mon: no day has opening hours (leave all days out, and it is open always)"],
    ),
    # holidays
    (
        "[hours]\nholidays = [\n  '2026-12-25',\n  '25.12.2026',\n  '2027-02-29',\n]\n",
        [
            '4: hours.holidays: "25.12.2026" is no date (2026-12-25)',
            '5: hours.holidays: "2027-02-29" is no date (2026-12-25)',
        ],
    ),
    (
        "[hours]\nholidays = [2026-12-25T08:00:00, 12]\n",
        [
            '2: hours.holidays: "2026-12-25 08:00:00" is no date (2026-12-25)',
            '2: hours.holidays: "12" is no date (2026-12-25)',
        ],
    ),
    (
        "[hours]\nholidays = '2026-W52-5'\n",
        ['2: hours.holidays: "2026-W52-5" is no date (2026-12-25)'],
    ),
    # what waits
    ("[hours]\nclocks = 'open'\n", [f"2: hours.clocks: {NO_HOURS}"]),
    ("[hours]\ncustomer-mail = 'open'\n", [f"2: hours.customer-mail: {NO_HOURS}"]),
    (
        "[hours]\nclocks = 'opened'\n",
        ['2: hours.clocks: "opened" is none of always, open (did you mean "open"?)'],
    ),
    (
        "[hours]\ncustomer-mail = true\n",
        ['2: hours.customer-mail: must be text in quotes: "..."'],
    ),
]


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_a_mistake_is_told_whole_on_its_line(text: str, told: list[str]) -> None:
    assert problems(text) == told


def test_everything_is_told_at_once_in_the_order_of_the_lines() -> None:
    text = "[hours]\nmon = 'x'\nclocks = 'x'\n[timer]\nlongest = 'x'\n[reminder]\nfirst = 'x'\n"
    assert [each.partition(":")[0] for each in problems(text)] == ["2", "3", "5", "7"]
