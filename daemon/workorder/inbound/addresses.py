"""The mailboxes of From, To, Cc and Reply-To (RFC 5322 section 3.4).

The structure is read by mail-parser, which never takes an address out of a display name, a
comment or a quoted string; names are decoded afterwards, so that no encoded comma, bracket or
address can become part of the structure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from mailparser.utils import get_addresses

from workorder.core.message import Address, normal_address
from workorder.inbound.cleaning import clean_name
from workorder.inbound.headers import field_text
from workorder.inbound.words import decode_words

MAX_ADDRESSES: Final = 200
# Room for the 200: what is cut away is not read at all.
_MAX_TEXT: Final = 32_768
_MAX_NAME: Final = 200
_ASIDE: Final = re.compile(r'"(?:\\.|[^"\\])*"|\([^()]*\)|<[^<>]*>')


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressList:
    """The mailboxes of all headers of one name.

    `unsure`: something in them looks like a mailbox and is none that can be used, so that the
    ones that were read are not all that a reader of the mail may see. `truncated`: there were more.
    """

    addresses: tuple[Address, ...]
    unsure: bool
    truncated: bool


def read_addresses(values: Sequence[str]) -> AddressList:
    """Read the values of all headers of one name, as the parser keeps them."""
    found: list[Address] = []
    unsure = truncated = False
    room = _MAX_TEXT
    for value in values:
        text = field_text(value)
        if len(text) > room:
            text, truncated = text[: max(text.rfind(",", 0, room), 0)], True
        room -= len(text)
        pairs, defective = _mailboxes(text)
        # What reads over a NUL, and what stops at it, see two different mailboxes.
        unsure = unsure or defective or "\0" in value or _is_group(text)
        for name, addr_spec in pairs:
            email = normal_address(addr_spec)
            if email is None:
                unsure = True
            else:
                found.append(Address(name=_shown_name(name), email=email))
    return AddressList(
        addresses=tuple(found[:MAX_ADDRESSES]),
        unsure=unsure,
        truncated=truncated or len(found) > MAX_ADDRESSES,
    )


def _is_group(text: str) -> bool:
    """Whether mailboxes are named as a group (RFC 5322 3.4), which hides whom From means."""
    bare = _ASIDE.sub("", text)
    return -1 < bare.find(":") < bare.rfind(";")


def _mailboxes(text: str) -> tuple[list[tuple[str, str]], bool]:
    """Return (name, addr-spec) pairs, and whether an item with an @ in it could not be read."""
    defects: list[dict[str, Any]] = []
    pairs = [(name, spec) for name, spec in get_addresses(text, defects=defects) if spec]
    unread = any("@" in defect["raw"] and not defect["recovered"] for defect in defects)
    return pairs, unread


def _shown_name(name: str) -> str:
    """Return a display name decoded and cleaned; quotes that were encoded with it go."""
    shown = clean_name(decode_words(name))[:_MAX_NAME].strip()
    return shown[1:-1].strip() if len(shown) > 1 and shown[0] == shown[-1] == '"' else shown
