"""Looking up what a technician's tags name, in the transaction that will record what they do."""

from collections.abc import Iterable, Iterator

from workorder.core.message import Address, Forwarded, normal_address
from workorder.core.model import Contact, Customer, Technician, WorkOrder
from workorder.core.scene import Names, PastEvent
from workorder.core.subjects import number_in
from workorder.core.tags import Reading
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
) -> Names:
    """Everything that the tags of `reading` may need, and no more than they name."""
    people = unit.people
    addresses = [*_addresses(reading), *(forwarded.authors if forwarded else ())]
    contacts = _contacts(unit, addresses, order)
    owners = _owners(unit, addresses) if reading.has(Tag.FOR) else ()
    named = _customers_named(unit, reading)
    orders = _orders(unit, reading, prefix)
    own = unit.orders.open_of(technician.id, MOST_OWN_ORDERS) if _asks(reading, order) else ()
    history = unit.orders.history(order.number) if order and reading.has(Tag.UNDO) else ()
    customers = _customers(unit, named, contacts, owners, [order, *orders, *own, *_past(history)])
    primaries = [c for customer in named for c in people.primary_contacts(customer.id)]
    wants_names = reading.has(Tag.CUSTOMER) and not named
    return Names(
        technicians=people.technicians(),
        customers=customers,
        customer_names=people.customer_names() if wants_names else (),
        contacts=tuple(dict.fromkeys([*contacts, *primaries])),
        domain_owners=owners,
        domains=people.domain_names() if reading.has(Tag.FOR) else (),
        equipment=tuple(p for c in customers for p in people.equipment_of(c.id)),
        orders=orders,
        own_orders=own,
        history=history,
        notices=unit.outbox.about(
            [past.event_id for past in last_batch(history, technician.email)]
        ),
        forwarded=forwarded,
    )


def _addresses(reading: Reading) -> Iterator[Address]:
    argument = reading.argument(Tag.FOR)
    email = normal_address(argument.strip("<>")) if argument else None
    if email is not None:
        yield Address(name="", email=email)


def _contacts(
    unit: Unit, addresses: Iterable[Address], order: WorkOrder | None
) -> tuple[Contact, ...]:
    emails = dict.fromkeys(address.email for address in addresses)
    if order is not None and order.requester.email:
        emails[order.requester.email] = None
    found = (unit.people.contact_by_email(email) for email in [*emails][:_MOST_NAMED])
    return tuple(contact for contact in found if contact is not None)


def _owners(unit: Unit, addresses: Iterable[Address]) -> tuple[tuple[str, int], ...]:
    owners = []
    for domain in dict.fromkeys(address.domain for address in addresses):
        owner = unit.people.customer_by_domain(domain)
        owners += [(domain, owner.id)] if owner is not None else []
    return tuple(owners)


def _customers_named(unit: Unit, reading: Reading) -> tuple[Customer, ...]:
    argument = reading.argument(Tag.CUSTOMER)
    found = unit.people.customer_by_name(argument) if argument else None
    return (found,) if found is not None else ()


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


def _orders(unit: Unit, reading: Reading, prefix: str) -> tuple[WorkOrder, ...]:
    """Those that `#merge` and `#link` name; of a merged one, also the one that goes on."""
    found: dict[int, WorkOrder] = {}
    for written in reading.written[:_MOST_NAMED]:
        if written.tag not in {Tag.MERGE, Tag.LINK}:
            continue
        number = number_in(written.argument, prefix)
        order = unit.orders.get(number) if number is not None else None
        if order is not None:
            going_on = unit.orders.going_on(order.number)
            found |= {each.number: each for each in (order, going_on) if each is not None}
    return tuple(found.values())


def _asks(reading: Reading, order: WorkOrder | None) -> bool:
    return order is None and reading.has(Tag.STATUS)
