"""Delivery reports: RFC 3464, and the many forms that mail systems have of their own.

A mail system's notice is known by who sent it (the null reverse-path, a mailer daemon, a report's
structure) together with what it says; what a mail says never makes it a bounce by itself, for
people quote bounces to their support desk all the time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from typing import Final

from workorder.core.message import DeliveryReport, FailedRecipient
from workorder.inbound.bounce_notice import Notification, named_recipients, read_notification
from workorder.inbound.bounce_parts import ReportParts, field, payload_text, read_parts
from workorder.inbound.bounce_ses import read_ses_notification
from workorder.inbound.bounce_status import read_recipients
from workorder.inbound.bounce_words import (
    DAEMON_PATH,
    DAEMON_SENDER,
    FAILURE_SUBJECT,
    FAILURE_TEXT,
    FIXED_SUBJECT,
    POSTMASTER_SENDER,
    REJECTED_SUBJECT,
    REPLY_OR_FORWARD,
)
from workorder.inbound.headers import message_ids, words_text

_MAX_RECIPIENTS: Final = 200
_MAX_IDS: Final = 50
_MAX_TEXT: Final = 65_536
_MAX_FIELD: Final = 1_000
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
    if (ses := read_ses_notification(field(message, "x-amz-sns-message-id"), text)) is not None:
        return ses
    suspect = _Suspect(message=message, parts=read_parts(message), text=text[:_MAX_TEXT])
    recipients = _recipients(suspect)
    if recipients is None:
        return None
    ids = tuple(dict.fromkeys(_original_ids(suspect)))
    return DeliveryReport(recipients=recipients[:_MAX_RECIPIENTS], original_ids=ids[:_MAX_IDS])


@dataclass(frozen=True, kw_only=True)
class _Suspect:
    """A mail that may be a bounce; what costs time is read only when it is asked for."""

    message: Message
    parts: ReportParts
    text: str

    def field(self, name: str) -> str:
        return field(self.message, name)[:_MAX_FIELD]

    @cached_property
    def subject(self) -> str:
        return words_text(self.field("subject"))

    @cached_property
    def notification(self) -> Notification:
        return read_notification(self.text or payload_text(self.message))

    @cached_property
    def is_from_a_daemon(self) -> bool:
        """Whether only a mail system has such an address."""
        path = self.field("return-path") or self.field("x-envelope-from")
        return bool(DAEMON_SENDER.search(self.field("from")) or DAEMON_PATH.match(path))

    @cached_property
    def has_null_path(self) -> bool:
        """Whether it came with the null reverse-path, as receipts and autoreplies do too."""
        paths = (self.field("return-path"), self.field("x-envelope-from"))
        return any("".join(path.split()).endswith("<>") for path in paths)

    @cached_property
    def is_from_a_postmaster(self) -> bool:
        """Whether the sender may be a mail system, or the person who looks after one."""
        return bool(POSTMASTER_SENDER.search(self.field("from")))

    @cached_property
    def is_titled(self) -> bool:
        """Whether the subject speaks of a failure."""
        return bool(FAILURE_SUBJECT.search(self.subject))

    @cached_property
    def is_worded(self) -> bool:
        """Whether its own words speak of a failure."""
        return bool(FAILURE_TEXT.search("\n".join(self.notification.words)))

    @cached_property
    def has_copy(self) -> bool:
        """Whether the mail that did not arrive comes with it."""
        return bool(self.parts.returned) or self.notification.has_copy


def _recipients(suspect: _Suspect) -> tuple[FailedRecipient, ...] | None:
    """Return whom a bounce is about, () where it does not say; None for no bounce."""
    kind = suspect.parts.report_type
    if kind == "disposition-notification" and _is_rejection(suspect):
        return read_recipients(suspect.parts.receipts)
    if kind in {"feedback-report", "disposition-notification"}:
        return None
    is_status = _is_status_report(suspect)
    if not (is_status or _is_notice(suspect)):
        return None
    recipients = read_recipients(suspect.parts.statuses) if is_status else ()
    return recipients or named_recipients(
        suspect.message, suspect.notification, suspect.parts.returned
    )


def _is_rejection(suspect: _Suspect) -> bool:
    """Whether a "receipt" says that a filter refused the mail (RFC 5429 2.2), as Dovecot's does."""
    return suspect.is_from_a_daemon and bool(REJECTED_SUBJECT.search(suspect.subject))


def _is_status_report(suspect: _Suspect) -> bool:
    """Whether the status blocks are this mail's own, and not passed on by a person."""
    if not suspect.parts.statuses:
        return False
    is_report = suspect.message.get_content_type() == "multipart/report"
    is_bare = not suspect.field("from")
    return is_report or is_bare or suspect.is_from_a_daemon or suspect.has_null_path


def _is_notice(suspect: _Suspect) -> bool:
    """Whether a mail system wrote this about a mail that was not delivered.

    The less the sender tells, the more the mail itself has to show.
    """
    if REPLY_OR_FORWARD.match(suspect.subject):
        return False
    if suspect.is_from_a_daemon:
        return suspect.is_titled or suspect.is_worded or suspect.has_copy
    if suspect.has_null_path:
        return suspect.is_titled or (suspect.is_worded and suspect.has_copy)
    if suspect.is_from_a_postmaster:
        is_fixed = FIXED_SUBJECT.match(suspect.subject) is not None
        return (suspect.is_titled or suspect.is_worded) and (suspect.has_copy or is_fixed)
    return False


def _original_ids(suspect: _Suspect) -> Iterator[str]:
    """Yield the ids under which the mail that came back may be on record, the surest first."""
    parts = suspect.parts
    for block in (*parts.returned, *parts.statuses, *parts.receipts):
        yield from message_ids(
            block.first("message-id", "original-message-id", "x-original-message-id")
        )
    for match in _ID_LINE.finditer(suspect.text):
        yield from message_ids(match[1])
    for name in ("x-original-message-id", "original-message-id", "in-reply-to"):
        yield from message_ids(suspect.field(name))
