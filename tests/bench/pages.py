"""What the portal's pages cost: `python tests/bench/pages.py [--orders N] [--quick]`.

A portal process as the daemon starts it, over HTTP, on SQLite with many work orders: 200 customers,
one of which has a quarter of them all, five events each. Every page many times, each kind of user;
the median, the 95th percentile and the size of each. Then the same page while 500 sockets send it a
byte a second.
"""

import argparse
import http.client
import json
import re
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import insert, update

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measure import percentile
from bench.seed import order_row
from portal.made import made_config
from workorder.bootstrap import open_site
from workorder.child import PortalChild
from workorder.config import Config
from workorder.core.model import Priority, Status
from workorder.steps.hours import BankDesk, Purchase
from workorder.store import schema
from workorder.store.engine import create_schema, open_engine
from workorder.store.schema_portal import order_people

ORDERS, CUSTOMERS = 200_000, 200
EVENTS_EACH = 5
ROUNDS = 60
PAGE_MS, PAGE_BYTES = 100.0, 100_000
SLOW_SENDERS = 500
_AT_ONCE = 5_000
_NOW = datetime.now(UTC)
JANE, PAT, MARIA = "jane@customer0.example", "pat@customer0.example", "maria@northwind.example"
Result = dict[str, Any]

PAGES = {
    JANE: ("/orders", "/orders?q=number", "/orders?q=nowhere", "/orders/{own}", "/orders/new",
           "/hours", "/equipment", "/equipment/1"),
    PAT: ("/orders", "/orders?q=Something", "/orders?status=finished", "/orders/{own}", "/hours",
          "/people"),
    MARIA: ("/desk", "/desk?technician=me", "/desk?status=waiting-customer", "/desk?q=nowhere",
            "/desk?q=number", "/desk/orders/{own}", "/desk/call", "/desk/contacts?q=person",
            "/desk/customers", "/desk/customers?q=customer", "/desk/customers/1"),
}  # fmt: skip


def customer_of(n: int) -> int:
    return 1 if n % 4 == 0 else 2 + n % (CUSTOMERS - 1)


def an_order(n: int, count: int) -> dict[str, Any]:
    at = _NOW - timedelta(minutes=2 * (count - n))
    customer = customer_of(n)
    person = JANE if customer == 1 and n % 1000 == 0 else f"person{n % 5}@c{customer}.example"
    is_open = n % 20 == 0
    status = [*Status][n % 4] if is_open else Status.FINISHED
    return order_row(n, 1001) | {
        "title": f"Printer number {n} does not print",
        "status": status,
        "customer_id": customer,
        "requester_email": person,
        "participants": (person,),
        "technician_id": 1 + n % 30 if n % 3 else None,
        "priority": [*Priority][n % 4],
        "equipment_ids": (1 + n % 5,) if customer == 1 else (),
        "opened_at": at,
        "touched_at": at + timedelta(hours=n % 50),
        "closed_at": None if is_open else at + timedelta(days=1),
        "follow_up_on": _NOW.date() if is_open and n % 4000 == 0 else None,
    }


def an_event(n: int, k: int, count: int) -> dict[str, Any]:
    return {
        "number": 1001 + n,
        "at": _NOW - timedelta(minutes=2 * (count - n) - k),
        "kind": "opened" if k == 0 else "reply",
        "actor": f"person{n % 5}@c{customer_of(n)}.example",
        "public": True,
        "text": f"Something was written about job {n}, and more of it, {k}.",
        "data": _OPENED if k == 0 else '{"by_technician": false, "reopened": false}',
        "mail_id": None,
    }


_OPENED = json.dumps(
    {
        "title": "x",
        "requester": {"name": "x", "email": "x@y.example"},
        "customer_id": 1,
        "opened_by": "mail",
        "thread_id": "<x@y.example>",
    }
)


@contextmanager
def a_site(count: int) -> Iterator[Config]:
    with tempfile.TemporaryDirectory(prefix="workorder-portal-") as name:
        folder = Path(name)
        config = made_config(folder)
        engine = open_engine(config.storage.database, create=True)
        create_schema(engine)
        engine.dispose()
        _settle(config)
        _fill(config, count)
        yield config


def _settle(config: Config) -> None:
    with open_site(config) as site:
        with site.store.write() as unit:
            for n in range(CUSTOMERS):
                customer = unit.people.add_customer(f"Customer {n}", domains=[f"c{n}.example"])
                for k in range(20):
                    email = f"person{k}@c{customer.id}.example"
                    unit.people.add_contact(email, customer_id=customer.id, name=f"Person {k}")
            for tag in range(40):
                unit.people.add_equipment(f"PC-{tag}", customer_id=1, name="Desk")
            unit.people.add_contact(JANE, customer_id=1, name="Jane Roe")
            unit.people.add_contact(PAT, customer_id=1, name="Pat Lee", primary=True)
            unit.people.add_technician(MARIA, name="Maria")
            for n in range(29):
                unit.people.add_technician(f"tech{n}@northwind.example", name=f"Technician {n}")
        desk = BankDesk(
            store=site.store, policy=site.policy, rules=site.rule_set(), clock=site.clock
        )
        for _ in range(40):
            desk.buy(1, Purchase(minutes=600))


