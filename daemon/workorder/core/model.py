"""Work orders, and the people and things they are about.

Every datetime is aware and in UTC; durations that are billed are whole minutes.
Addresses are kept as `normal_address` of core.message gives them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

SYSTEM = "workorder"
"""Whose doing it is where no person did it, as an event's actor."""


class Status(StrEnum):
    """Where a work order stands; the values are those of the JSON."""

    IN_PROGRESS = "in-progress"
    WAITING_PARTS = "waiting-parts"
    WAITING_VENDOR = "waiting-vendor"
    WAITING_CUSTOMER = "waiting-customer"
    FINISHED = "finished"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether work is still owed."""
        return self not in CLOSED


CLOSED = frozenset({Status.FINISHED, Status.CANCELLED})

_REOPENS = Status.IN_PROGRESS
TRANSITIONS = {
    status: frozenset(Status) if status.is_open else frozenset({status, _REOPENS})
    for status in Status
}
"""Where a technician may lead a work order from each status.

The same status again is there too: it changes nothing, and the transcript says so.
"""


class Priority(StrEnum):
    """How urgent a work order is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class OpenedBy(StrEnum):
    """By which door a work order came in."""

    MAIL = "mail"
    PORTAL = "portal"
    TECHNICIAN = "technician"
    ALERT = "alert"


class BilledBy(StrEnum):
    """Who says what a work order costs: its technician, or the rule for its kind of job."""

    TECHNICIAN = "technician"
    RULE = "rule"


class Approval(StrEnum):
    """Whether a primary contact agrees to work that no bank covers; NONE: nobody was asked."""

    NONE = "none"
    ASKED = "asked"
    GIVEN = "given"


class Notify(StrEnum):
    """Which unassigned work orders a technician is told of."""

    ALL = "all"
    MINE = "mine"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A company whose jobs are done; mail from its domains is its mail."""

    id: int
    name: str
    language: str | None = None
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person of a customer. `proven` is False while only a sender's domain vouches for them."""

    id: int
    email: str
    name: str
    customer_id: int
    primary: bool = False
    language: str | None = None
    proven: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Technician:
    """One of the company's own people; `timezone` None means the site's."""

    id: int
    email: str
    name: str
    notify: Notify = Notify.ALL
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """A thing of a customer that is serviced; `tag` is unique within the customer."""

    id: int
    customer_id: int
    tag: str
    name: str = ""
    serial: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A name (may be empty) and an address; on a work order, its requester."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A technician's timer that runs; `technician` is an address. `told`: that it runs long."""

    technician: str
    started_at: datetime
    note: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """What was worked and what is billed, in minutes. `after_hours`: of the worked ones.

    `billed_by` is None where nobody has said anything yet.
    """

    worked: int = 0
    after_hours: int = 0
    billed: int = 0
    billed_by: BilledBy | None = None
    timers: tuple[Timer, ...] = ()

    def timer_of(self, technician: str) -> Timer | None:
        """The running timer of a technician, by their address."""
        return next((timer for timer in self.timers if timer.technician == technician), None)


NO_HOURS = Hours()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Since when what is waited for, and how often that was said.

    `silent_since`: the customer was asked, or reminded, last; None while nothing is asked.
    `open_since`: it was opened, opened again, or last told to be open long; None while closed.
    """

    silent_since: datetime | None = None
    reminders: int = 0
    open_since: datetime | None = None
    long_notices: int = 0


NO_CLOCKS = Clocks()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """A job as it stands now: the fold of its events (core.events.fold).

    `thread_id` is the Message-ID that all its notices name first in References.
    `closed_at` is when it last became Finished or Cancelled, None while open. `merged_into`: the
    work order that goes on in its stead. `alert_key`: what later alerts of one cause share, or ''.
    `touched_at`: when a person did something to it last.
    """

    number: int
    title: str
    status: Status
    customer_id: int | None
    requester: Person
    technician_id: int | None
    priority: Priority
    labels: tuple[str, ...]
    equipment_ids: tuple[int, ...]
    participants: tuple[str, ...]
    opened_at: datetime
    opened_by: OpenedBy
    closed_at: datetime | None
    follow_up_on: date | None
    thread_id: str
    service: str
    merged_into: int | None = None
    alert_key: str = ""
    touched_at: datetime | None = None
    hours: Hours = NO_HOURS
    clocks: Clocks = NO_CLOCKS
    approval: Approval = Approval.NONE
