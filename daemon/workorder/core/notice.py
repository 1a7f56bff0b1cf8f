"""A notice: one mail to one person about one event, first as a request, then as what it shows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workorder.core.message import Address
from workorder.core.model import OpenedBy, Priority, Status


class NoticeKind(StrEnum):
    """The events of X-WorkOrder-Event; each has a folder templates/mail/<kind>/."""

    OPENED = "opened"
    REPLY = "reply"
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
    that have no event (trouble).
    """

    kind: NoticeKind
    recipient: Address
    audience: Audience
    language: str
    with_pdf: bool
    auto_submitted: AutoSubmitted | None
    in_reply_to: str | None
    references: tuple[str, ...]
    capped: bool = False
    detail: str = ""


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
class OrderCard:
    """A work order as a notice or PDF shows it. `label` is 'WO-1042'; `customer` '' if unsorted.

    `technician` is a name or address, '' while unassigned; `service` the service requested.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCard:
    """The event a notice is about. `actor` is a name or address; `files` names what came along.

    `reopened`: the mail opened a closed work order again. `follows`: label of the closed work
    order that this new one names, or ''. `recipient` and `reason`: of a failed notice.
    """

    at: datetime
    actor: str
    text: str
    files: tuple[str, ...] = ()
    reopened: bool = False
    follows: str = ""
    recipient: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that the templates of one notice may show. `order` is None for trouble."""

    kind: NoticeKind
    audience: Audience
    language: str
    recipient: Address
    site: SiteCard
    order: OrderCard | None
    event: EventCard


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
