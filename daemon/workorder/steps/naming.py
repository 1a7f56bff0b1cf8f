"""Looking up what a technician's tags name, in the transaction that will record what they do."""

from collections.abc import Iterable, Iterator

from workorder.core.message import Address, Forwarded, normal_address
from workorder.core.model import Contact, Customer, Technician, WorkOrder
from workorder.core.scene import Names, PastEvent
from workorder.core.subjects import number_in
from workorder.core.tags import Reading
from workorder.core.tags_people import addresses_in, called
from workorder.core.undo import last_batch
from workorder.core.vocabulary import Tag
from workorder.store.unit import Unit

MOST_OWN_ORDERS = 25
_MOST_NAMED = 40  # addresses, numbers or names in one mail


def names_for(  # noqa: PLR0913 - one value for each thing that tags can be about
    unit: Unit,
    reading: Reading,
    *,
    technician: Technician,
    order: WorkOrder | None,
    forwarded: Forwarded | None,
    prefix: str,
    ruled_customer: Customer | None = None,
) -> Names:
    """Everything that the tags of `reading` may need, and no more than they name."""
    people = unit.people
    addresses = [*_addresses(reading), *(forwarded.authors if forwarded else ())]
    contacts = _contacts(unit, addresses, order, reading)
    owners = _owners(unit, addresses) if reading.has(Tag.FOR) else ()
    asks_name = reading.has(Tag.CUSTOMER)
    own_name = _customer_named(unit, reading)
    named = [each for each in (own_name, ruled_customer) if each is not None]
    orders = _orders(unit, reading, prefix)
    own = unit.orders.open_of(technician.id, MOST_OWN_ORDERS) if _asks(reading, order) else ()
    history = unit.orders.history(order.number) if order and reading.has(*_ASK_HISTORY) else ()
    concerned = [order, *(other for _, other in orders), *own, *_past(history)]
    customers = _customers(unit, named, contacts, owners, concerned)
    primaries = [c for customer in named for c in people.primary_contacts(customer.id)]
    things = customers if order is None or reading.has(*_ASK_EQUIPMENT) else ()
    undone = last_batch(history, technician.email) if reading.has(Tag.UNDO) else ()
    return Names(
        technicians=people.technicians(),
        customers=customers,
        named_customer=own_name,
        customer_names=people.customer_names() if asks_name and own_name is None else (),
        contacts=tuple(dict.fromkeys([*contacts, *primaries])),
        domain_owners=owners,
        domains=people.domain_names() if _is_stranger(addresses, contacts, owners) else (),
        equipment=tuple(p for c in things for p in people.equipment_of(c.id)),
        orders=orders,
        own_orders=own,
        history=history,
        notices=unit.outbox.about([past.event_id for past in undone], locked=unit.writes),
        forwarded=forwarded,
    )


_ASK_HISTORY = (Tag.UNDO, Tag.LINK, Tag.CUSTOMER, Tag.FOR)
_ASK_EQUIPMENT = (
    *(Tag.EQUIPMENT, Tag.CUSTOMER, Tag.FOR),
    *(Tag.FINISHED, Tag.CANCELLED, Tag.STOP, Tag.WORKED),  # the kind of a job may hang on it
)


def _is_stranger(
    addresses: Iterable[Address],
    contacts: Iterable[Contact],
    owners: Iterable[tuple[str, int]],
) -> bool:
    """Whether an address is nobody's and of no customer's domain: it may be mistyped."""
    known = {contact.email for contact in contacts}
    domains = {domain for domain, _ in owners}
    return any(a.email not in known and a.domain not in domains for a in addresses)


def _addresses(reading: Reading) -> Iterator[Address]:
    argument = reading.argument(Tag.FOR)
    for found in addresses_in(argument or ""):
        email = normal_address(found)
        if email is not None:
            yield Address(name="", email=email)


def _contacts(
    unit: Unit, addresses: Iterable[Address], order: WorkOrder | None, reading: Reading
) -> tuple[Contact, ...]:
    emails = dict.fromkeys(address.email for address in addresses)
    if order is not None and reading.has(Tag.CUSTOMER, Tag.FOR):
        emails |= dict.fromkeys(filter(None, [order.requester.email, *order.participants]))
    found = (unit.people.contact_by_email(email) for email in [*emails][:_MOST_NAMED])
    return tuple(contact for contact in found if contact is not None)


def _owners(unit: Unit, addresses: Iterable[Address]) -> tuple[tuple[str, int], ...]:
    owners = []
    for domain in dict.fromkeys(address.domain for address in addresses):
        owner = unit.people.customer_by_domain(domain)
        owners += [(domain, owner.id)] if owner is not None else []
    return tuple(owners)


def _customer_named(unit: Unit, reading: Reading) -> Customer | None:
    """Whom `#customer` names: by the whole name, or by its beginning where only one has it."""
    argument = reading.argument(Tag.CUSTOMER)
    if not argument:
        return None
    exact = unit.people.customer_by_name(argument)
    if exact is not None:
        return exact
    found = called(argument, unit.people.customer_names())
    return unit.people.customer_by_name(found[0]) if len(found) == 1 else None


def _customers(
    unit: Unit,
    named: Iterable[Customer],
    contacts: Iterable[Contact],
    owners: Iterable[tuple[str, int]],
    orders: Iterable[WorkOrder | int | None],
) -> tuple[Customer, ...]:
    known = {customer.id: customer for customer in named}
    wanted = [contact.customer_id for contact in contacts]
    wanted += [customer_id for _, customer_id in owners]
    for order in orders:
        customer_id = order.customer_id if isinstance(order, WorkOrder) else order
        wanted += [customer_id] if customer_id is not None else []
    for customer_id in wanted:
        if customer_id not in known:
            customer = unit.people.customer_by_id(customer_id)
            assert customer is not None  # rows point to it; customers keep their rows
            known[customer_id] = customer
    return tuple(known.values())


def _past(history: Iterable[PastEvent]) -> Iterator[int | None]:
    """The customers that a work order had."""
    for past in history:
        for field in ("customer_id", "was_customer_id"):
            yield getattr(past.event, field, None)


def _orders(unit: Unit, reading: Reading, prefix: str) -> tuple[tuple[int, WorkOrder], ...]:
    """Those that `#merge` and `#link` name; in place of a merged one the one that goes on."""
    found: dict[int, WorkOrder] = {}
    for written in reading.written[:_MOST_NAMED]:
        if written.tag in {Tag.MERGE, Tag.LINK}:
            number = number_in(written.argument, prefix)
            order = unit.orders.going_on(number) if number is not None else None
            found |= {number: order} if number is not None and order is not None else {}
    return tuple(found.items())


def _asks(reading: Reading, order: WorkOrder | None) -> bool:
    return order is None and reading.has(Tag.STATUS)
