"""What technicians put on record from the desk: a customer's people and things."""

from dataclasses import dataclass

from workorder.core.model import Contact, Equipment
from workorder.store.unit import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """A person of a customer, as the form has them."""

    customer_id: int
    email: str
    name: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPiece:
    """A thing of a customer that is serviced, as the form has it."""

    customer_id: int
    tag: str
    name: str = ""
    serial: str = ""
    location: str = ""


class DeskPeople:
    """Adds people and things; each method is one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add_contact(self, new: NewContact) -> Contact:
        """Add a person, whom the technician vouches for.

        Raises:
            NotFoundError: there is no such customer.
            RequestError: the address is taken, or cannot be used.
        """
        with self._store.write() as unit:
            return unit.people.add_contact(
                new.email, customer_id=new.customer_id, name=new.name, primary=new.primary
            )

    def add_equipment(self, new: NewPiece) -> Equipment:
        """Add a thing.

        Raises:
            NotFoundError: there is no such customer.
            RequestError: the customer has that tag already, or it cannot be used.
        """
        with self._store.write() as unit:
            return unit.people.add_equipment(
                new.tag,
                customer_id=new.customer_id,
                name=new.name,
                serial=new.serial,
                location=new.location,
            )
