"""Reports over all work orders: added up in the database, or streamed where each row is looked at.

SQLite and PostgreSQL compare and count alike; days and months are those of the zone given.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from sqlalchemy import Select

from workorder.core.calendar import month_start, next_month
from workorder.core.model import Status
from workorder.core.reports import (
    AGES,
    ALWAYS,
    OPEN,
    AgeLine,
    Arrived,
    By,
    HoursLine,
    InvoiceLine,
    Period,
    StayLine,
    stays,
)
from workorder.store import reports_sql as sql
from workorder.store.repository import Repository

_AT_ONCE = 5_000  # rows that are fetched together


class Reports(Repository):
    """The reading, within one transaction."""

    __slots__ = ()

    def hours(self, by: By, period: Period, *, zone: tzinfo) -> tuple[HoursLine, ...]:
        """Hours worked and billed in a period, by customer, technician or month, in that order.

        A stretch of work counts where it began; an entry of the ledger for the moment that it is
        for. What is billed is the work order's: by technician it is left out.
        """
        months = self._months(period, zone) if by is By.MONTH else ()
        starts = [month_start(month, zone) for month in months]
        worked = self._sums(sql.worked(by, period, starts[1:]))
        names = self._keys(by, months)
        if by is By.TECHNICIAN:
            return tuple(
                HoursLine(key=key, worked=worked[key], billed=None) for key in sorted(worked)
            )
        billed = self._sums(sql.billed(by, period, starts[1:]))
        lines = [
            HoursLine(key=names.get(key), worked=worked.get(key, 0), billed=billed.get(key, 0))
            for key in {*worked, *billed}
        ]
        return tuple(sorted(lines, key=lambda line: (line.key is None, line.key)))

    def _sums(self, statement: Select[Any]) -> dict[Any, int]:
        return {row["key"]: int(row["minutes"]) for row in self._rows(statement) if row["minutes"]}

    def _keys(self, by: By, months: Sequence[date]) -> dict[Any, str]:
        if by is By.CUSTOMER:
            return {row["id"]: row["name"] for row in self._rows(sql.NAMES)}
        return {i: f"{month:%Y-%m}" for i, month in enumerate(months)}

    def _months(self, period: Period, zone: tzinfo) -> tuple[date, ...]:
        """The first days of all months in which something was worked or billed."""
        found = [
            moment.astimezone(zone).date().replace(day=1)
            for ends in (sql.worked_ends(period), sql.billed_ends(period))
            for moment in self._connection.execute(ends).one()
            if moment is not None
        ]
        months = [min(found)] if found else []
        while months and months[-1] < max(found):
            months.append(next_month(months[-1]))
        return tuple(months)

    def stays(self, now: datetime, period: Period = ALWAYS) -> tuple[StayLine, ...]:
        """How long work orders stood in each open status, of the stays that began in a period."""
        return tuple(stays(self._arrivals(), now, period))

    def _arrivals(self) -> Iterator[Arrived]:
        streamed = self._connection.execution_options(yield_per=_AT_ONCE)
        for rows in streamed.execute(sql.ARRIVALS).partitions():
            for number, at, data in rows:
                yield Arrived(number, at, _status(data))

    def ages(self, now: datetime) -> tuple[AgeLine, ...]:
        """How old open work is, by status."""
        bounds = [now - timedelta(days=days) for days in reversed(AGES)]
        counts = {status: [0] * (len(AGES) + 1) for status in OPEN}
        oldest: dict[Status, int] = {}
        for row in self._rows(sql.ages(bounds)):
            status = row["status"]
            counts[status][len(AGES) - row["part"]] = row["count"]
            oldest[status] = min(row["oldest"], oldest.get(status, row["oldest"]))
        return tuple(
            AgeLine(status=status, counts=tuple(counts[status]), oldest=oldest[status])
            for status in OPEN
            if status in oldest
        )

    def to_invoice(
        self, *, customer_id: int | None = None, month: Period = ALWAYS
    ) -> tuple[InvoiceLine, ...]:
        """The work orders of which something is to be invoiced, by customer and number.

        `month`: only those billed last in it, so that each stands in one month alone.
        """
        rows = self._rows(sql.to_invoice(customer_id, month))
        sums = ("billed", "from_bank", "to_invoice")
        return tuple(InvoiceLine(**row | {name: int(row[name]) for name in sums}) for row in rows)


@lru_cache(maxsize=256)
def _status(data: str | None) -> Status | None:
    """The status that an event leads to; None for an opening. Few differ in their data."""
    return None if data is None else Status(json.loads(data)["status"])
