"""Everyone and everything that work orders are about, in one repository.

What is removed keeps its row, so that old work orders keep their names; its name, address or tag
may be given again. `*_by_id` finds removed ones too, everything else does not.
"""

from workorder.store.contacts import Contacts
from workorder.store.customers import Customers
from workorder.store.technicians import Technicians
from workorder.store.things import Things


class People(Customers, Contacts, Technicians, Things):
    """Customers, contacts, technicians and equipment, within one transaction."""

    __slots__ = ()
