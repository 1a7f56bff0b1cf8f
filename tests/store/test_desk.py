"""The desk's queries: what they find, and that none reads a table through."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from store.test_plans import _scans, statements_of
from workorder.core.events import (
    Assigned,
    Event,
    FollowUpSet,
    Opened,
    Replied,
    StatusChanged,
    TimeChange,
    TimeLogged,
)
from workorder.core.model import SYSTEM, OpenedBy, Person, Status
from workorder.store.desk import COUNTED_TO, OPEN, DeskWanted, Load
from workorder.store.unit import Store, Unit

MARIA = "maria@northwind.example"


def opened(unit: Unit, at: datetime, *more: Event, title: str = "Printer") -> int:
    opening = Opened(
        at=at,
        actor="jane@acme.example",
        text=f"{title}, please.",
        title=title,
        requester=Person(name="Jane Roe", email="jane@acme.example"),
        customer_id=1,
        opened_by=OpenedBy.PORTAL,
        thread_id="<t@northwind.example>",
    )
    return unit.orders.open(opening, more, first=1001, mail_id=None)[0].number


def add(unit: Unit, number: int, *events: Event) -> None:
    order = unit.orders.get(number)
    assert order is not None
    unit.orders.append(order, events, mail_id=None)


def assigned(at: datetime, technician: int | None = 1) -> Assigned:
    return Assigned(at=at, actor=MARIA, technician_id=technician)


def status(at: datetime, to: Status) -> StatusChanged:
    return StatusChanged(at=at, actor=MARIA, status=to, was=Status.IN_PROGRESS)


@pytest.fixture
def desk(store: Store) -> Store:
    """A store with a customer and two technicians."""
    with store.write() as unit:
        acme = unit.people.add_customer("Acme Ltd", domains=["acme.example"])
        unit.people.add_contact("jane@acme.example", customer_id=acme.id, name="Jane Roe")
        unit.people.add_contact("pat@acme.example", customer_id=acme.id, name="Pat Lee")
        unit.people.add_technician(MARIA, name="Maria Santos")
        unit.people.add_technician("tom@northwind.example", name="Tom Berg")
    return store


def numbers(rows: Any) -> list[int]:
    return [row.number for row in rows]


def test_the_list_has_every_status_in_one_order_and_goes_on(desk: Store, now: datetime) -> None:
    with desk.write() as unit:
        for to in (Status.WAITING_PARTS, Status.FINISHED, Status.WAITING_CUSTOMER):
            opened(unit, now, status(now, to))
        opened(unit, now)
        found = unit.desk.listing(DeskWanted(limit=2))
        assert (numbers(found.rows), found.more) == ([1004, 1003], 1003)
        found = unit.desk.listing(DeskWanted(limit=2, before=1003))
        assert (numbers(found.rows), found.more) == ([1001], None)
        found = unit.desk.listing(DeskWanted(statuses=tuple(Status)))
        assert numbers(found.rows) == [1004, 1003, 1002, 1001]


def test_the_list_is_of_whom_is_meant(desk: Store, now: datetime) -> None:
    with desk.write() as unit:
        opened(unit, now, assigned(now))
        opened(unit, now, assigned(now, 2))
        opened(unit, now)
        assert numbers(unit.desk.listing(DeskWanted(technician=1)).rows) == [1001]
        assert numbers(unit.desk.listing(DeskWanted(nobodys=True)).rows) == [1003]
        assert numbers(unit.desk.listing(DeskWanted(customer=1)).rows) == [1003, 1002, 1001]
        assert numbers(unit.desk.listing(DeskWanted(customer=2)).rows) == []


def test_words_are_found_in_texts_and_in_the_customers_name(desk: Store, now: datetime) -> None:
    with desk.write() as unit:
        opened(unit, now, Replied(at=now, actor=MARIA, text="A new Cable", by_technician=True))
        opened(unit, now, title="Screen")
        for words, found in (
            (("cable",), [1001]),
            (("screen", "acme"), [1002]),
            (("jane", "100%"), []),
            (("acme",), [1002, 1001]),
        ):
            assert numbers(unit.desk.listing(DeskWanted(words=words)).rows) == found


def test_what_nobody_touched_for_longest_comes_first(desk: Store, now: datetime) -> None:
    hour = timedelta(hours=1)
    with desk.write() as unit:
        opened(unit, now, assigned(now))
        opened(unit, now + hour, assigned(now + hour))
        opened(unit, now + 2 * hour)
        opened(unit, now, status(now, Status.FINISHED))
        reply = Replied(at=now + 3 * hour, actor=MARIA, by_technician=True)
        add(unit, 1001, reply)
        assert numbers(unit.desk.untouched(DeskWanted())) == [1002, 1003, 1001]
        assert numbers(unit.desk.untouched(DeskWanted(technician=1))) == [1002, 1001]
        assert numbers(unit.desk.untouched(DeskWanted(nobodys=True))) == [1003]
        assert numbers(unit.desk.untouched(DeskWanted(limit=1))) == [1002]


def test_a_technicians_own_timers_are_found(desk: Store, now: datetime) -> None:
    def started(technician: str) -> TimeLogged:
        return TimeLogged(
            at=now,
            actor=technician,
            text="cables",
            change=TimeChange.STARTED,
            technician=technician,
            started_at=now,
        )

    with desk.write() as unit:
        opened(unit, now, started(MARIA), started("a" + MARIA))
        opened(unit, now, started("tom@northwind.example"))
        (timer,) = unit.desk.timers(MARIA)
        assert (timer.order.number, timer.started_at, timer.note) == (1001, now, "cables")


def test_a_follow_up_is_due_on_its_day_and_until_somebody_acts(desk: Store, now: datetime) -> None:
    today = now.date()
    start = now - timedelta(hours=6)

    def due(unit: Unit, day: date = today, technician: int | None = None) -> list[int]:
        found = unit.desk.due(day, start, technician=technician, limit=10)
        return [each.order.number for each in found]

    with desk.write() as unit:
        asks = FollowUpSet(at=now, actor=MARIA, on=today)
        opened(unit, now, asks)
        opened(unit, now, asks, status(now, Status.FINISHED))
        opened(unit, now, FollowUpSet(at=now, actor=MARIA, on=today + timedelta(days=1)))
        opened(unit, now)
        assert due(unit) == [1001]
        assert due(unit, technician=1) == []
        assert due(unit, today + timedelta(days=1)) == [1001, 1003]
        told_at = now + timedelta(minutes=1)
        told = FollowUpSet(at=told_at, actor=SYSTEM, on=None, was=today, reached=True)
        add(unit, 1001, told)
        assert due(unit) == [1001]
        add(unit, 1001, Replied(at=told_at + timedelta(minutes=1), actor=MARIA))
        assert due(unit) == []


def test_what_is_open_is_counted_for_each_technician(desk: Store, now: datetime) -> None:
    with desk.write() as unit:
        opened(unit, now, assigned(now))
        opened(unit, now, assigned(now), status(now, Status.WAITING_PARTS))
        opened(unit, now, assigned(now), status(now, Status.FINISHED))
        opened(unit, now)
        unit.people.remove_technician(2, now)
        nobody, maria = unit.desk.loads()
        assert (nobody.technician_id, nobody.total) == (None, 1)
        assert (maria.name, maria.total) == ("Maria Santos", 2)
        assert dict(zip(OPEN, maria.counts, strict=True))[Status.WAITING_PARTS] == 1


def test_who_left_is_counted_while_something_is_theirs(desk: Store, now: datetime) -> None:
    with desk.write() as unit:
        opened(unit, now, assigned(now, 2))
        unit.people.remove_technician(2, now)
        assert [load.name for load in unit.desk.loads()] == ["", "Maria Santos", "Tom Berg"]


def test_many_are_counted_as_far_as_needed(desk: Store, now: datetime) -> None:
    assert Load(technician_id=1, name="Maria", counts=(COUNTED_TO, 0, 0, 0)).has_more
    assert not Load(technician_id=1, name="Maria", counts=(COUNTED_TO - 1, 9, 0, 0)).has_more
    with desk.write() as unit:
        opened(unit, now)
        assert not unit.desk.loads()[0].has_more


def test_callers_are_found_by_name_address_and_company(desk: Store) -> None:
    with desk.read() as unit:
        for words, found in (
            (("jane",), ["Jane Roe"]),
            (("ACME",), ["Jane Roe", "Pat Lee"]),
            (("pat@", "lee"), ["Pat Lee"]),
            (("100%",), []),
            ((), []),
        ):
            callers = unit.desk.callers(words, limit=10)
            assert [each.contact.name for each in callers] == found
        assert len(unit.desk.callers(("acme",), limit=1)) == 1


# -- by which way ---------------------------------------------------------------------------------


@pytest.fixture
def filled(sqlite_store: Store, now: datetime) -> Store:
    with sqlite_store.write() as unit:
        unit.people.add_customer("Acme Ltd")
        unit.people.add_technician(MARIA)
        opened(unit, now)
    return sqlite_store


_IN_ORDER = ("SCAN events:", "SCAN latest:", "SCAN orders USING INDEX ix_orders_touched_at:")
PARTS: dict[str, Callable[[Unit, datetime], object]] = {
    "all": lambda unit, _now: unit.desk.listing(DeskWanted(before=9)),
    "one status": lambda unit, _now: unit.desk.listing(DeskWanted(statuses=(Status.FINISHED,))),
    "technician": lambda unit, _now: unit.desk.listing(DeskWanted(technician=1)),
    "nobody": lambda unit, _now: unit.desk.listing(DeskWanted(nobodys=True)),
    "customer": lambda unit, _now: unit.desk.listing(DeskWanted(customer=1)),
    "words": lambda unit, _now: unit.desk.listing(DeskWanted(words=("a", "b"))),
    "untouched": lambda unit, _now: unit.desk.untouched(DeskWanted()),
    "untouched of nobody": lambda unit, _now: unit.desk.untouched(DeskWanted(nobodys=True)),
    "timers": lambda unit, _now: unit.desk.timers(MARIA),
    "due": lambda unit, now: unit.desk.due(now.date(), now, technician=None, limit=9),
    "due of one": lambda unit, now: unit.desk.due(now.date(), now, technician=1, limit=9),
    "loads": lambda unit, _now: unit.desk.loads(),
    "customers": lambda unit, _now: unit.desk.customers((), after="b", limit=9),
}


@pytest.mark.parametrize("part", PARTS)
def test_every_statement_of_the_board_finds_its_rows_by_an_index(
    filled: Store, now: datetime, part: str
) -> None:
    with statements_of(filled.engine) as statements, filled.read() as unit:
        PARTS[part](unit, now)
    assert statements
    with filled.engine.connect() as connection:
        # Events are read from their end, and what waits from its beginning: as many as are wanted.
        scans = [
            plan
            for statement in statements
            for plan in _scans(connection, *statement)
            if not plan.startswith(_IN_ORDER)
        ]
    assert scans == []


@pytest.mark.parametrize(
    ("part", "index"),
    [
        ("all", "ix_orders_status (status=? AND number<?)"),
        ("technician", "ix_orders_technician_status (technician_id=? AND status=?)"),
        ("nobody", "ix_orders_technician_status (technician_id=? AND status=?)"),
        ("customer", "ix_orders_customer_status (customer_id=? AND status=?)"),
        ("untouched", "ix_orders_touched_at"),
        ("timers", "ix_orders_timers"),
        ("due", "ix_orders_follow_up_on (follow_up_on>? AND follow_up_on<?)"),
        ("due of one", "ix_orders_follow_up_on (follow_up_on>? AND follow_up_on<?)"),
        ("loads", "COVERING INDEX ix_orders_technician_status (technician_id=? AND status=?)"),
        ("customers", "uq_customers_name_key (name_key>?)"),
    ],
)
def test_each_list_is_read_off_its_own_index_in_order(
    filled: Store, now: datetime, part: str, index: str
) -> None:
    with statements_of(filled.engine) as statements, filled.read() as unit:
        PARTS[part](unit, now)
    with filled.engine.connect() as connection:
        plans = {
            statement: [
                str(row[3])
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]
            for statement, parameters in statements
        }
    assert any(index in step for plan in plans.values() for step in plan), plans
    # Sorted is only what is chosen already, and the technicians, who are few.
    in_order = [plan for statement, plan in plans.items() if " IN (" not in statement]
    assert part == "loads" or not any("TEMP B-TREE" in step for plan in in_order for step in plan)
