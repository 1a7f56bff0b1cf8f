"""winmail.dat unpacked: Outlook's own way to wrap a mail ([MS-OXTNEF], [MS-OXPROPS]).

Own code, because tnefparse trusts counts that the file states: 31 octets keep it busy for
minutes. Every count here is bounded by the octets that are there.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from workorder.inbound.charsets import decode
from workorder.inbound.mapi import (
    Cursor,
    Properties,
    Property,
    TnefError,
    codepage_charset,
    read_properties,
)

_SIGNATURE: Final = 0x223E9F78
_MAX_ATTRIBUTES: Final = 5_000
_MAX_FILES: Final = 100

_ATTACHMENT_LEVEL: Final = 2
_BODY: Final = 0x800C
_FILE_DATA: Final = 0x800F
_FILE_TITLE: Final = 0x8010
_FILE_BEGIN: Final = 0x9002
_MESSAGE_PROPERTIES: Final = 0x9003
_FILE_PROPERTIES: Final = 0x9005
_CODEPAGE: Final = 0x9007

_PROP_BODY: Final = 0x1000
_PROP_HTML: Final = 0x1013
_PROP_RTF: Final = 0x1009
_PROP_INTERNET_CODEPAGE: Final = 0x3FDE
_PROP_DISPLAY_NAME: Final = 0x3001
_PROP_FILE_DATA: Final = 0x3701
_PROP_SHORT_NAME: Final = 0x3704
_PROP_LONG_NAME: Final = 0x3707
_PROP_FILE_TYPE: Final = 0x370E

_EMBEDDED_TNEF: Final = struct.pack("<I", _SIGNATURE)
_FIRST_ATTRIBUTE: Final = 6  # behind signature and key


@dataclass(frozen=True, slots=True, kw_only=True)
class TnefFile:
    """A file of a winmail.dat; name and type may be ''."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tnef:
    """What a winmail.dat holds. `rtf` is compressed ([MS-OXRTFCP])."""

    files: tuple[TnefFile, ...]
    text: str
    html: str
    rtf: bytes


def read_tnef(octets: bytes) -> Tnef:
    """Unpack a winmail.dat.

    Raises:
        TnefError: It is none, or nothing of it could be read.
    """
    if len(octets) < _FIRST_ATTRIBUTE or octets[:4] != _EMBEDDED_TNEF:
        raise TnefError("no TNEF signature")
    builder = _Builder()
    for level, name, value in _attributes(Cursor(memoryview(octets), _FIRST_ATTRIBUTE)):
        builder.attribute(level, name, value)
    return builder.result()


def _attributes(cursor: Cursor) -> Iterator[tuple[int, int, memoryview]]:
    """Yield (level, name, value); what follows a broken one is not read."""
    for _ in range(_MAX_ATTRIBUTES):
        try:
            level, name = cursor.number(1), cursor.number(2)
            cursor.take(2)
            value = cursor.take(cursor.number())
        except TnefError:
            return
        yield level, name, value
        cursor.take(min(2, cursor.left))  # a checksum that some writers get wrong


class _Builder:
    """Gathers the attributes of one stream, in their order."""

    def __init__(self) -> None:
        self._charset = "cp1252"
        self._message: Properties = {}
        self._body = b""
        self._files: list[dict[int, memoryview | Properties]] = []

    def attribute(self, level: int, name: int, value: memoryview) -> None:
        """Take one attribute in."""
        if level == _ATTACHMENT_LEVEL:
            self._file_attribute(name, value)
        elif name == _BODY:
            self._body = bytes(value)
        elif name == _CODEPAGE and len(value) >= 4:  # noqa: PLR2004 - a 32-bit number
            self._charset = codepage_charset(int.from_bytes(value[:4], "little"))
        elif name == _MESSAGE_PROPERTIES:
            self._message |= read_properties(value)

    def _file_attribute(self, name: int, value: memoryview) -> None:
        if name == _FILE_BEGIN and len(self._files) < _MAX_FILES:
            self._files.append({})
        elif self._files and name == _FILE_PROPERTIES:
            self._files[-1][name] = read_properties(value)
        elif self._files:
            self._files[-1][name] = value

    def result(self) -> Tnef:
        """Return what was gathered.

        Raises:
            TnefError: There was nothing.
        """
        files = tuple(filter(None, map(self._file, self._files)))
        text = self._text(self._message.get(_PROP_BODY)) or self._decoded(self._body)
        html = self._html()
        rtf = self._message.get(_PROP_RTF)
        if not (files or text or html or rtf):
            raise TnefError("nothing in it")
        return Tnef(files=files, text=text, html=html, rtf=rtf.value if rtf else b"")

    def _file(self, attributes: dict[int, memoryview | Properties]) -> TnefFile | None:
        found = attributes.get(_FILE_PROPERTIES)
        properties = found if isinstance(found, dict) else {}
        data = attributes.get(_FILE_DATA)
        title = attributes.get(_FILE_TITLE)
        content = bytes(data) if isinstance(data, memoryview) else b""
        if not content and (held := properties.get(_PROP_FILE_DATA)):
            content = held.content()
        names = [properties.get(_PROP_LONG_NAME), properties.get(_PROP_SHORT_NAME)]
        name = next(filter(None, map(self._text, names)), "")
        if not name and isinstance(title, memoryview):
            name = self._decoded(bytes(title))
        kind = self._text(properties.get(_PROP_FILE_TYPE)).lower()
        if content.startswith(_EMBEDDED_TNEF):
            name = name or self._text(properties.get(_PROP_DISPLAY_NAME)) or "message"
            name, kind = f"{name}.tnef", "application/ms-tnef"
        return TnefFile(name=name, type=kind, content=content) if content else None

    def _html(self) -> str:
        found = self._message.get(_PROP_HTML)
        codepage = self._message.get(_PROP_INTERNET_CODEPAGE)
        charset = codepage_charset(codepage.number()) if codepage else self._charset
        return found.text(charset) if found else ""

    def _text(self, found: Property | None) -> str:
        return found.text(self._charset) if found else ""

    def _decoded(self, octets: bytes) -> str:
        return decode(octets.rstrip(b"\0"), self._charset)
