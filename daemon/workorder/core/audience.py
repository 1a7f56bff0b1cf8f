"""Who is told what: behaviour's table, one mail per address and event."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from workorder.core.message import Address
from workorder.core.model import Contact, Customer, Notify, Technician, WorkOrder
from workorder.core.notice import Audience, NoticeKind
from workorder.core.plan import CUSTOMER_SIDE, Announcement, NoticePlan, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Everyone who may have to be told of one work order.

    `own_addresses` are the site's: nothing is ever sent to them. `contacts` are those among the
    customer's whose language is known here: primaries, the requester, participants. `removed` are
    addresses of contacts whom the admin took off.
    """

    customer: Customer | None
    primaries: tuple[Contact, ...]
    contacts: tuple[Contact, ...]
    technicians: tuple[Technician, ...]
    own_addresses: frozenset[str]
    language: str
    removed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One address, the side it is told as, and its language."""

    address: Address
    audience: Audience
    language: str


def technicians_told(order: WorkOrder, people: People) -> tuple[Technician, ...]:
    """The assigned technician; while unassigned everyone whose `notify` is `all`.

    One who was removed looks after nothing any more.
    """
    assigned = tuple(t for t in people.technicians if t.id == order.technician_id)
    return assigned or tuple(t for t in people.technicians if t.notify is Notify.ALL)


def _language_of(email: str, people: People) -> str:
    contact = next((c for c in people.contacts if c.email == email), None)
    of_customer = people.customer.language if people.customer else None
    of_contact = contact.language if contact else None
    return of_contact or of_customer or people.language


def _customer_side(addresses: Iterable[Address], people: People) -> list[Recipient]:
    return [
        Recipient(
            address=address,
            audience=Audience.CUSTOMER,
            language=_language_of(address.email, people),
        )
        for address in addresses
    ]


def _technician_side(technicians: Iterable[Technician], people: People) -> list[Recipient]:
    return [
        Recipient(
            address=Address(name=technician.name, email=technician.email),
            audience=Audience.TECHNICIAN,
            language=people.language,
        )
        for technician in technicians
    ]


def _primaries(people: People) -> list[Address]:
    return [Address(name=contact.name, email=contact.email) for contact in people.primaries]


def _participants(order: WorkOrder, people: People) -> list[Address]:
    names = {contact.email: contact.name for contact in people.contacts}
    names.setdefault(order.requester.email, order.requester.name)
    return [Address(name=names.get(email, ""), email=email) for email in order.participants]


def _requester(order: WorkOrder) -> list[Address]:
    person = order.requester
    return [Address(name=person.name, email=person.email)] if person.email else []


def once_each(
    recipients: Iterable[Recipient], *, without: Iterable[str] = (), people: People
) -> tuple[Recipient, ...]:
    """Each address once, in its first role; a technician is told as one in whatever role."""
    left_out = {*without, *people.own_addresses, *people.removed}
    staff = {technician.email for technician in people.technicians}
    unique: dict[str, Recipient] = {}
    for recipient in recipients:
        email = recipient.address.email
        if email in staff:
            told = replace(recipient, audience=Audience.TECHNICIAN, language=people.language)
        else:
            told = recipient
        if email not in left_out:
            unique.setdefault(email, told)
    return tuple(unique.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What is told: the kind, and what decides to whom and how.

    `writer`: address of who wrote, or ''. `by_technician`: on whose side they stand.
    `automatic`: an automatic mail caused it. `opened_by_mail`: so it is an answer (RFC 3834).
    `answer_requester`: an opening's requester may be answered; `stranger`: they are unknown, and
    the answer counts against the caps. `failed`: address of the notice that failed. `has_words`:
    it carries what a person wrote. `answered`: the technician whose note it answers, or ''.
    `set_by`: the technician who set a follow-up. `to_technicians`: it goes to their side alone,
    as what becomes of reminders that nobody answers.
    """

    kind: NoticeKind
    writer: str = ""
    by_technician: bool = False
    automatic: bool = False
    opened_by_mail: bool = False
    answer_requester: bool = True
    stranger: bool = False
    failed: str = ""
    has_words: bool = False
    answered: str = ""
    set_by: str = ""
    to_technicians: bool = False

    @property
    def announcement(self) -> Announcement | None:
        """The line of the plan that says to whom it goes; None: to its writer, or the admin."""
        if self.kind is NoticeKind.REPLY:
            by_technician = self.by_technician
            return (
                Announcement.REPLY_BY_TECHNICIAN
                if by_technician
                else Announcement.REPLY_BY_CUSTOMER
            )
        return None if self.kind in _FIXED else Announcement(self.kind.value)


