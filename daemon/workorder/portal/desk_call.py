"""Somebody calls: one short form, which finds the caller and opens the work order."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, request
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectMultipleField, StringField
from wtforms.validators import AnyOf, DataRequired, Length

from workorder.core.message import normal_address
from workorder.core.model import Equipment, Priority, WorkOrder
from workorder.core.subjects import MAX_TITLE, label
from workorder.core.vocabulary import Tag
from workorder.errors import RequestError
from workorder.portal.desk_forms import short
from workorder.portal.forms import AnswerForm, OnceForm, one_line
from workorder.portal.frame import Frame, to
from workorder.portal.orders import searched
from workorder.portal.uploads import too_many, uploaded
from workorder.steps.requests import OpenRequest
from workorder.steps.writing import Commands
from workorder.store.desk import Caller, DeskWanted
from workorder.store.screens import OrderRow
from workorder.store.unit import Unit

_MOST_FOUND = 10
_MOST_PIECES = 120
_MOST_OPEN = 5
_FIND, _OPEN = "find", "open"


class CallForm(OnceForm):
    """A telephone call. `caller` is what was typed to find them, `contact` the address chosen."""

    caller = short()
    contact = short()
    title = StringField(
        filters=[one_line],
        validators=[
            DataRequired("new.need-title"),
            Length(max=MAX_TITLE, message="form.too-long"),
        ],
    )
    text = AnswerForm.text
    priority = StringField(default=Priority.NORMAL.value, validators=[AnyOf([*Priority])])
    equipment = SelectMultipleField(coerce=str, validate_choice=False)
    takes = BooleanField()
    timer = BooleanField()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who may be meant, who is chosen, and what their company has and has open."""

    found: tuple[Caller, ...] = ()
    chosen: Caller | None = None
    owned: tuple[Equipment, ...] = ()
    open: tuple[OrderRow, ...] = ()


class Call:
    """The form, and what finds callers while they are typed."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._services = frame.services

    def add_to(self, pages: Blueprint) -> None:
        """Put the pages where they are."""
        pages.add_url_rule("/call", "call", self.form, methods=["GET"])
        pages.add_url_rule("/call", "take", self.take, methods=["POST"])
        pages.add_url_rule("/contacts", "contacts", self.contacts)
        pages.add_url_rule("/contacts/equipment", "owned", self.owned)

    def form(self) -> Response:
        """Show the form; `contact` in the address is who calls."""
        self._frame.technician()
        form = CallForm(data={"contact": request.args.get("contact", ""), "takes": True})
        return self._page(form)

    def contacts(self) -> Response:
        """The contacts that what was typed may mean, as a part of a page."""
        self._frame.technician()
        with self._services.store.read() as unit:
            known = _known(unit, request.args.get("q", ""), "")
        return self._frame.page("desk/callers.html", known=known)

    def owned(self) -> Response:
        """What a contact's company has, as a part of a page."""
        self._frame.technician()
        with self._services.store.read() as unit:
            known = _known(unit, "", request.args.get("contact", ""))
        return self._frame.page("desk/owned.html", known=known, ticked=())

    def take(self) -> Response:
        """Find the caller, or open the work order."""
        self._frame.technician()
        form = CallForm(request.form)
        if request.form.get("do") == _FIND:
            return self._page(form)
        with self._services.store.read() as unit:
            known = _known(unit, form.caller.data or "", form.contact.data or "")
        is_whole = form.validate()
        if known.chosen is None:
            form.caller.errors = ["desk-call.need-caller"]
        if known.chosen is None or not is_whole:
            return self._page(form, status=422)
        if too_many():
            return self._page(form, status=422, reason=self._frame.t("form.too-many"))
        try:
            order = self._opened(form, known.chosen)
        except RequestError as refused:
            return self._page(form, status=422, reason=str(refused))
        self._services.wake()
        self._frame.done("desk-call.done", number=label(order.number, self._prefix))
        return to("desk.order", number=order.number)

    @property
    def _prefix(self) -> str:
        return self._services.policy.prefix

    def _opened(self, form: CallForm, caller: Caller) -> WorkOrder:
        email, once = self._frame.technician().email, form.once.data or ""
        order = self._services.open_order()(
            OpenRequest(
                contact=caller.contact.email,
                title=form.title.data or "",
                text=str(form["text"].data or ""),
                equipment=tuple(form.equipment.data or ()),
                technician=email,
                priority=Priority(form.priority.data or Priority.NORMAL),
                takes=form.takes.data,
                attachments=uploaded(),
                once=once,
            )
        )
        if form.timer.data:
            # The same form sent twice finds its timer running, which does nothing.
            self._services.technician_writes().do(
                order.number, email, Commands(tags=((Tag.START, ""),))
            )
        return order

    def _page(self, form: CallForm, *, status: int = 200, reason: str = "") -> Response:
        form.begin()
        with self._services.store.read() as unit:
            known = _known(unit, form.caller.data or "", form.contact.data or "")
            customer = _customer_meant(unit, form.caller.data or "")
        return self._frame.page(
            "desk/call.html",
            code=status,
            form=form,
            known=known,
            customer=customer,
            priorities=[*Priority],
            ticked=form.equipment.data or (),
            reason=reason,
            find=_FIND,
            open=_OPEN,
        )


def _known(unit: Unit, typed: str, chosen: str) -> Known:
    """Whom the words mean; only one, or whoever is chosen, is the caller."""
    found = unit.desk.callers(searched(typed), limit=_MOST_FOUND)
    caller = _by_address(unit, chosen or typed)
    if caller is None and len(found) == 1:
        caller = found[0]
    if caller is None:
        return Known(found=found)
    company = caller.contact.customer_id
    return Known(
        found=_with(found, caller),
        chosen=caller,
        owned=unit.people.equipment_of(company)[:_MOST_PIECES],
        open=unit.desk.listing(DeskWanted(customer=company, limit=_MOST_OPEN)).rows,
    )


def _by_address(unit: Unit, email: str) -> Caller | None:
    contact = unit.people.contact_by_email(normal_address(email) or "")
    if contact is None:
        return None
    company = unit.people.customer_by_id(contact.customer_id)
    return Caller(contact=contact, company=company.name if company else "")


def _with(found: Sequence[Caller], caller: Caller) -> tuple[Caller, ...]:
    others = (each for each in found if each.contact.id != caller.contact.id)
    return (caller, *others)[:_MOST_FOUND]


def _customer_meant(unit: Unit, typed: str) -> int | None:
    """The customer to whom somebody unknown may belong: by the domain of their address."""
    email = normal_address(typed)
    owner = unit.people.customer_by_domain(email.partition("@")[2]) if email else None
    return owner.id if owner is not None else None
