"""What a contact sees of their company: hours, equipment, people."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from workorder.core.calendar import month_start, months_back
from workorder.core.model import Contact
from workorder.core.viewer import ContactViewer, scope_of
from workorder.errors import RequestError
from workorder.portal.forms import PersonForm
from workorder.portal.frame import Frame, file_response, to
from workorder.portal.pictures import burn_down
from workorder.steps.customer_writes import NewPerson
from workorder.steps.papers import statement_paper
from workorder.store.screens import Wanted

_MONTHS = 12
_HISTORY = 30
_ENTRIES = 100
_FIRST_YEAR = 2000  # before it nobody kept hours here
_A_MOMENT = timedelta(microseconds=1)  # what is entered now counts already


class CompanyPages:
    """Hours, equipment and people of the contact's company."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._services = frame.services
        self._zone = ZoneInfo(frame.services.policy.timezone)

    def routes(self) -> Blueprint:
        """Where the pages are."""
        pages = Blueprint("company", __name__)
        pages.add_url_rule("/hours", "hours", self.hours)
        pages.add_url_rule("/hours/<month>.pdf", "statement", self.statement)
        pages.add_url_rule("/equipment", "equipment", self.equipment)
        pages.add_url_rule("/equipment/<int:piece_id>", "piece", self.piece)
        pages.add_url_rule("/people", "people", self.people, methods=["GET"])
        pages.add_url_rule("/people", "add", self.add, methods=["POST"])
        return pages

    # -- hours ----------------------------------------------------------------------------------

    def hours(self) -> Response:
        """The bank: what is left, how it went, what was bought and used."""
        viewer = self._frame.contact()
        customer_id = viewer.contact.customer_id
        today = self._services.clock().astimezone(self._zone).date()
        start = month_start(months_back(today, _MONTHS)[0], self._zone)
        now = self._services.clock()
        with self._services.store.read() as unit:
            bank = unit.bank.bank_card(customer_id)
            before, _ = unit.bank.sums_before(customer_id, start)
            entries = unit.bank.entries(customer_id, start=start, end=now + _A_MOMENT)
        changes = [(entry.at, entry.minutes) for entry in entries]
        # Whose jobs they were is a primary contact's to see.
        shown = entries if viewer.is_primary else ()
        months = {entry.at.astimezone(self._zone).date().replace(day=1) for entry in shown}
        return self._frame.page(
            "hours.html",
            bank=bank,
            picture=burn_down(before, changes, start=start, end=now),
            entries=[*reversed(shown)][:_ENTRIES],
            months=sorted(months, reverse=True),
        )

    def statement(self, month: str) -> Response:
        """A month as PDF, for primary contacts."""
        viewer = self._frame.contact()
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError:
            abort(404)
        if first.year < _FIRST_YEAR:
            abort(404)
        today = self._services.clock().astimezone(self._zone).date()
        if not viewer.is_primary or first > today:
            abort(404)
        with self._services.store.read() as unit:
            letter = statement_paper(
                unit,
                viewer.customer,
                first,
                site=self._services.site,
                prefix=self._services.policy.prefix,
                language=self._services.policy.language,
                now=self._services.clock(),
            )
        content = self._services.pdf(letter)
        return file_response(content, name=f"hours-{month}.pdf", content_type="application/pdf")

    # -- equipment ------------------------------------------------------------------------------

    def equipment(self) -> Response:
        """What the company has that is serviced."""
        viewer = self._frame.contact()
        with self._services.store.read() as unit:
            owned = unit.people.equipment_of(viewer.contact.customer_id)
        return self._frame.page("equipment.html", owned=owned)

    def piece(self, piece_id: int) -> Response:
        """One piece of equipment, with the work orders that it was on."""
        viewer = self._frame.contact()
        with self._services.store.read() as unit:
            owned = unit.people.equipment_of(viewer.contact.customer_id)
            piece = next((each for each in owned if each.id == piece_id), None)
            if piece is None:
                abort(404)
            history = unit.screens.listing(
                scope_of(viewer), Wanted(equipment=piece.id, limit=_HISTORY)
            )
        return self._frame.page("piece.html", piece=piece, history=history)

    # -- people ---------------------------------------------------------------------------------

    def people(self) -> Response:
        """The company's contacts, for its primary ones."""
        return self._people(self._primary(), PersonForm())

    def _people(
        self, viewer: ContactViewer, form: PersonForm, *, status: int = 200, reason: str = ""
    ) -> Response:
        with self._services.store.read() as unit:
            contacts: tuple[Contact, ...] = unit.people.contacts_of(viewer.contact.customer_id)
        return self._frame.page(
            "people.html", code=status, contacts=contacts, form=form, reason=reason
        )

    def add(self) -> Response:
        """Add a colleague."""
        viewer = self._primary()
        form = PersonForm(request.form)
        if not form.validate():
            return self._people(viewer, form, status=422)
        person = NewPerson(name=form.name.data or "", email=form.email.data or "")
        try:
            added = self._services.customer_writes().add_contact(viewer, person)
        except RequestError:
            # Whose the address is, if anybody's, is nobody's business here.
            form.email.errors = ["people.refused"]
            return self._people(viewer, form, status=422)
        self._frame.done("people.added", email=added.email)
        return to("company.people")

    def _primary(self) -> ContactViewer:
        viewer = self._frame.contact()
        if not viewer.is_primary:
            abort(404)
        return viewer