_FIXED = frozenset(
    {
        *(NoticeKind.TRANSCRIPT, NoticeKind.UNPROVEN, NoticeKind.TROUBLE),
        *(NoticeKind.TIMER_LONG, NoticeKind.DIGEST, NoticeKind.LOGIN),
    }
)


def audience(
    occasion: Occasion, order: WorkOrder, people: People, plan: NoticePlan
) -> tuple[Recipient, ...]:
    """The recipients of a notice, one each (behaviour: Who is told what)."""
    announcement = occasion.announcement
    if announcement is None:
        # The technician who wrote, nobody else, ever; the admin's trouble is of no work order.
        writer = [t for t in people.technicians if t.email == occasion.writer]
        if occasion.kind is NoticeKind.TIMER_LONG and not writer:
            writer = [*technicians_told(order, people)]  # its owner left, and it runs on
        return once_each(_technician_side(writer, people), people=people)
    roles = (Role.TECHNICIANS,) if occasion.to_technicians else plan[announcement].to
    if occasion.automatic and announcement is Announcement.REPLY_BY_CUSTOMER:
        roles = tuple(role for role in roles if role not in CUSTOMER_SIDE)
    told = [recipient for role in roles for recipient in _in_role(role, occasion, order, people)]
    asked = [t for t in people.technicians if t.email == occasion.answered]
    told += _technician_side(asked, people)
    return once_each(told, without=_not_told(occasion, order, people), people=people)


def _in_role(role: Role, occasion: Occasion, order: WorkOrder, people: People) -> list[Recipient]:  # noqa: PLR0911 - one line a role
    match role:
        case Role.REQUESTER:
            return _customer_side(_requester(order), people)
        case Role.PRIMARY_CONTACTS:
            return _customer_side(_primaries(people), people)
        case Role.PARTICIPANTS:
            return _customer_side(_participants(order, people), people)
        case Role.TECHNICIANS:
            return _technician_side(technicians_told(order, people), people)
        case Role.ASSIGNED:
            return _technician_side(_assigned(order, people), people)
        case Role.WRITER:
            setter = [t for t in people.technicians if t.email == occasion.set_by]
            return [] if _assigned(order, people) else _technician_side(setter, people)
        case Role.ADMIN:
            return []  # what is told of a work order is no admin's business
        case _:
            assert_never(role)


def _assigned(order: WorkOrder, people: People) -> list[Technician]:
    return [t for t in people.technicians if t.id == order.technician_id]


def _not_told(occasion: Occasion, order: WorkOrder, people: People) -> list[str]:
    """Nobody is sent their own words back, except that `opened` goes to the requester."""
    requester = order.requester.email
    if occasion.kind is NoticeKind.MAIL_FAILED:
        return [occasion.failed]
    if occasion.kind is not NoticeKind.OPENED:
        return [occasion.writer]
    # Who opened it for somebody else knows; who asked for it is told, whoever typed it.
    opener = [occasion.writer] if occasion.writer != requester else []
    primary = {contact.email for contact in people.primaries}
    silent = requester not in primary and not occasion.answer_requester
    return [requester, *opener] if silent else opener
