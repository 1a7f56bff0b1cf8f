"""Names of files that came by mail: display data, cleaned, never a path.

A part without a usable name gets one that says what it is, the same one every time.
"""

import re
from typing import Final

from workorder.inbound.cleaning import clean_name

MAX_NAME: Final = 120  # octets of UTF-8
_MAX_ENDING: Final = 20
_SEPARATOR: Final = re.compile(r"[/\\]")
# What a type is called and how its files end; of others the first half of the type says enough.
_KNOWN: Final = {
    "application/ics": ("invite", ".ics"),
    "application/json": ("attachment", ".json"),
    "application/ms-tnef": ("winmail", ".dat"),
    "application/pdf": ("attachment", ".pdf"),
    "application/pgp-encrypted": ("version", ".asc"),
    "application/pgp-signature": ("signature", ".asc"),
    "application/pkcs7-mime": ("smime", ".p7m"),
    "application/pkcs7-signature": ("smime", ".p7s"),
    "application/rtf": ("attachment", ".rtf"),
    "application/x-pkcs7-mime": ("smime", ".p7m"),
    "application/x-pkcs7-signature": ("smime", ".p7s"),
    "application/xml": ("attachment", ".xml"),
    "application/zip": ("attachment", ".zip"),
    "image/bmp": ("image", ".bmp"),
    "image/gif": ("image", ".gif"),
    "image/heic": ("image", ".heic"),
    "image/jpeg": ("image", ".jpg"),
    "image/jpg": ("image", ".jpg"),
    "image/pjpeg": ("image", ".jpg"),
    "image/png": ("image", ".png"),
    "image/svg+xml": ("image", ".svg"),
    "image/tiff": ("image", ".tif"),
    "image/webp": ("image", ".webp"),
    "message/delivery-status": ("delivery-status", ".txt"),
    "message/disposition-notification": ("disposition-notification", ".txt"),
    "message/feedback-report": ("feedback-report", ".txt"),
    "message/global": ("message", ".eml"),
    "message/rfc822": ("message", ".eml"),
    "text/calendar": ("invite", ".ics"),
    "text/csv": ("attachment", ".csv"),
    "text/html": ("attachment", ".html"),
    "text/plain": ("attachment", ".txt"),
    "text/rfc822-headers": ("headers", ".txt"),
    "text/rtf": ("attachment", ".rtf"),
    "text/vcard": ("contact", ".vcf"),
    "text/x-vcard": ("contact", ".vcf"),
}
_WORD_OF: Final = {"audio": "sound", "image": "image", "message": "message", "video": "video"}


def safe_name(wanted: str, content_type: str, number: int) -> str:
    """Return the name a file is kept and shown under.

    Args:
        wanted: The name the mail gives it, decoded; may be ''.
        content_type: Its type, in lower case.
        number: Its place among the mail's files, from 1, for a name of our own.
    """
    name = clean_name(_SEPARATOR.split(clean_name(wanted).rstrip("/\\"))[-1])
    # Dots alone are places, not names; a dot in front would hide the file.
    name = name.lstrip(". ").rstrip(" ")
    return _shortened(name) if name else _own_name(content_type, number)


def _own_name(content_type: str, number: int) -> str:
    word, ending = _KNOWN.get(content_type, ("", ""))
    word = word or _WORD_OF.get(content_type.partition("/")[0], "attachment")
    return f"{word}-{number}{ending}"


def _shortened(name: str) -> str:
    """Return a name within its bound; what goes is the middle, never the ending."""
    if len(name.encode()) <= MAX_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    tail = dot + ending if stem and len(ending.encode()) <= _MAX_ENDING else ""
    room = MAX_NAME - len(tail.encode())
    kept = (stem if tail else name).encode()[:room].decode("utf-8", "ignore")
    return kept.rstrip() + tail
