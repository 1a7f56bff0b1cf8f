"""Who a mail is from, as far as the site knows them."""

from dataclasses import dataclass

from workorder.core.message import Address
from workorder.core.model import Contact, Customer, Technician, WorkOrder
from workorder.core.trust import DmarcResult, DmarcVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The author of a mail and what the site knows of them.

    `address` is None where From is not exactly one mailbox: nobody is taken for somebody else.
    `customer` is the contact's, or the one whose domain the address is of.
    """

    address: Address | None
    technician: Technician | None
    contact: Contact | None
    customer: Customer | None
    dmarc: DmarcVerdict

    @property
    def is_known(self) -> bool:
        """Whether an admin put this person in, or confirmed them."""
        return self.technician is not None or (self.contact is not None and self.contact.proven)

    @property
    def may_be_answered(self) -> bool:
        """Whether an automatic answer reaches who wrote, not a victim of a forged From."""
        return self.is_known or self.dmarc.result is DmarcResult.PASS

    def no_place_in(self, order: WorkOrder) -> str | None:
        """Why this sender does not belong to `order`, or None where they do.

        Belonging is: a technician, a participant, or a contact of its customer. A contact for
        whom only the domain speaks needs the receiving server's DMARC pass as well.
        """
        if self.address is None:
            return "From does not name exactly one mailbox"
        if self.technician is not None or self.address.email in order.participants:
            return None
        if self.customer is None or self.customer.id != order.customer_id:
            return f"{self.address.email} does not belong to it"
        if not self.may_be_answered:
            return f"only the domain vouches for {self.address.email}, without DMARC"
        return None
