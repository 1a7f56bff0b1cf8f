"""Work orders and their events, and what ties a mail's references to them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, case, func, insert, select, update

from workorder.core.events import Event, Opened
from workorder.core.fold import fold, opened
from workorder.core.model import CLOSED, Person, WorkOrder
from workorder.core.notice import NoticeKind
from workorder.core.scene import PastEvent
from workorder.store import schema
from workorder.store.codec import EventRow, from_row, to_row
from workorder.store.repository import Repository
from workorder.store.schema import counters, events, files, inbound, orders, outbox

_MOST_MERGES = 20  # one after the other; nobody merges so often
_MOST_BY_MAIL = 200  # a Message-ID that is used again and again must not fill our memory

_COLUMNS = (
    orders.c.number,
    orders.c.title,
    orders.c.status,
    orders.c.customer_id,
    orders.c.requester_name,
    orders.c.requester_email,
    orders.c.technician_id,
    orders.c.priority,
    orders.c.labels,
    orders.c.equipment_ids,
    orders.c.participants,
    orders.c.opened_at,
    orders.c.opened_by,
    orders.c.closed_at,
    orders.c.follow_up_on,
    orders.c.thread_id,
    orders.c.service,
    orders.c.merged_into,
    orders.c.alert_key,
)
_NUMBER: BindParameter[Any] = bindparam("a_number")
_GET = select(*_COLUMNS).where(orders.c.number == _NUMBER)
# On PostgreSQL two daemons may fold onto the same work order; SQLite has one writer anyway.
_GET_TO_CHANGE = _GET.with_for_update()
_NEXT_NUMBER = (
    update(counters)
    .where(counters.c.name == schema.NUMBERS)
    .values(
        value=case(
            (counters.c.value < bindparam("first"), bindparam("first")),
            else_=counters.c.value + 1,
        )
    )
    .returning(counters.c.value)
)
_OF_ALERT = (
    select(orders.c.number)
    .where(
        orders.c.alert_key == bindparam("a_key"),
        orders.c.alert_key != "",
        orders.c.status.not_in(sorted(CLOSED)),
    )
    .order_by(orders.c.number.desc())
    .limit(1)
)
_ALONE_WITH_KEY = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("a_key"), 0)))
_OPEN_OF_TECHNICIAN = (
    select(*_COLUMNS)
    .where(
        orders.c.technician_id == bindparam("a_technician"),
        orders.c.status.not_in(sorted(CLOSED)),
    )
    .order_by(orders.c.number.desc())
    .limit(bindparam("limit"))
)
_FOLLOWS_MOVE = (events, files, outbox, inbound)
_MOVES = tuple(
    update(table)
    .where(table.c.number == bindparam("moved_from"))
    .values(number=bindparam("moved_to"))
    for table in _FOLLOWS_MOVE
)
_SAVE = update(orders).where(orders.c.number == _NUMBER)
_LAST_NUMBER = select(counters.c.value).where(counters.c.name == schema.NUMBERS)
_HISTORY = (
    select(
        events.c.id,
        events.c.mail_id,
        events.c.kind,
        events.c.at,
        events.c.actor,
        events.c.public,
        events.c.text,
        events.c.data,
    )
    .where(events.c.number == _NUMBER)
    .order_by(events.c.id)
)
_EVENTS = _HISTORY.with_only_columns(
    events.c.kind, events.c.at, events.c.actor, events.c.public, events.c.text, events.c.data
)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_BY_NOTICE = (
    select(
        outbox.c.message_id,
        outbox.c.number,
        outbox.c.recipient,
        outbox.c.kind,
        outbox.c.spent,
        outbox.c.id.label("outbox_id"),
        events.c.actor,
        events.c.kind.label("event_kind"),
    )
    .select_from(outbox.outerjoin(events, outbox.c.event_id == events.c.id))
    .where(outbox.c.message_id.in_(_IDS))
)
_BY_MAIL = (
    select(inbound.c.message_id, inbound.c.number)
    .where(inbound.c.message_id.in_(_IDS), inbound.c.number.is_not(None))
    .order_by(inbound.c.id)
    .limit(_MOST_BY_MAIL)
)
_SPEND = update(outbox).where(outbox.c.message_id.in_(_IDS)).values(spent=True)


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
        self._get = _GET_TO_CHANGE if writes else _GET

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
        number = self._connection.execute(_NEXT_NUMBER, {"first": first}).scalar_one()
        order = fold(opened(number, opening), more)
        self._connection.execute(
            insert(orders),
            {
                **_state(order),
                "number": number,
                "worked_minutes": 0,
                "billed_minutes": 0,
                "billed_by": None,
            },
        )
        return order, self._insert_events(number, (opening, *more), mail_id)

    def next_number(self, *, first: int) -> int:
        """The number that a work order opened now would get."""
        last: int = self._connection.execute(_LAST_NUMBER).scalar_one()
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
            self._connection.execute(_SAVE.values(changed), {"a_number": order.number})
        return after, self._insert_events(order.number, events, mail_id)

    def events(self, number: int) -> tuple[Event, ...]:
        """All events of a work order, in the order in which they were recorded."""
        return tuple(from_row(EventRow(**row)) for row in self._rows(_EVENTS, a_number=number))

    def history(self, number: int) -> tuple[PastEvent, ...]:
        """All events of a work order with their ids, in the order in which they were recorded."""
        return tuple(
            PastEvent(
                event_id=row.pop("id"), mail_id=row.pop("mail_id"), event=from_row(EventRow(**row))
            )
            for row in self._rows(_HISTORY, a_number=number)
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
            self._connection.execute(_ALONE_WITH_KEY, {"a_key": key})
        rows = self._rows(_OF_ALERT, a_key=key)
        return self.get(rows[0]["number"]) if rows else None

    def open_of(self, technician_id: int, limit: int) -> tuple[WorkOrder, ...]:
        """A technician's open work orders, newest first, at most `limit`."""
        found = self._rows(_OPEN_OF_TECHNICIAN, a_technician=technician_id, limit=limit)
        return tuple(map(_order, found))

    def move(self, moved_from: int, moved_to: int) -> None:
        """Give a work order's history, files, mails and notices to another one."""
        for statement in _MOVES:
            self._connection.execute(statement, {"moved_from": moved_from, "moved_to": moved_to})

    def by_notice(self, message_ids: Sequence[str]) -> tuple[NoticeTrail, ...]:
        """Our own notices among these Message-IDs, in the order of the ids."""
        found = {
            row["message_id"]: NoticeTrail(**row) for row in self._by_ids(_BY_NOTICE, message_ids)
        }
        return tuple(found[i] for i in dict.fromkeys(message_ids) if i in found)

    def by_mail(self, message_ids: Sequence[str]) -> tuple[tuple[str, int], ...]:
        """Recorded mails among these Message-IDs, each with the work order it went to.

        In the order of the ids; where several mails bear one id, the first recorded comes first.
        """
        place = {message_id: i for i, message_id in reversed([*enumerate(message_ids)])}
        found = dict.fromkeys(
            (row["message_id"], row["number"]) for row in self._by_ids(_BY_MAIL, message_ids)
        )
        return tuple(sorted(found, key=lambda pair: place[pair[0]]))

    def spend(self, message_ids: Sequence[str]) -> None:
        """Note that others have seen these ids: they prove nothing any more."""
        if message_ids:
            self._connection.execute(_SPEND, {"ids": list(message_ids)})

    def add_files(self, number: int, event_id: int, files: Sequence[FileRow]) -> None:
        """Put files, whose content is on disk already, on an event."""
        _add_files(self._connection, number, event_id, files)

    def _by_ids(self, statement: Any, message_ids: Sequence[str]) -> list[dict[str, Any]]:  # noqa: ANN401 - any select
        return self._rows(statement, ids=list(message_ids)) if message_ids else []

    def _insert_events(
        self, number: int, facts: Sequence[Event], mail_id: int | None
    ) -> tuple[int, ...]:
        return tuple(
            self._insert(events, {**asdict(to_row(fact)), "number": number, "mail_id": mail_id})
            for fact in facts
        )


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
    }


def _order(row: dict[str, Any]) -> WorkOrder:
    requester = Person(name=row.pop("requester_name"), email=row.pop("requester_email"))
    return WorkOrder(requester=requester, **row)
