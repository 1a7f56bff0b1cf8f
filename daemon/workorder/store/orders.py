"""Work orders and their events, and what ties a mail's references to them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, insert

from workorder.core.events import Event, Opened, TimeLogged
from workorder.core.fold import fold, opened
from workorder.core.model import Clocks, Hours, Person, WorkOrder
from workorder.core.notice import NoticeKind
from workorder.core.scene import PastEvent
from workorder.store import orders_sql as sql
from workorder.store.codec import EventRow, from_row, to_row
from workorder.store.repository import Repository
from workorder.store.schema import events, files, orders
from workorder.store.schema_books import times
from workorder.store.schema_portal import order_people

_MOST_MERGES = 20  # one after the other; nobody merges so often


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTrail:
    """One of our notices that a mail refers to. `spent`: others have seen its id.

    `event_kind` is that of the event that it tells of, `actor` whose doing that was; None where it
    tells of none.
    """

    message_id: str
    number: int | None
    recipient: str
    kind: NoticeKind
    spent: bool
    outbox_id: int
    actor: str | None = None
    event_kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A file of an event; its content is found by the hash. `size` in bytes."""

    name: str
    type: str
    size: int
    sha256: str


class Orders(Repository):
    """The work orders, within one transaction."""

    __slots__ = ("_get", "_writes")

    def __init__(self, connection: Connection, *, writes: bool) -> None:
        super().__init__(connection)
        self._writes = writes
        self._get = sql.GET_TO_CHANGE if writes else sql.GET

    def open(
        self, opening: Opened, more: Sequence[Event], *, first: int, mail_id: int | None
    ) -> tuple[WorkOrder, tuple[int, ...]]:
        """Open a work order under the next number.

        Args:
            opening: its first event.
            more: what happened to it at once.
            first: the number of the site's first work order; numbers only ever grow.
            mail_id: the ledger entry that brought this about.

        Returns:
            The work order after `more`, and the ids of all its events, the opening's first.
        """
        number = self._connection.execute(sql.NEXT_NUMBER, {"first": first}).scalar_one()
        order = fold(opened(number, opening), more)
        self._connection.execute(insert(orders), {**_state(order), "number": number})
        self._take_part(number, order.participants)
        return order, self._insert_events(number, (opening, *more), mail_id)

    def next_number(self, *, first: int) -> int:
        """The number that a work order opened now would get."""
        last: int = self._connection.execute(sql.LAST_NUMBER).scalar_one()
        return max(last + 1, first)

    def get(self, number: int) -> WorkOrder | None:
        """The work order of that number; in a unit that writes, nobody else changes it now."""
        rows = self._rows(self._get, a_number=number)
        return _order(rows[0]) if rows else None

    def append(
        self, order: WorkOrder, events: Sequence[Event], *, mail_id: int | None
    ) -> tuple[WorkOrder, tuple[int, ...]]:
        """Add events to a work order that was read in this transaction.

        Returns:
            The work order after them, and their ids.
        """
        after = fold(order, events)
        before, now = _state(order), _state(after)
        changed = {name: value for name, value in now.items() if value != before[name]}
        if changed:
            values = {f"new_{name}": value for name, value in changed.items()}
            saving = sql.save(tuple(sorted(changed)))
            self._connection.execute(saving, {"a_number": order.number, **values})
        if after.participants != order.participants:
            self._connection.execute(sql.NO_PEOPLE, {"a_number": order.number})
            self._take_part(order.number, after.participants)
        return after, self._insert_events(order.number, events, mail_id)

    def _take_part(self, number: int, emails: Sequence[str]) -> None:
        """Keep who takes part so that it is found by their address."""
        people = [{"email": email, "number": number} for email in dict.fromkeys(emails)]
        if people:
            self._connection.execute(insert(order_people), people)

    def events(self, number: int) -> tuple[Event, ...]:
        """All events of a work order, in the order in which they were recorded."""
        return tuple(from_row(EventRow(**row)) for row in self._rows(sql.EVENTS, a_number=number))

    def history(self, number: int) -> tuple[PastEvent, ...]:
        """All events of a work order with their ids, in the order in which they were recorded."""
        return tuple(
            PastEvent(
                event_id=row.pop("id"), mail_id=row.pop("mail_id"), event=from_row(EventRow(**row))
            )
            for row in self._rows(sql.HISTORY, a_number=number)
        )

    def going_on(self, number: int) -> WorkOrder | None:
        """The work order of that number, or the one that it was merged into."""
        order = self.get(number)
        for _ in range(_MOST_MERGES):
            if order is None or order.merged_into is None:
                return order
            order = self.get(order.merged_into)
        return order

    def of_alert(self, key: str) -> WorkOrder | None:
        """The newest open work order that an alert with this key opened.

        In a unit that writes, nobody else opens one for this key meanwhile.
        """
        if self._writes and self._connection.dialect.name == "postgresql":
            self._connection.execute(sql.ALONE_WITH_KEY, {"a_key": key})
        rows = self._rows(sql.OF_ALERT, a_key=key)
        return self.get(rows[0]["number"]) if rows else None

    def open_of(self, technician_id: int, limit: int) -> tuple[WorkOrder, ...]:
        """A technician's open work orders, newest first, at most `limit`."""
        found = self._rows(sql.OPEN_OF_TECHNICIAN, a_technician=technician_id, limit=limit)
        return tuple(map(_order, found))

    def move(self, moved_from: int, moved_to: int) -> None:
        """Give a work order's history, files, mails and notices to another one."""
        for statement in sql.MOVES:
            self._connection.execute(statement, {"moved_from": moved_from, "moved_to": moved_to})

    def by_notice(self, message_ids: Sequence[str]) -> tuple[NoticeTrail, ...]:
        """Our own notices among these Message-IDs, in the order of the ids."""
        found = {
            row["message_id"]: NoticeTrail(**row)
            for row in self._by_ids(sql.BY_NOTICE, message_ids)
        }
        return tuple(found[i] for i in dict.fromkeys(message_ids) if i in found)

    def by_mail(self, message_ids: Sequence[str]) -> tuple[tuple[str, int], ...]:
        """Recorded mails among these Message-IDs, each with the work order it went to.

        In the order of the ids; where several mails bear one id, the first recorded comes first.
        """
        place = {message_id: i for i, message_id in reversed([*enumerate(message_ids)])}
        found = dict.fromkeys(
            (row["message_id"], row["number"]) for row in self._by_ids(sql.BY_MAIL, message_ids)
        )
        return tuple(sorted(found, key=lambda pair: place[pair[0]]))

    def spend(self, message_ids: Sequence[str]) -> None:
        """Note that others have seen these ids: they prove nothing any more."""
        if message_ids:
            self._connection.execute(sql.SPEND, {"ids": list(message_ids)})

    def add_files(self, number: int, event_id: int, files: Sequence[FileRow]) -> None:
        """Put files, whose content is on disk already, on an event."""
        _add_files(self._connection, number, event_id, files)

    def _by_ids(self, statement: Any, message_ids: Sequence[str]) -> list[dict[str, Any]]:  # noqa: ANN401 - any select
        return self._rows(statement, ids=list(message_ids)) if message_ids else []

    def _insert_events(
        self, number: int, facts: Sequence[Event], mail_id: int | None
    ) -> tuple[int, ...]:
        return tuple(self._insert_event(number, fact, mail_id) for fact in facts)

    def _insert_event(self, number: int, fact: Event, mail_id: int | None) -> int:
        row = {**asdict(to_row(fact)), "number": number, "mail_id": mail_id}
        event_id = self._insert(events, row)
        if isinstance(fact, TimeLogged) and fact.minutes:
            self._connection.execute(insert(times), _time(fact, event_id))
        return event_id


