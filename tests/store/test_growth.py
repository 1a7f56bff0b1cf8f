"""What intake and delivery cost must not grow with what is stored, nor with what waits.

The cost is counted in steps of SQLite's virtual machine: the same on every computer.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from store import work
from store.made import JANE, NOON, a_notice, an_arrival, an_opening
from workorder.store import schema, schema_outbox
from workorder.store.engine import create_schema, open_engine
from workorder.store.files import Files
from workorder.store.unit import Store, Unit

MANY = 2000
YESTERDAY = NOON - timedelta(days=1)
LATER = NOON + timedelta(days=1)


def new_store(folder: Path) -> Store:
    folder.mkdir()
    engine = open_engine(f"sqlite:///{folder}/workorder.db", create=True)
    create_schema(engine)
    with (store := Store(engine, Files(folder))).write() as unit:
        unit.people.add_customer("Acme Ltd", domains=["acme.example"])
    return store


def old_mails(count: int) -> list[dict[str, object]]:
    states = ("done", "ignored", "duplicate", "discarded")
    return [
        {
            "mailbox": "support",
            "uidvalidity": 7,
            "uid": 10_000 + i,
            "sha256": f"old {i}",
            "size": 2000,
            "internaldate": YESTERDAY,
            "received_at": YESTERDAY,
            "truncated": False,
            "state": states[i % len(states)],
            "attempts": 0,
            "alone": False,
            "next_at": YESTERDAY,
            "filed": True,
            "released_at": None,
            "reason": "",
            "message_id": f"<old{i}@acme.example>",
            "sender": JANE.email,
            "body_hash": f"{i}",
            "number": None,
            "trace": "[]",
        }
        for i in range(count)
    ]


def old_notices(count: int) -> list[dict[str, object]]:
    """Sent ones, buried ones, and ones that wait for tomorrow."""
    states = (("sent", YESTERDAY), ("buried", YESTERDAY), ("ready", LATER), ("pending", LATER))
    return [
        {
            "kind": "opened",
            "audience": "customer",
            "recipient_name": "",
            "recipient": JANE.email,
            "language": "en",
            "with_pdf": True,
            "refs": (),
            "detail": "",
            "capped": False,
            "message_id": f"<old{i}@northwind.example>",
            "key": f"old {i}",
            "state": states[i % len(states)][0],
            "attempts": 0,
            "resends": 0,
            "next_at": states[i % len(states)][1],
            "error": "",
            "reply": "",
            "spent": False,
            "created_at": YESTERDAY,
        }
        for i in range(count)
    ]


def fill(store: Store, count: int) -> None:
    with store.write() as unit:
        for _ in range(count // 10):
            unit.orders.open(an_opening(customer_id=1), (), first=1, mail_id=None)
    with store.engine.begin() as connection:
        connection.execute(insert(schema.inbound), old_mails(count))
        connection.execute(insert(schema_outbox.outbox), old_notices(count))


def steps_of(store: Store, work_of: Callable[[Unit, datetime], object]) -> int:
    """How many steps the database takes for one unit of work."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    with store.engine.connect() as connection:
        driver = connection.connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(step, 1)  # the pool gives this one out again
    with store.write() as unit:
        work_of(unit, NOON)
    driver.set_progress_handler(None, 1)
    assert count > 0
    return count


@pytest.fixture(scope="module")
def empty_and_full(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Store, Store]]:
    folder = tmp_path_factory.mktemp("growth")
    empty, full = new_store(folder / "empty"), new_store(folder / "full")
    fill(full, MANY)
    yield empty, full
    empty.close()
    full.close()


def test_a_mails_way_through_costs_the_same_however_much_is_stored(
    empty_and_full: tuple[Store, Store],
) -> None:
    empty, full = empty_and_full
    for part in work.PARTS:
        cheap, dear = steps_of(empty, part), steps_of(full, part)
        assert dear < 1.2 * cheap + 50, part.__name__


def take_one(unit: Unit, now: datetime) -> None:
    (mail,) = unit.inbound.take("support", 1, now)
    unit.inbound.put_back(mail.id)
    unit.inbound.to_file("support")


def compose_one(unit: Unit, now: datetime) -> None:
    (row,) = unit.outbox.take_to_compose(1, now, 60.0)
    unit.outbox.freeze(row.id, row.attempts, b"bytes")


def send_one(unit: Unit, now: datetime) -> None:
    (row,) = unit.outbox.take_to_send(1, now, 60.0)
    unit.outbox.transmitting(row.id, row.attempts)
    unit.outbox.sent(row.id, row.attempts, "250", now)


def test_the_oldest_costs_the_same_however_many_wait_behind_it(tmp_path: Path) -> None:
    few, many = new_store(tmp_path / "few"), new_store(tmp_path / "many")
    for store, count in ((few, 40), (many, MANY)):
        with store.write() as unit:
            unit.inbound.record("support", [an_arrival(i) for i in range(count)], NOON)
            unit.outbox.add([a_notice(f"{i}") for i in range(count)], NOON)
            for row in unit.outbox.take_to_compose(count // 2, NOON, 60.0):
                unit.outbox.freeze(row.id, row.attempts, b"bytes")
    for part in (take_one, compose_one, send_one):
        cheap, dear = steps_of(few, part), steps_of(many, part)
        assert dear < 1.2 * cheap + 50, part.__name__
    few.close()
    many.close()


def test_a_cost_that_does_grow_is_seen(empty_and_full: tuple[Store, Store]) -> None:
    def list_them(unit: Unit, now: datetime) -> None:
        del now
        unit.outbox.rows()

    empty, full = empty_and_full
    assert steps_of(full, list_them) > 10 * steps_of(empty, list_them)
