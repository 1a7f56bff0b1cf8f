"""Looking up everyone who may have to be told of a work order."""

from collections.abc import Iterable, Sequence

from workorder.core.audience import People
from workorder.core.decision import Policy
from workorder.core.model import Contact, WorkOrder
from workorder.store.unit import Unit


def people_of(unit: Unit, order: WorkOrder, policy: Policy) -> People:
    """Everyone who may have to be told of `order`."""
    customer_id = order.customer_id
    primaries = unit.people.primary_contacts(customer_id) if customer_id is not None else ()
    addresses = dict.fromkeys([order.requester.email, *order.participants])
    known = {contact.email for contact in primaries}
    found: list[Contact | None] = [
        unit.people.contact_by_email(email) for email in addresses if email and email not in known
    ]
    return People(
        customer=unit.people.customer_by_id(customer_id) if customer_id is not None else None,
        primaries=primaries,
        contacts=(*primaries, *(contact for contact in found if contact is not None)),
        technicians=unit.people.technicians(),
        own_addresses=policy.own_addresses,
        language=policy.language,
        removed=_removed(unit, addresses, [*primaries, *filter(None, found)]),
    )


def _removed(unit: Unit, addresses: Iterable[str], known: Sequence[Contact]) -> frozenset[str]:
    """Those whom the admin took off: what goes on is no business of theirs any more."""
    present = {contact.email for contact in known}
    others = [email for email in addresses if email and email not in present]
    return unit.people.removed_contacts(others)
