"""The headers of a mail alone, names in the letters of their writers."""

from workorder.errors import ParseError
from workorder.inbound.headers import field_text
from workorder.inbound.tree import read_tree

_BLANK_LINES = (b"\r\n\r\n", b"\n\n")


def read_fields(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Return name and unfolded text of each header, in order; encoded words stay encoded.

    Raises:
        ParseError: these bytes defeated every attempt to read them.
    """
    try:
        root = read_tree(head_alone(raw), open_attached=False).root
        return tuple((name, field_text(value)) for name, value in root.raw_items())
    except Exception as error:
        # As for a whole mail: whatever the bytes, and whatever the library makes of them.
        raise ParseError(f"the headers cannot be read: {type(error).__name__}: {error}") from error


def head_alone(raw: bytes) -> bytes:
    """Return a mail without its text, or what there is of its headers where they were cut."""
    raw = raw.lstrip()  # blank lines on top do not end the headers
    ends = [place for blank in _BLANK_LINES if (place := raw.find(blank)) >= 0]
    return raw[: min(ends)] + b"\r\n\r\n" if ends else raw + b"\r\n\r\n"
