"""What the clock looks for: work orders on which something may be due, by an index each.

A moment asked for here is that of the wall clock. Where days do not count, core.calendar has the
last word: time that counts is never more than time that passed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, or_, select, update

from workorder.core.model import Timer
from workorder.store.repository import Repository
from workorder.store.schema import TIMED, orders, technicians

_c = orders.c
_LIMIT: BindParameter[Any] = bindparam("limit")
_SILENT = (
    select(_c.number, _c.silent_since.label("since"))
    .where(_c.silent_since.is_not(None), _c.merged_into.is_(None))
    .order_by(_c.silent_since, _c.number)
    .limit(_LIMIT)
)
_FIRST = bindparam("first", type_=_c.silent_since.type)
_AGAIN = bindparam("again", type_=_c.silent_since.type)
_MOST: BindParameter[Any] = bindparam("most")
_SILENT_FIRST = _SILENT.where(_c.reminders == 0, _c.silent_since <= _FIRST)
_SILENT_AGAIN = _SILENT.where(_c.reminders > 0, _c.reminders <= _MOST, _c.silent_since <= _AGAIN)
_OPEN = (
    select(_c.number, _c.open_since.label("since"))
    .where(_c.open_since.is_not(None), _c.merged_into.is_(None))
    .order_by(_c.open_since, _c.number)
    .limit(_LIMIT)
)
_OPEN_FIRST = _OPEN.where(_c.long_notices == 0, _c.open_since <= _FIRST)
_OPEN_AGAIN = _OPEN.where(_c.long_notices > 0, _c.open_since <= _AGAIN)
_FOLLOW_UPS = (
    select(_c.number)
    .where(
        _c.follow_up_on.is_not(None),
        _c.follow_up_on <= bindparam("day", type_=_c.follow_up_on.type),
        _c.merged_into.is_(None),
    )
    .order_by(_c.follow_up_on, _c.number)
    .limit(_LIMIT)
)
_TIMERS = select(_c.number, _c.title, _c.timers).where(TIMED).order_by(_c.number)
_DAY = bindparam("day", type_=technicians.c.digest_on.type)
# One of a day that is yet to come is of a clock that was wrong.
_LACKS_DIGEST = or_(
    technicians.c.digest_on.is_(None),
    technicians.c.digest_on < _DAY,
    technicians.c.digest_on > bindparam("next_day", type_=technicians.c.digest_on.type),
)
_NO_DIGEST = (
    select(technicians.c.id)
    .where(
        technicians.c.removed_at.is_(None),
        _LACKS_DIGEST,
    )
    .order_by(technicians.c.id)
    .limit(_LIMIT)
)
_BEGIN = update(technicians).where(technicians.c.digest_on.is_(None)).values(digest_on=_DAY)
_DIGESTED = (
    update(technicians)
    .where(
        technicians.c.id == bindparam("a_technician"),
        _LACKS_DIGEST,
    )
    .values(digest_on=_DAY)
)


_WRONG = timedelta(days=1)
_MENDS = tuple(
    update(orders)
    .where(column > bindparam("late", type_=column.type))
    .values({column: bindparam("now", type_=column.type)})
    for column in (_c.silent_since, _c.open_since)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A work order on which timers run."""

    number: int
    title: str
    timers: tuple[Timer, ...]


class Clock(Repository):
    """The looking, within one transaction."""

    __slots__ = ()

    def silent(self, first: datetime, again: datetime, *, most: int, limit: int) -> tuple[int, ...]:
        """Work orders on which the customer is silent.

        Args:
            first: since then or before, where nobody was reminded yet.
            again: since then or before, where somebody was, at most `most` times.
            most: reminders after which there is one more thing to do.
            limit: at most so many of either, what is silent longest first.
        """
        asked = self._rows(_SILENT_FIRST, first=first, limit=limit)
        reminded = self._rows(_SILENT_AGAIN, again=again, most=most, limit=limit)
        return tuple(row["number"] for row in (*asked, *reminded))

    def open_long(self, first: datetime, again: datetime, *, limit: int) -> tuple[int, ...]:
        """Work orders that are open since `first`, or were last told to be, by `again`."""
        untold = self._rows(_OPEN_FIRST, first=first, limit=limit)
        told = self._rows(_OPEN_AGAIN, again=again, limit=limit)
        return tuple(row["number"] for row in (*untold, *told))

    def follow_ups(self, day: date, *, limit: int) -> tuple[int, ...]:
        """Work orders with a follow-up on that day or before."""
        return tuple(row["number"] for row in self._rows(_FOLLOW_UPS, day=day, limit=limit))

    def timers(self) -> tuple[Running, ...]:
        """Every timer that runs; a site has few."""
        return tuple(Running(**row) for row in self._rows(_TIMERS))

    def without_digest(self, day: date, *, limit: int) -> tuple[int, ...]:
        """The technicians who were not sent that day's digest."""
        return tuple(row["id"] for row in self._rows(_NO_DIGEST, limit=limit, **_around(day)))

    def begin_digests(self, day: date) -> None:
        """Let who is new have their first digest on the day after: they know of today."""
        self._connection.execute(_BEGIN, {"day": day})

    def digested(self, technician_id: int, day: date) -> bool:
        """Note that a technician has the day's digest; False: they had it already."""
        done = self._connection.execute(_DIGESTED, {"a_technician": technician_id, **_around(day)})
        return done.rowcount == 1

    def mend(self, now: datetime) -> int:
        """Let clocks run from now on that were started in a future that a wrong clock showed."""
        late = now + _WRONG
        return sum(
            self._connection.execute(statement, {"now": now, "late": late}).rowcount
            for statement in _MENDS
        )


def _around(day: date) -> dict[str, date]:
    return {"day": day, "next_day": day + timedelta(days=1)}
