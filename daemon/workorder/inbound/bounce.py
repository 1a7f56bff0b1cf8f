"""Delivery reports: RFC 3464, and the many forms that mail systems have of their own.

A mail system's notice is known by who sent it (the null reverse-path, a mailer daemon, a report's
structure) together with what it says; what a mail says never makes it a bounce by itself, for
people quote bounces to their support desk all the time.
"""

import re
from collections.abc import Iterator
from email.message import Message
from typing import Final

from workorder.core.message import DeliveryReport, FailedRecipient
from workorder.inbound.bounce_notice import named_recipients, own_words
from workorder.inbound.bounce_parts import ReportParts, field, read_parts
from workorder.inbound.bounce_status import read_recipients
from workorder.inbound.bounce_words import (
    DAEMON_PATH,
    DAEMON_SENDER,
    FAILURE_SUBJECT,
    FAILURE_TEXT,
    NULL_PATH,
    POSTMASTER_SENDER,
    REPLY_OR_FORWARD,
    RETURNED_BELOW,
)
from workorder.inbound.headers import message_ids
from workorder.inbound.words import decode_words

_MAX_RECIPIENTS: Final = 200
_MAX_IDS: Final = 50
_MAX_TEXT: Final = 200_000
_ID_LINE: Final = re.compile(
    r"^[\s>|*]{0,10}(?:x-)?(?:original-)?message-id\s{0,3}:\s{0,80}(<[^<>\s]{3,400}>)",
    re.IGNORECASE | re.MULTILINE,
)


def delivery_report(message: Message, text: str) -> DeliveryReport | None:
    """Return what a bounce reports, or None for a mail that is no bounce. Never raises.

    Args:
        message: The mail as the standard library's parser made it, attached mails opened.
        text: The text of the mail, decoded.
    """
    parts = read_parts(message)
    if parts.report_type in {"feedback-report", "disposition-notification"}:
        return None
    words = own_words(text)
    recipients: tuple[FailedRecipient, ...] | None = None
    if _is_status_report(message, parts):
        recipients = read_recipients(parts.statuses)
    if not recipients and _is_notice(message, parts, text, words):
        recipients = named_recipients(message, words, parts.returned)
    if recipients is None:
        return None
    ids = tuple(dict.fromkeys(_original_ids(message, parts, text)))
    return DeliveryReport(recipients=recipients[:_MAX_RECIPIENTS], original_ids=ids[:_MAX_IDS])


def _is_status_report(message: Message, parts: ReportParts) -> bool:
    """Whether the status blocks are this mail's own, and not passed on by a person."""
    if not parts.statuses:
        return False
    is_report = message.get_content_type() == "multipart/report" or not field(message, "from")
    return is_report or _is_from_a_program(message)


def _is_from_a_program(message: Message) -> bool:
    return _is_from_a_daemon(message) or _has_null_path(message)


def _is_from_a_daemon(message: Message) -> bool:
    sender = field(message, "from")
    path = field(message, "return-path") or field(message, "x-envelope-from")
    return bool(DAEMON_SENDER.search(sender) or DAEMON_PATH.match(path))


def _has_null_path(message: Message) -> bool:
    names = ("return-path", "x-envelope-from")
    return any("<" in field(message, name) and NULL_PATH.fullmatch(field(message, name)) for name in names)


def _is_notice(message: Message, parts: ReportParts, text: str, words: tuple[str, ...]) -> bool:
    """Whether a mail system wrote this about a mail that was not delivered."""
    subject = decode_words(field(message, "subject"))
    if REPLY_OR_FORWARD.match(subject):
        return False
    titled = bool(FAILURE_SUBJECT.search(subject))
    worded = bool(FAILURE_TEXT.search("\n".join(words)))
    copied = bool(parts.returned) or any(
        RETURNED_BELOW.match(line[:250]) for line in text[:_MAX_TEXT].splitlines()
    )
    if _is_from_a_daemon(message):
        return titled or worded or copied or bool(field(message, "x-failed-recipients"))
    if _has_null_path(message) or POSTMASTER_SENDER.search(field(message, "from")):
        return titled or (worded and copied) or bool(field(message, "x-failed-recipients"))
    return False


def _original_ids(message: Message, parts: ReportParts, text: str) -> Iterator[str]:
    """Yield the ids under which the mail that came back may be on record, the surest first."""
    for block in (*parts.returned, *parts.statuses):
        named = block.first("message-id", "original-message-id", "x-original-message-id")
        yield from message_ids(named)
    for match in _ID_LINE.finditer(text[:_MAX_TEXT]):
        yield from message_ids(match[1])
    for name in ("x-original-message-id", "original-message-id", "in-reply-to"):
        yield from message_ids(field(message, name))
