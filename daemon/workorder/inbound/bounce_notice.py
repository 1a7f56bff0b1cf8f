"""What a mail system says in its own words: to whom a mail did not go, and why.

flufl.bounce knows many forms; what it does not know is read here by the shapes that they share.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.message import Message
from itertools import islice
from typing import Final

from flufl.bounce import all_failures

from workorder.core.message import DeliveryAction, FailedRecipient, normal_address
from workorder.inbound.bounce_parts import Block, field, own_parts, payload_text, read_blocks
from workorder.inbound.bounce_status import address_of, read_recipients, shown, status_in
from workorder.inbound.bounce_words import (
    DELAYED,
    DIAGNOSTIC,
    FINAL,
    NO_RECIPIENT,
    RECIPIENT_FORMS,
    RETURNED_BELOW,
)

# flufl.bounce tries some hundred expressions on every line; some cost the line's length squared.
_MAX_LINES: Final = 250
_MAX_LINE: Final = 250
_MAX_SEARCHED: Final = 2_000
_MAX_TEXT: Final = 65_536
_MAX_PARTS: Final = 20
_SAYS: Final = re.compile(r"\w")
_KEPT_HEADERS: Final = ("content-description", "x-mailer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A mail system's notice: its own words, a line each, and the mail it quotes below them."""

    words: tuple[str, ...]
    has_copy: bool
    copied: tuple[Block, ...]


def read_notification(text: str) -> Notification:
    """Tell a mail system's own words from those of the mail that came back; both are bounded."""
    lines = text[:_MAX_TEXT].splitlines()
    start = _copy_start(lines)
    return Notification(
        words=tuple(line[:_MAX_LINE] for line in lines[: min(start, _MAX_LINES)]),
        has_copy=start < len(lines),
        copied=read_blocks("\n".join(lines[start : start + _MAX_LINES])),
    )


def _copy_start(lines: Sequence[str]) -> int:
    """Return the index of the line at which the copy of the mail begins, or how many there are."""
    says_something = False
    for index, line in enumerate(lines[:_MAX_SEARCHED]):
        if says_something and RETURNED_BELOW.match(line[:_MAX_LINE]):
            return index
        says_something = says_something or _SAYS.search(line) is not None
    return len(lines)


def named_recipients(
    message: Message, notification: Notification, returned: tuple[Block, ...]
) -> tuple[FailedRecipient, ...]:
    """Return whom a mail system's notice is about; () where it names nobody.

    Args:
        message: The notice.
        notification: What its text says.
        returned: The headers of the mail that came back.
    """
    words = notification.words
    in_text = read_recipients(read_blocks("\n".join(words)))
    if in_text:
        return in_text
    late = _speaks_of_delay(field(message, "subject"), words)
    action = DeliveryAction.DELAYED if late else DeliveryAction.FAILED
    found = (
        _by_header(message)
        or _by_flufl(message)
        or _by_forms(message, words)
        or _by_returned_mail((*returned, *notification.copied))
    )
    diagnostic = next((shown(line) for line in words if DIAGNOSTIC.search(line)), "")
    template = FailedRecipient(
        email="", action=action, status=status_in(diagnostic), diagnostic=diagnostic
    )
    return tuple(replace(template, email=email) for email in dict.fromkeys(found))


def _speaks_of_delay(subject: str, words: tuple[str, ...]) -> bool:
    said = " ".join(words)
    return bool(DELAYED.search(subject) or (DELAYED.search(said) and not FINAL.search(said)))


def _by_header(message: Message) -> list[str]:
    """The header of Exim and Gmail."""
    value = field(message, "x-failed-recipients")
    addresses = (address_of(item) for item in value[:10_000].split(","))
    return [address for address in addresses if address]


def _by_flufl(message: Message) -> list[str]:
    # It logs each failure of a detector with a traceback, which holds what a sender wrote.
    logging.getLogger("flufl.bounce").disabled = True
    try:
        temporary, permanent = all_failures(_light_copy(message))
    except Exception:  # noqa: BLE001 - seventeen detectors of another project; any may fail
        return []
    names = sorted(item.decode("ascii", "replace") for item in temporary | permanent)
    addresses = (normal_address(name.strip("<>\"' ")) for name in names)
    return [a for a in addresses if a and not NO_RECIPIENT.match(a)]


def _light_copy(message: Message) -> Message:
    """Copy what flufl.bounce looks at: few headers, few parts, few and short lines."""
    if isinstance(message.get_payload(), list):
        copy = Message()
        for part in islice(own_parts(message), _MAX_PARTS):
            copy.attach(_light_leaf(part))
        copy.set_type(message.get_content_type())
    else:
        copy = _light_leaf(message)
    _copy_headers(message, copy)
    # An address that cannot be read makes one detector fail, and with it all.
    copy["from"] = address_of(field(message, "from")) or "mailer-daemon@localhost"
    return copy


def _light_leaf(part: Message) -> Message:
    copy = Message()
    kind = part.get_content_type()
    copy.set_type(kind if kind.startswith("text/") else "application/octet-stream")
    _copy_headers(part, copy)
    if kind.startswith("text/"):
        lines = read_notification(payload_text(part)).words
        copy.set_payload("\n".join(lines).encode("ascii", "replace").decode("ascii"))
    else:
        copy.set_payload("")
    return copy


def _copy_headers(source: Message, target: Message) -> None:
    for name in _KEPT_HEADERS:
        value = field(source, name)
        if value and name not in target:
            target[name] = value[:1000]


def _by_forms(message: Message, words: tuple[str, ...]) -> list[str]:
    """Look for the ways in which notices name a recipient, the surest way first."""
    to = {address_of(item) for item in field(message, "to")[:10_000].split(",")}
    for form in RECIPIENT_FORMS:
        matches = (form.search(line) for line in words)
        addresses = (normal_address(match[1].rstrip(".-_'")) for match in matches if match)
        found = [a for a in addresses if a and a not in to and not NO_RECIPIENT.match(a)]
        if found:
            return found
    return []


def _by_returned_mail(blocks: tuple[Block, ...]) -> list[str]:
    """Whom the returned mail was addressed to, where that is one mailbox."""
    values = (block.first("x-original-to", "to") for block in blocks)
    first = next((value for value in values if value), "")
    address = address_of(first) if "," not in first else None
    return [address] if address else []
