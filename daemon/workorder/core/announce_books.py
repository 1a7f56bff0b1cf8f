"""Notices about a customer's bank: of no work order, to primary contacts, to the admin."""

from dataclasses import dataclass

from workorder.core.audience import Recipient
from workorder.core.books import Enclosure
from workorder.core.message import Address
from workorder.core.model import Contact, Customer, Technician
from workorder.core.notice import Audience, AutoSubmitted, NoticeKind, NoticeRequest
from workorder.core.plan import Announcement, NoticePlan, PlanLine, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class BankPeople:
    """Who may have to be told of a bank. `admin` is an address, `asked` the contact who asked."""

    customer: Customer
    primaries: tuple[Contact, ...]
    admin: str
    language: str
    asked: Contact | None = None


def about_bank(
    kind: NoticeKind,
    plan: NoticePlan,
    people: BankPeople,
    enclosure: Enclosure,
    *,
    cause: str | None = None,
) -> tuple[NoticeRequest, ...]:
    """The notices of one kind, one an address. `cause`: Message-ID of the mail that asked."""
    line = plan[Announcement(kind.value)]
    told: dict[str, Recipient] = {}
    for recipient in (each for role in line.to for each in _in_role(role, people)):
        told.setdefault(recipient.address.email, recipient)
    return tuple(_request(kind, line, enclosure, each, cause=cause) for each in told.values())


def _in_role(role: Role, people: BankPeople) -> list[Recipient]:
    match role:
        case Role.PRIMARY_CONTACTS:
            return [_contact(contact, people) for contact in people.primaries]
        case Role.WRITER:
            return [_contact(people.asked, people)] if people.asked is not None else []
        case Role.ADMIN:
            address = Address(name="", email=people.admin)
            return [Recipient(address=address, audience=Audience.ADMIN, language=people.language)]
        case _:
            return []  # a bank is of no work order


def _contact(contact: Contact, people: BankPeople) -> Recipient:
    return Recipient(
        address=Address(name=contact.name, email=contact.email),
        audience=Audience.CUSTOMER,
        language=contact.language or people.customer.language or people.language,
    )


def _request(
    kind: NoticeKind,
    line: PlanLine,
    enclosure: Enclosure,
    recipient: Recipient,
    *,
    cause: str | None,
) -> NoticeRequest:
    return NoticeRequest(
        kind=kind,
        recipient=recipient.address,
        audience=recipient.audience,
        language=recipient.language,
        with_pdf=line.pdf,
        auto_submitted=AutoSubmitted.REPLIED if cause else AutoSubmitted.GENERATED,
        in_reply_to=cause,
        references=(cause,) if cause else (),
        template=line.template,
        enclosure=enclosure,
    )


def to_technician(
    kind: NoticeKind, technician: Technician, enclosure: Enclosure, language: str
) -> NoticeRequest:
    """A notice to one technician that is of no work order: their digest."""
    return NoticeRequest(
        kind=kind,
        recipient=Address(name=technician.name, email=technician.email),
        audience=Audience.TECHNICIAN,
        language=language,
        with_pdf=False,
        auto_submitted=AutoSubmitted.GENERATED,
        in_reply_to=None,
        references=(),
        template=kind.value,
        enclosure=enclosure,
    )
