"""From an event that is to be told to the notices themselves, one request a recipient."""

from typing import assert_never

from workorder.core.audience import Occasion, People, Recipient, audience
from workorder.core.model import WorkOrder
from workorder.core.notice import Audience, AutoSubmitted, NoticeKind, NoticeRequest


def announce(
    occasion: Occasion, order: WorkOrder, people: People, *, cause: str | None
) -> tuple[NoticeRequest, ...]:
    """The notices of one occasion. `cause`: Message-ID of the mail that brought it about."""
    return tuple(
        NoticeRequest(
            kind=occasion.kind,
            recipient=recipient.address,
            audience=recipient.audience,
            language=recipient.language,
            with_pdf=carries_pdf(occasion.kind, recipient.audience),
            auto_submitted=_auto_submitted(occasion),
            in_reply_to=cause or order.thread_id,
            references=_references(order, cause),
            capped=_capped(occasion, order, recipient),
        )
        for recipient in audience(occasion, order, people)
    )


def _references(order: WorkOrder, cause: str | None) -> tuple[str, ...]:
    """The thread's first mail, then the one answered (RFC 5322 3.6.4)."""
    if cause is None or cause == order.thread_id:
        return (order.thread_id,)
    return (order.thread_id, cause)


def carries_pdf(kind: NoticeKind, told_as: Audience) -> bool:
    """Whether a notice comes with the PDF, which is worded for the customer's side."""
    return kind is NoticeKind.OPENED and told_as is Audience.CUSTOMER


def _auto_submitted(occasion: Occasion) -> AutoSubmitted | None:
    """None where the notice carries a person's words: a ticket system would drop them."""
    match occasion.kind:
        case NoticeKind.OPENED:
            by_mail = occasion.opened_by_mail
            return AutoSubmitted.REPLIED if by_mail else AutoSubmitted.GENERATED
        case NoticeKind.REPLY:
            return AutoSubmitted.GENERATED if occasion.automatic else None
        case NoticeKind.UNPROVEN | NoticeKind.MAIL_FAILED | NoticeKind.TROUBLE:
            return AutoSubmitted.GENERATED
        case _:
            assert_never(occasion.kind)


def _capped(occasion: Occasion, order: WorkOrder, recipient: Recipient) -> bool:
    """Answers to unknown senders, and what automatic mail brings about, count against the caps.

    A delivery report is of one notice that was sent and can be told only once: it needs no cap,
    and a second dead address of a work order must not go untold.
    """
    if occasion.kind is NoticeKind.OPENED:
        return occasion.stranger and recipient.address.email == order.requester.email
    return occasion.automatic and occasion.kind is not NoticeKind.MAIL_FAILED
