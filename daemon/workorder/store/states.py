"""The states that mails pass through, in and out."""

from enum import StrEnum


class MailState(StrEnum):
    """Where an inbound mail stands: received -> in-hand -> one of the others, or back."""

    RECEIVED = "received"
    IN_HAND = "in-hand"
    DONE = "done"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    ASIDE = "aside"
    PARKED = "parked"
    DISCARDED = "discarded"


class NoticeState(StrEnum):
    """Where an outgoing mail stands.

    pending -> composing -> ready -> sending -> transmitting -> sent, or buried. A postponed one
    is ready (or pending) with `next_at` in the future.
    """

    PENDING = "pending"
    COMPOSING = "composing"
    READY = "ready"
    SENDING = "sending"
    TRANSMITTING = "transmitting"
    SENT = "sent"
    BURIED = "buried"
    DISCARDED = "discarded"
