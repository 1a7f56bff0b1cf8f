"""HTML to PDF by xhtml2pdf: the one module that knows that library from the inside.

`xhtml2pdf.document.pisaDocument` does the same in twice the time: it reads the font files and the
style sheet again for each document and lays every page out twice to know how many there are.
Here the context it works with is subclassed at its own seams, and the document is put together
from the story as pisaDocument does it. tests/outbound/test_pdf_library.py notices when a seam
moves.
"""

import logging
import re
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.dom.minidom import Element

from reportlab import rl_config
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.fonts import addMapping
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from xhtml2pdf.config.resources import ResourceAccessPolicy, render_budget, use_policy
from xhtml2pdf.context import pisaContext
from xhtml2pdf.default import DEFAULT_PAGE_NAME
from xhtml2pdf.document import pisaStory
from xhtml2pdf.files import cleanFiles
from xhtml2pdf.parser import getCSSAttrCacheKey
from xhtml2pdf.util import reset_caches
from xhtml2pdf.xhtml2pdf_reportlab import (
    PmlBaseDoc,
    PmlFrame,
    PmlKeepInFrame,
    PmlPageCount,
    PmlPageTemplate,
    PmlParagraph,
    PmlTable,
)

from workorder.outbound.fonts import EAST_ASIAN, EMBEDDED, REPLACEMENT, Face, reads_from_right, runs

FAMILY = "dejavu sans"  # what style sheets call the embedded faces, in any case

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")  # no encoding has them
_SHORT = 300  # characters that fill no page, however narrow their column
_LONG = 50_000  # characters of HTML from which what the library remembered is forgotten again


class Printer:
    """Makes PDFs with the faces in the folder `fonts`; one a process, not for several threads.

    `pictures` is the folder that a page may show pictures from, None for no folder. Nothing
    else is ever opened, and nothing is fetched.
    """

    def __init__(
        self, fonts: Path, pictures: Path | None = None, document: type[PmlBaseDoc] = PmlBaseDoc
    ) -> None:
        # A line for each odd thing in a page, with the customer's words in it: not for a log.
        logging.getLogger("xhtml2pdf").setLevel(logging.CRITICAL)
        rl_config.useA85 = (
            0  # fonts and pages as bytes instead of text: a fifth smaller, and faster
        )
        self._letters = {face: _embed(fonts, face) for face in EMBEDDED}
        for face in EAST_ASIAN:
            pdfmetrics.registerFont(UnicodeCIDFont(face.value))
        self._document = document
        self._sheets: dict[str, object] = {}
        self._styles: dict[_Place, dict[str, object]] = {}
        self._page = "" if pictures is None else str(pictures / "page.html")
        roots = tuple(root for root in (fonts, pictures) if root is not None)
        self._policy = ResourceAccessPolicy.server(None, allow_remote=False, extra_roots=roots)

    def print(self, html: str) -> bytes:
        """Return the PDF of a whole HTML page.

        Raises:
            Exception: the library raises many kinds, its own and Python's.
        """
        try:
            with use_policy(self._policy), render_budget(self._policy):
                return self._print(_LONE_SURROGATE.sub(REPLACEMENT, html))
        finally:
            cleanFiles()
            if len(html) > _LONG:
                reset_caches()

    def _print(self, html: str) -> bytes:
        context = _Context(self._page, self._letters, self._sheets, self._styles)
        pisaStory(html, context=context, encoding="utf-8", resource_policy=self._policy)
        out = BytesIO()
        document = self._document(
            out,
            pagesize=context.pageSize,
            title=context.meta["title"].strip(),
            author=context.meta["author"].strip(),
            subject=context.meta["subject"].strip(),
            lang=context.lang_tag or None,
        )
        _unbox(context.story)
        body = context.templateList.pop(DEFAULT_PAGE_NAME, None) or _plain(context.pageSize)
        document.addPageTemplates([body, *context.templateList.values()])
        document.pisaPositioned = context.positioned
        if context.multiBuild:
            document.multiBuild(context.story)
        else:
            document.build(context.story)
        return out.getvalue()


def _embed(fonts: Path, face: Face) -> frozenset[int]:
    """Register an embedded face; return the code points it draws."""
    font = TTFont(face.value, str(fonts / f"{face}.ttf"))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def _plain(size: tuple[float, float]) -> PmlPageTemplate:
    """What stands for a page when a style sheet says nothing of pages."""
    frame = PmlFrame(cm, cm, size[0] - 2 * cm, size[1] - 2 * cm, id=DEFAULT_PAGE_NAME)
    return PmlPageTemplate(id=DEFAULT_PAGE_NAME, frames=[frame], pagesize=size)


