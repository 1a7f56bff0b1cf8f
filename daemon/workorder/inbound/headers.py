"""The headers of a mail as text, identifiers and dates.

What is read here is for people and rules. RFC 2047 is undone only where a person's words stand:
decoded, a structured header could say what its writer never wrote (an Authentication-Results
that quotes an encoded `; dmarc=pass` of the sender's, say).
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from mailparser.dates import parse_mail_date

from workorder.inbound.charsets import decode
from workorder.inbound.cleaning import clean_line, clean_name
from workorder.inbound.transfer import octets_of
from workorder.inbound.words import decode_words

_WORDED: Final = frozenset(
    {
        "bcc",
        "cc",
        "comments",
        "content-description",
        "from",
        "keywords",
        "list-id",
        "organization",
        "reply-to",
        "sender",
        "subject",
        "thread-topic",
        "to",
        "user-agent",
        "x-mailer",
    },
)
_BRACKETED: Final = re.compile(r"<([^<>]+)>")
_BETWEEN: Final = re.compile(r"[\s<>,;\"()]+")
_SPACE: Final = re.compile(r"\s+")
_ID: Final = re.compile(r"[!-;=?-~]{1,996}")  # RFC 5322 2.1.1, less the brackets
_MAX_IDS: Final = 200
_MAX_DATE: Final = 200


def field_text(value: str) -> str:
    """Return a header's value, unfolded and without controls; encoded words stay encoded.

    `value` is as the parser keeps it: octets above 127 as surrogate escapes. They are mostly
    UTF-8 (RFC 6532), else the sender's own charset, which is guessed.
    """
    text = value if value.isascii() else decode(octets_of(value))
    return clean_line(text.replace("\r", "").replace("\n", ""))


def words_text(value: str) -> str:
    """Return the value of a header that holds a person's words, decoded and cleaned."""
    return clean_name(decode_words(field_text(value)))


def header_fields(items: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return (lower-case name, text) of each header, in order."""
    lowered = ((name.lower(), value) for name, value in items)
    return tuple(
        (name, words_text(value) if name in _WORDED else field_text(value))
        for name, value in lowered
    )


def message_ids(text: str) -> tuple[str, ...]:
    """Return the Message-IDs of a References, In-Reply-To or Message-ID header, with brackets.

    White space inside the brackets is a fold of some program's and goes. Where nothing stands in
    brackets, bare words with an @ count. An id that is not printable ASCII is none: it could
    be neither compared nor repeated in a header of ours. Of very many, the first and the last.
    """
    inner = _BRACKETED.findall(text) or [word for word in _BETWEEN.split(text) if "@" in word]
    squeezed = (_SPACE.sub("", item) for item in inner)
    ids = tuple(dict.fromkeys(f"<{item}>" for item in squeezed if _ID.fullmatch(item)))
    half = _MAX_IDS // 2
    return ids if len(ids) <= _MAX_IDS else (*ids[:half], *ids[-half:])


def read_date(text: str) -> datetime | None:
    """Return the moment that a Date header (RFC 5322 3.3) names, in UTC, or None."""
    text = text[:_MAX_DATE]
    value = parse_mail_date(text).value
    if isinstance(value, datetime):
        return value
    try:
        # Hours of one digit, no zone, two-digit years: wrong, and common all the same.
        sloppy = parsedate_to_datetime(text)
        return (sloppy if sloppy.tzinfo else sloppy.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
