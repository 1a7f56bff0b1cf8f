"""All mails of one event, composed together: their PDF is made once a language and shared."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workorder.core.notice import Envelope, Letter
from workorder.errors import RenderError

if TYPE_CHECKING:
    from workorder.outbound.templates import Templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One mail to compose."""

    letter: Letter
    envelope: Envelope
    with_pdf: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PressJob:
    """The mails of one event."""

    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PressResult:
    """The mails in the order of their sheets; `pdf_problem` is one line on why a PDF is missing."""

    mails: tuple[bytes, ...]
    pdf_problem: str


def press(job: PressJob, templates: "Templates", *, without_pdf: str = "") -> PressResult:
    """Compose every mail of `job`; those whose PDF failed go without it, and say so.

    `without_pdf`, if not empty, is why no PDF is even tried.

    Raises:
        RenderError: a mail could not be composed.
    """
    # The daemon hands out jobs and never prints: jinja2 and the rest stay with the workers.
    from workorder.outbound.compose import compose  # noqa: PLC0415

    pdfs = _Pdfs(templates, without_pdf)
    mails: list[bytes] = []
    for sheet in job.sheets:
        pdf = pdfs.of(sheet.letter) if sheet.with_pdf else None
        failed = sheet.with_pdf and pdf is None
        mails.append(compose(sheet.letter, sheet.envelope, templates, pdf=pdf, pdf_failed=failed))
    return PressResult(mails=tuple(mails), pdf_problem=pdfs.problem)


class _Pdfs:
    """The PDFs of one job by what they show, each tried once; `problem` is the first failure."""

    def __init__(self, templates: "Templates", without: str) -> None:
        self.problem = without
        self._templates = templates
        self._without = without
        self._made: dict[object, bytes | None] = {}

    def of(self, letter: Letter) -> bytes | None:
        """The PDF of a letter's order in its language, or None where it failed."""
        shown = (letter.language, letter.site, letter.order, letter.enclosure)
        if shown not in self._made:
            self._made[shown] = self._tried(letter)
        return self._made[shown]

    def _tried(self, letter: Letter) -> bytes | None:
        from workorder.outbound.pdf import render_pdf  # noqa: PLC0415 # as above

        if self._without:
            return None
        try:
            return render_pdf(letter, self._templates)
        except RenderError as error:
            self.problem = self.problem or str(error)
            return None
