"""What the repositories of people and things share: their checks, and their statements."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, Connection, Table, bindparam, func, select

from workorder.core.message import normal_address
from workorder.core.model import Contact, Customer, Technician
from workorder.errors import NotFoundError, RequestError
from workorder.store.schema import contacts, customers, domains, equipment, technicians

MAX_NAME = 200
"""Longest name, tag, serial or place, in characters."""

_EMAIL: BindParameter[Any] = bindparam("an_email")
_CUSTOMER: BindParameter[Any] = bindparam("a_customer")

CONTACT = (
    contacts.c.id,
    contacts.c.email,
    contacts.c.name,
    contacts.c.customer_id,
    contacts.c.primary,
    contacts.c.language,
    contacts.c.proven,
)
TECHNICIAN = (
    technicians.c.id,
    technicians.c.email,
    technicians.c.name,
    technicians.c.notify,
    technicians.c.timezone,
)
EQUIPMENT = (
    equipment.c.id,
    equipment.c.customer_id,
    equipment.c.tag,
    equipment.c.name,
    equipment.c.serial,
    equipment.c.location,
)
CUSTOMER = (customers.c.id, customers.c.name, customers.c.language)

CONTACTS = select(*CONTACT).where(contacts.c.removed_at.is_(None)).order_by(contacts.c.id)
CONTACT_BY_ID = select(*CONTACT).where(contacts.c.id == bindparam("an_id"))
CONTACT_BY_EMAIL = CONTACTS.where(contacts.c.email == _EMAIL)
REMOVED_CONTACTS = (
    select(contacts.c.email)
    .where(contacts.c.email.in_(bindparam("emails", expanding=True)))
    .group_by(contacts.c.email)
    .having(func.count() == func.count(contacts.c.removed_at))
)
CONTACTS_OF = CONTACTS.where(contacts.c.customer_id == _CUSTOMER)
PRIMARY_CONTACTS = CONTACTS_OF.where(contacts.c.primary)

TECHNICIANS = (
    select(*TECHNICIAN).where(technicians.c.removed_at.is_(None)).order_by(technicians.c.id)
)
TECHNICIAN_BY_ID = select(*TECHNICIAN).where(technicians.c.id == bindparam("an_id"))
TECHNICIAN_BY_EMAIL = TECHNICIANS.where(technicians.c.email == _EMAIL)

ALL_EQUIPMENT = select(*EQUIPMENT).where(equipment.c.removed_at.is_(None)).order_by(equipment.c.id)
EQUIPMENT_BY_ID = select(*EQUIPMENT).where(equipment.c.id == bindparam("an_id"))
EQUIPMENT_OF = ALL_EQUIPMENT.where(equipment.c.customer_id == _CUSTOMER)
EQUIPMENT_CALLED = ALL_EQUIPMENT.where(
    equipment.c.tag_key.in_(bindparam("keys", expanding=True))
).limit(50)
EQUIPMENT_BY_TAG = EQUIPMENT_OF.where(equipment.c.tag_key == bindparam("a_key"))

CUSTOMERS = select(*CUSTOMER).where(customers.c.removed_at.is_(None)).order_by(customers.c.id)
CUSTOMER_BY_ID = select(*CUSTOMER).where(customers.c.id == bindparam("an_id"))
CUSTOMER_BY_NAME = CUSTOMERS.where(customers.c.name_key == bindparam("a_key"))
CUSTOMER_NAMES = (
    select(customers.c.name).where(customers.c.removed_at.is_(None)).order_by(customers.c.id)
)
DOMAIN_NAMES = select(domains.c.domain).order_by(domains.c.domain)
DOMAINS_OF = (
    select(domains.c.domain).where(domains.c.customer_id == _CUSTOMER).order_by(domains.c.domain)
)
ALL_DOMAINS = select(domains.c.customer_id, domains.c.domain).order_by(domains.c.domain)
NEAREST_DOMAIN = (
    select(domains.c.customer_id)
    .where(domains.c.domain.in_(bindparam("candidates", expanding=True)))
    .order_by(func.length(domains.c.domain).desc())
    .limit(1)
)


def rows(
    connection: Connection,
    statement: Any,  # noqa: ANN401 - any select
    **parameters: object,
) -> list[dict[str, Any]]:
    """The rows of a statement, by column name."""
    found: list[Mapping[Any, Any]] = [*connection.execute(statement, parameters).mappings()]
    return [{**row} for row in found]


def contact_by_email(connection: Connection, email: str) -> Contact | None:
    """The contact that has this address now."""
    found = rows(connection, CONTACT_BY_EMAIL, an_email=email)
    return Contact(**found[0]) if found else None


def technician_by_email(connection: Connection, email: str) -> Technician | None:
    """The technician that has this address now."""
    found = rows(connection, TECHNICIAN_BY_EMAIL, an_email=email)
    return Technician(**found[0]) if found else None


def customer_by_id(connection: Connection, customer_id: int) -> Customer | None:
    """The customer of that id, removed or not."""
    found = rows(connection, CUSTOMER_BY_ID, an_id=customer_id)
    if not found:
        return None
    names = connection.execute(DOMAINS_OF, {"a_customer": customer_id}).scalars()
    return Customer(**found[0], domains=tuple(names))


def require_customer(connection: Connection, customer_id: int) -> Customer:
    """The customer of that id, who was not removed.

    Raises:
        NotFoundError: there is none.
    """
    require_present(connection, customers, "customer", customer_id)
    customer = customer_by_id(connection, customer_id)
    assert customer is not None  # it was there a statement ago, in this transaction
    return customer


def require_present(connection: Connection, table: Table, what: str, row_id: int) -> None:
    """Refuse what does not exist, or was removed.

    Raises:
        NotFoundError: there is none.
    """
    present = select(table.c.id).where(table.c.id == row_id, table.c.removed_at.is_(None))
    if connection.execute(present).one_or_none() is None:
        raise NotFoundError(f"{what} {row_id}: there is none")


def free_address(connection: Connection, text: str, *, but: tuple[str, int] | None = None) -> str:
    """Bring an address to its normal form, if nobody else has it.

    Args:
        connection: where to look.
        text: the address.
        but: kind and id of who may have it already.

    Raises:
        RequestError: it is no plain address, or it is taken.
    """
    email = normal_address(text)
    if email is None:
        raise RequestError(f"{text!r} is no e-mail address that can be used")
    holders = {
        "contact": contact_by_email(connection, email),
        "technician": technician_by_email(connection, email),
    }
    for kind, holder in holders.items():
        if holder is not None and (kind, holder.id) != but:
            raise RequestError(f"{email} is a {kind}'s address already")
    return email


def line(what: str, text: str, *, required: bool = False) -> str:
    """Bring a name or the like to one line, white space folded.

    Raises:
        RequestError: it is too long; or empty, and `required`.
    """
    folded = " ".join(text.split())
    if required and not folded:
        raise RequestError(f"{what} is empty")
    if len(folded) > MAX_NAME:
        raise RequestError(f"{what} is longer than {MAX_NAME} characters")
    return folded


def key(text: str) -> str:
    """What two spellings of one name share."""
    return text.casefold()
