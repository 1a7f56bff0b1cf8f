"""Who is told what: behaviour's table, one mail per address and event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from workorder.core.message import Address
from workorder.core.model import Contact, Customer, Notify, Technician, WorkOrder
from workorder.core.notice import Audience, NoticeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Everyone who may have to be told of one work order.

    `own_addresses` are the site's: nothing is ever sent to them. `contacts` are those among the
    customer's whose language is known here: primaries, the requester, participants.
    """

    customer: Customer | None
    primaries: tuple[Contact, ...]
    contacts: tuple[Contact, ...]
    technicians: tuple[Technician, ...]
    own_addresses: frozenset[str]
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One address, the side it is told as, and its language."""

    address: Address
    audience: Audience
    language: str


def technicians_told(order: WorkOrder, people: People) -> tuple[Technician, ...]:
    """The assigned technician; while unassigned everyone whose `notify` is `all`."""
    if order.technician_id is not None:
        return tuple(t for t in people.technicians if t.id == order.technician_id)
    return tuple(t for t in people.technicians if t.notify is Notify.ALL)


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
    left_out = set(without) | people.own_addresses
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
    the answer counts against the caps. `failed`: address of the notice that failed.
    """

    kind: NoticeKind
    writer: str = ""
    by_technician: bool = False
    automatic: bool = False
    opened_by_mail: bool = False
    answer_requester: bool = True
    stranger: bool = False
    failed: str = ""


def audience(occasion: Occasion, order: WorkOrder, people: People) -> tuple[Recipient, ...]:
    """The recipients of a notice, one each (behaviour: Who is told what)."""
    staff = _technician_side(technicians_told(order, people), people)
    match occasion.kind:
        case NoticeKind.OPENED:
            return _opened(occasion, order, people, staff)
        case NoticeKind.REPLY:
            return _reply(occasion, order, people, staff)
        case NoticeKind.UNPROVEN:
            writer = [t for t in people.technicians if t.email == occasion.writer]
            return once_each(_technician_side(writer, people), people=people)
        case NoticeKind.MAIL_FAILED:
            return once_each(staff, without=[occasion.failed], people=people)
        case NoticeKind.TROUBLE:
            return ()  # it goes to the admin, about no work order
        case _:
            assert_never(occasion.kind)


def _opened(
    occasion: Occasion, order: WorkOrder, people: People, staff: Sequence[Recipient]
) -> tuple[Recipient, ...]:
    requester = _requester(order)
    told = [
        *_customer_side(requester, people),
        *_customer_side(_primaries(people), people),
        *staff,
    ]
    primary = {contact.email for contact in people.primaries}
    silent = order.requester.email not in primary and not occasion.answer_requester
    # Who opened it for somebody else knows; who asked for it is told, whoever typed it.
    opener = [occasion.writer] if occasion.writer != order.requester.email else []
    without = [order.requester.email, *opener] if silent else opener
    return once_each(told, without=without, people=people)


def _reply(
    occasion: Occasion, order: WorkOrder, people: People, staff: Sequence[Recipient]
) -> tuple[Recipient, ...]:
    customer_side = _customer_side(
        [
            *(_requester(order) if occasion.by_technician else []),
            *_primaries(people),
            *_participants(order, people),
        ],
        people,
    )
    if occasion.automatic:
        return once_each(staff, without=[occasion.writer], people=people)
    told = customer_side if occasion.by_technician else [*staff, *customer_side]
    return once_each(told, without=[occasion.writer], people=people)
