"""Header fields of outgoing mail, as bytes that are safe to send and fold right.

The fields are folded here and not by EmailMessage: it would encode long Message-IDs and so break
threads, and it takes a millisecond a mail.
"""

import re
import unicodedata
from collections.abc import Iterable
from email.header import Header

from workorder.core.message import Address, normal_address
from workorder.errors import RenderError

MAX_TEXT = 200  # characters of a text in a header
MAX_SUBJECT = 240  # a title of full length behind its number
MAX_LINE = 998  # RFC 5322 2.1.1, without CRLF
MAX_REFERENCES = 30
_WIDTH = 76
_MAX_FIRST = 40  # a longer first word leaves encoded words too little room on its line
_MAX_PLAIN_NAME = 60  # a longer name is encoded, so that it can be folded
_MAX_ID = 900  # an id of a line's length would leave no room for the field's name

_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNSEEN = re.compile(
    r"[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]+"
)
_ID = re.compile(r"<[!-;=?-~]+>")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def clean_text(text: str, limit: int = MAX_TEXT) -> str:
    """One line of visible text: NFC, no control, line-separating or direction-turning characters.

    The only gate through which other people's words come into a header.
    """
    text = _BREAKS.sub(" ", text[: limit * 8])
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    text = " ".join(text.split(" ")).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def text_field(name: str, text: str) -> bytes:
    """An unstructured field (RFC 5322 2.2.1); `text` is already clean.

    Text beyond ASCII becomes encoded words (RFC 2047), but a first word like `[WO-1042]` stays
    as it is: people and filters find it in the raw mail.
    """
    if _is_plain(text):
        return _folded(name, text.split(" "))
    first, _, rest = text.partition(" ")
    if rest and len(first) <= _MAX_FIRST and _is_plain(first):
        return f"{name}: {first} {_encoded(rest, f'{name}: {first}')}".encode("ascii")
    return f"{name}: {_encoded(text, name)}".encode("ascii")


def mailbox_field(name: str, address: Address) -> bytes:
    """A field with exactly one mailbox (RFC 5322 3.4).

    Raises:
        RenderError: the address is none that can be mailed to.
    """
    if normal_address(address.email) is None:
        raise RenderError(f"{name}: {address.email!r} is no mail address")
    phrase = _phrase(clean_text(address.name), name)
    fold = "\r\n" if len(phrase.rpartition("\n")[2]) + len(address.email) > _WIDTH - 10 else ""
    shown = f"{phrase}{fold} <{address.email}>" if phrase else address.email
    return f"{name}: {shown}".encode("ascii")


def ids_field(name: str, ids: Iterable[str]) -> bytes | None:
    """A field of Message-IDs, one a line, or None where there is no usable one.

    Ids come from other people's mails: what is no id is left out, and of very many the first
    (the thread's) and the last are kept.
    """
    usable = list(dict.fromkeys(one for one in ids if is_id(one)))
    if len(usable) > MAX_REFERENCES:
        usable = [usable[0], *usable[1 - MAX_REFERENCES :]]
    if not usable:
        return None
    folded = "\r\n ".join(usable)
    return f"{name}: {folded}".encode("ascii")


def is_id(text: str) -> bool:
    """Whether `text` is a Message-ID in angle brackets that fits on a line."""
    return len(text) <= _MAX_ID and _ID.fullmatch(text) is not None


def _is_plain(text: str) -> bool:
    # What looks like an encoded word would be decoded by the reader: it has to be encoded itself.
    return text.isascii() and "=?" not in text


def _phrase(name: str, field: str) -> str:
    """A display name as atoms, a quoted string or encoded words."""
    if len(name) > _MAX_PLAIN_NAME or not _is_plain(name):
        return _encoded(name, field)
    if not name or _ATOMS.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded(text: str, before: str) -> str:
    header = Header(text, "utf-8", maxlinelen=_WIDTH, header_name=before)
    return header.encode(linesep="\r\n")


def _folded(name: str, words: list[str]) -> bytes:
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _WIDTH and lines[-1] not in {f"{name}:", ""}:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines).encode("ascii")
