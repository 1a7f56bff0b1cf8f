"""PDFs: the page of a work order or of a statement, or another one, printed."""

import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from workorder.core.books import HoursCard, Statement
from workorder.core.notice import EquipmentCard, Letter, NoteCard, OrderCard
from workorder.errors import RenderError

if TYPE_CHECKING:
    from workorder.outbound.printer import Printer
    from workorder.outbound.templates import Templates

PAGE = "pdf/work-order.html"
STATEMENT_PAGE = "pdf/statement.html"
FONTS = "fonts"
PICTURES = "pdf"

MAX_SERVICE = 100_001  # one more than the page shows, so that the page can say that it was cut
MAX_LINE = 1_000  # characters of a name, title or place
MAX_NOTES = 301  # as above
MAX_NOTED = 100_001  # characters of all notes together, as above
MAX_EQUIPMENT = 500  # lines of the table: some seconds of layout
MAX_TIMES = 301  # as MAX_NOTES


def render_pdf(letter: Letter, templates: "Templates") -> bytes:
    """Return the PDF of the letter's statement, or else of its work order, in its language.

    Raises:
        RenderError: the page's template is wrong, or the PDF cannot be laid out.
    """
    enclosure = letter.enclosure
    if enclosure is not None and enclosure.statement is not None:
        statement = _bounded_statement(enclosure.statement)
        shown = replace(letter, enclosure=replace(enclosure, statement=statement))
        of = f"the statement {statement.month:%Y-%m}"
        return print_page(templates.render(STATEMENT_PAGE, shown), templates, of=of)
    if letter.order is None:
        raise RenderError(f"a notice {letter.kind} without a work order has no PDF")
    html = templates.render(PAGE, replace(letter, order=_bounded(letter.order)))
    return print_page(html, templates, of=letter.order.label)


def print_page(html: str, templates: "Templates", *, of: str) -> bytes:
    """Return a whole HTML page as a PDF. `of` says in an error whose page it is.

    Raises:
        RenderError: it cannot be laid out.
    """
    try:
        return _printer(*templates.roots).print(html)
    except Exception as error:  # the library raises many kinds, its own and Python's
        reason = " ".join(str(error).split())[:200]
        raise RenderError(f"{of}: {type(error).__name__}: {reason}") from error


def prepare_pdf(templates: "Templates") -> None:
    """Do what only the first PDF of a process costs: half a second. No template is rendered.

    Raises:
        OSError: a font cannot be read.
    """
    _printer(*templates.roots).print("<table><tr><td>1042</td></tr></table>")


@lru_cache(maxsize=4)
def _printer(*roots: Path) -> "Printer":
    """One printer for each set of folders: its fonts are read once."""
    # Drawing SVG takes 6 MB in every worker, lxml among them; pictures are PNG or JPEG.
    sys.modules.setdefault("svglib", None)  # type: ignore[arg-type] # None: it cannot be imported
    # 0.5 s and 40 MB that a process which prints nothing does not pay.
    from workorder.outbound.printer import Printer  # noqa: PLC0415

    fonts = next(root / FONTS for root in roots if (root / FONTS).is_dir())
    pictures = next((root / PICTURES for root in roots if (root / PICTURES).is_dir()), None)
    return Printer(fonts, pictures)


def _bounded(order: OrderCard) -> OrderCard:
    """The order with texts and table no longer than pages are made for."""
    return replace(
        order,
        title=order.title[:MAX_LINE],
        customer=order.customer[:MAX_LINE],
        contact_name=order.contact_name[:MAX_LINE],
        contact_email=order.contact_email[:MAX_LINE],
        technician=order.technician[:MAX_LINE],
        equipment=tuple(_bounded_thing(thing) for thing in order.equipment[:MAX_EQUIPMENT]),
        service=order.service[:MAX_SERVICE],
        notes=_bounded_notes(order.notes),
        hours=order.hours and _bounded_hours(order.hours),
    )


def _bounded_notes(notes: tuple[NoteCard, ...]) -> tuple[NoteCard, ...]:
    """The last notes, as many as fit: how it ended matters more than how it began."""
    kept: list[NoteCard] = []
    left = MAX_NOTED
    for note in reversed(notes[-MAX_NOTES:]):
        if not left:
            break
        kept.append(replace(note, actor=note.actor[:MAX_LINE], text=note.text[:left]))
        left -= len(kept[-1].text)
    return tuple(reversed(kept))


def _bounded_thing(thing: EquipmentCard) -> EquipmentCard:
    return EquipmentCard(
        tag=thing.tag[:MAX_LINE],
        name=thing.name[:MAX_LINE],
        serial=thing.serial[:MAX_LINE],
        location=thing.location[:MAX_LINE],
    )


def _bounded_hours(hours: HoursCard) -> HoursCard:
    """The last stretches of work; what a technician noted on one is for technicians alone."""
    times = (
        replace(time, technician=time.technician[:MAX_LINE], note="")
        for time in hours.times[-MAX_TIMES:]
    )
    return replace(hours, times=tuple(times))


def _bounded_statement(statement: Statement) -> Statement:
    """The statement with short texts; all its lines, as the page adds them up."""
    return replace(
        statement,
        customer=statement.customer[:MAX_LINE],
        entries=tuple(
            replace(entry, note=entry.note[:MAX_LINE], label=entry.label[:MAX_LINE])
            for entry in statement.entries
        ),
        jobs=tuple(
            replace(job, title=job.title[:MAX_LINE], label=job.label[:MAX_LINE])
            for job in statement.jobs
        ),
    )
