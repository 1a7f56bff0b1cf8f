"""What happened to a work order: facts, frozen, and the fold that turns them into its state.

Each class is one `kind` of behaviour's closed set; a kind that no door opens yet has no class.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, assert_never

from workorder.core.model import OpenedBy, Person, Priority, Status, WorkOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What every event has: when, by whom (an address, or 'workorder'), and the words.

    `text` is what a person wrote or a sentence about the event; `public` says whether the
    customer may see it.
    """

    kind: ClassVar[str]
    at: datetime
    actor: str
    text: str = ""
    public: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Fact):
    """A work order came to be; `text` is the service requested, `follows` a closed one it names."""

    kind: ClassVar[str] = "opened"
    title: str
    requester: Person
    customer_id: int | None
    opened_by: OpenedBy
    thread_id: str
    priority: Priority = Priority.NORMAL
    follows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied(Fact):
    """A customer, a participant or a technician wrote; `reopened`: and that reopened it."""

    kind: ClassVar[str] = "reply"
    by_technician: bool = False
    reopened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Fact):
    """A note for technicians only."""

    kind: ClassVar[str] = "note"
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Fact):
    """The status is another now."""

    kind: ClassVar[str] = "status"
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentAdded(Fact):
    """A thing to be serviced was put on the work order."""

    kind: ClassVar[str] = "equipment"
    equipment_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked(Fact):
    """The work order names another one."""

    kind: ClassVar[str] = "linked"
    other: int
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoMailReceived(Fact):
    """Automatic mail that belongs here: recorded, never answered, changes no status."""

    kind: ClassVar[str] = "mail-in-auto"
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFailed(Fact):
    """A notice to `recipient` could not be delivered; `text` holds the server's words."""

    kind: ClassVar[str] = "mail-failed"
    recipient: str
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven(Fact):
    """A mail that claims to be a technician's, without proof; its text is kept, nothing runs."""

    kind: ClassVar[str] = "unproven"
    public: bool = False


Event = (
    Opened
    | Replied
    | Noted
    | StatusChanged
    | EquipmentAdded
    | Linked
    | AutoMailReceived
    | MailFailed
    | Unproven
)


def opened(number: int, event: Opened) -> WorkOrder:
    """The work order that an opening makes; it opens In Progress."""
    return WorkOrder(
        number=number,
        title=event.title,
        status=Status.IN_PROGRESS,
        customer_id=event.customer_id,
        requester=event.requester,
        technician_id=None,
        priority=event.priority,
        labels=(),
        equipment_ids=(),
        participants=(event.requester.email,) if event.requester.email else (),
        opened_at=event.at,
        opened_by=event.opened_by,
        closed_at=None,
        follow_up_on=None,
        thread_id=event.thread_id,
        service=event.text,
    )


def apply(order: WorkOrder, event: Event) -> WorkOrder:
    """The work order after one more event."""
    match event:
        case StatusChanged():
            closed_at = None if event.status.is_open else event.at
            return replace(order, status=event.status, closed_at=closed_at)
        case EquipmentAdded():
            if event.equipment_id in order.equipment_ids:
                return order
            return replace(order, equipment_ids=(*order.equipment_ids, event.equipment_id))
        case (
            Opened()
            | Replied()
            | Noted()
            | Linked()
            | AutoMailReceived()
            | MailFailed()
            | Unproven()
        ):
            return order
        case _:
            assert_never(event)


def fold(order: WorkOrder, events: Iterable[Event]) -> WorkOrder:
    """The work order after all of `events`, in order."""
    for event in events:
        order = apply(order, event)
    return order
