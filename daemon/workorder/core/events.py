"""What happened to a work order: facts, frozen; core.fold turns them into its state.

Each class is one `kind` of behaviour's closed set; a kind that no door opens yet has no class.
A change names what was before, so that it can be explained, and reversed by another event.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from workorder.core.model import Approval, BilledBy, OpenedBy, Person, Priority, Status, Timer


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
    """A work order came to be; `text` is the service requested, `follows` a closed one it names.

    `asks_approval`: the customer's bank is empty, and a primary contact is to agree to the work.
    """

    kind: ClassVar[str] = "opened"
    title: str
    requester: Person
    customer_id: int | None
    opened_by: OpenedBy
    thread_id: str
    priority: Priority = Priority.NORMAL
    follows: int | None = None
    alert_key: str = ""
    asks_approval: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied(Fact):
    """A customer, a participant or a technician wrote; `reopened`: and that reopened it.

    `answered`: it answered what the customer was asked, and work goes on. `approves`: a primary
    contact agreed to work that no bank covers. `solved`: the customer says that nothing is left to
    be done.
    """

    kind: ClassVar[str] = "reply"
    by_technician: bool = False
    reopened: bool = False
    answered: bool = False
    approves: bool = False
    solved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Fact):
    """A note for technicians only."""

    kind: ClassVar[str] = "note"
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Fact):
    """The status is another now; `text` is what the technician wrote to the customer about it.

    `known_at`: when it was recorded, and told, where that was later: the customer's clock runs
    since then.
    """

    kind: ClassVar[str] = "status"
    status: Status
    was: Status | None = None
    known_at: datetime | None = None


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
    What only one work order can have, the one that goes on takes where it has none of its own; of
    hours it takes all.
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
    worked: int = 0
    after_hours: int = 0
    billed: int = 0
    billed_by: BilledBy | None = None
    timers: tuple[Timer, ...] = ()
    approval: Approval = Approval.NONE
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpSet(Fact):
    """Customer and technician are to be reminded on this day, or (None) no longer.

    `reached`: the day `was` has come, and they are told.
    """

    kind: ClassVar[str] = "follow-up"
    on: date | None
    was: date | None = None
    reached: bool = False
    public: bool = False


class TimeChange(StrEnum):
    """What became of a technician's time."""

    STARTED = "started"
    STOPPED = "stopped"
    ENTERED = "entered"
    """Time was written down that no timer measured."""
    LONG = "long"
    """The timer runs longer than is likely, and its technician was told."""
    DROPPED = "dropped"
    """The timer went, and what it measured counts for nothing."""
    RESUMED = "resumed"
    """The stopping was taken back: the timer runs on as if it had not been stopped."""
    WITHDRAWN = "withdrawn"
    """What was written down was taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLogged(Fact):
    """A timer was started or stopped, or time written down; `text` is the note that goes with it.

    `technician`: whose, by address. `minutes` is what this adds to the hours worked, below zero
    where something is taken back, and `after_hours` how many of them lie outside opening hours.
    `told`: of a timer that runs on, its technician was told already that it runs long.
    """

    kind: ClassVar[str] = "time"
    change: TimeChange
    technician: str
    started_at: datetime
    stopped_at: datetime | None = None
    minutes: int = 0
    after_hours: int = 0
    told: bool = False
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed(Fact):
    """So many minutes are billed now; `text` says how a rule comes to them.

    `by` None: nobody says anything any more. `rule`: its name, '' for a technician's assessment.
    `worked`: the minutes worked when this was said.
    """

    kind: ClassVar[str] = "billed"
    minutes: int
    by: BilledBy | None
    was: int = 0
    was_by: BilledBy | None = None
    rule: str = ""
    worked: int = 0
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded(Fact):
    """The customer was reminded of what is asked for the `count`th time; `gave_up`: no more."""

    kind: ClassVar[str] = "reminder"
    count: int
    gave_up: bool = False
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoodLong(Fact):
    """Everybody was told for the `count`th time that it is still open, and where it stands."""

    kind: ClassVar[str] = "open-long"
    count: int
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
    | TimeLogged
    | Billed
    | Reminded
    | StoodLong
    | AutoMailReceived
    | MailFailed
    | Unproven
    | Undone
)
