"""A notice: one mail to one person about one event, first as a request, then as what it shows."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from workorder.core.books import BankCard, Enclosure, HoursCard
from workorder.core.message import Address
from workorder.core.model import OpenedBy, Priority, Status
from workorder.core.transcript import Transcript


class NoticeKind(StrEnum):
    """The events of X-WorkOrder-Event; each has a folder templates/mail/<kind>/."""

    OPENED = "opened"
    REPLY = "reply"
    IN_PROGRESS = "in-progress"
    WAITING_PARTS = "waiting-parts"
    WAITING_VENDOR = "waiting-vendor"
    WAITING_CUSTOMER = "waiting-customer"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    OPEN_LONG = "open-long"
    FOLLOW_UP = "follow-up"
    APPROVAL = "approval"
    BANK_LOW = "bank-low"
    BALANCE = "balance"
    STATEMENT = "statement"
    TIMER_LONG = "timer-long"
    DIGEST = "digest"
    NOTE = "note"
    LOGIN = "login"
    TRANSCRIPT = "transcript"
    UNPROVEN = "unproven"
    MAIL_FAILED = "mail-failed"
    TROUBLE = "trouble"


class Audience(StrEnum):
    """For whom a notice is worded: each side is told what is its own."""

    CUSTOMER = "customer"
    TECHNICIAN = "technician"
    ADMIN = "admin"


class AutoSubmitted(StrEnum):
    """RFC 3834 section 5: what is said by the system by itself."""

    REPLIED = "auto-replied"
    GENERATED = "auto-generated"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRequest:
    """A notice that was decided on. `auto_submitted` None: it carries a person's words.

    `in_reply_to` and `references` put it under the mail that caused it. `capped`: it counts
    against the caps on automatic answers. `detail` is a line of the system's own for kinds
    that have no event (trouble). `template` is the folder of templates/mail/ that words it.
    `transcript` is that of a technician's mail, for the kind of that name alone; `enclosure` is for
    kinds about hours.
    """

    kind: NoticeKind
    recipient: Address
    audience: Audience
    language: str
    with_pdf: bool
    auto_submitted: AutoSubmitted | None
    in_reply_to: str | None
    references: tuple[str, ...]
    template: str
    capped: bool = False
    detail: str = ""
    transcript: Transcript | None = None
    enclosure: Enclosure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCard:
    """The company as its mails and PDFs name it. `portal_url` has no trailing slash, may be ''."""

    name: str
    support_address: str
    portal_url: str
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentCard:
    """A line of the equipment table."""

    tag: str
    name: str
    serial: str
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCard:
    """What somebody wrote for the customer's side, or `status`, what it was set to, or both.

    `actor` is a name or address; `by_customer`: the customer's side wrote it. `event_id`: of the
    event that it is, by which its files are found. `solved`: they say that nothing is left to do.
    """

    at: datetime
    actor: str
    text: str
    status: Status | None = None
    by_customer: bool = False
    event_id: int = 0
    solved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCard:
    """A work order as a notice or PDF shows it. `label` is 'WO-1042'; `customer` '' if unsorted.

    `technician` is a name or address, '' while unassigned; `service` the service requested.
    `notes` are all that the customer may read, oldest first, after the opening. `hours` and `bank`
    (that of the customer, None where it never had one) stand there where a notice may show them.
    `asks_approval`: a primary contact was asked to agree to it, and has not yet.
    """

    number: int
    label: str
    title: str
    status: Status
    priority: Priority
    customer: str
    contact_name: str
    contact_email: str
    technician: str
    opened_at: datetime
    opened_by: OpenedBy
    closed_at: datetime | None
    equipment: tuple[EquipmentCard, ...]
    service: str
    notes: tuple[NoteCard, ...] = ()
    hours: HoursCard | None = None
    bank: BankCard | None = None
    asks_approval: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCard:
    """The event a notice is about. `actor` is a name or address; `files` names what came along.

    `reopened`: the mail opened a closed work order again; `answered`: it was Waiting on Customer
    and is In Progress now. `follows`: label of the closed work order that this new one names, or
    ''. `recipient` and `reason`: of a failed notice; `reason`: also why a mail is not proven, and
    `ways` what would prove one here. `assigned`: whom an assignment names, or ''.
    `approves`: a primary contact agreed to work that no bank covers. `solved`: the customer says
    that nothing is left to be done. `rebilled`: it was finished
    before, and costs another amount now. `asked`: what the customer was
    asked last, where that is still open; `last_word`: what was last written that the customer may
    read. `count`: which of several such notices it is. `since`: when a timer was started, whose
    owner is `actor`. `day`: of a follow-up.
    """

    at: datetime
    actor: str
    text: str
    files: tuple[str, ...] = ()
    reopened: bool = False
    answered: bool = False
    assigned: str = ""
    follows: str = ""
    recipient: str = ""
    reason: str = ""
    ways: tuple[str, ...] = ()
    approves: bool = False
    solved: bool = False
    rebilled: bool = False
    asked: NoteCard | None = None
    last_word: NoteCard | None = None
    count: int = 0
    gave_up: bool = False
    since: datetime | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that the templates of one notice may show.

    `order` is None for trouble, for the transcript of a mail that opened nothing, and for what is
    about a bank, a month or a day. `template`
    is the folder of templates/mail/ that words it.
    """

    kind: NoticeKind
    template: str
    audience: Audience
    language: str
    recipient: Address
    site: SiteCard
    order: OrderCard | None
    event: EventCard
    transcript: Transcript | None = None
    enclosure: Enclosure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The headers of one outgoing mail; fixed before it is composed. `date` is aware UTC."""

    sender: Address
    recipient: Address
    message_id: str
    in_reply_to: str | None
    references: tuple[str, ...]
    date: datetime
    auto_submitted: AutoSubmitted | None
