"""The files of a mail: leaves of the tree that are no text to be read, and what is inside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from workorder.core.message import Attachment
from workorder.inbound.filenames import safe_name
from workorder.inbound.mapi import TnefError
from workorder.inbound.parameters import Structured, is_media_type, read_structured
from workorder.inbound.rtf import decompress_rtf
from workorder.inbound.tnef import Tnef, read_tnef
from workorder.inbound.tree import Part

_TNEF_TYPES: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_UNKNOWN: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file before it has its final name; `wanted` is the name the mail gives it, or ''."""

    wanted: str
    type: str
    content: bytes = field(repr=False)
    inline: bool = False


def disposition_of(part: Part) -> Structured:
    """Return Content-Disposition (RFC 2183); the value may be ''."""
    return read_structured(part.raw_header("content-disposition"))


def wanted_name(part: Part) -> str:
    """Return the name that a part has by Content-Disposition, else by Content-Type, or ''."""
    return (
        disposition_of(part).parameters.get("filename")
        or part.content_type.parameters.get("name")
        or ""
    )


def file_of(part: Part) -> File:
    """Return a leaf as a file; an attached mail is one too, octet by octet."""
    kind = part.content_type.value
    disposition = disposition_of(part).value
    is_shown = disposition == "inline" or ("content-id" in part and disposition != "attachment")
    return File(
        wanted=wanted_name(part),
        type=kind,
        content=part.content(),
        inline=is_shown and kind.startswith("image/"),
    )


def unpacked(file: File) -> Tnef | None:
    """Return what is inside a winmail.dat, or None where it is none or cannot be read."""
    named = file.type == _UNKNOWN and file.wanted.lower() == "winmail.dat"
    if not named and file.type not in _TNEF_TYPES:
        return None
    try:
        return read_tnef(file.content)
    except TnefError:
        # It stays a file of the mail, whole, for whoever has a program that reads it.
        return None


def tnef_files(tnef: Tnef) -> Iterator[File]:
    """Yield the files of a winmail.dat."""
    for inner in tnef.files:
        kind = inner.type if is_media_type(inner.type) else _UNKNOWN
        yield File(wanted=inner.name, type=kind, content=inner.content)
    if tnef.rtf and not (tnef.text or tnef.html):
        yield File(wanted="message.rtf", type="application/rtf", content=decompress_rtf(tnef.rtf))


def named(files: Iterable[File]) -> tuple[Attachment, ...]:
    """Return the files under their final names; one with neither name nor content goes."""
    kept = (file for file in files if file.content or file.wanted)
    return tuple(
        Attachment(
            name=safe_name(file.wanted, file.type, number),
            type=file.type,
            content=file.content,
            inline=file.inline,
        )
        for number, file in enumerate(kept, start=1)
    )
