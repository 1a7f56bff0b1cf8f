"""HTML cut into tags and text, leniently and in time linear in its length.

The standard library's html.parser is quadratic on unclosed constructs in many of the Pythons we
run on, and lxml gives up at a few hundred levels; a mail needs neither tree nor validity.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Elements whose content is no markup; what stands in them is never shown.
_RAW: Final = frozenset({"script", "style", "title", "textarea", "xmp", "noembed", "noframes"})
_TAG_START: Final = re.compile(r"(/?)([a-zA-Z][^\s/>]{0,60})")
_QUOTED_TAG_REST: Final = re.compile(r"""[^"'>]*+(?:"[^"]*+"[^"'>]*+|'[^']*+'[^"'>]*+)*+>""")
_ATTRIBUTE: Final = re.compile(
    r"""(?<![\w:-])([a-zA-Z][\w:-]*+)\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
)
_LONG_REFERENCE: Final = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{7,});?")


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag; `rest` is what stands behind the name, unread."""

    name: str
    is_end: bool
    rest: str

    def attributes(self) -> dict[str, str]:
        """Read the attributes; the first of a name counts."""
        read: dict[str, str] = {}
        for name, double, single, bare in _ATTRIBUTE.findall(self.rest):
            read.setdefault(name.lower(), unescape(double or single or bare))
        return read


class Tokens:
    """One pass over an HTML text: yields str for text (references resolved) and Tag."""

    def __init__(self, source: str) -> None:
        """Take the HTML to be read."""
        self._source = source
        self._position = 0
        # What was looked for in vain once is not looked for again: this keeps the pass linear.
        self._missing: set[str] = set()

    def __iter__(self) -> Iterator[str | Tag]:
        """Yield text and tags in order; comments, declarations and raw elements are left out."""
        source = self._source
        while self._position < len(source):
            start = self._position
            bracket = source.find("<", start)
            if bracket < 0:
                bracket = len(source)
            if bracket > start:
                yield unescape(source[start:bracket])
            if bracket == len(source):
                return
            self._position = bracket + 1
            yield from self._markup()

    def _markup(self) -> Iterator[str | Tag]:
        """Read what begins with the < just before the position."""
        source, start = self._source, self._position
        if source.startswith("!--", start):
            self._skip_to("-->", default=start + 3)
        elif source.startswith(("!", "?"), start):
            self._skip_to(">", default=start + 1)
        elif (match := _TAG_START.match(source, start)) and "@" not in match[2]:
            tag = Tag(match[2].lower(), bool(match[1]), self._tag_rest(match.end()))
            if tag.name in _RAW and not tag.is_end:
                self._skip_element(tag.name)
            yield tag
        else:
            # A bare < , or an address in brackets that nobody escaped.
            yield "<"

    def _tag_rest(self, start: int) -> str:
        """Return what stands up to the end of a tag, and go there."""
        match = None if "quotes" in self._missing else _QUOTED_TAG_REST.match(self._source, start)
        if match:
            self._position = match.end()
            return self._source[start : match.end() - 1]
        # A quote that never closes: from here on the next > ends a tag, whatever is quoted.
        self._missing.add("quotes")
        self._skip_to(">", default=len(self._source))
        return self._source[start : self._position].removesuffix(">")

    def _skip_to(self, end: str, *, default: int) -> None:
        """Go behind the next `end`, or to `default` where there is none."""
        found = -1 if end in self._missing else self._source.find(end, self._position)
        if found < 0:
            self._missing.add(end)
        self._position = default if found < 0 else found + len(end)

    def _skip_element(self, name: str) -> None:
        """Go to the end tag of a raw element; one that is never closed hides nothing."""
        end = f"</{name}"
        found = None
        if end not in self._missing:
            found = re.compile(end, re.IGNORECASE).search(self._source, self._position)
        if found is None:
            self._missing.add(end)
        else:
            self._position = found.start()


def unescape(text: str) -> str:
    """Return `text` with its character references resolved."""
    if "&" not in text:
        return text
    # int() refuses thousands of digits with an error; no character has as many.
    return html.unescape(_LONG_REFERENCE.sub("\ufffd", text))
