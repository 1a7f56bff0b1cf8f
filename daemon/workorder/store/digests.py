"""What a technician's digest lists."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select

from workorder.core.books import DigestLine
from workorder.core.events import StatusChanged
from workorder.core.model import CLOSED
from workorder.core.subjects import label
from workorder.store.repository import Repository
from workorder.store.schema import customers, events, orders

_moved_at = (
    select(func.max(events.c.at))
    .where(events.c.number == orders.c.number, events.c.kind == StatusChanged.kind)
    .scalar_subquery()
)
_LINES = (
    select(
        orders.c.number,
        orders.c.title,
        orders.c.status,
        orders.c.follow_up_on.label("due_on"),
        func.coalesce(customers.c.name, "").label("customer"),
        orders.c.opened_at,
        _moved_at.label("moved_at"),
    )
    .outerjoin_from(orders, customers, orders.c.customer_id == customers.c.id)
    .where(orders.c.status.not_in(sorted(CLOSED)))
)
_TECHNICIAN: BindParameter[Any] = bindparam("a_technician")
_OWN = _LINES.where(orders.c.technician_id == _TECHNICIAN)
_DUE = _OWN.where(
    orders.c.follow_up_on <= bindparam("a_day", type_=orders.c.follow_up_on.type)
).order_by(orders.c.follow_up_on, orders.c.number)
_OWN_COUNT = select(func.count()).where(
    orders.c.technician_id == _TECHNICIAN, orders.c.status.not_in(sorted(CLOSED))
)
_NOBODYS = (
    _LINES.where(orders.c.technician_id.is_(None), orders.c.merged_into.is_(None))
    .order_by(orders.c.number)
    .limit(bindparam("limit"))
)


class Digests(Repository):
    """The reading, within one transaction; `prefix` is what the site's numbers begin with."""

    __slots__ = ()

    def own(self, technician_id: int, limit: int, *, prefix: str) -> tuple[DigestLine, ...]:
        """A technician's open work orders, what stands longest where it stands first."""
        lines = self._lines(_OWN, prefix, a_technician=technician_id)
        return tuple(sorted(lines, key=lambda line: (line.since, line.number)))[:limit]

    def count(self, technician_id: int) -> int:
        """How many open work orders a technician has."""
        found = self._connection.execute(_OWN_COUNT, {"a_technician": technician_id})
        return int(found.scalar_one())

    def due(self, technician_id: int, day: date, *, prefix: str) -> tuple[DigestLine, ...]:
        """A technician's follow-ups of that day, or of days before."""
        return self._lines(_DUE, prefix, a_technician=technician_id, a_day=day)

    def nobodys(self, limit: int, *, prefix: str) -> tuple[DigestLine, ...]:
        """The open work orders that no technician looks after, oldest first."""
        return self._lines(_NOBODYS, prefix, limit=limit)

    def _lines(
        self, statement: Select[Any], prefix: str, **parameters: object
    ) -> tuple[DigestLine, ...]:
        return tuple(_line(row, prefix) for row in self._rows(statement, **parameters))


def _line(row: dict[str, Any], prefix: str) -> DigestLine:
    opened_at: datetime = row.pop("opened_at")
    moved_at: datetime | None = row.pop("moved_at")
    return DigestLine(label=label(row["number"], prefix), since=moved_at or opened_at, **row)
