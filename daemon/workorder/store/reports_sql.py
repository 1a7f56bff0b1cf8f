"""The statements of reports: the database adds up, so that a million rows stay there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    func,
    literal_column,
    select,
)

from workorder.core.bank import EntryKind
from workorder.core.events import Opened, StatusChanged
from workorder.core.reports import OPEN, By, Period
from workorder.store.schema import customers, events, orders
from workorder.store.schema_books import bank_entries, times

_e, _o, _t = bank_entries.c, orders.c, times.c

_CHARGES = (EntryKind.BILLED, EntryKind.REVERSED, EntryKind.COVERED)
_PRICED = (EntryKind.BILLED, EntryKind.REVERSED)
_IS_PRICED = and_(_e.kind.in_(_PRICED), _e.number.is_not(None))
WORKED_AT, BILLED_AT = _t.started_at, _e.at


def part(column: ColumnElement[datetime], bounds: Sequence[datetime]) -> ColumnElement[int]:
    """How many of the bounds, which ascend, a moment has reached.

    Months and days of a zone: neither database need know of zones, and both count as we do. It is
    asked by halves, so that a hundred months cost seven comparisons a row.
    """

    def among(first: int, last: int) -> ColumnElement[int]:
        if first == last:
            return literal_column(str(first), Integer)
        middle = (first + last) // 2
        before = column < bounds[middle]
        return case((before, among(first, middle)), else_=among(middle + 1, last))

    return among(0, len(bounds))


def within(column: ColumnElement[datetime], period: Period) -> list[ColumnElement[bool]]:
    """The conditions for a moment to be in a period."""
    conditions: list[ColumnElement[bool]] = []
    if period.start is not None:
        conditions.append(column >= period.start)
    if period.end is not None:
        conditions.append(column < period.end)
    return conditions


def worked_ends(period: Period) -> Select[Any]:
    """The first and the last moment of a period at which work began."""
    first: ColumnElement[Any] = func.min(WORKED_AT)
    return select(first, func.max(WORKED_AT)).where(*within(WORKED_AT, period))


def billed_ends(period: Period) -> Select[Any]:
    """The first and the last moment of a period for which something was billed."""
    first: ColumnElement[Any] = func.min(BILLED_AT)
    return select(first, func.max(BILLED_AT)).where(_IS_PRICED, *within(BILLED_AT, period))


def worked(by: By, period: Period, months: Sequence[datetime]) -> Select[Any]:
    """Minutes worked, by a key; with which begins of months the months part."""
    minutes = func.sum(_t.minutes).label("minutes")
    conditions = within(WORKED_AT, period)
    match by:
        case By.TECHNICIAN:
            key: ColumnElement[Any] = _t.technician
            rows = select(key.label("key"), minutes).where(*conditions)
        case By.MONTH:
            key = part(WORKED_AT, months)
            rows = select(key.label("key"), minutes).where(*conditions)
        case By.CUSTOMER:
            rows = (
                select(_o.customer_id.label("key"), minutes)
                .join_from(times, events, _t.event_id == events.c.id)
                .join(orders, events.c.number == _o.number)
                .where(*conditions)
            )
    # By its name: the bounds in it are parameters, and PostgreSQL takes no two for the same.
    return rows.group_by("key")


def billed(by: By, period: Period, months: Sequence[datetime]) -> Select[Any]:
    """Minutes billed, by customer or month: as entries of the banks say it."""
    key = _e.customer_id if by is By.CUSTOMER else part(BILLED_AT, months)
    return (
        select(key.label("key"), func.sum(_e.to_invoice - _e.minutes).label("minutes"))
        .where(_IS_PRICED, *within(BILLED_AT, period))
        .group_by("key")
    )


NAMES = select(customers.c.id, customers.c.name)

_is_status = events.c.kind == StatusChanged.kind
# What an opening holds is long and not looked at. The sum has SQLite read the table from end to
# end and sort, where it would look each row up by the index: the latter takes twice as long.
ARRIVALS = (
    select(events.c.number, events.c.at, case((_is_status, events.c.data)).label("data"))
    .where(events.c.kind.in_((Opened.kind, StatusChanged.kind)))
    .order_by(events.c.number + 0, events.c.id)
)


def ages(bounds: Sequence[datetime]) -> Select[Any]:
    """How many open work orders were opened between which bounds, and the first of them."""
    return (
        select(
            _o.status,
            part(_o.opened_at, bounds).label("part"),
            func.count().label("count"),
            func.min(_o.number).label("oldest"),
        )
        .where(_o.status.in_(OPEN))
        .group_by(_o.status, "part")
    )


def to_invoice(customer_id: int | None, month: Period) -> Select[Any]:
    """The work orders of which something is to be invoiced, of those billed last in a month."""
    whose = [_e.customer_id == customer_id] if customer_id is not None else []
    billed_last = func.max(case((_e.kind.in_(_PRICED), _e.at)))
    is_charge = _e.kind.in_(_CHARGES)
    owed = (
        select(
            _e.customer_id,
            _e.number,
            func.sum(case((is_charge, _e.to_invoice - _e.minutes), else_=0)).label("billed"),
            func.sum(case((is_charge, -_e.minutes), else_=0)).label("from_bank"),
            func.sum(_e.to_invoice).label("to_invoice"),
        )
        .where(_e.number.is_not(None), *whose)
        .group_by(_e.customer_id, _e.number)
        .having(and_(func.sum(_e.to_invoice) != 0, *within(billed_last, month)))
        .subquery("owed")
    )
    return (
        select(
            customers.c.name.label("customer"),
            owed.c.number,
            _o.title,
            _o.closed_at.label("finished_at"),
            _o.worked_minutes.label("worked"),
            owed.c.billed,
            owed.c.from_bank,
            owed.c.to_invoice,
        )
        .join_from(owed, orders, owed.c.number == _o.number)
        .join(customers, owed.c.customer_id == customers.c.id)
        .order_by(customers.c.name, customers.c.id, owed.c.number)
    )
