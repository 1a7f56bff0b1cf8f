"""A customer's work orders: the list, one as a conversation, a new one."""

from dataclasses import replace

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from workorder.core.model import CLOSED, Equipment, Priority, Status
from workorder.core.subjects import number_in
from workorder.core.viewer import ContactViewer, Viewer, scope_of
from workorder.errors import RequestError
from workorder.portal.forms import AnswerForm, OrderForm, one_line
from workorder.portal.frame import Frame, file_response, to
from workorder.portal.uploads import served_as, too_many, uploaded
from workorder.steps.customer_writes import Answer, Asked
from workorder.steps.papers import order_paper
from workorder.store.screens import KEY_LENGTH, Thread, Wanted

_OPEN = tuple(status for status in Status if status.is_open)
_CLOSED = tuple(status for status in Status if not status.is_open)
_MOST_WORDS = 8
_PAGE = 30


def searched(text: str) -> tuple[str, ...]:
    """The words of a search."""
    return tuple(one_line(text).split()[:_MOST_WORDS])


def whole_number(text: str | None) -> int | None:
    """A number in an address line, None where it is none."""
    usable = text is not None and text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if text is not None and usable else None


_DIGITS = 9


class OrderPages:
    """What a contact does with work orders; files and PDFs are technicians' too."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._services = frame.services

    def routes(self) -> Blueprint:
        """Where the pages are."""
        pages = Blueprint("orders", __name__, url_prefix="/orders")
        pages.add_url_rule("", "listing", self.listing)
        pages.add_url_rule("/new", "new", self.new, methods=["GET"])
        pages.add_url_rule("/new", "open", self.open, methods=["POST"])
        pages.add_url_rule("/<int:number>", "order", self.order, methods=["GET"])
        pages.add_url_rule("/<int:number>", "answer", self.answer, methods=["POST"])
        pages.add_url_rule("/<int:number>.pdf", "pdf", self.pdf)
        pages.add_url_rule("/<int:number>/files/<key>", "file", self.file)
        return pages

    # -- the list -----------------------------------------------------------------------------

    def listing(self) -> Response:
        """The work orders that this person may see, those that are open first."""
        if not isinstance(self._viewer(), ContactViewer):
            return to("desk.board")
        scope = scope_of(self._frame.contact())
        words, status = request.args.get("q", "").strip(), request.args.get("status", "")
        found = number_in(words, self._services.policy.prefix) if words else None
        with self._services.store.read() as unit:
            if found is not None and unit.screens.going_on(scope, found) is not None:
                return to("orders.order", number=found)
            before = whole_number(request.args.get("before"))
            wanted = Wanted(words=searched(words), before=before, limit=_PAGE)
            listed = {
                name: unit.screens.listing(scope, replace(wanted, statuses=statuses))
                for name, statuses in _parts(status).items()
            }
        return self._frame.page(
            "orders.html",
            listed=listed,
            words=words,
            status=status,
            statuses=[*Status],
            before=before,
            any_at_all=any(part.rows for part in listed.values()),
        )

    # -- one ----------------------------------------------------------------------------------

    def order(self, number: int) -> Response:
        """One work order as a conversation."""
        viewer = self._viewer()
        if not isinstance(viewer, ContactViewer):
            return to("desk.order", number=number)
        form = AnswerForm()
        form.begin()
        return self._order(viewer, number, form)

    def _order(
        self, viewer: ContactViewer, number: int, form: AnswerForm, *, status: int = 200
    ) -> Response:
        thread = self._thread(viewer, number)
        if thread.card.number != number:
            return to("orders.order", number=thread.card.number)
        card = thread.card
        return self._frame.page(
            "order.html",
            code=status,
            order=card,
            thread=thread,
            key_length=KEY_LENGTH,
            form=form,
            may_approve=card.asks_approval and viewer.is_primary,
        )

    def _thread(self, viewer: Viewer, number: int) -> Thread:
        scope = scope_of(viewer)
        with self._services.store.read() as unit:
            going_on = unit.screens.going_on(scope, number)
            prefix = self._services.policy.prefix
            thread = unit.screens.thread(scope, going_on, prefix=prefix) if going_on else None
        if thread is None:
            abort(404)
        return thread

    def answer(self, number: int) -> Response:
        """Add words and files to a work order, or say that it is solved."""
        viewer = self._frame.contact()
        # Of somebody else's it is not even said what is wrong in the form.
        number = self._thread(viewer, number).card.number
        form = AnswerForm(request.form)
        answer = Answer(
            text=form.text.data or "",
            attachments=uploaded(),
            solved="solved" in request.form,
            approves="approves" in request.form,
            once=form.once.data or "",
        )
        if not form.validate() or not _may_be_sent(form, answer):
            return self._order(viewer, number, form, status=422)
        try:
            after = self._services.customer_writes().answer(viewer, number, answer)
        except RequestError:  # consent that nobody is asked for any more, and nothing else
            form.text.errors = ["order.not-asked"]
            return self._order(viewer, number, form, status=422)
        self._services.wake()
        if after.number != number:
            self._frame.done("order.sent-new", number=self._label(after.number))
        else:
            self._frame.done(_what_was_done(answer))
        return to("orders.order", number=after.number, _anchor="last")

    def pdf(self, number: int) -> Response:
        """The PDF of a work order as it stands."""
        scope = scope_of(self._viewer())
        policy = self._services.policy
        with self._services.store.read() as unit:
            going_on = unit.screens.going_on(scope, number)
            letter = going_on and order_paper(
                unit,
                going_on,
                site=self._services.site,
                prefix=policy.prefix,
                language=policy.language,
            )
        if not letter:
            abort(404)
        assert letter.order is not None  # its paper is of a work order
        content = self._services.pdf(letter)
        return file_response(
            content, name=f"{letter.order.label}.pdf", content_type="application/pdf"
        )

    def file(self, number: int, key: str) -> Response:
        """A file that came along, to be saved."""
        thread = self._thread(self._viewer(), number)
        found = next((f for f in thread.files if f.sha256[:KEY_LENGTH] == key), None)
        if found is None:
            abort(404)
        content = self._services.store.files.blob(found.sha256)
        return file_response(content, name=found.name, content_type=served_as(found.type))

    # -- a new one ------------------------------------------------------------------------------

    def new(self) -> Response:
        """Show the form of a new work order."""
        viewer = self._frame.contact()
        form = OrderForm(data={"equipment": _ids(request.args.getlist("equipment"))})
        form.begin()
        return self._new(form, self._equipment(viewer))

    def _equipment(self, viewer: ContactViewer) -> tuple[Equipment, ...]:
        with self._services.store.read() as unit:
            return unit.people.equipment_of(viewer.contact.customer_id)

    def _new(
        self, form: OrderForm, owned: tuple[Equipment, ...], *, status: int = 200, reason: str = ""
    ) -> Response:
        return self._frame.page(
            "new.html",
            code=status,
            form=form,
            owned=owned,
            priorities=[*Priority],
            reason=reason,
        )

    def open(self) -> Response:
        """Open a work order."""
        viewer = self._frame.contact()
        owned = self._equipment(viewer)
        form = OrderForm(request.form)
        valid = form.validate()
        if too_many():
            form.text.errors = ["form.too-many"]
        if not valid or form.text.errors:
            form.begin()
            # What only a page that is out of date can have wrong has no field to say it beside.
            reason = "" if form.title.errors or form.text.errors else self._frame.t("form.stale")
            return self._new(form, owned, status=422, reason=reason)
        asked = Asked(
            title=form.title.data or "",
            text=form.text.data or form.title.data or "",
            equipment=tuple(form.equipment.data or ()),
            priority=Priority(form.priority.data or Priority.NORMAL),
            attachments=uploaded(),
            once=form.once.data or "",
        )
        try:
            order = self._services.customer_writes().open(viewer, asked)
        except RequestError as refused:
            form.begin()
            return self._new(form, owned, status=422, reason=str(refused))
        self._services.wake()
        self._frame.done("new.done", number=self._label(order.number))
        return to("orders.order", number=order.number)

    def _label(self, number: int) -> str:
        return f"{self._services.policy.prefix}-{number}"

    def _viewer(self) -> Viewer:
        viewer = self._frame.viewer()
        assert viewer is not None  # the guard lets nobody else come here
        return viewer


def _may_be_sent(form: AnswerForm, answer: Answer) -> bool:
    """Whether there is something in an answer, and not too much; else the form says so."""
    if too_many():
        form.text.errors = ["form.too-many"]
    elif not (answer.text or answer.attachments or answer.solved or answer.approves):
        form.text.errors = ["order.need-text"]
    return not form.text.errors


def _what_was_done(answer: Answer) -> str:
    if answer.approves:
        return "order.approved"
    return "order.solved-done" if answer.solved else "order.sent"


def _parts(status: str) -> dict[str, tuple[Status, ...]]:
    """The parts of the list: the open ones and the others, or those of one status."""
    known = {each.value: each for each in Status}
    if status in known:
        one = known[status]
        return {"closed" if one in CLOSED else "open": (one,)}
    if status == "open":
        return {"open": _OPEN}
    if status == "closed":
        return {"closed": _CLOSED}
    return {"open": _OPEN, "closed": _CLOSED}


def _ids(texts: list[str]) -> list[int]:
    return [number for text in texts if (number := whole_number(text)) is not None]
