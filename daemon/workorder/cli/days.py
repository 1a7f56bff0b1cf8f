"""Days and months as arguments, and the stretch of time between two of them."""

from datetime import date, timedelta, tzinfo

import click

from workorder.core.calendar import month_start, next_month, wall
from workorder.core.reports import Period

_YEARS = range(1970, 9999)  # with some room, so that no zone's midnight lies beyond what dates hold


class Day(click.ParamType[date]):
    """A day: 2026-12-31."""

    name = "day"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Turn it into a date."""
        return _date(value) or self.fail(f"{value}: no day, such as 2026-12-31", param, ctx)


class Month(click.ParamType[date]):
    """A month: 2026-11."""

    name = "month"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Turn it into its first day."""
        return _date(f"{value}-01") or self.fail(f"{value}: no month, such as 2026-11", param, ctx)


def _date(words: str) -> date | None:
    try:
        day = date.fromisoformat(words)
    except ValueError:
        return None
    # Python reads other forms of ISO 8601 too, such as weeks; people would not.
    return day if day.isoformat() == words and day.year in _YEARS else None


def period(first: date | None, last: date | None, zone: tzinfo) -> Period:
    """From the first moment of a day to the last of another, by the clocks of a zone."""
    if first is not None and last is not None and first > last:
        raise click.UsageError(f"--from {first} is after --to {last}")
    return Period(
        start=None if first is None else wall(first, 0, zone),
        end=None if last is None else wall(last + timedelta(days=1), 0, zone),
    )


def whole_month(month: date, zone: tzinfo) -> Period:
    """A month from its first moment to its last, by the clocks of a zone."""
    return Period(start=month_start(month, zone), end=month_start(next_month(month), zone))
