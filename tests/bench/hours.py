"""What the clock and the banks cost: `python tests/bench/hours.py [--orders N] [--quick]`.

A sweep over many open work orders, few of which are due, on SQLite as it is shipped: the looking by
itself, the whole sweep with its events and outbox rows, and a sweep that finds nothing. The balance
of a customer whose ledger is long, and the proof that it is the sum.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import structlog
from sqlalchemy import insert

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.seed import order_row
from builders import NOON, policy
from fakes import FakeClock
from workorder.core.bank import EntryKind
from workorder.core.model import Status
from workorder.core.rules import BUILT_IN
from workorder.steps.hours import BankDesk, Purchase
from workorder.steps.remind import ClockSettings, Remind
from workorder.steps.surroundings import Surroundings
from workorder.store import schema, schema_books
from workorder.store.engine import create_schema, open_engine
from workorder.store.files import Files
from workorder.store.unit import Store

ORDERS, DUE = 200_000, 1_000
ENTRIES = 100_000
SWEEP_SECONDS, BALANCE_SECONDS = 2.0, 0.05
ROUNDS = 9
_AT_ONCE = 5_000
DAY = timedelta(days=1)
Result = dict[str, Any]


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def a_store(folder: Path) -> Store:
    engine = open_engine(f"sqlite:///{folder / 'hours.db'}", create=True)
    create_schema(engine)
    store = Store(engine, Files(folder / "files"))
    with store.write() as unit:
        for n in range(20):
            unit.people.add_customer(f"Customer {n}", domains=[f"customer{n}.example"])
        unit.people.add_technician("maria@northwind.example", name="Maria")
    return store


def open_orders(count: int, due: int) -> Iterator[dict[str, Any]]:
    """Work orders that wait for their customers; the reminders of the first ones are due."""
    for n in range(count):
        asked = NOON - (3 * DAY if n < due else timedelta(hours=n % 71))
        yield order_row(n, 1) | {
            "status": Status.WAITING_CUSTOMER,
            "closed_at": None,
            "silent_since": asked,
            "open_since": NOON - timedelta(hours=n % 160),
        }


def ledger(count: int) -> Iterator[dict[str, Any]]:
    for n in range(count):
        minutes = 600 if n % 10 == 0 else -60
        yield {
            "customer_id": 1,
            "at": NOON - timedelta(minutes=count - n),
            "recorded_at": NOON,
            "kind": EntryKind.BOUGHT if minutes > 0 else EntryKind.ADJUSTED,
            "minutes": minutes,
            "to_invoice": 0,
            "number": None,
            "event_id": None,
            "reverses": None,
            "actor": "workorder",
            "note": "",
            "price": "",
            "expires_on": None,
            "balance": 0,
        }


def fill(store: Store, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    with store.engine.begin() as connection:
        for row in rows:
            batch.append(row)
            if len(batch) == _AT_ONCE:
                connection.execute(insert(table), batch)
                batch.clear()
        if batch:
            connection.execute(insert(table), batch)
        connection.exec_driver_sql("ANALYZE")


def the_sweep(store: Store, due: int) -> Result:
    clock = FakeClock(NOON)
    settings = ClockSettings(policy=policy(), first_number=1, rules=lambda: BUILT_IN)
    remind = Remind(store, settings, Surroundings(clock=clock))

    def looks() -> None:
        plan = BUILT_IN.calendar.reminder
        with store.read() as unit:
            unit.clock.silent(NOON - plan.first, NOON - plan.again, most=plan.most, limit=200)

    def sweeps() -> None:
        while remind():
            pass

    looking = median(seconds(looks) for _ in range(ROUNDS))
    whole = seconds(sweeps)
    idle = median(seconds(sweeps) for _ in range(ROUNDS))
    with store.read() as unit:
        notices = len(unit.outbox.rows())
    return {
        "due": due,
        "looking_seconds": looking,
        "sweep_seconds": whole,
        "idle_seconds": idle,
        "notices": notices,
    }


def the_bank(store: Store, entries: int) -> Result:
    desk = BankDesk(store=store, policy=policy(), rules=BUILT_IN, clock=lambda: NOON)

    def reads() -> None:
        with store.read() as unit:
            assert unit.bank.account(1) is not None

    def proves() -> None:
        with store.read() as unit:
            unit.bank.check()

    bought = median(seconds(lambda: desk.buy(1, Purchase(minutes=60))) for _ in range(ROUNDS))
    return {
        "entries": entries,
        "balance_seconds": median(seconds(reads) for _ in range(ROUNDS)),
        "entry_seconds": bought,
        "proof_seconds": median(seconds(proves) for _ in range(3)),
    }


def measure(orders: int, due: int, entries: int) -> Result:
    with tempfile.TemporaryDirectory(prefix="workorder-hours-") as folder:
        store = a_store(Path(folder))
        try:
            fill(store, schema.orders, open_orders(orders, due))
            fill(store, schema_books.bank_entries, ledger(entries))
            return {"orders": orders, **the_sweep(store, due), **the_bank(store, entries)}
        finally:
            store.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--quick", action="store_true", help="a hundredth of everything")
    parser.add_argument("--json", type=Path, default=Path("build/bench-hours.json"))
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    part = 100 if arguments.quick else 1
    found = measure(arguments.orders // part, DUE // part, ENTRIES // part)
    for name, value in found.items():
        shown = f"{value * 1000:10.2f} ms" if name.endswith("_seconds") else f"{value:10}"
        print(f"{name.removesuffix('_seconds'):<12} {shown}")
    right = found["sweep_seconds"] < SWEEP_SECONDS and found["balance_seconds"] < BALANCE_SECONDS
    print(f"a sweep under {SWEEP_SECONDS} s and a balance under {BALANCE_SECONDS} s: {right}")
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps(found, indent=2) + "\n")
    return 0 if right or arguments.quick else 1


if __name__ == "__main__":
    sys.exit(main())
