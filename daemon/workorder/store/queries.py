"""Reading for screens and for JSON; nothing here changes anything."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, Text, cast, exists, func, literal, or_, select, true

from workorder.core.events import Billed, Opened, Replied, StatusChanged, TimeLogged, Undone
from workorder.core.model import Person, Status
from workorder.store.book_cards import BookCards
from workorder.store.cards import BRIEF, EVENT_COLUMNS, FILES, NUMBER, Cards
from workorder.store.codec import EventRow, from_row
from workorder.store.schema import events, orders
from workorder.store.views import (
    EventView,
    FileView,
    OrderDetail,
    OrderView,
    TimeView,
    order_json,
)

__all__ = [
    "EventView",
    "FileView",
    "OrderDetail",
    "OrderView",
    "Queries",
    "TimeView",
    "order_json",
]

_ONE = BRIEF.where(orders.c.number == NUMBER)
_EVENTS = select(events.c.id, *EVENT_COLUMNS).where(events.c.number == NUMBER).order_by(events.c.id)


SAID = (Opened.kind, Replied.kind, StatusChanged.kind)
"""The kinds of events whose words are for customers too, where they are public."""

_WITH_FACT = frozenset({TimeLogged.kind, Billed.kind})


class Queries(Cards):
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
        statement = BRIEF.order_by(orders.c.number.desc()).limit(limit)
        if status is not None:
            statement = statement.where(orders.c.status == status)
        if customer is not None:
            statement = statement.where(orders.c.customer_id == customer)
        if technician is not None:
            statement = statement.where(orders.c.technician_id == technician)
        for word in (text or "").split():
            statement = with_word(statement, word)
        rows = self._rows(statement)
        tags = self._tags(thing for row in rows for thing in row["equipment_ids"])
        return [_view(row, tags, None) for row in rows]

    def order(self, number: int) -> OrderView | None:
        """One work order with its events, times and files."""
        rows = self._rows(_ONE, a_number=number)
        if not rows:
            return None
        detail = OrderDetail(
            events=tuple(map(_event, self._rows(_EVENTS, a_number=number))),
            times=self._times(rows[0]),
            files=tuple(FileView(**row) for row in self._rows(FILES, a_number=number)),
        )
        return _view(rows[0], self._tags(rows[0]["equipment_ids"]), detail)

    def _times(self, row: dict[str, Any]) -> tuple[TimeView, ...]:
        stretches = BookCards(self._connection).times(row["number"], row["timers"])
        return tuple(TimeView(**asdict(time)) for time in stretches)

    def _tags(self, ids: Iterable[int]) -> dict[int, str]:
        return {thing_id: card.tag for thing_id, card in self._things(ids).items()}


def with_word(statement: Select[Any], word: str, *, shown: bool = False) -> Select[Any]:
    """Narrow a select on work orders to those in which a word occurs, in whatever case.

    `shown`: in what customers are shown alone, lest a search tells them of more (T11).
    """
    in_events = exists().where(
        events.c.number == orders.c.number, events.c.text.icontains(word, autoescape=True)
    )
    if shown:
        in_events = in_events.where(events.c.public == true(), events.c.kind.in_(SAID), _told())
    return statement.where(
        or_(
            orders.c.title.icontains(word, autoescape=True),
            orders.c.requester_email.icontains(word, autoescape=True),
            orders.c.requester_name.icontains(word, autoescape=True),
            in_events,
        )
    )


def _told() -> Any:  # noqa: ANN401 - a condition
    """That an event's words were not taken back before they reached anybody."""
    undone = events.alias()
    # The ids of those stand as a JSON list in the event that took them back.
    unsaid = func.replace(func.replace(undone.c.data, "[", ","), "]", ",")
    its_id = literal(",").concat(cast(events.c.id, Text)).concat(",")
    return ~exists().where(
        undone.c.number == events.c.number,
        undone.c.kind == Undone.kind,
        func.replace(unsaid, " ", "").contains(its_id),
    )


def _event(row: dict[str, Any]) -> EventView:
    event_id, data = row.pop("id"), row.pop("data")
    has_fact = row["kind"] in _WITH_FACT
    fact = from_row(EventRow(**row, data=data)) if has_fact else None
    assert fact is None or isinstance(fact, TimeLogged | Billed)
    return EventView(id=event_id, fact=fact, **row)


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
