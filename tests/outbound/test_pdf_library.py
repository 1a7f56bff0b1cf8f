"""What outbound.printer takes from the inside of xhtml2pdf, and that it makes the same pages."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from xhtml2pdf.config.resources import ResourceAccessPolicy
from xhtml2pdf.context import pisaContext
from xhtml2pdf.document import pisaDocument
from xhtml2pdf.xhtml2pdf_reportlab import PmlBaseDoc, PmlKeepInFrame, PmlPageCount, PmlTable

from outbound.letters import SHIPPED, letter, things
from workorder.core.notice import Letter
from workorder.outbound.pdf import PAGE
from workorder.outbound.printer import Printer
from workorder.outbound.templates import Templates

TEMPLATES = Templates(SHIPPED, None)
FONTS = SHIPPED / "fonts"
FACES = "".join(
    '@font-face { font-family: "DejaVu Sans"; '
    f"font-weight: {weight}; src: url({FONTS}/{name}.ttf) }}"
    for weight, name in (("normal", "DejaVuSans"), ("bold", "DejaVuSans-Bold"))
)
LETTERS = (
    letter(),
    letter(language="es", equipment=(), customer="", service="Dos\nlíneas\n\ny otra"),
    letter(service="Words and more words. " * 700),
    letter(equipment=things(40), title="A title " * 20, service="x" * 900),
)

Placed = list[list[tuple[str, float, float]]]


def placed(pdf: bytes) -> Placed:
    """Every piece of text and where it stands, page by page."""
    found: Placed = []
    for page in PdfReader(BytesIO(pdf)).pages:
        texts: list[tuple[str, float, float]] = []

        def note(
            text: str,
            cm: list[float],
            tm: list[float],
            _font: Any,  # the library's
            _size: Any,  # the library's
            texts: list[tuple[str, float, float]] = texts,
        ) -> None:
            if text.strip():
                texts.append((text.strip(), round(cm[4] + tm[4], 1), round(cm[5] + tm[5], 1)))

        page.extract_text(visitor_text=note)
        found.append(texts)
    return found


def by_the_library(shown: Letter) -> bytes:
    html = TEMPLATES.render(PAGE, shown).replace("<style>", f"<style>{FACES}</style><style>", 1)
    policy = ResourceAccessPolicy.server(None, allow_remote=False, extra_roots=(FONTS,))
    out = BytesIO()
    pisaDocument(html, out, encoding="utf-8", resource_policy=policy)
    return out.getvalue()


@pytest.mark.parametrize("shown", LETTERS)
def test_pages_are_those_that_the_library_makes_by_itself(shown: Letter) -> None:
    ours = Printer(FONTS).print(TEMPLATES.render(PAGE, shown))
    assert placed(ours) == placed(by_the_library(shown))


def test_what_is_kept_from_one_document_changes_no_other() -> None:
    used = Printer(FONTS)
    pages = [TEMPLATES.render(PAGE, shown) for shown in LETTERS]
    other = "<style>td { color: red; padding: 9pt } p { font-size: 20pt }</style>"
    plain = f"{other}<table class='facts'><tr><td width='50%'>x</td></tr></table><p>y</p>"
    for page in (*pages, plain, *pages):
        used.print(page)
    for page in (*pages, plain):
        assert placed(used.print(page)) == placed(Printer(FONTS).print(page))


def test_cells_of_one_class_may_differ_in_their_attributes() -> None:
    style = "<style>table { width: 100% }</style>"
    wide = f"{style}<table><tr><td width='80%'>a</td><td>b</td></tr></table>"
    even = wide.replace("80%", "20%")
    printer = Printer(FONTS)
    assert placed(printer.print(wide)) != placed(printer.print(even))


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (pisaContext, "_parseCSSSource"),
        (pisaContext, "addPageCount"),
        (pisaContext, "addFrag"),
        (PmlPageCount, "isSatisfied"),
        (PmlPageCount, "drawOn"),
        (PmlBaseDoc, "multiBuild"),
    ],
)
def test_the_seams_are_where_they_were(owner: type, name: str) -> None:
    assert callable(getattr(owner, name))


def test_a_context_still_has_what_ours_sets() -> None:
    fresh = vars(pisaContext())
    for name in ("cssAttrCache", "multiBuild", "indexing_story", "cssSources", "fragBlock", "text"):
        assert name in fresh


def test_a_page_is_laid_out_once_and_several_twice() -> None:
    passes: list[int] = []

    class Counting(PmlBaseDoc):  # type: ignore[misc] # the library has no types
        def beforeDocument(self) -> None:  # noqa: N802 # the library's name
            passes.append(1)
            super().beforeDocument()

    printer = Printer(FONTS, document=Counting)
    printer.print(TEMPLATES.render(PAGE, LETTERS[0]))
    assert len(passes) == 1
    printer.print(TEMPLATES.render(PAGE, LETTERS[2]))
    assert len(passes) == 3


def test_a_cell_is_still_a_box_around_its_content() -> None:
    assert {"_content"} <= set(vars(PmlKeepInFrame(1, 1, content=[])))
    assert "_cellvalues" in vars(PmlTable([["x"]]))
