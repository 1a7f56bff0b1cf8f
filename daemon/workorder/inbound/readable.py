"""A text part, of whatever kind, as the text that a person reads."""

import re
from typing import Final

from workorder.inbound.charsets import decode
from workorder.inbound.cleaning import clean_text
from workorder.inbound.flowed import unflow
from workorder.inbound.html_text import html_to_text
from workorder.inbound.parameters import Structured

PLAIN: Final = "text/plain"
HTML: Final = "text/html"
# The kinds of part that hold words for a person.
READ_TYPES: Final = frozenset(
    {PLAIN, HTML, "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"}
)
# A long book. What is more is a dump, and the original is kept.
MAX_TEXT: Final = 4_194_304
_META_CHARSET: Final = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE
)
_META_WITHIN: Final = 4_096
_MARKUP: Final = re.compile(r"<[a-zA-Z!/]")
_HTML_START: Final = re.compile(r"\s{0,200}<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_RICH_COMMAND: Final = re.compile(
    r"<param>.{0,200}?</param>|<(/?[a-zA-Z-]{1,60})>", re.IGNORECASE | re.DOTALL
)
# What programs put where the plain text should be. Short and in these words, or nothing.
_BOGUS: Final = re.compile(
    r"(?:not|n't|cannot|unable to) (?:support|display|view|read|show)\w*\b[^.]{0,60}\bhtml"
    r"|html[ -](?:enabled|capable|compatible|e?-?mail|message|format)"
    r"|(?:view|read|see|open) (?:this|the) (?:e-?mail|message|newsletter) (?:in|with|using|on)"
    r"|multi-?part message in mime format"
    r"|\bkein\w*\b[^.]{0,60}\bhtml|\bhtml\b[^.]{0,80}(?:nicht|unterst.tzt|anzeigen|darstell)"
    r"|\bhtml\b[^.]{0,60}\b(?:no |ne |non )|\b(?:no|ne|non) [^.]{0,60}\bhtml",
    re.IGNORECASE,
)
_MAX_BOGUS: Final = 400


def readable(octets: bytes, content_type: Structured) -> str:
    """Return the text of a part: decoded, markup written out, soft line breaks undone, cleaned.

    Of very many octets only the first MAX_TEXT are read.
    """
    octets = octets[:MAX_TEXT]
    charset = content_type.parameters.get("charset")
    if content_type.value == HTML and not charset:
        meta = _META_CHARSET.search(octets, 0, _META_WITHIN)
        charset = meta[1].decode("ascii") if meta else None
    text = decode(octets, charset)
    if _is_html(text, content_type.value):
        return clean_text(html_to_text(clean_text(text)))
    text = clean_text(text)
    if content_type.value in {"text/enriched", "text/richtext"}:
        return _without_commands(text)
    if content_type.parameters.get("format", "").lower() == "flowed":
        delete_space = content_type.parameters.get("delsp", "").lower() == "yes"
        return unflow(text, delete_space=delete_space)
    return text


def is_bogus(text: str) -> bool:
    """Whether a plain text only stands in for the HTML beside it."""
    text = text.strip()
    return not text or (len(text) <= _MAX_BOGUS and _BOGUS.search(text) is not None)


def _is_html(text: str, kind: str) -> bool:
    """Whether a text is HTML by what stands in it; the declared type is wrong both ways."""
    if kind == HTML:
        return _MARKUP.search(text) is not None or "&" in text
    return kind == PLAIN and _HTML_START.match(text) is not None


def _without_commands(text: str) -> str:
    """Return the words of text/enriched (RFC 1896); a single line end is a space there."""
    paragraphs = (part.replace("\n", " ") for part in re.split(r"\n{2,}", text))
    return _RICH_COMMAND.sub("", "\n".join(paragraphs).replace("<<", "\0")).replace("\0", "<")
