"""The structured MIME headers: a value and its parameters (RFC 2045 5.1, RFC 2231).

Read in one pass, leniently: quotes that never close, values with spaces and no quotes, raw 8-bit
octets and RFC 2047 words where none may stand are all common in file names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

from workorder.inbound.charsets import decode
from workorder.inbound.transfer import octets_of
from workorder.inbound.words import decode_words

_MEDIA_TYPE: Final = re.compile(r"[!-.0-~]{1,127}/[!-.0-~]{1,127}")
_DELIMITER: Final = re.compile(r'\\.|[";]', re.DOTALL)
_QUOTED_PAIR: Final = re.compile(r'\\(["\\])')
# name, name*, name*0, name*0*
_SECTION: Final = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
# charset'language'text (RFC 2231 section 4)
_CHARSET: Final = re.compile(r"([^']{0,60})'[^']{0,60}'")
_COMMENT: Final = re.compile(r"\s*\([^()]*\)\s*$")
_MAX_PARAMETERS: Final = 100
# Compared with the body's lines octet by octet, so never decoded.
_VERBATIM: Final = frozenset({"boundary"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """A header such as Content-Type: its value in lower case, and its parameters, decoded."""

    value: str
    parameters: dict[str, str] = field(default_factory=dict)


def is_media_type(value: str) -> bool:
    """Whether a value is a type and a subtype (RFC 2045 5.1), in plain ASCII."""
    return _MEDIA_TYPE.fullmatch(value) is not None


def read_structured(header: str) -> Structured:
    """Read a header's value as the wire has it (octets above 127 as surrogate escapes)."""
    pieces = _pieces(header.replace("\r", "").replace("\n", ""))
    value = _COMMENT.sub("", next(pieces, "")).strip().strip("\"'").lower()
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for number, piece in enumerate(pieces):
        if number >= _MAX_PARAMETERS:
            break
        name, equals, text = piece.partition("=")
        match = _SECTION.fullmatch(name.strip().lower())
        if match is None or not equals:
            continue
        if match[2] is None and match[3] is None:
            plain.setdefault(match[1], _unquoted(text))
        else:
            section = sections.setdefault(match[1], {})
            section.setdefault(int(match[2] or 0), (_unquoted(text), match[3] is not None))
    parameters = {name: text if name in _VERBATIM else _plain(text) for name, text in plain.items()}
    # The RFC 2231 form is the one that was written by a program that knew what it did.
    parameters |= {name: _joined(section) for name, section in sections.items()}
    return Structured(value=value, parameters=parameters)


def _pieces(header: str) -> Iterator[str]:
    """Yield what stands between semicolons; those within double quotes divide nothing."""
    start = 0
    quoted = False
    for match in _DELIMITER.finditer(header):
        character, position = match[0], match.start()
        if character == '"':
            quoted = not quoted
        elif character == ";" and not quoted:
            yield header[start:position]
            start = position + 1
    yield header[start:]


def _unquoted(text: str) -> str:
    text = text.strip()
    if text.startswith('"'):
        end = len(text) - 1 if text.endswith('"') and len(text) > 1 else len(text)
        return _QUOTED_PAIR.sub(r"\1", text[1:end])
    return text


def _plain(text: str) -> str:
    """Return a parameter without RFC 2231; RFC 2047 words in it are against the rules and usual."""
    return decode_words(decode(octets_of(text)))


def _joined(sections: dict[int, tuple[str, bool]]) -> str:
    """Return the value of a parameter that was split, or has a charset (RFC 2231 3 and 4)."""
    octets: list[bytes] = []
    charset: str | None = None
    for number in sorted(sections):
        text, extended = sections[number]
        prefix = _CHARSET.match(text) if extended and charset is None else None
        if prefix:
            charset, text = prefix[1], text[prefix.end() :]
        octets.append(unquote_to_bytes(octets_of(text)) if extended else octets_of(text))
    text = decode(b"".join(octets), charset)
    return text if charset is not None else decode_words(text)
