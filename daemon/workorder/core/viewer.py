"""Who looks at the portal, and what of everything is theirs to see."""

from dataclasses import dataclass
from typing import assert_never

from workorder.core.model import Contact, Customer, Technician, WorkOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactViewer:
    """A customer's person who has logged in."""

    contact: Contact
    customer: Customer

    @property
    def email(self) -> str:
        """Their address."""
        return self.contact.email

    @property
    def name(self) -> str:
        """What they are called: their name, else their address."""
        return self.contact.name or self.contact.email

    @property
    def is_primary(self) -> bool:
        """Whether what their company does is theirs to see, not only what they asked for."""
        return self.contact.primary


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicianViewer:
    """One of the company's own people who has logged in."""

    technician: Technician

    @property
    def email(self) -> str:
        """Their address."""
        return self.technician.email

    @property
    def name(self) -> str:
        """What they are called: their name, else their address."""
        return self.technician.name or self.technician.email


Viewer = ContactViewer | TechnicianViewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The work orders that a viewer may see: those of `customer_id`, in which `email` takes part.

    None leaves that question out: a technician sees all, a primary contact their company's.
    """

    customer_id: int | None = None
    email: str | None = None

    def holds(self, order: WorkOrder) -> bool:
        """Whether a work order is within it; store.scoped asks the database the same."""
        if self.customer_id is not None and order.customer_id != self.customer_id:
            return False
        return self.email is None or self.email in order.participants


EVERYTHING = Scope()


def scope_of(viewer: Viewer) -> Scope:
    """What a viewer may see (T33: every query of the portal starts here)."""
    match viewer:
        case TechnicianViewer():
            return EVERYTHING
        case ContactViewer(contact=contact):
            return Scope(
                customer_id=contact.customer_id, email=None if contact.primary else contact.email
            )
        case _:
            assert_never(viewer)


def person_key(person: Contact | Technician) -> str:
    """The word by which logins, sessions and passwords name a person."""
    kind = "contact" if isinstance(person, Contact) else "technician"
    return f"{kind}:{person.id}"
