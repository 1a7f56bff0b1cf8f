"""What the technicians' desk shows: every list is bounded, and finds its rows by an index."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from workorder.core.model import Contact, Status
from workorder.store import desk_sql as sql
from workorder.store import people_sql
from workorder.store.cards import FILES
from workorder.store.desk_sql import COUNTED_TO, OPEN, SEARCHED_AT_ONCE, Whose
from workorder.store.repository import Repository
from workorder.store.schema import contacts, customers, domains
from workorder.store.screens import Listing, OrderRow, order_row
from workorder.store.views import FileView

__all__ = [
    "COUNTED_TO",
    "OPEN",
    "SEARCHED_AT_ONCE",
    "Caller",
    "CustomerRow",
    "Customers",
    "DeskQueries",
    "DeskWanted",
    "DueRow",
    "Load",
    "TimerRow",
    "Whose",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskWanted:
    """Which work orders are to be listed, newest first.

    `technician`, `customer`: by their ids; `nobodys`: those that no technician looks after.
    `words`: each must occur. `before`: only numbers below it.
    """

    statuses: tuple[Status, ...] = OPEN
    words: tuple[str, ...] = ()
    technician: int | None = None
    nobodys: bool = False
    customer: int | None = None
    before: int | None = None
    limit: int = 30

    @property
    def whose(self) -> Whose:
        """Whose they are; a customer's are not told apart by technician."""
        if self.customer is not None:
            return Whose.CUSTOMERS
        if self.nobodys:
            return Whose.NOBODYS
        return Whose.ALL if self.technician is None else Whose.TECHNICIANS


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerRow:
    """A technician's timer that runs on a work order."""

    order: OrderRow
    started_at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """A work order with a follow-up whose day has come."""

    order: OrderRow
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many open work orders a technician has; without an id those that are nobody's.

    Each status is counted as far as COUNTED_TO.
    """

    technician_id: int | None
    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts)

    @property
    def has_more(self) -> bool:
        """Whether there are more than are counted."""
        return max(self.counts) >= COUNTED_TO


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRow:
    """A customer in a list; `open`: how many work orders of theirs are."""

    id: int
    name: str
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """A page of the list of customers. `more`: the name behind which it goes on."""

    rows: tuple[CustomerRow, ...]
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A contact as they are found on the telephone, with the name of their company."""

    contact: Contact
    company: str


