"""Durations, days and clock times as technicians write them behind a tag.

Only ASCII digits count, and each form is read whole or not at all: hours are as good as money.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MOST_MINUTES = 24 * 60
"""What one entry may hold; more is a slip of the pen."""

# Three decimals only of less than an hour: "1,000h" may be a thousand.
_NUMBER = r"0?[.,][0-9]{1,3}|[0-9]{1,5}(?:[.,][0-9]{1,2})?"
_HOURS = r"(?:hours?|hrs?|h|stunden?|std\.?|horas?)"
_MINUTES = r"(?:minutes?|minuten?|minutos?|mins?\.?|m|')"
_END = r"(?![\w:.,/]*[0-9])(?![\w/])"
_FORMS = (
    re.compile(rf"(?P<h>[0-9]{{1,3}}):(?P<m>[0-5][0-9])(?:\s*{_HOURS})?{_END}", re.IGNORECASE),
    re.compile(
        rf"(?P<h>[0-9]{{1,3}})\s*{_HOURS}\s*(?:and\s+|y\s+|und\s+)?(?P<m>[0-9]{{1,4}})\s*{_MINUTES}{_END}",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<h>[0-9]{{1,3}})h(?P<m>[0-5][0-9]){_END}", re.IGNORECASE),
    re.compile(rf"(?P<h>[0-9]{{1,3}})\s*{_HOURS}\s+(?P<m>[0-5][0-9])$", re.IGNORECASE),
    # "1h 30 cables" may be an hour and a half, or thirty cables: it is asked about.
    re.compile(rf"(?P<h>{_NUMBER})\s*{_HOURS}{_END}(?!\s+[0-9]{{1,2}}(?![\w:-]))", re.IGNORECASE),
    re.compile(rf"(?P<m>[0-9]{{1,5}})\s*{_MINUTES}{_END}", re.IGNORECASE),
)
_CLOCK = re.compile(
    r"(?:(?:at|um|a\s+las|\u00e0)\s+)?(?P<h>[01]?[0-9]|2[0-3])"
    r"(?:[:.h](?P<m>[0-5][0-9])h?|(?P<whole>\s*(?:uhr|h)))?"
    r"\s*(?P<half>[ap]\.?m\.?)?(?:\s*uhr)?(?![\w:/.-])",
    re.IGNORECASE,
)
# What is meant for a day or a time of day, and was not read as one.
_TIME_LIKE = re.compile(
    r"(?:at|um|a\s+las)\s+\S*[0-9]|[^\s0-9]{0,2}[0-9]|(?:noon|midnight|midday|mittag|mediod[ií]a)\b"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|(?:mon|tue|wed|thu|fri|sat|sun)\.?\s+[0-9]"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+[0-9]",
    re.IGNORECASE,
)
_DATE_LIKE = re.compile(r"[0-9]{1,4}[-./][0-9]")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-])")
_DAY_WORDS = {
    **dict.fromkeys(("today", "hoy", "heute"), 0),
    **dict.fromkeys(("yesterday", "ayer", "gestern"), 1),
}
_BETWEEN = " \t,;:-\u2013\u2014"
# Three decimals may be thousands: they are read below one hour alone.
_PLAIN_HOURS = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,2})?|0?[.,][0-9]{3}")
_NOON = 12


def minutes_in(words: str) -> int | None:
    """The minutes that `words` are, and nothing else; None where they are no duration."""
    found = leading_minutes(words)
    return found[0] if found is not None and not found[1] else None


def leading_minutes(words: str) -> tuple[int, str] | None:
    """The minutes that `words` begin with, and what stands behind: `1h30m re-cabling`."""
    for form in _FORMS:
        match = form.match(words)
        if match is not None:
            parts = match.groupdict()
            minutes = _whole_minutes(parts.get("h") or "0") + int(parts.get("m") or 0)
            return minutes, _behind(words[match.end() :])
    return None


def _behind(rest: str) -> str:
    """What follows a value, without the punctuation between."""
    rest = rest.strip(_BETWEEN)
    return rest if rest.strip(".!") else ""


def _whole_minutes(hours: str) -> int:
    """Hours as minutes, to the nearest; half a minute counts up."""
    whole, _, part = hours.replace(",", ".").partition(".")
    thousandths = int((part + "000")[:3])
    return int(whole or "0") * 60 + (thousandths * 60 + 500) // 1000


def leading_day(words: str, today: date) -> tuple[date, str] | None:
    """The day that `words` begin with, `yesterday` or 2026-11-23, and what stands behind."""
    first, _, rest = words.partition(" ")
    back = _DAY_WORDS.get(first.rstrip(",:;").casefold())
    if back is not None:
        return today - timedelta(days=back), _behind(rest)
    match = _ISO_DAY.match(words)
    if match is None:
        return None
    try:
        return date.fromisoformat(match[0]), _behind(words[match.end() :])
    except ValueError:
        return None


def leading_clock(words: str) -> tuple[time, str] | None:
    """The time of day that `words` begin with, 14:30 or 2:30 pm, and what stands behind."""
    match = _CLOCK.match(words)
    if match is None or not (match["m"] or match["whole"] or match["half"]):
        return None
    hour, half = int(match["h"]), (match["half"] or "").casefold().replace(".", "")
    if half and not 1 <= hour <= _NOON:
        return None
    if half:
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    return time(hour, int(match["m"] or 0)), _behind(words[match.end() :])


def is_like_time(words: str) -> bool:
    """Whether words begin as a day or a time of day would, though they are none that is read."""
    return _TIME_LIKE.match(words) is not None


def is_like_date(words: str) -> bool:
    """Whether words begin as a date would, though they are none that is read."""
    return _DATE_LIKE.match(words) is not None


def moments(day: date, clock: time, zone: tzinfo) -> tuple[datetime, ...]:
    """When a clock in `zone` shows that on that day, in UTC, earlier first.

    Twice in the hour that is repeated when summer time ends, never in the one left out when it
    begins.
    """
    found = []
    for fold in (0, 1):
        local = datetime.combine(day, clock, zone).replace(fold=fold)
        at = local.astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
            found.append(at)
    return tuple(sorted(set(found)))


def whole_minutes(length: timedelta) -> int:
    """A stretch as whole minutes, to the nearest; what took any time at all took one."""
    if length <= timedelta(0):
        return 0
    return max(1, int((length + timedelta(seconds=30)) // timedelta(minutes=1)))


def hours_given(words: str) -> int | None:
    """Minutes of an amount of hours as an admin types it: 10, -1.5, 90m, 7h30m; None: it is none.

    A number without a unit means hours: banks are kept in them.
    """
    sign, bare = (-1, words[1:]) if words[:1] in "-\u2212" and words else (1, words)
    bare = bare.strip()
    if _PLAIN_HOURS.fullmatch(bare):
        return sign * _whole_minutes(bare)
    minutes = minutes_in(bare)
    return None if minutes is None else sign * minutes
