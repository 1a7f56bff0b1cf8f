"""What the portal's pages show of work orders: always within the scope of who looks."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from workorder.core.model import Approval, Priority, Status
from workorder.core.notice import OrderCard
from workorder.core.viewer import Scope
from workorder.store.cards import FILES, NUMBER, OPENING
from workorder.store.queries import Queries, with_word
from workorder.store.schema import customers, orders, technicians
from workorder.store.scoped import about, within
from workorder.store.views import FileView

KEY_LENGTH = 24
"""Hexadecimal digits of a file's hash that its address on the site has: 96 bits."""

SEARCHED_AT_ONCE = 2_000
"""So many work orders of a status are looked through for words, or for a thing, at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """A work order in a list. `technician` and `requester` are names, or addresses, or ''."""

    number: int
    title: str
    status: Status
    priority: Priority
    customer: str
    customer_id: int | None
    requester: str
    technician: str
    opened_at: datetime
    touched_at: datetime
    closed_at: datetime | None
    worked_minutes: int
    asks_approval: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which work orders a list is to show, newest first; each None leaves that question out.

    `words`: each must occur. `before`: only numbers below it. `equipment`: by its id.
    """

    statuses: Collection[Status] = ()
    words: tuple[str, ...] = ()
    before: int | None = None
    equipment: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a list. `more`: there are others below `rows`, from this number down."""

    rows: tuple[OrderRow, ...]
    more: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A work order as its customer reads it: what may be told, with the files that came along.

    `files`: by the id of the event that they came with; `opening` is the id of the first one.
    """

    card: OrderCard
    opening: int
    files: tuple[FileView, ...]


ROW = (
    select(
        orders.c.number,
        orders.c.title,
        orders.c.status,
        orders.c.priority,
        orders.c.customer_id,
        customers.c.name.label("customer"),
        orders.c.requester_name,
        orders.c.requester_email,
        technicians.c.name.label("technician_name"),
        technicians.c.email.label("technician_email"),
        orders.c.opened_at,
        orders.c.touched_at,
        orders.c.closed_at,
        orders.c.worked_minutes,
        orders.c.approval,
    )
    .outerjoin_from(orders, customers, orders.c.customer_id == customers.c.id)
    .outerjoin(technicians, orders.c.technician_id == technicians.c.id)
    .where(orders.c.merged_into.is_(None))
)
_PLACE = select(orders.c.number, orders.c.merged_into).where(orders.c.number == NUMBER)
_NUMBERS = select(orders.c.number)


class Screens(Queries):
    """The pages' reading, within one transaction."""

    __slots__ = ()

    def listing(self, scope: Scope, wanted: Wanted) -> Listing:
        """One page of the work orders of a scope.

        Words are looked for in everything that was written, and things on every work order; that
        is done some thousands at a time, so that no page waits, and `more` goes on.
        """
        floor = self._floor(scope, wanted)
        found = sorted(
            (row for part in self._parts(scope, wanted, floor) for row in part),
            key=lambda row: -int(row["number"]),
        )
        rows = tuple(map(order_row, found[: wanted.limit]))
        if len(found) > wanted.limit:
            return Listing(rows=rows, more=rows[-1].number)
        return Listing(rows=rows, more=floor + 1 if floor is not None else None)

    def _parts(
        self, scope: Scope, wanted: Wanted, floor: int | None
    ) -> Iterator[list[dict[str, Any]]]:
        """As many rows of each status as a page holds: the indexes are by status, then number."""
        shown = scope.customer_id is not None
        statement = self._wanted(within(ROW, scope), wanted, shown=shown)
        if floor is not None:
            statement = statement.where(orders.c.number > floor)
        newest = statement.order_by(orders.c.number.desc()).limit(wanted.limit + 1)
        statuses = sorted(wanted.statuses) or sorted(Status)
        if scope.email is not None:  # these are found by who takes part, and are few
            yield self._rows(newest.where(orders.c.status.in_(statuses)))
            return
        for status in statuses:
            yield self._rows(newest.where(orders.c.status == status))

    def _floor(self, scope: Scope, wanted: Wanted) -> int | None:
        """The number down to which is looked this time; None: all the way."""
        if not wanted.words and wanted.equipment is None:
            return None
        statement = within(_NUMBERS, scope).order_by(orders.c.number.desc())
        if wanted.before is not None:
            statement = statement.where(orders.c.number < wanted.before)
        below = statement.offset(SEARCHED_AT_ONCE).limit(1)
        # Status by status, for the indexes' sake: each has so many above the floor at most.
        rows = [
            row
            for status in sorted(wanted.statuses) or sorted(Status)
            for row in self._rows(below.where(orders.c.status == status))
        ]
        return max((int(row["number"]) for row in rows), default=None)

    def _wanted(self, statement: Select[Any], wanted: Wanted, *, shown: bool) -> Select[Any]:
        if wanted.before is not None:
            statement = statement.where(orders.c.number < wanted.before)
        if wanted.equipment is not None:
            statement = about(statement, wanted.equipment)
        for word in wanted.words:
            statement = with_word(statement, word, shown=shown)
        return statement

    def going_on(self, scope: Scope, number: int) -> int | None:
        """The number under which a work order goes on, if it may be seen; None else."""
        for _ in range(20):
            rows = self._rows(within(_PLACE, scope), a_number=number)
            if not rows:
                return None
            if rows[0]["merged_into"] is None:
                return number
            number = rows[0]["merged_into"]
        return None

    def thread(self, scope: Scope, number: int, *, prefix: str) -> Thread | None:
        """A work order as its customer may read it; None where it is not theirs to see."""
        place = self._rows(within(_PLACE, scope), a_number=number)
        if not place:
            return None
        card = self.order_card(number, prefix=prefix, notes=True, hours=True)
        assert card is not None  # it was there a moment ago, in this transaction
        opening = self._rows(OPENING, a_number=number)
        shown = {note.event_id for note in card.notes}
        shown |= {row["id"] for row in opening if row["public"]}
        files = (FileView(**row) for row in self._rows(FILES, a_number=number))
        return Thread(
            card=card,
            opening=opening[0]["id"] if opening else 0,
            files=tuple(file for file in files if file.event_id in shown),
        )


def order_row(row: dict[str, Any]) -> OrderRow:
    """A row of ROW as it is listed."""
    return OrderRow(
        number=row["number"],
        title=row["title"],
        status=row["status"],
        priority=row["priority"],
        customer=row["customer"] or "",
        customer_id=row["customer_id"],
        requester=row["requester_name"] or row["requester_email"],
        technician=row["technician_name"] or row["technician_email"] or "",
        opened_at=row["opened_at"],
        touched_at=row["touched_at"] or row["opened_at"],
        closed_at=row["closed_at"],
        worked_minutes=row["worked_minutes"],
        asks_approval=row["approval"] is Approval.ASKED,
    )
