"""Octets of Outlook's formats: a cursor, and MAPI properties as TNEF lays them out ([MS-OXTNEF]).

Every count that the octets state is bounded by the octets that are there.
"""

from dataclasses import dataclass
from typing import Final

from workorder.inbound.charsets import decode

_MAX_PROPERTIES: Final = 5_000

# Octets of a value by its type; those of the second table state their length.
_FIXED: Final = {
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x000A: 4,
    0x000B: 4,
    0x0014: 8,
    0x0040: 8,
    0x0048: 16,
}
_COUNTED: Final = frozenset({0x000D, 0x001E, 0x001F, 0x0102})
_UNICODE: Final = 0x001F
_OBJECT: Final = 0x000D
_MANY: Final = 0x1000
_NAMED: Final = 0x8000

_GUID: Final = 16
# Windows code pages whose number is not the name of a codec.
_CHARSETS: Final = {20127: "us-ascii", 20866: "koi8-r", 28591: "iso-8859-1", 50220: "iso-2022-jp"}


class TnefError(Exception):
    """The octets are no TNEF, or break off."""


@dataclass(frozen=True, slots=True)
class Property:
    """The first value of a MAPI property, as it lies there, and the type it has."""

    type: int
    value: bytes

    def text(self, charset: str) -> str:
        """Return the value of a string; one of 8-bit letters is in `charset`."""
        if self.type == _UNICODE:
            return self.value.decode("utf-16-le", "replace").rstrip("\0")
        return decode(self.value.rstrip(b"\0"), charset)

    def content(self) -> bytes:
        """Return the value of a file's data; an object's begins with the id of its class."""
        return self.value[_GUID:] if self.type == _OBJECT else self.value

    def number(self) -> int:
        """Return the value of a whole number of up to 32 bits."""
        return int.from_bytes(self.value[:4], "little")


def codepage_charset(number: int) -> str:
    """Return the charset that Windows knows by that number."""
    return _CHARSETS.get(number, f"cp{number}")


Properties = dict[int, Property]


class Cursor:
    """A place in octets that moves forward, and never past their end."""

    def __init__(self, octets: memoryview, position: int = 0) -> None:
        """Stand at `position`."""
        self._octets = octets
        self._position = position

    @property
    def left(self) -> int:
        """How many octets there still are."""
        return len(self._octets) - self._position

    def take(self, count: int) -> memoryview:
        """Return the next `count` octets; raise TnefError where there are not as many."""
        if count > self.left:
            raise TnefError("it breaks off")
        taken = self._octets[self._position : self._position + count]
        self._position += count
        return taken

    def number(self, count: int = 4) -> int:
        """Return the number in the next `count` octets, little end first."""
        return int.from_bytes(self.take(count), "little")


def read_properties(octets: memoryview) -> Properties:
    """Return the first value of each MAPI property; what follows a broken one is not read."""
    read: Properties = {}
    cursor = Cursor(octets)
    try:
        for _ in range(min(cursor.number(), _MAX_PROPERTIES)):
            kind, name = cursor.number(2), cursor.number(2)
            if name >= _NAMED:
                _skip_name(cursor)
            read.setdefault(name, Property(kind & ~_MANY, _value(cursor, kind)))
    except TnefError:
        pass
    return read


def _skip_name(cursor: Cursor) -> None:
    """Skip the name of a named property: a GUID, then a number or a string."""
    cursor.take(_GUID)
    is_number = cursor.number() == 0
    cursor.take(4 if is_number else _padded(cursor.number()))


def _value(cursor: Cursor, kind: int) -> bytes:
    """Return the first of a property's values, and go behind all of them."""
    base = kind & ~_MANY
    if base not in _FIXED and base not in _COUNTED:
        raise TnefError(f"unknown type {kind:#06x}")
    count = cursor.number() if kind & _MANY or base in _COUNTED else 1
    first = b""
    for number in range(min(count, _MAX_PROPERTIES)):
        length = _FIXED.get(base) or cursor.number()
        octets = cursor.take(length)
        cursor.take(min(_padded(length) - length, cursor.left))
        first = bytes(octets) if number == 0 else first
    return first


def _padded(length: int) -> int:
    """Return `length` rounded up to a whole number of four octets."""
    return (length + 3) & ~3
