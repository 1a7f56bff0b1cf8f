"""Delivery status fields (RFC 3464) to recipients, as mail systems write them."""

import re
from collections.abc import Iterable
from typing import Final

from workorder.core.message import DeliveryAction, FailedRecipient, normal_address
from workorder.inbound.bounce_parts import Block
from workorder.inbound.cleaning import clean_line

_MAX_DIAGNOSTIC: Final = 500
_ACTIONS: Final = {
    "fail": DeliveryAction.FAILED,  # "failure", "fail (bad address)"
    "error": DeliveryAction.FAILED,  # OpenSMTPD
    "expired": DeliveryAction.FAILED,
    "delay": DeliveryAction.DELAYED,
    "deferred": DeliveryAction.DELAYED,
    "deliver": DeliveryAction.DELIVERED,
    "relay": DeliveryAction.DELIVERED,
    "expand": DeliveryAction.DELIVERED,
}
_BY_CLASS: Final = {
    "2": DeliveryAction.DELIVERED,
    "4": DeliveryAction.DELAYED,
    "5": DeliveryAction.FAILED,
}
_STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_TYPED: Final = re.compile(r"\s*[\w-]{1,30}\s*;")
_COMMENT: Final = re.compile(r"\([^()]{0,500}\)")
_BRACKETED: Final = re.compile(r"<([^<>]{3,400})>")
_RECIPIENT_FIELDS: Final = ("original-recipient", "final-recipient", "x-actual-recipient")


def read_recipients(blocks: Iterable[Block]) -> tuple[FailedRecipient, ...]:
    """Return the recipients that status blocks name, each once, with what became of them."""
    found: dict[str, FailedRecipient] = {}
    for block in blocks:
        recipient = _recipient(block)
        if recipient is not None:
            found.setdefault(recipient.email, recipient)
    return tuple(found.values())


def address_of(value: str) -> str | None:
    """Return the address in a field such as `rfc822; <jane@acme.example>`, or None."""
    text = _TYPED.sub("", value, count=1)
    bracketed = _BRACKETED.search(text)
    bare = bracketed[1] if bracketed else _COMMENT.sub("", text)
    return normal_address(bare.strip().strip("<>'\"").removeprefix("mailto:"))


def status_in(text: str) -> str:
    """Return the first enhanced status code (RFC 3463) in a text, or ''."""
    match = _STATUS.search(text)
    return match[1] if match else ""


def shown(diagnostic: str) -> str:
    """Return a mail system's words as one line of bounded length."""
    return " ".join(clean_line(diagnostic).split())[:_MAX_DIAGNOSTIC]


def _recipient(block: Block) -> FailedRecipient | None:
    """Read one block; whom we wrote to counts before whom it went on to."""
    addresses = (address_of(block.first(name)) for name in _RECIPIENT_FIELDS)
    email = next((address for address in addresses if address), None)
    if email is None:
        return None
    diagnostic = _TYPED.sub("", block.first("diagnostic-code"), count=1)
    status = status_in(block.first("status")) or status_in(diagnostic)
    return FailedRecipient(
        email=email,
        action=_action(block.first("action"), status),
        status=status,
        diagnostic=shown(diagnostic),
    )


def _action(text: str, status: str) -> DeliveryAction:
    """Return what an Action field says; where it says nothing, the status' class does."""
    word = text.strip().lower()
    named = (action for prefix, action in _ACTIONS.items() if word.startswith(prefix))
    return next(named, None) or _BY_CLASS.get(status[:1], DeliveryAction.FAILED)