class _Context(pisaContext):  # type: ignore[misc] # the library has no types
    """The state of one document, with what is the same for all documents taken from outside."""

    def __init__(
        self,
        page: str,
        letters: dict[Face, frozenset[int]],
        sheets: dict[str, object],
        styles: "dict[_Place, dict[str, object]]",
    ) -> None:
        super().__init__(page)
        self.multiBuild = False
        self._letters = letters
        self._sheets = sheets
        self.cssAttrCache = _Styles(self, styles)
        for bold in (0, 1):
            for italic in (0, 1):
                addMapping(FAMILY, bold, italic, EMBEDDED[bold].value)
                for face in EAST_ASIAN:
                    addMapping(face.value, bold, italic, face.value)
        self.registerFont(FAMILY)

    def _parseCSSSource(self, text: str, name: str) -> object:  # noqa: N802 # the library's name
        # An at-rule sets up pages and frames of this document; all else is the same each time.
        if "@" in text:
            return super()._parseCSSSource(text, name)
        if text not in self._sheets:
            self._sheets[text] = super()._parseCSSSource(text, name)
        return self._sheets[text]

    def addPageCount(self) -> None:  # noqa: N802 # the library's name
        if not self.multiBuild:
            self.indexing_story = _PageCount()
            self.multiBuild = True

    def addFrag(self, text: Any = "", frag: Any = None) -> None:  # noqa: ANN401, N802 # as above
        if self.frag.fontName == FAMILY:
            self.frag.fontFamilies = []  # each letter gets its face here, not by the library
        if not isinstance(text, str) or text.isascii():
            super().addFrag(text, frag)
            return
        if reads_from_right(self.text + text) and _direction(self.node) == "auto":
            for element in (self.fragBlock, self.frag):
                element.rtl = True
                if element.alignment == TA_LEFT:
                    element.alignment = TA_RIGHT
        face = EMBEDDED[bool(self.frag.bold)]
        for run in runs(text, self._letters[face]):
            self.pushFrag()
            if run.face in EAST_ASIAN:
                self.frag.fontName = run.face.value
                self.frag.fontFamilies = []
            super().addFrag(run.text)
            self.pullFrag()


def _direction(node: Any) -> str:  # noqa: ANN401 # an element or the document
    """What the nearest `dir` says: the library does not work out `auto`."""
    while isinstance(node, Element):
        if node.hasAttribute("dir"):
            return node.getAttribute("dir").lower()
        node = node.parentNode
    return "ltr"


def _unbox(story: list[Any]) -> None:
    """Take the box off table cells of one short paragraph: measuring a box is dear.

    The box keeps a cell from growing taller than a page, which such a cell cannot.
    """
    for table in story:
        if isinstance(table, PmlTable):
            # There is no other way to a table's cells.
            rows = table._cellvalues  # noqa: SLF001
            table._cellvalues = [[_unboxed(cell) for cell in row] for row in rows]  # noqa: SLF001


def _unboxed(cell: Any) -> Any:  # noqa: ANN401 # the library's
    match cell:
        case PmlKeepInFrame(_content=[PmlParagraph(text=text) as paragraph]) if len(text) < _SHORT:
            return [paragraph]
    return cell


class _PageCount(PmlPageCount):  # type: ignore[misc] # the library has no types
    """Asks for another pass only where the first one, which takes it for one page, was wrong."""

    def __init__(self) -> None:
        super().__init__()
        self._assumed = 1
        self._pages = 1

    def isSatisfied(self) -> bool:  # noqa: N802 # the library's name
        satisfied = self._assumed == self._pages
        self._assumed = self._pages
        return satisfied

    # The library's name for it, and its canvas.
    def drawOn(self, canvas: Any, *_at: float, **_more: float) -> None:  # noqa: ANN401, N802
        self._pages = canvas.getPageNumber()


# What decides how an element looks: the sheets; tag, class, id and style of it and all above it.
_Place = tuple[object, ...]


class _Styles(dict[Any, dict[str, object]]):
    """Resolved styles by place in the page; what the style sheet alone decides is kept for good.

    The library keeps them by parent element, and so for one document: the cells of a table are
    resolved again for each row.
    """

    MAX_KEPT = 2_000

    def __init__(self, context: _Context, kept: dict[_Place, dict[str, object]]) -> None:
        super().__init__()
        self._context = context
        self._kept = kept
        self._places: dict[int, _Place | None] = {}
        self._sheets: tuple[str, ...] = ()
        self._shared: bool | None = None

    def get(self, key: Any, default: Any = None) -> Any:  # noqa: ANN401 # a key of the library's
        place = self._place(key)
        if place is None:
            return super().get(key, default)
        found = self._kept.get(place)
        # A copy: the library adds what HTML attributes say to what it is given.
        return default if found is None else type(found)(found)

    def __setitem__(self, key: Any, value: Any) -> None:  # noqa: ANN401 # as above
        place = self._place(key)
        if place is None:
            super().__setitem__(key, value)
            return
        if len(self._kept) >= self.MAX_KEPT:
            self._kept.clear()
        self._kept[place] = type(value)(value)

    def _place(self, key: Any) -> _Place | None:  # noqa: ANN401 # as above
        if self._shared is None:
            self._sheets = tuple(text for text, _ in self._context.cssSources)
            # `inherit` asks the element above, which knows nothing when it was found here.
            self._shared = not any("inherit" in text for text in self._sheets)
        if not self._shared or key.position is not None:
            return None
        above = self._place_of(key.parent)
        if above is None:
            return None
        return (above, key.tag, key.css_class, key.css_id, key.style, key.attributes)

    def _place_of(self, node: Any) -> _Place | None:  # noqa: ANN401 # an element or the document
        if not isinstance(node, Element):
            return self._sheets
        if id(node) not in self._places:
            self._places[id(node)] = self._place(self._key(node))
        return self._places[id(node)]

    def _key(self, element: Element) -> Any:  # noqa: ANN401 # a key of the library's
        context = self._context
        return getCSSAttrCacheKey(element, context.cssPositionalTags, context.cssAttributeNames)
