"""Customers on the technicians' desk: the list, and one with its people, things, bank and work."""

from dataclasses import dataclass

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response
from wtforms import BooleanField, Form
from wtforms.validators import DataRequired

from workorder.core.books import BankCard
from workorder.core.model import Contact, Customer, Equipment, Status
from workorder.errors import NotFoundError, RequestError
from workorder.portal.desk_forms import short
from workorder.portal.forms import an_address
from workorder.portal.frame import Frame, to
from workorder.portal.orders import searched
from workorder.steps.desk_people import DeskPeople, NewContact, NewPiece
from workorder.store.desk import DeskWanted
from workorder.store.screens import Listing
from workorder.store.unit import Unit

_PAGE = 50
_OPEN_SHOWN = 15
_CLOSED_SHOWN = 10
_PEOPLE_SHOWN = 200
_CLOSED = tuple(status for status in Status if not status.is_open)


class ContactForm(Form):
    """A new contact."""

    email = short(DataRequired("form.missing"), an_address)
    name = short()
    primary = BooleanField()


class PieceForm(Form):
    """A new piece of equipment."""

    tag = short(DataRequired("form.missing"))
    label = short()
    serial = short()
    location = short()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSheet:
    """A customer with all that the desk shows of them."""

    customer: Customer
    contacts: tuple[Contact, ...]
    owned: tuple[Equipment, ...]
    bank: BankCard | None
    open: Listing
    closed: Listing


class CustomersDesk:
    """The list of customers, and each of them."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._services = frame.services
        self._people = DeskPeople(frame.services.store)

    def add_to(self, pages: Blueprint) -> None:
        """Put the pages where they are."""
        pages.add_url_rule("/customers", "customers", self.customers)
        pages.add_url_rule("/customers/<int:customer_id>", "customer", self.customer)
        one = "/customers/<int:customer_id>"
        pages.add_url_rule(f"{one}/contacts", "add_contact", self.add_contact, methods=["POST"])
        pages.add_url_rule(f"{one}/equipment", "add_equipment", self.add_piece, methods=["POST"])

    def customers(self) -> Response:
        """Those of whom each word is a part of the name, or of a mail domain; by name."""
        self._frame.technician()
        words = request.args.get("q", "").strip()
        with self._services.store.read() as unit:
            found = unit.desk.customers(
                searched(words), after=request.args.get("after", ""), limit=_PAGE
            )
        return self._frame.page("desk/customers.html", found=found, words=words)

    def customer(self, customer_id: int) -> Response:
        """One customer."""
        self._frame.technician()
        form = ContactForm(data={"email": request.args.get("email", "")})
        return self._customer(customer_id, person=form)

    def _customer(
        self, customer_id: int, *, person: Form | None = None, piece: Form | None = None
    ) -> Response:
        with self._services.store.read() as unit:
            sheet = _sheet(unit, customer_id)
        if sheet is None:
            abort(404)
        person, piece = person or ContactForm(), piece or PieceForm()
        return self._frame.page(
            "desk/customer.html",
            code=422 if person.errors or piece.errors else 200,
            sheet=sheet,
            person=person,
            thing=piece,
        )

    def add_contact(self, customer_id: int) -> Response:
        """Add a person."""
        self._frame.technician()
        form = ContactForm(request.form)
        if not form.validate():
            return self._customer(customer_id, person=form)
        new = NewContact(
            customer_id=customer_id,
            email=form.email.data or "",
            name=form.name.data or "",
            primary=form.primary.data,
        )
        try:
            added = self._people.add_contact(new)
        except NotFoundError:
            abort(404)
        except RequestError as refused:
            form.email.errors = [str(refused)]
            return self._customer(customer_id, person=form)
        self._frame.done("desk-customer.contact-added", email=added.email)
        return to("desk.customer", customer_id=customer_id, _anchor="people")

    def add_piece(self, customer_id: int) -> Response:
        """Add a piece of equipment."""
        self._frame.technician()
        form = PieceForm(request.form)
        if not form.validate():
            return self._customer(customer_id, piece=form)
        new = NewPiece(
            customer_id=customer_id,
            tag=form.tag.data or "",
            name=form.label.data or "",
            serial=form.serial.data or "",
            location=form.location.data or "",
        )
        try:
            added = self._people.add_equipment(new)
        except NotFoundError:
            abort(404)
        except RequestError as refused:
            form.tag.errors = [str(refused)]
            return self._customer(customer_id, piece=form)
        self._frame.done("desk-customer.piece-added", tag=added.tag)
        return to("desk.customer", customer_id=customer_id, _anchor="equipment")


def _sheet(unit: Unit, customer_id: int) -> CustomerSheet | None:
    customer = unit.people.customer_by_id(customer_id)
    if customer is None:
        return None
    of_theirs = DeskWanted(customer=customer_id, limit=_OPEN_SHOWN)
    closed = DeskWanted(customer=customer_id, statuses=_CLOSED, limit=_CLOSED_SHOWN)
    return CustomerSheet(
        customer=customer,
        contacts=unit.people.contacts_of(customer_id)[:_PEOPLE_SHOWN],
        owned=unit.people.equipment_of(customer_id)[:_PEOPLE_SHOWN],
        bank=unit.bank.bank_card(customer_id),
        open=unit.desk.listing(of_theirs),
        closed=unit.desk.listing(closed),
    )
