"""What happened to a work order: facts, frozen; core.fold turns them into its state.

Each class is one `kind` of behaviour's closed set; a kind that no door opens yet has no class.
A change names what was before, so that it can be explained, and reversed by another event.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from workorder.core.model import OpenedBy, Person, Priority, Status


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
    alert_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied(Fact):
    """A customer, a participant or a technician wrote; `reopened`: and that reopened it.

    `answered`: it answered what the customer was asked, and work goes on.
    """

    kind: ClassVar[str] = "reply"
    by_technician: bool = False
    reopened: bool = False
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Fact):
    """A note for technicians only."""

    kind: ClassVar[str] = "note"
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Fact):
    """The status is another now; `text` is what the technician wrote to the customer about it."""

    kind: ClassVar[str] = "status"
    status: Status
    was: Status | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned(Fact):
    """A technician looks after it now, or (None) nobody in particular."""

    kind: ClassVar[str] = "assigned"
    technician_id: int | None
    was: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged(Fact):
    """The priority is another now."""

    kind: ClassVar[str] = "priority"
    priority: Priority
    was: Priority | None = None
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsChanged(Fact):
    """Labels were put on it, or taken off."""

    kind: ClassVar[str] = "label"
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleChanged(Fact):
    """It goes under another title now."""

    kind: ClassVar[str] = "title"
    title: str
    was: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentChanged(Fact):
    """A thing to be serviced was put on the work order, or taken off."""

    kind: ClassVar[str] = "equipment"
    equipment_id: int
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChanged(Fact):
    """It is this customer's now, and this person's; both were somebody else's before."""

    kind: ClassVar[str] = "customer"
    customer_id: int | None
    requester: Person
    was_customer_id: int | None
    was_requester: Person
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantChanged(Fact):
    """Somebody takes part now (gets the public notices, and may answer), or no longer."""

    kind: ClassVar[str] = "participant"
    email: str
    removed: bool = False
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked(Fact):
    """The work order names another one."""

    kind: ClassVar[str] = "linked"
    other: int
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged(Fact):
    """Two work orders became one: `into` this one goes on, with what `other` brought along.

    On the one that goes on, `other` is the one that ended; there, `other` is the one that goes on.
    What only one work order can have, the one that goes on takes where it has none of its own.
    """

    kind: ClassVar[str] = "merged"
    other: int
    into: int
    participants: tuple[str, ...] = ()
    equipment_ids: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    technician_id: int | None = None
    follow_up_on: date | None = None
    alert_key: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpSet(Fact):
    """Customer and technician are to be reminded on this day, or (None) no longer."""

    kind: ClassVar[str] = "follow-up"
    on: date | None
    was: date | None = None
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
    reason: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone(Fact):
    """The technician took back what they did with one mail; `undoes` is its first event's id.

    `unsaid`: ids of events whose words reached nobody, and are shown to no customer.
    """

    kind: ClassVar[str] = "undone"
    undoes: int
    unsaid: tuple[int, ...] = ()
    public: bool = False


Event = (
    Opened
    | Replied
    | Noted
    | StatusChanged
    | Assigned
    | PriorityChanged
    | LabelsChanged
    | TitleChanged
    | EquipmentChanged
    | CustomerChanged
    | ParticipantChanged
    | Linked
    | Merged
    | FollowUpSet
    | AutoMailReceived
    | MailFailed
    | Unproven
    | Undone
)
