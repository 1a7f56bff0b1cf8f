"""Times of day and lengths of time as rule files write them.

What cannot be read raises ValueError with a reason for an admin.
"""

import re
from datetime import timedelta
from typing import Final

from workorder.config_file import quoted
from workorder.core.calendar import DAY_MINUTES
from workorder.core.durations import minutes_in

_CLOCK: Final = re.compile(r"(\d\d?):(\d\d)", re.ASCII)
_SPAN: Final = re.compile(r"(\d\d?:\d\d)\s*[-\u2013]\s*(\d\d?:\d\d)", re.ASCII)
_DAYS: Final = re.compile(r"(\d{1,3})\s*(?:(?P<days>d|days?)|w|weeks?)", re.ASCII | re.IGNORECASE)
_SHORTEST: Final = timedelta(hours=1)
_LONGEST: Final = timedelta(weeks=52)


def clock_of(text: str) -> int:
    """A time of day, "08:00", as minutes past midnight."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(f'{quoted(text)} is no time of day (write it as "08:00")')
    minutes = _minutes(found[1], found[2])
    if minutes is None or minutes == DAY_MINUTES:
        raise ValueError(f"{quoted(text)} is a time that no clock shows")
    return minutes


def span_of(text: str) -> tuple[int, int]:
    """A span of the day, "08:00-17:00", as minutes past midnight; it may end at 24:00."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f'{quoted(text)} is no span of time (write it as "18:00-08:00")')
    start, end = (_minutes(*clock.split(":")) for clock in found.groups())
    if start is None or end is None or start == DAY_MINUTES:
        raise ValueError(f"{quoted(text)} names a time that no clock shows")
    return start, end


def _minutes(hour: str, minute: str) -> int | None:
    """Minutes past midnight, up to 24:00; None where no clock shows that."""
    minutes = int(hour) * 60 + int(minute)
    return minutes if int(minute) < 60 and minutes <= DAY_MINUTES else None  # noqa: PLR2004 - an hour


def minutes_of(text: str, least: int, most: int) -> int:
    """A duration as technicians write them too, in minutes; 0 needs no unit."""
    minutes = 0 if text == "0" else minutes_in(text)
    if minutes is None:
        raise ValueError(f'{quoted(text)} is no duration ("90m", "1.5h", "1:30", "1h30m")')
    if not least <= minutes <= most:
        raise ValueError(f"{quoted(text)} is not from {_shown(least)} to {_shown(most)}")
    return minutes


def days_of(text: str) -> timedelta:
    """A wait: days and weeks of 24 hours each ("3d", "2w"), or hours ("72h")."""
    found = _DAYS.fullmatch(text)
    if found is not None:
        length = timedelta(days=int(found[1]) * (1 if found["days"] else 7))
    else:
        minutes = minutes_in(text)
        if minutes is None:
            raise ValueError(f'{quoted(text)} is no length of time ("3d", "2w", "72h")')
        length = timedelta(minutes=minutes)
    if not _SHORTEST <= length <= _LONGEST:
        raise ValueError(f"{quoted(text)} is not from 1h to 52w")
    return length


def _shown(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours}h" if hours and not rest else f"{minutes}m"
