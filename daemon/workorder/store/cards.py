"""What notices and PDFs show of a work order, and of an event of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, assert_never

from sqlalchemy import BindParameter, and_, bindparam, case, select

from workorder.core.events import (
    Assigned,
    Billed,
    Event,
    FollowUpSet,
    MailFailed,
    Opened,
    Reminded,
    Replied,
    StatusChanged,
    StoodLong,
    TimeLogged,
    Undone,
    Unproven,
)
from workorder.core.model import Approval, Status
from workorder.core.notice import EquipmentCard, EventCard, NoteCard, OrderCard
from workorder.core.subjects import label
from workorder.store.book_cards import BookCards
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

_AT_ONCE = 500  # ids in one statement

BRIEF = (
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
        orders.c.customer_id,
        orders.c.timers,
        orders.c.approval,
    )
    .outerjoin_from(orders, customers, orders.c.customer_id == customers.c.id)
    .outerjoin(technicians, orders.c.technician_id == technicians.c.id)
)
NUMBER: BindParameter[Any] = bindparam("a_number")
_CARD = BRIEF.add_columns(orders.c.service, technicians.c.name.label("technician_name")).where(
    orders.c.number == NUMBER
)
EVENT_COLUMNS = (
    events.c.kind,
    events.c.at,
    events.c.actor,
    events.c.public,
    events.c.text,
    events.c.data,
)
_EVENT = select(events.c.id, events.c.number, *EVENT_COLUMNS).where(
    events.c.id == bindparam("an_event")
)
_NOTES = (
    select(events.c.id, *EVENT_COLUMNS)
    .where(
        events.c.number == NUMBER,
        events.c.kind.in_((Opened.kind, Replied.kind, StatusChanged.kind, Undone.kind)),
    )
    .order_by(events.c.id)
)
# An opening holds the Message-ID of the thread that it begins, which is no other's.
_is_own_opening = and_(events.c.kind == Opened.kind, events.c.data.contains(orders.c.thread_id))
# Its own: a work order that was merged into it brought another, perhaps an older one.
OPENING = (
    select(events.c.id, events.c.number, *EVENT_COLUMNS)
    .join(orders, orders.c.number == events.c.number)
    .where(events.c.number == NUMBER)
    .order_by(case((_is_own_opening, 0), else_=1), events.c.id)
    .limit(1)
)
FILES = (
    select(files.c.event_id, files.c.name, files.c.type, files.c.size, files.c.sha256)
    .where(files.c.number == NUMBER)
    .order_by(files.c.id)
)
_THINGS = select(
    equipment.c.id, equipment.c.tag, equipment.c.name, equipment.c.serial, equipment.c.location
).where(equipment.c.id.in_(bindparam("ids", expanding=True)))
_TECHNICIAN = select(technicians.c.name, technicians.c.email).where(
    technicians.c.id == bindparam("an_id")
)
_NAMES = (
    select(technicians.c.name, technicians.c.removed_at)
    .where(technicians.c.email == bindparam("an_email"))
    .union_all(
        select(contacts.c.name, contacts.c.removed_at).where(
            contacts.c.email == bindparam("an_email")
        )
    )
)


class Cards(Repository):
    """The cards, within one transaction."""

    __slots__ = ()

    def card(
        self,
        number: int,
        event_id: int | None,
        *,
        prefix: str,
        notes: bool = False,
        hours: bool = False,
    ) -> tuple[OrderCard, EventCard] | None:
        """What a notice or a PDF shows of a work order and of one event of it.

        Args:
            number: the work order's; an event that went to another since is shown with that one.
            event_id: the event's; None is the opening.
            prefix: what the site's numbers begin with.
            notes: whether the work order is shown with all that the customer may read of it.
            hours: whether with its hours, and its customer's bank.
        """
        facts = (
            self._rows(OPENING, a_number=number)
            if event_id is None
            else self._rows(_EVENT, an_event=event_id)
        )
        if not facts:
            return None
        order = self.order_card(facts[0].pop("number"), prefix=prefix, notes=notes, hours=hours)
        return None if order is None else (order, self._event_card(order, facts[0], prefix))

    def order_card(
        self, number: int, *, prefix: str, notes: bool = False, hours: bool = False
    ) -> OrderCard | None:
        """What a notice or a PDF shows of a work order."""
        rows = self._rows(_CARD, a_number=number)
        if not rows:
            return None
        card = self._order_card(rows[0], prefix)
        if hours:
            card = self._with_hours(card, rows[0])
        return replace(card, notes=self._notes(number)) if notes else card

    def _with_hours(self, card: OrderCard, row: dict[str, Any]) -> OrderCard:
        books = BookCards(self._connection)
        hours = books.hours_card(card.number, row)
        times = tuple(
            replace(time, technician=self.name_of(time.technician) or time.technician)
            for time in hours.times
        )
        bank = books.bank_card(row["customer_id"])
        return replace(card, hours=replace(hours, times=times), bank=bank)

    def _notes(self, number: int) -> tuple[NoteCard, ...]:
        rows = self._rows(_NOTES, a_number=number)
        told = [(row.pop("id"), from_row(EventRow(**row))) for row in rows]
        unsaid = {i for _, event in told if isinstance(event, Undone) for i in event.unsaid}
        opening = self._rows(OPENING, a_number=number)[0]["id"]
        # The card shows the opening itself; more came with what was merged.
        return tuple(
            self._note(event_id, event)
            for event_id, event in told
            if event_id != opening
            and event.public
            and event_id not in unsaid
            and not isinstance(event, Undone)
        )

    def _note(self, event_id: int, event: Event) -> NoteCard:
        by_us = isinstance(event, StatusChanged) or (
            isinstance(event, Replied) and event.by_technician
        )
        return NoteCard(
            at=event.at,
            actor=self.name_of(event.actor) or event.actor,
            text=event.text,
            status=event.status if isinstance(event, StatusChanged) else None,
            by_customer=not by_us,
            event_id=event_id,
            solved=isinstance(event, Replied) and event.solved,
        )

    def _technician_name(self, technician_id: int | None) -> str:
        found = self._rows(_TECHNICIAN, an_id=technician_id) if technician_id is not None else []
        return str(found[0]["name"] or found[0]["email"]) if found else ""

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
            asks_approval=row["approval"] is Approval.ASKED,
        )

    def _event_card(self, order: OrderCard, row: dict[str, Any], prefix: str) -> EventCard:
        event_id = row.pop("id")
        event = from_row(EventRow(**row))
        came_along = [
            file["name"]
            for file in self._rows(FILES, a_number=order.number)
            if file["event_id"] == event_id
        ]
        card = EventCard(
            at=event.at,
            actor=self.name_of(event.actor) or event.actor,
            text=event.text,
            files=tuple(came_along),
        )
        if isinstance(event, Reminded | StoodLong | FollowUpSet):
            return self._by_clock(card, event, order)
        return self._with_details(card, event, prefix)

    def _by_clock(
        self, card: EventCard, event: Reminded | StoodLong | FollowUpSet, order: OrderCard
    ) -> EventCard:
        """What the clock brings up again: what was said last, and what is waited for."""
        said = [note for note in self._notes(order.number) if note.text]
        waits = order.status.is_open and order.status is not Status.IN_PROGRESS
        asked = [note for note in said if waits and note.status is order.status]
        card = replace(
            card, last_word=said[-1] if said else None, asked=asked[-1] if asked else None
        )
        match event:
            case Reminded():
                return replace(card, count=event.count, gave_up=event.gave_up)
            case StoodLong():
                return replace(card, count=event.count)
            case FollowUpSet():
                return replace(card, day=event.was)
            case _:
                assert_never(event)

    def _with_details(self, card: EventCard, event: Event, prefix: str) -> EventCard:  # noqa: C901, PLR0911 - one line a kind
        match event:
            case Opened(follows=int() as follows):
                return replace(card, follows=label(follows, prefix))
            case Replied():
                return replace(
                    card,
                    reopened=event.reopened,
                    answered=event.answered,
                    approves=event.approves,
                    solved=event.solved,
                )
            case StatusChanged(was=Status() as was):
                return replace(card, reopened=event.status.is_open and not was.is_open)
            case Assigned():
                return replace(card, assigned=self._technician_name(event.technician_id))
            case Billed():
                return replace(card, text="", rebilled=True)
            case TimeLogged():
                whose = self.name_of(event.technician) or event.technician
                return replace(card, since=event.started_at, actor=whose)
            case MailFailed():
                return replace(card, recipient=event.recipient, reason=event.text)
            case Unproven():
                return replace(card, reason=event.reason)
            case _:
                return card

    def _things(self, ids: Iterable[int]) -> dict[int, EquipmentCard]:
        wanted: Sequence[int] = sorted(set(ids))
        return {
            row.pop("id"): EquipmentCard(**row)
            for start in range(0, len(wanted), _AT_ONCE)
            for row in self._rows(_THINGS, ids=wanted[start : start + _AT_ONCE])
        }
