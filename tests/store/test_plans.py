"""Every statement of intake and delivery finds its rows by an index."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from store.made import a_notice
from store.work import HOURS, PARTS
from workorder.store.unit import Store

Statement = tuple[str, tuple[Any, ...]]


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[Statement]]:
    """Everything that is executed meanwhile, less the transactions."""
    seen: list[Statement] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        if not statement.startswith(("BEGIN", "EXPLAIN")):
            seen.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_every_statement_of_intake_delivery_and_hours_finds_its_rows_by_an_index(
    sqlite_store: Store, now: datetime
) -> None:
    with sqlite_store.write() as unit:
        acme = unit.people.add_customer("Acme Ltd", domains=["acme.example"])
        assert acme.id == 1
    with statements_of(sqlite_store.engine) as statements, sqlite_store.write() as unit:
        for part in (*PARTS, *HOURS):
            part(unit, now)
    assert len(statements) > 50
    with sqlite_store.engine.connect() as connection:
        scans = [plan for statement in statements for plan in _scans(connection, *statement)]
    assert scans == []


# The technicians are all read, and a site has few; so are the timers that run. A scan of what a
# claim chose, of a subquery or of the rows of a statement itself is one of a few rows.
_FEW = re.compile(
    r"SCAN (technicians|orders USING INDEX ix_orders_timers$|oldest|first_alone|due|anon_"
    r"|\(subquery|(\d+ )?CONSTANT ROWS?)"
)


def _scans(connection: Connection, statement: str, parameters: tuple[Any, ...]) -> list[str]:
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    steps = [str(row[3]) for row in plan]
    return [
        f"{step}: {statement}"
        for step in steps
        if step.startswith("SCAN ") and not _FEW.match(step)
    ]


@pytest.mark.parametrize(
    ("statement", "is_scan"),
    [
        ("SELECT * FROM orders WHERE title = 'x'", True),
        ("SELECT * FROM orders WHERE number = 1", False),
        ("SELECT * FROM technicians", False),
    ],
)
def test_a_scan_is_seen_where_there_is_one(
    sqlite_store: Store, statement: str, *, is_scan: bool
) -> None:
    with sqlite_store.engine.connect() as connection:
        assert bool(_scans(connection, statement, ())) is is_scan


def test_the_log_of_sqlite_does_not_grow_with_what_goes_through_it(
    sqlite_store: Store, now: datetime
) -> None:
    for i in range(60):
        with sqlite_store.write() as unit:
            unit.outbox.add([a_notice(f"{i}")], now)
        with sqlite_store.write() as unit:
            (row,) = unit.outbox.take_to_compose(1, now, 60.0)
            unit.outbox.freeze(row.id, row.attempts, b"x" * 300_000)
        with sqlite_store.write() as unit:
            (row,) = unit.outbox.take_to_send(1, now, 60.0)
            unit.outbox.sent(row.id, row.attempts, "250", now)
    with sqlite_store.engine.connect() as connection:
        name = connection.execute(text("PRAGMA database_list")).one()[2]
    assert _size(name) < 3_000_000
    assert _size(f"{name}-wal") < 10_000_000


def _size(name: str) -> int:
    return Path(name).stat().st_size
