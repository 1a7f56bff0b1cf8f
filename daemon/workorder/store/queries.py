"""Reading for screens, for JSON and for notices; nothing here changes anything."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, exists, or_, select

from workorder.core.events import MailFailed, Opened, Replied
from workorder.core.model import Person, Status
from workorder.core.notice import EquipmentCard, EventCard, OrderCard
from workorder.core.subjects import label
from workorder.store.codec import EventRow, from_row
from workorder.store.repository import Repository
from workorder.store.schema import (
    contacts,
    customers,
    equipment,
    events,
    files,
    orders,
    technicians,
)
from workorder.store.views import EventView, FileView, OrderDetail, OrderView, order_json

__all__ = ["EventView", "FileView", "OrderDetail", "OrderView", "Queries", "order_json"]

_AT_ONCE = 500  # ids in one statement

_BRIEF = (
    select(
        orders.c.number,
        orders.c.title,
        orders.c.status,
        customers.c.name.label("customer"),
        orders.c.requester_name,
        orders.c.requester_email,
        technicians.c.email.label("technician"),
        orders.c.priority,
        orders.c.labels,
        orders.c.equipment_ids,
        orders.c.participants,
        orders.c.opened_at,
        orders.c.opened_by,
        orders.c.closed_at,
        orders.c.follow_up_on,
        orders.c.worked_minutes,
        orders.c.billed_minutes,
        orders.c.billed_by,
    )
    .outerjoin_from(orders, customers, orders.c.customer_id == customers.c.id)
    .outerjoin(technicians, orders.c.technician_id == technicians.c.id)
)
_NUMBER: BindParameter[Any] = bindparam("a_number")
_ONE = _BRIEF.where(orders.c.number == _NUMBER)
_CARD = _BRIEF.add_columns(orders.c.service, technicians.c.name.label("technician_name")).where(
    orders.c.number == _NUMBER
)
_EVENT_COLUMNS = (
    events.c.kind,
    events.c.at,
    events.c.actor,
    events.c.public,
    events.c.text,
    events.c.data,
)
_EVENTS = (
    select(events.c.id, *_EVENT_COLUMNS[:-1])
    .where(events.c.number == _NUMBER)
    .order_by(events.c.id)
)
_EVENT = select(events.c.id, *_EVENT_COLUMNS).where(
    events.c.number == _NUMBER, events.c.id == bindparam("an_event")
)
_FIRST_EVENT = (
    select(events.c.id, *_EVENT_COLUMNS)
    .where(events.c.number == _NUMBER)
    .order_by(events.c.id)
    .limit(1)
)
_FILES = (
    select(files.c.event_id, files.c.name, files.c.type, files.c.size, files.c.sha256)
    .where(files.c.number == _NUMBER)
    .order_by(files.c.id)
)
_THINGS = select(
    equipment.c.id, equipment.c.tag, equipment.c.name, equipment.c.serial, equipment.c.location
).where(equipment.c.id.in_(bindparam("ids", expanding=True)))
_NAMES = (
    select(technicians.c.name, technicians.c.removed_at)
    .where(technicians.c.email == bindparam("an_email"))
    .union_all(
        select(contacts.c.name, contacts.c.removed_at).where(
            contacts.c.email == bindparam("an_email")
        )
    )
)


class Queries(Repository):
    """The reading, within one transaction."""

    __slots__ = ()

    def orders(
        self,
        *,
        status: Status | None = None,
        customer: int | None = None,
        technician: int | None = None,
        text: str | None = None,
        limit: int | None = None,
    ) -> list[OrderView]:
        """Work orders, newest first.

        Args:
            status: only those in it.
            customer: only those of the customer of this id.
            technician: only those assigned to the technician of this id.
            text: only those in which every one of these words occurs, in whatever case.
            limit: at most so many.
        """
        statement = _BRIEF.order_by(orders.c.number.desc()).limit(limit)
        if status is not None:
            statement = statement.where(orders.c.status == status)
        if customer is not None:
            statement = statement.where(orders.c.customer_id == customer)
        if technician is not None:
            statement = statement.where(orders.c.technician_id == technician)
        for word in (text or "").split():
            statement = _with_word(statement, word)
        rows = self._rows(statement)
        tags = self._tags(thing for row in rows for thing in row["equipment_ids"])
        return [_view(row, tags, None) for row in rows]

    def order(self, number: int) -> OrderView | None:
        """One work order with its events, times and files."""
        rows = self._rows(_ONE, a_number=number)
        if not rows:
            return None
        detail = OrderDetail(
            events=tuple(EventView(**row) for row in self._rows(_EVENTS, a_number=number)),
            times=(),
            files=tuple(FileView(**row) for row in self._rows(_FILES, a_number=number)),
        )
        return _view(rows[0], self._tags(rows[0]["equipment_ids"]), detail)

    def card(
        self, number: int, event_id: int | None, *, prefix: str
    ) -> tuple[OrderCard, EventCard] | None:
        """What a notice or a PDF shows of a work order and of one event of it.

        Args:
            number: the work order's.
            event_id: the event's; None is the opening.
            prefix: what the site's numbers begin with.
        """
        rows = self._rows(_CARD, a_number=number)
        facts = (
            self._rows(_FIRST_EVENT, a_number=number)
            if event_id is None
            else self._rows(_EVENT, a_number=number, an_event=event_id)
        )
        if not rows or not facts:
            return None
        return self._order_card(rows[0], prefix), self._event_card(number, facts[0], prefix)

    def name_of(self, email: str) -> str:
        """The name that goes with an address, now or before its owner was removed; or ''."""
        known = [row for row in self._rows(_NAMES, an_email=email) if row["name"]]
        known.sort(key=lambda row: row["removed_at"] is not None)
        return str(known[0]["name"]) if known else ""

    def _order_card(self, row: dict[str, Any], prefix: str) -> OrderCard:
        things = self._things(row["equipment_ids"])
        return OrderCard(
            number=row["number"],
            label=label(row["number"], prefix),
            title=row["title"],
            status=row["status"],
            priority=row["priority"],
            customer=row["customer"] or "",
            contact_name=row["requester_name"],
            contact_email=row["requester_email"],
            technician=row["technician_name"] or row["technician"] or "",
            opened_at=row["opened_at"],
            opened_by=row["opened_by"],
            closed_at=row["closed_at"],
            equipment=tuple(things[i] for i in row["equipment_ids"] if i in things),
            service=row["service"],
        )

    def _event_card(self, number: int, row: dict[str, Any], prefix: str) -> EventCard:
        event_id = row.pop("id")
        event = from_row(EventRow(**row))
        follows = event.follows if isinstance(event, Opened) else None
        failed = isinstance(event, MailFailed)
        came_along = [
            file["name"]
            for file in self._rows(_FILES, a_number=number)
            if file["event_id"] == event_id
        ]
        return EventCard(
            at=event.at,
            actor=self.name_of(event.actor) or event.actor,
            text=event.text,
            files=tuple(came_along),
            reopened=isinstance(event, Replied) and event.reopened,
            follows="" if follows is None else label(follows, prefix),
            recipient=event.recipient if isinstance(event, MailFailed) else "",
            reason=event.text if failed else "",
        )

    def _things(self, ids: Iterable[int]) -> dict[int, EquipmentCard]:
        wanted: Sequence[int] = sorted(set(ids))
        return {
            row.pop("id"): EquipmentCard(**row)
            for start in range(0, len(wanted), _AT_ONCE)
            for row in self._rows(_THINGS, ids=wanted[start : start + _AT_ONCE])
        }

    def _tags(self, ids: Iterable[int]) -> dict[int, str]:
        return {thing_id: card.tag for thing_id, card in self._things(ids).items()}


def _with_word(statement: Select[Any], word: str) -> Select[Any]:
    in_events = exists().where(
        events.c.number == orders.c.number, events.c.text.icontains(word, autoescape=True)
    )
    return statement.where(
        or_(
            orders.c.title.icontains(word, autoescape=True),
            orders.c.requester_email.icontains(word, autoescape=True),
            orders.c.requester_name.icontains(word, autoescape=True),
            in_events,
        )
    )


def _view(row: dict[str, Any], tags: dict[int, str], detail: OrderDetail | None) -> OrderView:
    return OrderView(
        number=row["number"],
        title=row["title"],
        status=row["status"],
        customer=row["customer"],
        contact=Person(name=row["requester_name"], email=row["requester_email"]),
        technician=row["technician"],
        priority=row["priority"],
        labels=row["labels"],
        equipment=tuple(tags[i] for i in row["equipment_ids"] if i in tags),
        opened_at=row["opened_at"],
        opened_by=row["opened_by"],
        finished_at=row["closed_at"],
        follow_up_on=row["follow_up_on"],
        worked_minutes=row["worked_minutes"],
        billed_minutes=row["billed_minutes"],
        billed_by=row["billed_by"],
        participants=row["participants"],
        detail=detail,
    )
