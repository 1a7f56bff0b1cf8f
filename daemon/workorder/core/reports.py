"""What reports say of many work orders: hours, how long they stood where, age, what to invoice.

Lengths are whole minutes, datetimes are aware and in UTC.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from statistics import median
from typing import NamedTuple

from workorder.core.model import Status

OPEN = tuple(status for status in Status if status.is_open)
"""The statuses in which a work order stands and waits, in the order in which they are listed."""

AGES = (1, 3, 7, 30)
"""Where the ages of open work part, in days: under 1 day, 1 to 3, ..., over 30."""

_MINUTE = timedelta(minutes=1)


class By(StrEnum):
    """What hours are added up by."""

    CUSTOMER = "customer"
    TECHNICIAN = "technician"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of time; None: without a begin, or an end. `end` is not in it."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether a moment is in it."""
        return not (
            (self.start is not None and moment < self.start)
            or (self.end is not None and moment >= self.end)
        )


ALWAYS = Period()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursLine:
    """The hours of one customer, technician (an address) or month ('2026-11').

    `key` None: of work orders that are no customer's. `billed` None: nobody can say, since a
    customer is billed for a work order and not for a technician's part of it.
    """

    key: str | None
    worked: int
    billed: int | None


class Arrived(NamedTuple):
    """A work order got into a status; `status` None: it was opened, and is In Progress.

    A tuple: a large site has a million, and a dataclass takes four times as long to make.
    """

    number: int
    at: datetime
    status: Status | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StayLine:
    """How long work orders stood in a status: `count` stays; median, mean and longest of them.

    `still`: how many of them are not over.
    """

    status: Status
    count: int
    still: int
    median: int
    mean: int
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeLine:
    """How many work orders in a status are how old, by the bounds of AGES; and the oldest one."""

    status: Status
    counts: tuple[int, ...]
    oldest: int

    @property
    def count(self) -> int:
        """How many there are altogether."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """A work order of which something is to be invoiced; below zero it is to be given back.

    `billed` = `from_bank` + `to_invoice`, + what was invoiced before. `finished_at` None: it was
    opened again since it was billed.
    """

    customer: str
    number: int
    title: str
    finished_at: datetime | None
    worked: int
    billed: int
    from_bank: int
    to_invoice: int


class _Stays:
    """The lengths of the stays in one status, in minutes."""

    def __init__(self) -> None:
        self.minutes = array("q")
        self.still = 0

    def line(self, status: Status) -> StayLine:
        lengths = self.minutes
        return StayLine(
            status=status,
            count=len(lengths),
            still=self.still,
            median=round(median(lengths)),
            mean=round(sum(lengths) / len(lengths)),
            longest=max(lengths),
        )


def stays(arrivals: Iterable[Arrived], now: datetime, period: Period = ALWAYS) -> list[StayLine]:
    """How long work orders stood in each open status, of the stays that began in a period.

    Each work order's arrivals come together, in the order in which they were recorded; only as
    many as one has are held at a time. A stay that is not over counts up to now.
    """
    found = {status: _Stays() for status in OPEN}
    for _, group in groupby(arrivals, key=attrgetter("number")):
        _add_stays(found, group, now, period)
    return [each.line(status) for status, each in found.items() if each.minutes]


def _add_stays(
    found: dict[Status, _Stays], arrivals: Iterable[Arrived], now: datetime, period: Period
) -> None:
    status: Status | None = None
    since = now
    for _, at, arrived_in in arrivals:
        # What was merged into it brought an opening of its own along.
        if arrived_in is None and status is not None:
            continue
        if status in found and period.holds(since):
            found[status].minutes.append(_between(since, at))
        status, since = arrived_in or Status.IN_PROGRESS, at
    if status in found and period.holds(since):
        found[status].minutes.append(_between(since, now))
        found[status].still += 1


def _between(since: datetime, until: datetime) -> int:
    """Whole minutes; none where what was recorded later was a little earlier.

    A mail counts from its Date.
    """
    return max((until - since) // _MINUTE, 0)
