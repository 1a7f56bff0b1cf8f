"""One work order on the technicians' desk: all of it to read, and everything that can be done."""

from collections.abc import Mapping

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from workorder.core.model import Priority, Status
from workorder.core.transcript import Transcript, Verdict
from workorder.core.vocabulary import Tag, Vocabulary
from workorder.errors import NotFoundError, RequestError
from workorder.outbound.filters import effect_words
from workorder.portal.desk_forms import ME, NOBODY, REOPEN, DeskForm, TagsForm
from workorder.portal.desk_forms_more import FORMS
from workorder.portal.desk_sheet import Sheet, View, sheet_of
from workorder.portal.frame import Frame, file_response, to
from workorder.portal.orders import whole_number
from workorder.portal.uploads import served_as, too_many, uploaded
from workorder.steps.writing import Commands, Words, Written
from workorder.store.screens import KEY_LENGTH

MOST_PIECES = 120
"""Pieces of equipment that are shown to be ticked; others are named by their tag."""

_MOST_SAID = 6  # lines on the next page: they are carried there in a cookie
_LONGEST_SAID = 200
_BOARD = "board"


class OrderDesk:
    """A work order's page, and the forms on it."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._services = frame.services

    def add_to(self, pages: Blueprint) -> None:
        """Put the pages where they are."""
        pages.add_url_rule("/orders/<int:number>", "order", self.order)
        pages.add_url_rule("/orders/<int:number>/files/<key>", "file", self.file)
        pages.add_url_rule("/orders/<int:number>/<action>", "act", self.act, methods=["POST"])

    # -- to read ------------------------------------------------------------------------------

    def order(self, number: int) -> Response:
        """Everything about a work order."""
        self._frame.technician()
        sheet = self._sheet(number)
        if sheet.order.number != number:
            return to("desk.order", number=sheet.order.number)
        return self._page(sheet)

    def _sheet(self, number: int) -> Sheet:
        view = View(all="all" in request.args, whole=whole_number(request.args.get("whole")))
        with self._services.store.read() as unit:
            sheet = sheet_of(unit, number, self._services, self._frame.t, view)
        if sheet is None:
            abort(404)
        return sheet

    def _page(self, sheet: Sheet, sent: DeskForm | None = None) -> Response:
        viewer = self._frame.technician()
        if sent is not None:
            sent.begin()  # what it was sent by is used up
        return self._frame.page(
            "desk/order.html",
            code=200 if sent is None else 422,
            sheet=sheet,
            order=sheet.order,
            forms=_forms(sheet, sent),
            sent=sent,
            own_timer=sheet.timer_of(viewer.email),
            is_mine=sheet.order.technician_id == viewer.technician.id,
            statuses=_choices(sheet.order.status),
            priorities=[*Priority],
            nobody=NOBODY,
            me=ME,
            key_length=KEY_LENGTH,
            most_pieces=MOST_PIECES,
            tag_words=_tag_words(self._services.rules().vocabulary),
        )

    def file(self, number: int, key: str) -> Response:
        """A file that came along, or that is kept inside."""
        self._frame.technician()
        with self._services.store.read() as unit:
            files = unit.desk.files(number)
        found = next((file for file in files if file.sha256[:KEY_LENGTH] == key), None)
        if found is None:
            abort(404)
        content = self._services.store.files.blob(found.sha256)
        return file_response(content, name=found.name, content_type=served_as(found.type))

    # -- to do --------------------------------------------------------------------------------

    def act(self, number: int, action: str) -> Response:
        """Do what one of the forms says, or show it again with what is wrong."""
        self._frame.technician()
        if action not in FORMS:
            abort(404)
        sheet = self._sheet(number)
        form = FORMS[action](request.form)
        written = self._written(sheet, form) if form.validate() else None
        if written is None or not written.applied:
            return self._page(sheet, form)
        self._services.wake()
        self._say(form, written)
        if form.back.data == _BOARD:
            return to("desk.board")
        return to("desk.order", number=written.order.number)

    def _written(self, sheet: Sheet, form: DeskForm) -> Written | None:
        """What came of it; None where there is nothing to do. The form says what is wrong."""
        email, number = self._frame.technician().email, sheet.order.number
        tags, files, once = form.tags(sheet), uploaded(), form.once.data or ""
        if too_many():
            form.reasons.append(self._frame.t("form.too-many"))
            return None
        if (form.needs_words or not tags) and not (form.prose or files):
            form.reasons.append(self._frame.t("desk-order.nothing"))
            return None
        writes = self._services.technician_writes()
        try:
            if isinstance(form, TagsForm):
                words = Words(text=form.prose, attachments=files, once=once)
                written = writes(number, email, words)
            else:
                asked = Commands(tags=tags, prose=form.prose, attachments=files, once=once)
                written = writes.do(number, email, asked)
        except NotFoundError:
            raise
        except RequestError as refused:
            form.reasons.append(str(refused))
            return None
        if not written.applied and written.transcript is not None:
            form.reasons += self._told(written.transcript, Verdict.WRONG)
        return written

    def _told(self, transcript: Transcript, *verdicts: Verdict) -> list[str]:
        """The lines of a transcript in words, those of some verdicts alone."""
        return [
            effect_words(self._frame.t, line)
            for line in transcript.lines
            if line.verdict in (verdicts or Verdict)
        ]

    def _say(self, form: DeskForm, written: Written) -> None:
        """On the next page: the lines of the transcript, else that it was sent."""
        transcript = written.transcript
        lines = self._told(transcript) if transcript is not None else []
        if form.prose and written.told:
            lines.append(self._frame.t("desk-order.told", count=written.told))
        lines = lines or [self._frame.t("desk-order.done")]
        for line in lines[:_MOST_SAID]:
            self._frame.say(line[:_LONGEST_SAID])


def _tag_words(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Every tag with the word that the site gives it first."""
    first = {each.tag: each.text for each in reversed(vocabulary.spellings)}
    return [(tag.value, first[tag]) for tag in Tag]


def _choices(status: Status) -> list[str]:
    """Where a work order may be led; of a closed one, opened again."""
    if not status.is_open:
        return [REOPEN]
    return [each.value for each in Status if each is not status]


def _forms(sheet: Sheet, sent: DeskForm | None) -> Mapping[str, DeskForm]:
    """Every form of the page; the one that was sent with what was typed."""
    return {
        key: sent if sent is not None and sent.key == key else _fresh(form, sheet)
        for key, form in FORMS.items()
    }


def _fresh(form: type[DeskForm], sheet: Sheet) -> DeskForm:
    order = sheet.order
    shown = form(
        data={
            "title": order.title,
            "priority": order.priority.value,
            "equipment": [*order.equipment_ids],
            "on": order.follow_up_on.isoformat() if order.follow_up_on else "",
        }
    )
    shown.begin()
    return shown
