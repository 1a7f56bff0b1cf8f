"""All that the store does for one mail and its notices, in parts, each within one unit."""

from datetime import datetime, timedelta

from store.made import JANE, a_notice, an_arrival, an_opening, capped
from workorder.core.bank import Draw, EntryKind, Posting
from workorder.core.events import Replied
from workorder.store.bank import Reason
from workorder.store.orders import FileRow
from workorder.store.unit import Unit


def bring_in(unit: Unit, now: datetime) -> None:
    unit.inbound.record("support", [an_arrival(1), an_arrival(2), an_arrival(3)], now)
    unit.inbound.known("support", [an_arrival(1).sha256, "0" * 64])
    unit.inbound.take_back("support")


def decide(unit: Unit, now: datetime) -> None:
    people, orders, ledger = unit.people, unit.orders, unit.inbound
    first, second, third = ledger.take("support", 50, now)
    people.technician_by_email(JANE.email)
    people.contact_by_email(JANE.email)
    people.customer_by_domain("mail.acme.example")
    acme = people.customer_by_id(1)
    assert acme is not None
    orders.by_notice(["<one@northwind.example>", "<x@y.example>"])
    orders.by_mail(["<one@northwind.example>", "<x@y.example>"])
    ledger.twin("support", "<a@x.example>", JANE.email, "same", first.id)
    ledger.message_id_reused("support", "<a@x.example>", first.id)
    ledger.from_sender_since(JANE.email, now)
    people.equipment_of(acme.id)
    people.primary_contacts(acme.id)
    order, ids = orders.open(
        an_opening(customer_id=acme.id), [Replied(at=now, actor="x")], first=1, mail_id=first.id
    )
    found = orders.get(order.number)
    assert found is not None
    orders.append(found, [Replied(at=now, actor="x")], mail_id=first.id)
    orders.add_files(order.number, ids[0], [FileRow(name="a", type="b", size=1, sha256="c")])
    unit.outbox.capped_for_order(order.number, JANE.email)
    unit.outbox.capped_since(JANE.email, now)
    unit.outbox.capped_since(None, now)
    unit.outbox.add(
        [
            a_notice("1", number=order.number, event_id=ids[0]),
            capped(a_notice("2", number=order.number, event_id=ids[0])),
            a_notice("3"),
        ],
        now,
    )
    orders.spend(["<one@northwind.example>"])
    ledger.decided(
        first.id,
        state="done",
        reason="",
        number=order.number,
        message_id="<a@x.example>",
        sender=JANE.email,
        body_hash="same",
        trace="[]",
    )
    ledger.put_back(second.id)
    ledger.failed(second.id, "odd", now)
    ledger.park(third.id, sender=JANE.email, reason="flood")
    ledger.parked_release(200, now + timedelta(hours=1))


def file_away(unit: Unit, now: datetime) -> None:
    del now
    unit.inbound.filed([row.id for row in unit.inbound.to_file("support")])


def compose(unit: Unit, now: datetime) -> None:
    rows = unit.outbox.take_to_compose(5, now, 60.0)
    assert len(rows) == 3
    for row in rows:
        if row.number is not None:
            unit.queries.card(row.number, row.event_id, prefix="WO")
    for row in rows[:-1]:
        unit.outbox.freeze(row.id, row.attempts, b"bytes")
    unit.outbox.compose_failed(rows[-1].id, rows[-1].attempts, "odd", next_at=None)


def send(unit: Unit, now: datetime) -> None:
    first, second = unit.outbox.take_to_send(20, now, 60.0)
    unit.outbox.transmitting(first.id, first.attempts)
    unit.outbox.sent(first.id, first.attempts, "250", now)
    unit.outbox.postponed(second.id, second.attempts, now, "451")
    unit.outbox.bounced(first.id, now)
    (again,) = unit.outbox.take_to_send(20, now, 60.0)
    unit.outbox.release(again.id, again.attempts)
    unit.outbox.take_back_expired(now)
    unit.outbox.take_back(now)


def look_at_the_clock(unit: Unit, now: datetime) -> None:
    unit.clock.mend(now)
    unit.clock.silent(now, now, most=4, limit=50)
    unit.clock.open_long(now, now, limit=50)
    unit.clock.follow_ups(now.date(), limit=50)
    unit.clock.timers()
    unit.bank.expiring(now.date(), 20)


def bill(unit: Unit, now: datetime) -> None:
    why = Reason(at=now, recorded_at=now, actor="x", number=1)
    bought = unit.bank.post(1, Posting(kind=EntryKind.BOUGHT, minutes=60), why)
    draws = (Draw(lot=bought, minutes=-30),)
    unit.bank.post(1, Posting(kind=EntryKind.BILLED, minutes=-30, draws=draws), why)
    unit.bank.charges(1, 1)
    unit.bank.lots(1, also=[bought])
    unit.bank.expired(1, now.date(), now.date())
    unit.bank.hours_card(1, {"billed_by": None, "customer_id": 1, **_NOTHING})
    unit.bank.sums_before(1, now)


_NOTHING = {"worked_minutes": 0, "billed_minutes": 0}


PARTS = (bring_in, decide, file_away, compose, send)
"""A mail's way through."""

HOURS = (look_at_the_clock, bill)
"""What the clock and the banks do, beside it."""
