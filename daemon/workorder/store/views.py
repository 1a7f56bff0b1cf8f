"""Work orders as they are listed and shown, and their JSON."""

from dataclasses import dataclass
from datetime import date, datetime

from workorder.core.events import Billed, TimeLogged
from workorder.core.model import OpenedBy, Person, Priority, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """An event of a work order as it is listed.

    `fact`: the event itself, where its words do not tell what happened.
    """

    id: int
    at: datetime
    kind: str
    actor: str
    public: bool
    text: str
    fact: TimeLogged | Billed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeView:
    """A stretch of work; `stopped_at` None while the timer runs."""

    technician: str
    started_at: datetime
    stopped_at: datetime | None
    minutes: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A file of a work order, and the event it came with; `size` in bytes."""

    event_id: int
    name: str
    type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetail:
    """What is shown of one work order and not in a list of many."""

    events: tuple[EventView, ...]
    times: tuple[TimeView, ...]
    files: tuple[FileView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """A work order as it is listed; `detail` only where it was asked for by its number.

    `customer` is None for an unsorted one, `technician` an address; `equipment` holds tags.
    """

    number: int
    title: str
    status: Status
    customer: str | None
    contact: Person
    technician: str | None
    priority: Priority
    labels: tuple[str, ...]
    equipment: tuple[str, ...]
    opened_at: datetime
    opened_by: OpenedBy
    finished_at: datetime | None
    follow_up_on: date | None
    worked_minutes: int
    billed_minutes: int
    billed_by: str | None
    participants: tuple[str, ...]
    detail: OrderDetail | None = None


def order_json(view: OrderView) -> dict[str, object]:
    """A work order as its JSON has it; events, times and files only where there is a detail."""
    brief: dict[str, object] = {
        "number": view.number,
        "title": view.title,
        "status": view.status.value,
        "customer": view.customer,
        "contact": {"name": view.contact.name, "email": view.contact.email},
        "technician": view.technician,
        "priority": view.priority.value,
        "labels": [*view.labels],
        "equipment": [*view.equipment],
        "opened_at": view.opened_at.isoformat(),
        "opened_by": view.opened_by.value,
        "finished_at": _iso(view.finished_at),
        "follow_up_on": _iso(view.follow_up_on),
        "worked_minutes": view.worked_minutes,
        "billed_minutes": view.billed_minutes,
        "billed_by": view.billed_by,
        "participants": [*view.participants],
    }
    return brief if view.detail is None else brief | _detail_json(view.detail)


def _detail_json(detail: OrderDetail) -> dict[str, object]:
    return {
        "events": [
            {
                "at": event.at.isoformat(),
                "kind": event.kind,
                "actor": event.actor,
                "public": event.public,
                "text": event.text,
            }
            for event in detail.events
        ],
        "times": [
            {
                "technician": time.technician,
                "started_at": time.started_at.isoformat(),
                "stopped_at": _iso(time.stopped_at),
                "minutes": time.minutes,
                "note": time.note,
            }
            for time in detail.times
        ],
        "files": [
            {"name": file.name, "type": file.type, "size": file.size} for file in detail.files
        ],
    }


def _iso(moment: date | None) -> str | None:
    return None if moment is None else moment.isoformat()
