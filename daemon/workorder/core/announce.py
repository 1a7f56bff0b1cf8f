"""From an event that is to be told to the notices themselves, one request a recipient."""

from workorder.core.audience import Occasion, People, Recipient, audience
from workorder.core.model import WorkOrder
from workorder.core.notice import Audience, AutoSubmitted, NoticeKind, NoticeRequest
from workorder.core.plan import NoticePlan


def announce(
    occasion: Occasion, order: WorkOrder, people: People, plan: NoticePlan, *, cause: str | None
) -> tuple[NoticeRequest, ...]:
    """The notices of one occasion. `cause`: Message-ID of the mail that brought it about."""
    announcement = occasion.announcement
    line = plan[announcement] if announcement is not None else None
    return tuple(
        NoticeRequest(
            kind=occasion.kind,
            recipient=recipient.address,
            audience=recipient.audience,
            language=recipient.language,
            # It is worded for the customer's side.
            with_pdf=line is not None and line.pdf and recipient.audience is Audience.CUSTOMER,
            template=line.template if line is not None else occasion.kind.value,
            auto_submitted=_auto_submitted(occasion),
            in_reply_to=cause or order.thread_id,
            references=references_of(order, cause),
            capped=_capped(occasion, order, recipient),
        )
        for recipient in audience(occasion, order, people, plan)
    )


def references_of(order: WorkOrder | None, cause: str | None) -> tuple[str, ...]:
    """The thread's first mail, then the one answered (RFC 5322 3.6.4)."""
    ids = (order.thread_id if order else None, cause)
    return tuple(dict.fromkeys(filter(None, ids)))


def _auto_submitted(occasion: Occasion) -> AutoSubmitted | None:
    """None where the notice carries a person's words: a ticket system would drop them."""
    if occasion.kind is NoticeKind.OPENED and occasion.opened_by_mail:
        return AutoSubmitted.REPLIED
    carries_words = occasion.kind in _CARRY_WORDS and occasion.has_words and not occasion.automatic
    return None if carries_words else AutoSubmitted.GENERATED


_CARRY_WORDS = frozenset(
    {
        NoticeKind.REPLY,
        NoticeKind.NOTE,
        *(NoticeKind.IN_PROGRESS, NoticeKind.WAITING_PARTS, NoticeKind.WAITING_VENDOR),
        *(NoticeKind.WAITING_CUSTOMER, NoticeKind.FINISHED, NoticeKind.CANCELLED),
    }
)


# A note goes to technicians alone, who answer nothing by machine.
_ANSWERS = frozenset(
    {NoticeKind.REPLY, NoticeKind.UNPROVEN, NoticeKind.FINISHED, NoticeKind.APPROVAL}
)


def _capped(occasion: Occasion, order: WorkOrder, recipient: Recipient) -> bool:
    """Answers to unknown senders, and what automatic mail brings about, count against the caps.

    A delivery report is of one notice that was sent and can be told only once: it needs no cap,
    and a second dead address of a work order must not go untold.
    """
    if occasion.kind is NoticeKind.OPENED:
        to_stranger = occasion.stranger and recipient.address.email == order.requester.email
        # Our own technicians answer nothing by machine, and have to know of every alert.
        return to_stranger or (occasion.automatic and recipient.audience is Audience.CUSTOMER)
    return occasion.automatic and occasion.kind in _ANSWERS
