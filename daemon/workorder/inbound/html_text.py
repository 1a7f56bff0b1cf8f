"""HTML mail to the text a person reads, with its quotes and lists still to be told apart."""

import re
from collections.abc import Callable
from typing import Final

from workorder.inbound.html_page import Page
from workorder.inbound.html_tokens import Tag, Tokens

_BLOCKS: Final = frozenset(
    {
        "address",
        "article",
        "aside",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "html",
        "legend",
        "main",
        "nav",
        "option",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
    }
)
_SPACED_BLOCKS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p"})
# Paragraphs of Outlook's, and others that say so, stand without a blank line between them.
_TIGHT: Final = re.compile(r"mso(?:normal|list|plain)|margin(?:-top)?\s*:\s*0", re.IGNORECASE)
# Gmail and Apple Mail indent with the element that others quote with.
_INDENT: Final = re.compile(r"margin:\s*0\w*\s+0\w*\s+0\w*\s+40px", re.IGNORECASE)
_CITED: Final = re.compile(r"cite|gmail_quote", re.IGNORECASE)
# How Outlook sets off the mail that it answers: a border above, or an id.
_REPLY_BORDER: Final = re.compile(
    r"border-top\s*:\s*solid|divrplyfwdmsg|mail-editor-reference-message", re.IGNORECASE
)
_SCHEMES: Final = ("http://", "https://", "mailto:", "tel:", "ftp://")
_BARE_LINK: Final = re.compile(r"^(?:https?://|mailto:|tel:|ftp://)(?:www\.)?|/$", re.IGNORECASE)
_SPACES: Final = re.compile(r"\s+")
_MAX_LINK: Final = 2_000
_MAX_ALT: Final = 200
_MAX_INDENT: Final = 8


def html_to_text(source: str) -> str:
    """Return the text of an HTML mail, with LF line ends.

    Quotes (blockquote) come as lines behind `> `, the border or rule above an Outlook reply as a
    line of underscores, lists with bullets or numbers, table rows as lines, links behind their
    words in angle brackets. Nothing that a reader sees is dropped, however broken the HTML.
    """
    reader = _Reader()
    for token in Tokens(source):
        if isinstance(token, Tag):
            reader.tag(token)
        else:
            reader.text(token)
    return reader.result()


class _Reader:
    """What is open at a point of the HTML. Everything is a counter or a flat list: no recursion."""

    def __init__(self) -> None:
        self._page = Page()
        self._in_head = False
        self._head_text: list[str] = []
        self._pre = 0
        self._lists: list[int | None] = []
        self._quotes: list[bool] = []
        self._link = ""
        self._link_text: list[str] = []
        self._handlers: dict[str, Callable[[Tag], None]] = {
            "a": self._anchor,
            "blockquote": self._blockquote,
            "br": self._line_break,
            "div": self._division,
            "head": self._head,
            "body": self._body,
            "hr": self._rule,
            "img": self._image,
            "li": self._item,
            "ol": self._list,
            "pre": self._preformatted,
            "td": self._cell,
            "th": self._cell,
            "tr": self._row,
            "ul": self._list,
        }

    def result(self) -> str:
        """Return the text; that of a head that never ended, where there is no other."""
        return self._page.text() or _SPACES.sub(" ", " ".join(self._head_text)).strip()

    def text(self, text: str) -> None:
        """Take text in."""
        if self._in_head:
            self._head_text.append(text)
            return
        if self._link:
            self._link_text.append(text)
        if self._pre:
            self._page.write_verbatim(text)
        else:
            self._page.write(text)

    def tag(self, tag: Tag) -> None:
        """Take a tag in."""
        handler = self._handlers.get(tag.name)
        if handler is not None:
            handler(tag)
        elif tag.name in _BLOCKS:
            self._page.break_block()
        elif tag.name in _SPACED_BLOCKS:
            self._page.break_block(margin=not (tag.is_end or _TIGHT.search(tag.rest)))

    def _head(self, tag: Tag) -> None:
        self._in_head = not tag.is_end

    def _body(self, _tag: Tag) -> None:
        self._in_head = False
        self._page.break_block()

    def _line_break(self, _tag: Tag) -> None:
        self._page.break_line()

    def _rule(self, tag: Tag) -> None:
        if not tag.is_end:
            self._page.rule()

    def _division(self, tag: Tag) -> None:
        self._page.break_block()
        if not tag.is_end and _REPLY_BORDER.search(tag.rest):
            self._page.rule()

    def _blockquote(self, tag: Tag) -> None:
        self._page.break_block()
        if not tag.is_end:
            is_quote = not _INDENT.search(tag.rest) or bool(_CITED.search(tag.rest))
            self._quotes.append(is_quote)
            self._page.change_depth(int(is_quote))
        elif self._quotes:
            self._page.change_depth(-int(self._quotes.pop()))

    def _preformatted(self, tag: Tag) -> None:
        self._page.break_block()
        self._pre = max(self._pre + (-1 if tag.is_end else 1), 0)

    def _list(self, tag: Tag) -> None:
        self._page.break_block(margin=not self._lists)
        if not tag.is_end:
            start = tag.attributes().get("start", "1") if tag.name == "ol" else ""
            is_number = start.isascii() and start.isdigit() and len(start) < _MAX_INDENT
            self._lists.append(int(start) if is_number else 1 if tag.name == "ol" else None)
        elif self._lists:
            self._lists.pop()
            self._page.break_block(margin=not self._lists)

    def _item(self, tag: Tag) -> None:
        if tag.is_end:
            self._page.break_block()
            return
        indent = "\u00a0" * 2 * min(max(len(self._lists) - 1, 0), _MAX_INDENT)
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        self._page.begin_item(f"{indent}- " if number is None else f"{indent}{number}. ")

    def _row(self, _tag: Tag) -> None:
        self._page.begin_row()

    def _cell(self, tag: Tag) -> None:
        if not tag.is_end:
            self._page.begin_cell()

    def _image(self, tag: Tag) -> None:
        alt = _SPACES.sub(" ", tag.attributes().get("alt", "")).strip()[:_MAX_ALT]
        if alt:
            self.text(f"[{alt}]")

    def _anchor(self, tag: Tag) -> None:
        """Write where a link leads behind its words, unless they say so themselves."""
        link, words = self._link, _SPACES.sub(" ", "".join(self._link_text)).strip()
        self._link, self._link_text = "", []
        if link and words and _BARE_LINK.sub("", link).lower() not in words.lower():
            self.text(f" <{link.removeprefix('mailto:')}>")
        if not tag.is_end:
            href = _SPACES.sub("", tag.attributes().get("href", ""))
            is_shown = href.lower().startswith(_SCHEMES) and len(href) <= _MAX_LINK
            self._link = href if is_shown else ""