def _fill(config: Config, count: int) -> None:
    engine = open_engine(config.storage.database)
    with engine.begin() as connection:
        for start in range(0, count, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, count))
            made = [an_order(n, count) for n in numbers]
            connection.execute(insert(schema.orders), made)
            people = [{"email": m["requester_email"], "number": m["number"]} for m in made]
            connection.execute(insert(order_people), people)
            rows = [an_event(n, k, count) for n in numbers for k in range(EVENTS_EACH)]
            connection.execute(insert(schema.events), rows)
        counter = schema.counters.c.name == schema.NUMBERS
        connection.execute(update(schema.counters).where(counter).values(value=1000 + count))
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


class Visitor:
    """Somebody who is logged in, over one connection that is kept."""

    def __init__(self, port: int, email: str) -> None:
        self._client = http.client.HTTPConnection("127.0.0.1", port, 30)
        self._cookies: dict[str, str] = {}
        token = re.search(r'name="csrf_token" value="([^"]*)"', self.get("/login").decode())
        assert token is not None
        self._ask("POST", "/login/as", f"csrf_token={token[1]}&email={email}")

    def get(self, path: str) -> bytes:
        return self._ask("GET", path, None)

    def _ask(self, method: str, path: str, body: str | None) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        self._client.request(method, path, body, headers)
        answer = self._client.getresponse()
        content = answer.read()
        for header in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = header.partition(";")[0].partition("=")
            self._cookies[name] = value
        wanted = 200 if method == "GET" else 303
        assert answer.status == wanted, f"{path}: {answer.status}"
        return content

    def close(self) -> None:
        self._client.close()


def the_pages(config: Config, orders: int, rounds: int) -> Iterator[Result]:
    for email, paths in PAGES.items():
        with closing(Visitor(config.portal.port, email)) as visitor:
            for path in paths:
                taken, size = [], 0
                for n in range(rounds):
                    address = path.format(own=1001 + 1000 * (n % min(20, orders // 1000)))
                    begun = time.perf_counter()
                    size = max(size, len(visitor.get(address)))
                    taken.append(1000 * (time.perf_counter() - begun))
                yield {
                    "who": email.partition("@")[0],
                    "page": path,
                    "median_ms": median(taken),
                    "p95_ms": percentile(taken, 0.95),
                    "bytes": size,
                }


def under_slow_senders(config: Config, count: int) -> Result:
    """The same page while so many sockets send a request a byte at a time."""
    with closing(Visitor(config.portal.port, JANE)) as visitor:

        def taken(rounds: int) -> list[float]:
            times = []
            for _ in range(rounds):
                begun = time.perf_counter()
                visitor.get("/orders")
                times.append(1000 * (time.perf_counter() - begun))
            return times

        before = median(taken(20))
        sockets = [
            socket.create_connection(("127.0.0.1", config.portal.port)) for _ in range(count)
        ]
        during: list[float] = []
        for each in sockets:
            each.sendall(b"POST /login HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        for _ in range(10):
            for each in sockets:
                with suppress(OSError):
                    each.sendall(b"a")
            during += taken(3)
            time.sleep(0.5)
        for each in sockets:
            each.close()
    return {"sockets": count, "before_ms": before, "during_ms": median(during)}


def measure(orders: int, rounds: int) -> Result:
    with a_site(orders) as config:
        child = PortalChild(config, wake=lambda: None, one_click=(JANE, PAT, MARIA))
        with closing(child):
            child()
            pages = [*the_pages(config, orders, rounds)]
            slow = under_slow_senders(config, SLOW_SENDERS)
    return {"orders": orders, "pages": pages, "slow_senders": slow}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--quick", action="store_true", help="a hundredth of everything")
    parser.add_argument("--json", type=Path, default=Path("build/bench-portal.json"))
    arguments = parser.parse_args()
    part = 100 if arguments.quick else 1
    found = measure(arguments.orders // part, ROUNDS // (10 if arguments.quick else 1))
    print(f"{'who':<6} {'page':<32} {'median':>9} {'p95':>9} {'size':>9}")
    for page in found["pages"]:
        print(
            f"{page['who']:<6} {page['page']:<32} {page['median_ms']:6.1f} ms"
            f" {page['p95_ms']:6.1f} ms {page['bytes']:7} B"
        )
    slow = found["slow_senders"]
    print(
        f"{slow['sockets']} slow senders: {slow['before_ms']:.1f} ms before,"
        f" {slow['during_ms']:.1f} ms meanwhile"
    )
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps(found, indent=2) + "\n")
    right = all(p["p95_ms"] < PAGE_MS and p["bytes"] < PAGE_BYTES for p in found["pages"])
    print(f"every page under {PAGE_MS:.0f} ms (p95) and {PAGE_BYTES // 1000} kB: {right}")
    return 0 if right or arguments.quick else 1


if __name__ == "__main__":
    sys.exit(main())
