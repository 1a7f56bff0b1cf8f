"""The values of deciding: everything looked up comes in as Facts, a Decision goes out."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from workorder.core import billing, calendar
from workorder.core.audience import Occasion
from workorder.core.billing import Billing
from workorder.core.calendar import Calendar
from workorder.core.classify import Classification
from workorder.core.correlate import Candidate
from workorder.core.events import Event, Opened
from workorder.core.message import Address, InboundMail
from workorder.core.model import Equipment, OpenedBy, Priority
from workorder.core.notice import NoticeKind
from workorder.core.ruled import Ruled
from workorder.core.scene import Elsewhere, Names, NewContact
from workorder.core.sender import Sender
from workorder.core.tags import Reading
from workorder.core.transcript import Transcript
from workorder.core.trust import Proof


class Outcome(StrEnum):
    """What became of a mail; the values are the ledger's states."""

    DONE = "done"
    IGNORED = "ignored"
    DUPLICATE = "duplicate"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the site's configuration says about deciding; `timezone` is an IANA name."""

    prefix: str
    own_addresses: frozenset[str]
    domain: str
    language: str
    timezone: str
    admin_address: str
    reopen_within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedNotice:
    """The notice that a delivery report is about, as the outbox knows it."""

    outbox_id: int
    number: int | None
    recipient: str
    kind: NoticeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """An earlier mail with the same Message-ID, author and body: the same mail by two aliases."""

    mail_id: int
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a customer's person chooses in a form: how urgent it is, and what it is about.

    `solved`: they say that nothing is left to be done.
    """

    priority: Priority = Priority.NORMAL
    equipment: tuple[Equipment, ...] = ()
    solved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known of a mail when it is decided on.

    `at` is when the mail's events happened: its arrival, never after now. `thread_id` is the
    Message-ID under which a new work order would gather its notices. `equipment` is that of the
    sender's customer. `proof` is None unless the sender is a technician. `reading` and `names` are
    a proven technician's tags and what they name; `zone` is theirs, and `today` the day of `at`
    in it. `note_of`:
    whose note it answers, where it answers the notice of an internal note. `wants_balance`: a
    contact asks for nothing else. `consent`: of a contact who says the word that agrees to work,
    what proves that it is them. `released`:
    a person let the mail pass, whatever rules say of it. `door`: by which it came; `wish`: what a
    form says beside the words.
    """

    mail: InboundMail
    classification: Classification
    sender: Sender
    proof: Proof | None
    candidates: tuple[Candidate, ...]
    failed_notice: FailedNotice | None
    twin: Twin | None
    message_id_reused: bool
    equipment: tuple[Equipment, ...]
    at: datetime
    thread_id: str
    ruled: Ruled
    reading: Reading | None = None
    names: Names = Names()  # noqa: RUF009 - a frozen value, and an empty one
    today: date = date.min
    zone: tzinfo = UTC
    site_zone: tzinfo = UTC
    calendar: Calendar = calendar.SHIPPED
    billing: Billing = billing.SHIPPED
    note_of: str | None = None
    wants_balance: bool = False
    consent: Proof | None = None
    released: bool = False
    door: OpenedBy = OpenedBy.MAIL
    wish: Wish = Wish()


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """That an event is to be told to whom it concerns (core.announce says to whom, and how).

    `event` counts from the opening, or from the first of `events` where nothing is opened.
    """

    event: int
    occasion: Occasion


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceLine:
    """One line of the account: which stage of the deciding, and what it found."""

    stage: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a mail does. `opening` starts a new work order, `number` names an old one, or neither.

    `events` follow the opening. `files_on`: index of the event that the mail's files belong to.
    `bounced`: the outbox row that a delivery report is about. `elsewhere`: what happens to other
    work orders. `moves_from`: the one whose history comes to `number`. `withdraws`: outbox rows
    that are not to be sent. `transcript` answers the technician `answers`. `confirms`: address of a
    contact for whom a technician vouches. `balance_for`: who is told the balance of the customer
    `balance_of`.
    """

    outcome: Outcome
    reason: str
    number: int | None = None
    opening: Opened | None = None
    events: tuple[Event, ...] = ()
    tellings: tuple[Telling, ...] = ()
    files_on: int | None = None
    new_contact: NewContact | None = None
    bounced: int | None = None
    elsewhere: tuple[Elsewhere, ...] = ()
    moves_from: int | None = None
    withdraws: tuple[int, ...] = ()
    transcript: Transcript | None = None
    answers: Address | None = None
    confirms: str = ""
    balance_for: Address | None = None
    balance_of: int | None = None
    trace: tuple[TraceLine, ...] = ()
