"""Finding what a command names, with the nearest right word where it names nothing."""

from collections.abc import Iterable
from difflib import get_close_matches

from workorder.core.message import normal_address
from workorder.core.model import Contact, Customer, Equipment, Technician
from workorder.errors import NotFoundError, RequestError
from workorder.store.unit import Unit


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name.casefold(), {word.casefold() for word in known}, n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def the_customer(unit: Unit, name: str) -> Customer:
    """The customer of that name, whatever its case."""
    customer = unit.people.customer_by_name(name)
    if customer is None:
        hint = _nearest(name, (known.name for known in unit.people.customers()))
        raise NotFoundError(f"no customer {name}{hint}")
    return customer


def the_contact(unit: Unit, email: str) -> Contact:
    """The contact of that address."""
    contact = unit.people.contact_by_email(normal_address(email) or "")
    if contact is None:
        hint = _nearest(email, (known.email for known in unit.people.contacts()))
        raise NotFoundError(f"no contact {email}{hint}")
    return contact


def the_technician(unit: Unit, email: str) -> Technician:
    """The technician of that address."""
    technician = unit.people.technician_by_email(normal_address(email) or "")
    if technician is None:
        hint = _nearest(email, (known.email for known in unit.people.technicians()))
        raise NotFoundError(f"no technician {email}{hint}")
    return technician


def the_equipment(unit: Unit, tag: str, customer: str | None) -> Equipment:
    """The piece with that tag; the customer has to be named where two customers have one."""
    pieces = (
        unit.people.equipment_of(the_customer(unit, customer).id)
        if customer is not None
        else unit.people.equipment()
    )
    found = [piece for piece in pieces if piece.tag.casefold() == tag.casefold()]
    if not found:
        raise NotFoundError(f"no equipment {tag}{_nearest(tag, (p.tag for p in pieces))}")
    if len(found) > 1:
        raise RequestError(f"{len(found)} customers have equipment {tag}: add --customer NAME")
    return found[0]
