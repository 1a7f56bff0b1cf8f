"""Contacts: the people of the customers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import update

from workorder.core.model import Contact
from workorder.errors import NotFoundError
from workorder.store import people_sql as sql
from workorder.store.repository import Repository
from workorder.store.schema import contacts


class ContactChanges(TypedDict, total=False):
    """The fields of a contact that may be set."""

    email: str
    name: str
    customer_id: int
    primary: bool
    language: str | None
    proven: bool


class Contacts(Repository):
    """The contacts, within one transaction."""

    __slots__ = ()

    def add_contact(  # noqa: PLR0913 - a row's columns, by name
        self,
        email: str,
        *,
        customer_id: int,
        name: str = "",
        primary: bool = False,
        language: str | None = None,
        proven: bool = True,
    ) -> Contact:
        """Add a person of a customer.

        Raises:
            NotFoundError: there is no such customer.
            RequestError: the address is taken, or cannot be used.
        """
        sql.require_customer(self._connection, customer_id)
        columns = {
            "email": sql.free_address(self._connection, email),
            "name": sql.line("a contact's name", name),
            "customer_id": customer_id,
            "primary": primary,
            "language": language,
            "proven": proven,
        }
        return self._contact(self._insert(contacts, {**columns, "removed_at": None}))

    def set_contact(self, contact_id: int, **changes: Unpack[ContactChanges]) -> Contact:
        """Set the fields given.

        Raises:
            NotFoundError: there is no such contact, or customer.
            RequestError: the address is taken, or cannot be used.
        """
        sql.require_present(self._connection, contacts, "contact", contact_id)
        columns: dict[str, Any] = {**changes}
        if "email" in changes:
            but = ("contact", contact_id)
            columns["email"] = sql.free_address(self._connection, changes["email"], but=but)
        if "name" in changes:
            columns["name"] = sql.line("a contact's name", changes["name"])
        if "customer_id" in changes:
            sql.require_customer(self._connection, changes["customer_id"])
        if columns:
            changed = update(contacts).where(contacts.c.id == contact_id).values(columns)
            self._connection.execute(changed)
        return self._contact(contact_id)

    def remove_contact(self, contact_id: int, now: datetime) -> None:
        """Remove a contact; old work orders keep the name, the address is free again.

        Raises:
            NotFoundError: there is no such contact.
        """
        sql.require_present(self._connection, contacts, "contact", contact_id)
        removed = update(contacts).where(contacts.c.id == contact_id).values(removed_at=now)
        self._connection.execute(removed)

    def contact_by_id(self, contact_id: int) -> Contact | None:
        """The contact of that id, removed or not."""
        found = self._rows(sql.CONTACT_BY_ID, an_id=contact_id)
        return Contact(**found[0]) if found else None

    def contact_by_email(self, email: str) -> Contact | None:
        """The contact who has this (normal) address."""
        return sql.contact_by_email(self._connection, email)

    def removed_contacts(self, emails: Sequence[str]) -> frozenset[str]:
        """Which of these addresses were a contact's, and are nobody's now."""
        if not emails:
            return frozenset()
        found = self._connection.execute(sql.REMOVED_CONTACTS, {"emails": list(emails)}).scalars()
        gone = frozenset(found)
        return frozenset(e for e in gone if sql.technician_by_email(self._connection, e) is None)

    def contacts(self) -> tuple[Contact, ...]:
        """All contacts, in the order in which they came."""
        return tuple(Contact(**row) for row in self._rows(sql.CONTACTS))

    def contacts_of(self, customer_id: int) -> tuple[Contact, ...]:
        """A customer's contacts."""
        found = self._rows(sql.CONTACTS_OF, a_customer=customer_id)
        return tuple(Contact(**row) for row in found)

    def primary_contacts(self, customer_id: int) -> tuple[Contact, ...]:
        """Those of a customer who get every notice."""
        found = self._rows(sql.PRIMARY_CONTACTS, a_customer=customer_id)
        return tuple(Contact(**row) for row in found)

    def _contact(self, contact_id: int) -> Contact:
        contact = self.contact_by_id(contact_id)
        if contact is None:
            raise NotFoundError(f"contact {contact_id}: there is none")
        return contact
