from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from store.made import an_opening
from workorder.core.bank import EntryKind, Posting
from workorder.core.events import Event, Merged, StatusChanged, TimeChange, TimeLogged
from workorder.core.model import Status
from workorder.core.reports import (
    ALWAYS,
    AgeLine,
    By,
    HoursLine,
    InvoiceLine,
    Period,
    StayLine,
)
from workorder.store.bank import Reason
from workorder.store.unit import Store, Unit

MARIA, TOM = "maria@northwind.example", "tom@northwind.example"
NEW_YORK = ZoneInfo("America/New_York")
JUNE, JULY = datetime(2026, 6, 1, 4, tzinfo=UTC), datetime(2026, 7, 1, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def worked(at: datetime, minutes: int, technician: str = MARIA) -> TimeLogged:
    return TimeLogged(
        at=at,
        actor=technician,
        change=TimeChange.ENTERED if minutes > 0 else TimeChange.WITHDRAWN,
        technician=technician,
        started_at=at,
        stopped_at=at + timedelta(minutes=abs(minutes)),
        minutes=minutes,
    )


def moved(at: datetime, status: Status) -> StatusChanged:
    return StatusChanged(at=at, actor=MARIA, status=status)


def an_order(
    unit: Unit, *events: Event, customer_id: int | None = None, opened_at: datetime = JUNE
) -> int:
    opening = replace(an_opening(customer_id=customer_id), at=opened_at)
    return unit.orders.open(opening, events, first=1001, mail_id=None)[0].number


def post(unit: Unit, customer_id: int, at: datetime, posting: Posting, number: int) -> None:
    why = Reason(at=at, recorded_at=at, actor=MARIA, number=number)
    unit.bank.post(customer_id, posting, why)


def billed(minutes: int, *, to_invoice: int = 0) -> Posting:
    from_bank = minutes - to_invoice
    return Posting(kind=EntryKind.BILLED, minutes=-from_bank, to_invoice=to_invoice)


def hours(
    store: Store, by: By, period: Period = ALWAYS
) -> list[tuple[str | None, int, int | None]]:
    with store.read() as unit:
        lines: Sequence[HoursLine] = unit.reports.hours(by, period, zone=NEW_YORK)
    return [(line.key, line.worked, line.billed) for line in lines]


@pytest.fixture
def two_months(store: Store) -> Store:
    """Work at the end of June and at the begin of July in New York, and what was billed for it."""
    with store.write() as unit:
        acme, other = (unit.people.add_customer(name).id for name in ("Acme Ltd", "Other Inc"))
        first = an_order(
            unit,
            worked(JULY - SECOND, 30),
            worked(JULY, 60, TOM),
            worked(JULY, 20),
            worked(JULY, -20),
            customer_id=acme,
        )
        second = an_order(unit, worked(JULY + HOUR, 15), customer_id=other)
        an_order(unit, worked(JUNE + HOUR, 5))
        post(unit, acme, JULY - SECOND, billed(60), first)
        post(unit, acme, JULY, replace(billed(-60), kind=EntryKind.REVERSED), first)
        post(unit, acme, JULY, billed(90, to_invoice=40), first)
        post(unit, other, JULY + HOUR, billed(15, to_invoice=15), second)
        why = Reason(at=JUNE, recorded_at=JUNE, actor=MARIA)
        unit.bank.post(acme, Posting(kind=EntryKind.BOUGHT, minutes=600), why)
    return store


def test_hours_are_added_up_by_customer_and_what_is_nobodys_comes_last(two_months: Store) -> None:
    assert hours(two_months, By.CUSTOMER) == [
        ("Acme Ltd", 90, 90),
        ("Other Inc", 15, 15),
        (None, 5, 0),
    ]


def test_hours_are_added_up_by_technician_and_those_billed_are_no_technicians(
    two_months: Store,
) -> None:
    assert hours(two_months, By.TECHNICIAN) == [(MARIA, 50, None), (TOM, 60, None)]


def test_hours_are_added_up_by_the_months_of_the_sites_zone(two_months: Store) -> None:
    assert hours(two_months, By.MONTH) == [("2026-06", 35, 60), ("2026-07", 75, 45)]


def test_only_what_began_in_a_period_counts(two_months: Store) -> None:
    june, july = Period(end=JULY), Period(start=JULY)
    assert hours(two_months, By.MONTH, june) == [("2026-06", 35, 60)]
    assert hours(two_months, By.MONTH, july) == [("2026-07", 75, 45)]
    assert hours(two_months, By.CUSTOMER, june) == [("Acme Ltd", 30, 60), (None, 5, 0)]
    assert hours(two_months, By.TECHNICIAN, july) == [(MARIA, 15, None), (TOM, 60, None)]
    assert hours(two_months, By.MONTH, Period(start=JUNE, end=JUNE)) == []


@pytest.mark.parametrize("by", By)
def test_where_nothing_was_worked_there_is_nothing_to_add_up(store: Store, by: By) -> None:
    assert hours(store, by) == []


def test_many_months_are_told_apart(store: Store) -> None:
    firsts = [datetime(2020 + i // 12, i % 12 + 1, 1, 12, tzinfo=UTC) for i in range(0, 100, 3)]
    with store.write() as unit:
        an_order(unit, *(worked(first, i + 1) for i, first in enumerate(firsts)))
    assert hours(store, By.MONTH) == [
        (f"{first:%Y-%m}", i + 1, 0) for i, first in enumerate(firsts)
    ]


# -- waiting ------------------------------------------------------------------------------------


def stays(store: Store, now: datetime, period: Period = ALWAYS) -> dict[Status, StayLine]:
    with store.read() as unit:
        return {line.status: line for line in unit.reports.stays(now, period)}


@pytest.fixture
def waited(store: Store) -> Store:
    """Three work orders that waited for parts for 1, 2 and (so far) 9 hours."""
    with store.write() as unit:
        for length in (1, 2):
            an_order(
                unit,
                moved(JUNE + HOUR, Status.WAITING_PARTS),
                moved(JUNE + (1 + length) * HOUR, Status.FINISHED),
            )
        an_order(unit, moved(JULY, Status.WAITING_PARTS), opened_at=JULY - HOUR)
    return store


def test_how_long_work_orders_stood_in_a_status_is_told_up_to_now(waited: Store) -> None:
    assert stays(waited, JULY + 9 * HOUR) == {
        Status.IN_PROGRESS: StayLine(
            status=Status.IN_PROGRESS, count=3, still=0, median=60, mean=60, longest=60
        ),
        Status.WAITING_PARTS: StayLine(
            status=Status.WAITING_PARTS, count=3, still=1, median=120, mean=240, longest=540
        ),
    }


def test_of_a_period_the_stays_that_began_in_it_count_whole(waited: Store) -> None:
    found = stays(waited, JULY + 9 * HOUR, Period(start=JULY))
    assert [(line.status, line.longest) for line in found.values()] == [(Status.WAITING_PARTS, 540)]
    assert [line.count for line in stays(waited, JULY, Period(end=JULY)).values()] == [3, 2]


def test_a_work_order_that_was_opened_again_is_in_progress_again(store: Store) -> None:
    with store.write() as unit:
        an_order(unit, moved(JUNE + HOUR, Status.FINISHED), moved(JULY, Status.IN_PROGRESS))
    (line,) = stays(store, JULY + 2 * HOUR).values()
    assert (line.count, line.still, line.longest, line.mean) == (2, 1, 120, 90)


def test_what_was_merged_into_a_work_order_opens_it_no_second_time(store: Store) -> None:
    with store.write() as unit:
        goes_on = an_order(unit, moved(JUNE + HOUR, Status.WAITING_PARTS))
        other = an_order(unit, opened_at=JUNE + 2 * HOUR)
        unit.orders.move(other, goes_on)
        ended = unit.orders.get(other)
        assert ended is not None
        merged = Merged(at=JUNE + 3 * HOUR, actor=MARIA, other=goes_on, into=goes_on)
        closed = moved(JUNE + 3 * HOUR, Status.CANCELLED)
        unit.orders.append(ended, [merged, closed], mail_id=None)
    found = stays(store, JUNE + 5 * HOUR)
    assert {status: line.longest for status, line in found.items()} == {
        Status.IN_PROGRESS: 60,
        Status.WAITING_PARTS: 240,
    }


def test_what_was_recorded_later_and_counts_from_earlier_took_no_time(store: Store) -> None:
    with store.write() as unit:
        an_order(unit, moved(JUNE - HOUR, Status.WAITING_VENDOR))
    found = stays(store, JUNE + HOUR)
    assert [line.longest for line in found.values()] == [0, 120]


# -- age ----------------------------------------------------------------------------------------


def test_open_work_is_told_by_age_and_status_with_the_oldest(store: Store, now: datetime) -> None:
    ages = (40, 30, 10, 7, 5, 2, 1)
    with store.write() as unit:
        for days in ages:
            an_order(unit, opened_at=now - timedelta(days=days))
        an_order(unit, opened_at=now - timedelta(days=1) + SECOND)
        parts = an_order(unit, moved(now, Status.WAITING_PARTS), opened_at=now)
        an_order(unit, moved(now, Status.FINISHED), opened_at=now - timedelta(days=50))
    with store.read() as unit:
        found = unit.reports.ages(now)
    assert found == (
        AgeLine(status=Status.IN_PROGRESS, counts=(2, 1, 2, 2, 1), oldest=1001),
        AgeLine(status=Status.WAITING_PARTS, counts=(1, 0, 0, 0, 0), oldest=parts),
    )
    assert found[0].count == 8


# -- invoicing ----------------------------------------------------------------------------------


def to_invoice(
    store: Store, *, customer_id: int | None = None, month: Period = ALWAYS
) -> list[tuple[str, int, int]]:
    with store.read() as unit:
        lines = unit.reports.to_invoice(customer_id=customer_id, month=month)
    return [(line.customer, line.number, line.to_invoice) for line in lines]


def test_a_line_of_what_is_to_be_invoiced_says_what_the_bank_paid(store: Store) -> None:
    finished = (worked(JUNE, 200), moved(JULY, Status.FINISHED))
    with store.write() as unit:
        acme = unit.people.add_customer("Acme Ltd").id
        number = an_order(unit, *finished, customer_id=acme)
        post(unit, acme, JULY, billed(90, to_invoice=90), number)
        paid = Posting(kind=EntryKind.COVERED, minutes=-50, to_invoice=-50)
        post(unit, acme, JULY + HOUR, paid, number)
    with store.read() as unit:
        (line,) = unit.reports.to_invoice()
    assert line == InvoiceLine(
        customer="Acme Ltd",
        number=number,
        title="Printer does not print",
        finished_at=JULY,
        worked=200,
        billed=90,
        from_bank=50,
        to_invoice=40,
    )


def test_what_was_invoiced_or_covered_is_no_longer_to_be(two_months: Store) -> None:
    assert to_invoice(two_months) == [("Acme Ltd", 1001, 40), ("Other Inc", 1002, 15)]
    with two_months.write() as unit:
        done = Posting(kind=EntryKind.INVOICED, minutes=0, to_invoice=-15)
        other = unit.people.customer_by_name("Other Inc")
        assert other is not None
        post(unit, other.id, JULY + 2 * HOUR, done, 1002)
    assert to_invoice(two_months) == [("Acme Ltd", 1001, 40)]
    assert to_invoice(two_months, customer_id=other.id) == []


def test_what_was_invoiced_and_is_not_owed_any_more_is_to_be_given_back(store: Store) -> None:
    with store.write() as unit:
        acme = unit.people.add_customer("Acme Ltd").id
        number = an_order(unit, customer_id=acme)
        post(unit, acme, JUNE, billed(60, to_invoice=60), number)
        post(unit, acme, JUNE, Posting(kind=EntryKind.INVOICED, minutes=0, to_invoice=-60), number)
        back = replace(billed(-60, to_invoice=-60), kind=EntryKind.REVERSED)
        post(unit, acme, JULY, back, number)
    assert to_invoice(store) == [("Acme Ltd", number, -60)]


def test_what_is_to_be_invoiced_stands_in_the_month_in_which_it_was_billed_last(
    two_months: Store,
) -> None:
    assert to_invoice(two_months, month=Period(start=JUNE, end=JULY)) == []
    july = Period(start=JULY, end=JULY + timedelta(days=31))
    assert to_invoice(two_months, month=july) == [("Acme Ltd", 1001, 40), ("Other Inc", 1002, 15)]
