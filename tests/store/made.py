"""Valid values, one line each, for the tests of the store."""

from dataclasses import replace
from datetime import UTC, datetime

from workorder.core.events import Opened
from workorder.core.message import Address
from workorder.core.model import OpenedBy, Person
from workorder.core.notice import Audience, AutoSubmitted, NoticeKind, NoticeRequest
from workorder.store.inbound import Arrival, LedgerEntry
from workorder.store.outbox import NewNotice
from workorder.store.unit import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
JANE = Person(name="Jane Roe", email="jane@acme.example")


def an_opening(
    *, requester: Person = JANE, customer_id: int | None = None, text: str = "It smokes."
) -> Opened:
    return Opened(
        at=NOON,
        actor=requester.email,
        text=text,
        title="Printer does not print",
        requester=requester,
        customer_id=customer_id,
        opened_by=OpenedBy.MAIL,
        thread_id="<first@acme.example>",
    )


def an_arrival(number: int, *, size: int = 2000) -> Arrival:
    return Arrival(uidvalidity=7, uid=number, sha256=f"{number:064x}", size=size, internaldate=NOON)


def a_request(*, recipient: str = JANE.email, capped: bool = False) -> NoticeRequest:
    return NoticeRequest(
        kind=NoticeKind.OPENED,
        recipient=Address(name="Jane Roe", email=recipient),
        audience=Audience.CUSTOMER,
        language="en",
        with_pdf=True,
        auto_submitted=AutoSubmitted.REPLIED,
        in_reply_to="<first@acme.example>",
        references=("<first@acme.example>",),
        template="opened",
        capped=capped,
    )


def a_notice(name: str, *, number: int | None = None, event_id: int | None = None) -> NewNotice:
    return NewNotice(
        number=number,
        event_id=event_id,
        mail_id=None,
        request=a_request(),
        message_id=f"<{name}@northwind.example>",
        key=name,
    )


def capped(notice: NewNotice, recipient: str = JANE.email) -> NewNotice:
    return replace(notice, request=a_request(recipient=recipient, capped=True))


def recorded(store: Store, count: int, *, mailbox: str = "support") -> None:
    with store.write() as unit:
        unit.inbound.record(mailbox, [an_arrival(i) for i in range(1, count + 1)], NOON)


def in_hand(store: Store, *, limit: int = 50, mailbox: str = "support") -> tuple[LedgerEntry, ...]:
    with store.write() as unit:
        return unit.inbound.take(mailbox, limit, NOON)


def decide(  # noqa: PLR0913 - what distinguishes one verdict from another
    store: Store,
    entry_id: int,
    *,
    state: str = "done",
    number: int | None = None,
    message_id: str | None = None,
    sender: str = JANE.email,
    body_hash: str = "same",
) -> None:
    with store.write() as unit:
        unit.inbound.decided(
            entry_id,
            state=state,
            reason="because",
            number=number,
            message_id=message_id,
            sender=sender,
            body_hash=body_hash,
            trace="[]",
        )


def an_order(store: Store, *, customer_id: int | None = None) -> tuple[int, int]:
    """The number of a new work order, and the id of its opening."""
    with store.write() as unit:
        order, events = unit.orders.open(
            an_opening(customer_id=customer_id), (), first=1001, mail_id=None
        )
    return order.number, events[0]
