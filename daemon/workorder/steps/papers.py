"""What is printed on request: a work order as it stands, a customer's month."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from workorder.core.books import Enclosure
from workorder.core.message import Address
from workorder.core.model import Customer
from workorder.core.notice import Audience, EventCard, Letter, NoticeKind, OrderCard, SiteCard
from workorder.store.unit import Unit


def order_paper(
    unit: Unit, number: int, *, site: SiteCard, prefix: str, language: str
) -> Letter | None:
    """The customer's page of a work order; None where there is none.

    `language`: the site's, for whom no other is known.
    """
    cards = unit.queries.card(number, None, prefix=prefix, notes=True, hours=True)
    if cards is None:
        return None
    card, opening = cards
    return Letter(
        kind=NoticeKind.OPENED,
        template=NoticeKind.OPENED.value,
        audience=Audience.CUSTOMER,
        language=_language(unit, card) or language,
        recipient=Address(name=card.contact_name, email=card.contact_email),
        site=site,
        order=card,
        event=opening,
    )


def _language(unit: Unit, card: OrderCard) -> str | None:
    """The contact's language, else the customer's, if either has one."""
    contact = unit.people.contact_by_email(card.contact_email)
    customer = unit.people.customer_by_name(card.customer)
    return (contact and contact.language) or (customer and customer.language) or None


def statement_paper(  # noqa: PLR0913 - whose, of when, in whose name
    unit: Unit,
    whose: Customer,
    month: date,
    *,
    site: SiteCard,
    prefix: str,
    language: str,
    now: datetime,
) -> Letter:
    """A customer's month as the first primary contact gets it."""
    found = unit.bank.statement(whose.id, month, zone=ZoneInfo(site.timezone), prefix=prefix)
    first = next(iter(unit.people.primary_contacts(whose.id)), None)
    return Letter(
        kind=NoticeKind.STATEMENT,
        template=NoticeKind.STATEMENT.value,
        audience=Audience.CUSTOMER,
        language=(first and first.language) or whose.language or language,
        recipient=Address(name=first.name if first else "", email=first.email if first else ""),
        site=site,
        order=None,
        event=EventCard(at=now, actor="", text=""),
        enclosure=Enclosure(statement=found),
    )
