"""Files that people send with a form."""

import mimetypes

from flask import request
from werkzeug.datastructures import FileStorage

from workorder.core.message import Attachment
from workorder.inbound.filenames import safe_name

MOST_FILES = 20
_OCTETS = "application/octet-stream"
# What a browser or a program shows without running it; everything else is only saved (T21).
_SHOWN = frozenset(
    {
        *("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"),
        *("text/plain", "text/csv", "application/zip"),
    }
)


def uploaded(field: str = "files") -> tuple[Attachment, ...]:
    """The files of the form that was sent; a field that was left empty sends one without a name."""
    files = _chosen(field)[:MOST_FILES]
    return tuple(
        Attachment(
            name=safe_name(file.filename or "", _OCTETS, number),
            type=_type_of(file.filename or ""),
            content=file.read(),
        )
        for number, file in enumerate(files, start=1)
    )


def too_many(field: str = "files") -> bool:
    """Whether more files were chosen than one form takes."""
    return len(_chosen(field)) > MOST_FILES


def _chosen(field: str) -> list[FileStorage]:
    return [file for file in request.files.getlist(field) if file.filename]


def _type_of(name: str) -> str:
    """The type that a name claims; what the browser claims beside it is no better."""
    return mimetypes.guess_type(name, strict=False)[0] or _OCTETS


def served_as(content_type: str) -> str:
    """The type that a file is given out with."""
    return content_type if content_type in _SHOWN else _OCTETS
