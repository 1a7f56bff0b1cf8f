"""Days and times as a language writes them: in the site's zone, or by the clock of their own."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from jinja2 import pass_context
from jinja2.runtime import Context

from workorder.core.notice import SiteCard
from workorder.outbound.phrases import Phrases

_THIN = "\u202f"  # between a time and its AM or PM; fonts lack it


@lru_cache(maxsize=512)
def _in_words(at: datetime, zone: str, locale: str) -> tuple[str, str, str]:
    """Date, time and the zone's name, as the locale writes them."""
    from babel.dates import (  # noqa: PLC0415 # 40 ms that a run without notices does not pay
        format_date,
        format_time,
        get_timezone_name,
    )

    local = at.astimezone(ZoneInfo(zone))
    return (
        format_date(local, "long", locale=locale),
        format_time(local, "short", locale=locale).replace(_THIN, "\xa0"),
        get_timezone_name(local, "long", locale=locale),
    )


@lru_cache(maxsize=512)
def _stamped(at: datetime, zone: str, locale: str) -> str:
    return moment_in_words(at.astimezone(ZoneInfo(zone)), locale)


@lru_cache(maxsize=512)
def _day_as(day: date, form: str, locale: str) -> str:
    from babel.dates import format_date, format_skeleton  # noqa: PLC0415 # as above

    if form in {"medium", "full"}:
        return format_date(day, form, locale=locale)
    return format_skeleton(form, datetime(day.year, day.month, day.day), locale=locale)  # noqa: DTZ001 # a day has no zone


def day_in_words(day: date, locale: str) -> str:
    """A day with its day of the week: who means Friday sees that it is one."""
    return _day_as(day, "full", locale)


def moment_in_words(at: datetime, locale: str) -> str:
    """A moment as the clock of its own zone shows it."""
    from babel.dates import format_date, format_time  # noqa: PLC0415 # as in _in_words

    clock = at.replace(tzinfo=None)
    time = format_time(clock, "short", locale=locale).replace(_THIN, "\xa0")
    return f"{format_date(clock, 'medium', locale=locale)}, {time}"


def _reader(context: Context) -> tuple[Phrases, str, str]:
    """The reader's phrases, the site's zone, and the locale that dates are written in."""
    phrases, site = context["t"], context["site"]
    assert isinstance(phrases, Phrases)
    assert isinstance(site, SiteCard)
    return phrases, site.timezone, phrases("language.locale")


@pass_context
def date_filter(context: Context, at: datetime) -> str:
    """`at` as a date in the site's zone: 'November 23, 2026'."""
    _, zone, locale = _reader(context)
    return _in_words(at, zone, locale)[0]


@pass_context
def datetime_filter(context: Context, at: datetime) -> str:
    """`at` as date, time and the name of the site's zone."""
    phrases, zone, locale = _reader(context)
    date_, time, name = _in_words(at, zone, locale)
    return phrases("time.at", date=date_, time=time, zone=name)


@pass_context
def stamp_filter(context: Context, at: datetime) -> str:
    """`at` as short as it can be read, in the site's zone: for lists."""
    _, zone, locale = _reader(context)
    return _stamped(at, zone, locale)


def _of_a_day(form: str) -> Callable[[Context, date], str]:
    @pass_context
    def filtered(context: Context, day: date) -> str:
        _, zone, locale = _reader(context)
        if isinstance(day, datetime):
            day = day.astimezone(ZoneInfo(zone)).date()
        return _day_as(day, form, locale)

    return filtered


DATE_FILTERS: Mapping[str, Callable[..., object]] = {
    "date": date_filter,
    "datetime": datetime_filter,
    "stamp": stamp_filter,
    "day": _of_a_day("medium"),
    "weekday": _of_a_day("full"),
    "month": _of_a_day("yMMMM"),
    "month_short": _of_a_day("yMMM"),
}
"""What templates may do with dates; the last four take a day, or a moment in the site's zone."""
