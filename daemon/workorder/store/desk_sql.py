"""The statements of the technicians' desk; each finds its rows by an index."""

from enum import Enum, auto
from functools import lru_cache
from typing import Any, assert_never

from sqlalchemy import BindParameter, ColumnElement, Select, Text, bindparam, func, or_, select
from sqlalchemy import type_coerce as taken_as

from workorder.core.events import FollowUpSet
from workorder.core.model import SYSTEM, Status
from workorder.store import people_sql
from workorder.store.queries import with_word
from workorder.store.schema import (
    STILL_OPEN,
    TIMED,
    contacts,
    customers,
    events,
    orders,
    technicians,
)
from workorder.store.screens import ROW

OPEN = tuple(status for status in Status if status.is_open)
"""The statuses in which work is owed."""

SEARCHED_AT_ONCE = 500
"""Work orders that one page looks for words in."""

COUNTED_TO = 200
"""Open work orders of one status and technician that are counted; beyond it there are more."""

WEIGHED = 300  # of a technician's open work orders, among which those untouched are looked for
RECENT = 3_000  # events among which today's follow-ups are looked for
MOST_TIMERS = 30

LIMIT: BindParameter[Any] = bindparam("limit")
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
ROWS = ROW.where(orders.c.number.in_(NUMBERS)).order_by(orders.c.number.desc())
LONGEST = ROW.where(STILL_OPEN).order_by(orders.c.touched_at, orders.c.number).limit(LIMIT)
LONGEST_OF = (
    ROW.where(orders.c.number.in_(NUMBERS))
    .order_by(orders.c.touched_at, orders.c.number)
    .limit(LIMIT)
)
TIMERS = (
    ROW.add_columns(orders.c.timers)
    .where(TIMED, taken_as(orders.c.timers, Text).contains(bindparam("an_email")))
    .order_by(orders.c.number)
    .limit(MOST_TIMERS)
)
# Open is told by closed_at here: by the status another index would be taken, and all of it read.
DUE = (
    ROW.add_columns(orders.c.follow_up_on)
    .where(
        orders.c.follow_up_on.is_not(None),
        orders.c.follow_up_on <= bindparam("a_day", type_=orders.c.follow_up_on.type),
        orders.c.closed_at.is_(None),
    )
    .order_by(orders.c.follow_up_on, orders.c.number)
    .limit(LIMIT)
)
_latest = (
    select(events.c.id, events.c.number, events.c.kind, events.c.actor, events.c.at)
    .order_by(events.c.id.desc())
    .limit(RECENT)
    .subquery("latest")
)
REACHED = select(_latest.c.number, _latest.c.at).where(
    _latest.c.kind == FollowUpSet.kind,
    _latest.c.actor == SYSTEM,
    _latest.c.at >= bindparam("start", type_=events.c.at.type),
)
STILL = ROWS.where(orders.c.closed_at.is_(None))


def _count(whose: ColumnElement[bool], status: Status) -> ColumnElement[int]:
    """How many there are, counted as far as COUNTED_TO."""
    few = select(orders.c.number).where(whose, orders.c.status == status).limit(COUNTED_TO)
    # The technician is of the statement around both; a subquery would not look that far by itself.
    counted = few.correlate(technicians).subquery()
    return select(func.count()).select_from(counted).scalar_subquery().label(status.name)


# A count for each status and technician is a stretch of ix_orders_technician_status alone.
LOADS = select(
    technicians.c.id,
    technicians.c.name,
    technicians.c.email,
    technicians.c.removed_at,
    *(_count(orders.c.technician_id == technicians.c.id, status) for status in OPEN),
).order_by(technicians.c.name, technicians.c.email)
NOBODYS = select(*(_count(orders.c.technician_id.is_(None), status) for status in OPEN))

_open_now = (
    select(func.count())
    .select_from(orders)
    .where(orders.c.customer_id == customers.c.id, orders.c.status.in_(OPEN))
    .scalar_subquery()
)
CUSTOMERS = (
    select(customers.c.id, customers.c.name, customers.c.name_key, _open_now.label("open"))
    .where(customers.c.removed_at.is_(None), customers.c.name_key > bindparam("after"))
    .order_by(customers.c.name_key)
    .limit(LIMIT)
)
CONTACTS = (
    select(*people_sql.CONTACT, customers.c.name.label("company"))
    .join_from(contacts, customers, contacts.c.customer_id == customers.c.id)
    .where(contacts.c.removed_at.is_(None))
    .order_by(contacts.c.name, contacts.c.email)
    .limit(LIMIT)
)


class Whose(Enum):
    """Whose work orders are looked for; each has its index."""

    ALL = auto()
    NOBODYS = auto()
    TECHNICIANS = auto()
    CUSTOMERS = auto()


@lru_cache(maxsize=32)
def numbers_of(whose: Whose, *, is_paged: bool, oldest: bool) -> Select[Any]:
    """The numbers of one status, of whoever is meant: the beginning of an index, in its order."""
    statement = select(orders.c.number).where(
        orders.c.status == bindparam("a_status", type_=orders.c.status.type)
    )
    match whose:
        case Whose.NOBODYS:
            statement = statement.where(orders.c.technician_id.is_(None))
        case Whose.TECHNICIANS:
            statement = statement.where(orders.c.technician_id == bindparam("a_technician"))
        case Whose.CUSTOMERS:
            statement = statement.where(orders.c.customer_id == bindparam("a_customer"))
        case Whose.ALL:
            pass
        case _:
            assert_never(whose)
    if is_paged:
        statement = statement.where(orders.c.number < bindparam("before"))
    number = orders.c.number if oldest else orders.c.number.desc()
    return statement.order_by(number).limit(LIMIT)


def looked_after_by(technician_id: int) -> ColumnElement[bool]:
    """Whose it is, asked so that no index is taken: all that was ever theirs would be read."""
    return func.coalesce(orders.c.technician_id, 0) == technician_id


def occurs(word: str) -> ColumnElement[bool]:
    """Whether a word stands in what was written, or is the customer's."""
    written = with_word(select(orders.c.number), word).whereclause
    assert written is not None  # it was narrowed a moment ago
    return or_(customers.c.name.icontains(word, autoescape=True), written)
