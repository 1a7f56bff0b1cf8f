"""What decoded text may hold before it travels further: no controls, one kind of line end.

Two forms: a text keeps its lines (`clean_text`); a line is what stands in a header or names a
file, and is one line whatever was smuggled into it (`clean_line`).
"""

import re
import unicodedata
from typing import Final

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
# Every character that some program takes for the end of a line is one.
_LINE_ENDS: Final = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_TEXT_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Embeddings, overrides and isolates (Unicode TR 9) and what is invisible at any size: in a name
# they only make one thing look like another. ZWJ and ZWNJ stay: Persian and emoji need them.
_UNSEEN: Final = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES: Final = re.compile(r"[ \u00a0]{2,}")


def clean_text(text: str) -> str:
    """Return `text` with LF line ends and without controls (TAB stays), NUL and surrogates."""
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_ENDS.sub("\n", text)
    text = _TEXT_CONTROLS.sub("", text)
    return _SURROGATES.sub("\ufffd", text).removeprefix("\ufeff")


def clean_line(text: str) -> str:
    """Return `text` as one line; every control, CR and LF too, becomes a space."""
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    text = _LINE_CONTROLS.sub(" ", text)
    return _SURROGATES.sub("\ufffd", text).strip(" ")


def clean_name(text: str) -> str:
    """Return `text` fit to be shown as a name: one line, NFC, nothing invisible in it."""
    text = _SPACES.sub(" ", clean_line(text))
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text)).strip()
