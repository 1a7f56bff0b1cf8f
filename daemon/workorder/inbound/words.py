"""Encoded words of headers (RFC 2047), as they are sent rather than as they should be."""

import binascii
import re
from typing import Final

from workorder.inbound.charsets import decode

# A word may hold spaces and question marks: senders that forget to encode them are common. It
# never reaches into the next word, which also keeps the search linear.
_WORD: Final = re.compile(
    r"=\?([^?\s]{1,60})\?([bBqQ])\?((?:(?!=\?[^?\s=]{1,60}\?[bBqQ]\?).)*?)\?=", re.DOTALL
)
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]+")


def decode_words(text: str) -> str:
    """Return `text` with its encoded words decoded; what is no whole word stays as it is.

    White space between two words goes (RFC 2047 6.2), and neighbours of one charset are joined
    before they are decoded: many senders split a character between two words.
    """
    if "=?" not in text:
        return text
    out: list[str] = []
    run: list[bytes] = []
    charset = ""
    end = 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        adjacent = end > 0 and not between.strip()
        name = match[1].partition("*")[0].lower()
        if not adjacent or name != charset:
            out.append(decode(b"".join(run), charset))
            run = []
        if not adjacent:
            out.append(between)
        run.append(_octets(match[2], match[3]))
        charset = name
        end = match.end()
    out += decode(b"".join(run), charset), text[end:]
    return "".join(out)


def _octets(encoding: str, text: str) -> bytes:
    """Return the octets of one encoded word (RFC 2047 section 4)."""
    if encoding in "qQ":
        octets = text.encode("utf-8", "replace")
        return binascii.a2b_qp(octets.replace(b"\r", b"").replace(b"\n", b""), header=True)
    letters = _NOT_BASE64.sub("", text)
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))