class DeskQueries(Repository):
    """The desk's reading, within one transaction."""

    __slots__ = ()

    # -- work orders --------------------------------------------------------------------------

    def listing(self, wanted: DeskWanted) -> Listing:
        """One page of work orders, newest first.

        Words are looked for among so many at a time, so that no page waits; `more` goes on.
        """
        at_once = SEARCHED_AT_ONCE if wanted.words else wanted.limit
        numbers = self._numbers(wanted, at_once + 1)
        chosen = numbers[:at_once]
        statement = sql.ROWS.limit(wanted.limit + 1)
        for word in wanted.words:
            statement = statement.where(sql.occurs(word))
        found = self._rows(statement, numbers=chosen)
        rows = tuple(map(order_row, found[: wanted.limit]))
        if len(found) > wanted.limit:
            return Listing(rows=rows, more=rows[-1].number)
        return Listing(rows=rows, more=chosen[-1] if len(numbers) > at_once else None)

    def _numbers(self, wanted: DeskWanted, most: int, *, oldest: bool = False) -> list[int]:
        """The newest (or oldest) numbers, a status at a time: each is read off an index."""
        statement = sql.numbers_of(wanted.whose, is_paged=wanted.before is not None, oldest=oldest)
        given = {
            "a_technician": wanted.technician,
            "a_customer": wanted.customer,
            "before": wanted.before,
        }
        found: list[int] = []
        for status in wanted.statuses:
            parameters = {**given, "a_status": status, "limit": most}
            found += self._connection.execute(statement, parameters).scalars()
        return sorted(found, reverse=not oldest)[:most]

    def untouched(self, wanted: DeskWanted) -> tuple[OrderRow, ...]:
        """The open ones that nobody did anything to for longest."""
        if wanted.whose is Whose.ALL:
            return tuple(map(order_row, self._rows(sql.LONGEST, limit=wanted.limit)))
        oldest = self._numbers(wanted, sql.WEIGHED, oldest=True)
        found = self._rows(sql.LONGEST_OF, numbers=oldest, limit=wanted.limit)
        return tuple(map(order_row, found))

    def timers(self, email: str) -> tuple[TimerRow, ...]:
        """The timers of a technician that run, what was opened first first."""
        return tuple(
            TimerRow(order=order_row(row), started_at=timer.started_at, note=timer.note)
            for row in self._rows(sql.TIMERS, an_email=f'"{email}"')
            for timer in row["timers"]
            if timer.technician == email
        )

    def due(
        self, day: date, start: datetime, *, technician: int | None, limit: int
    ) -> tuple[DueRow, ...]:
        """Open work orders that are to be looked at today: by a follow-up of today or before.

        Args:
            day: today.
            start: its first moment. What everybody was told of since counts until somebody acts.
            technician: only those of the technician of this id.
            limit: at most so many.
        """
        waiting = sql.DUE
        if technician is not None:
            waiting = waiting.where(sql.looked_after_by(technician))
        found = [
            DueRow(order=order_row(row), due_on=row["follow_up_on"])
            for row in self._rows(waiting, a_day=day, limit=limit)
        ]
        if len(found) < limit:
            found += self._reached(day, start, technician)
        return tuple({due.order.number: due for due in reversed(found)}.values())[::-1][:limit]

    def _reached(self, day: date, start: datetime, technician: int | None) -> list[DueRow]:
        """Those whose day has come: the clock takes it off when it tells everybody.

        They are due until somebody acts.
        """
        told = {row["number"]: row["at"] for row in self._rows(sql.REACHED, start=start)}
        statement = sql.STILL
        if technician is not None:
            statement = statement.where(sql.looked_after_by(technician))
        rows = map(order_row, self._rows(statement, numbers=sorted(told)) if told else ())
        return [DueRow(order=row, due_on=day) for row in rows if row.touched_at < told[row.number]]

    def loads(self) -> tuple[Load, ...]:
        """What each technician has open, and first what is nobody's; counts as OPEN stands."""
        nobodys = self._rows(sql.NOBODYS)[0]
        first = Load(technician_id=None, name="", counts=_counts(nobodys))
        loads = [
            (row["removed_at"], Load(technician_id=row["id"], name=_name(row), counts=_counts(row)))
            for row in self._rows(sql.LOADS)
        ]
        kept = (load for removed_at, load in loads if removed_at is None or load.total)
        return (first, *kept)

    def files(self, number: int) -> tuple[FileView, ...]:
        """Every file of a work order, those of internal notes too."""
        return tuple(FileView(**row) for row in self._rows(FILES, a_number=number))

    # -- people -------------------------------------------------------------------------------

    def customers(self, words: tuple[str, ...], *, after: str, limit: int) -> Customers:
        """One page of the customers by name; each word occurs in the name or in a mail domain."""
        statement = sql.CUSTOMERS
        for word in words:
            own = select(domains.c.domain).where(
                domains.c.customer_id == customers.c.id,
                domains.c.domain.icontains(word, autoescape=True),
            )
            named = customers.c.name_key.contains(people_sql.key(word), autoescape=True)
            statement = statement.where(or_(named, own.exists()))
        found = self._rows(statement, after=people_sql.key(after), limit=limit + 1)
        rows = tuple(
            CustomerRow(id=row["id"], name=row["name"], open=row["open"]) for row in found[:limit]
        )
        return Customers(rows=rows, more=rows[-1].name if len(found) > limit else "")

    def callers(self, words: tuple[str, ...], *, limit: int) -> tuple[Caller, ...]:
        """The contacts in whose name, address or company each word occurs."""
        if not words:
            return ()
        statement = sql.CONTACTS
        for word in words:
            columns = (contacts.c.name, contacts.c.email, customers.c.name)
            statement = statement.where(
                or_(*(column.icontains(word, autoescape=True) for column in columns))
            )
        return tuple(
            Caller(company=row.pop("company"), contact=Contact(**row))
            for row in self._rows(statement, limit=limit)
        )


def _counts(row: dict[str, Any]) -> tuple[int, ...]:
    return tuple(row[status.name] for status in OPEN)


def _name(row: dict[str, Any]) -> str:
    return str(row["name"] or row["email"])