def _time(fact: TimeLogged, event_id: int) -> dict[str, object]:
    """Time as reports add it up: each change of the hours worked is a row, also below zero."""
    return {
        "event_id": event_id,
        "technician": fact.technician,
        "started_at": fact.started_at,
        "stopped_at": fact.stopped_at or fact.started_at,
        "minutes": fact.minutes,
    }


def _add_files(connection: Connection, number: int, event_id: int, rows: Sequence[FileRow]) -> None:
    if rows:
        connection.execute(
            insert(files), [{**asdict(row), "number": number, "event_id": event_id} for row in rows]
        )


def _state(order: WorkOrder) -> dict[str, object]:
    """The columns that the fold decides."""
    return {
        "title": order.title,
        "status": order.status,
        "customer_id": order.customer_id,
        "requester_name": order.requester.name,
        "requester_email": order.requester.email,
        "technician_id": order.technician_id,
        "priority": order.priority,
        "labels": order.labels,
        "equipment_ids": order.equipment_ids,
        "participants": order.participants,
        "opened_at": order.opened_at,
        "opened_by": order.opened_by,
        "closed_at": order.closed_at,
        "follow_up_on": order.follow_up_on,
        "thread_id": order.thread_id,
        "service": order.service,
        "merged_into": order.merged_into,
        "alert_key": order.alert_key,
        "touched_at": order.touched_at,
        "worked_minutes": order.hours.worked,
        "after_minutes": order.hours.after_hours,
        "billed_minutes": order.hours.billed,
        "billed_by": order.hours.billed_by,
        "timers": order.hours.timers,
        "silent_since": order.clocks.silent_since,
        "reminders": order.clocks.reminders,
        "open_since": order.clocks.open_since,
        "long_notices": order.clocks.long_notices,
        "approval": order.approval,
    }


def _order(row: dict[str, Any]) -> WorkOrder:
    requester = Person(name=row.pop("requester_name"), email=row.pop("requester_email"))
    hours = Hours(
        worked=row.pop("worked_minutes"),
        after_hours=row.pop("after_minutes"),
        billed=row.pop("billed_minutes"),
        billed_by=row.pop("billed_by"),
        timers=row.pop("timers"),
    )
    clocks = Clocks(
        silent_since=row.pop("silent_since"),
        reminders=row.pop("reminders"),
        open_since=row.pop("open_since"),
        long_notices=row.pop("long_notices"),
    )
    return WorkOrder(requester=requester, hours=hours, clocks=clocks, **row)
