"""What the ledger holds stays: the database itself refuses to change or to delete it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Delete, Engine, Table, Update, delete, select, text, update
from sqlalchemy.exc import DBAPIError

from store.made import JANE, an_opening
from workorder.core.bank import Draw, EntryKind, Posting
from workorder.core.events import TimeChange, TimeLogged
from workorder.store.bank import Reason
from workorder.store.engine import create_schema
from workorder.store.files import Files
from workorder.store.schema_books import ONLY_ADDED
from workorder.store.unit import Store

EACH = pytest.mark.parametrize("table", ONLY_ADDED, ids=lambda table: table.name)


def with_a_row_in_each(store: Store, now: datetime) -> Engine:
    worked = TimeLogged(
        at=now,
        actor=JANE.email,
        change=TimeChange.ENTERED,
        technician=JANE.email,
        started_at=now - timedelta(hours=1),
        stopped_at=now,
        minutes=60,
    )
    why = Reason(at=now, recorded_at=now, actor="workorder")
    with store.write() as unit:
        acme = unit.people.add_customer("Acme Ltd").id
        unit.orders.open(an_opening(customer_id=acme), [worked], first=1001, mail_id=None)
        lot = unit.bank.post(acme, Posting(kind=EntryKind.BOUGHT, minutes=60), why)
        draws = (Draw(lot=lot, minutes=-30),)
        unit.bank.post(acme, Posting(kind=EntryKind.ADJUSTED, minutes=-30, draws=draws), why)
    return store.engine


@EACH
@pytest.mark.parametrize("change", [update, delete])
def test_a_row_of_the_ledger_is_neither_changed_nor_deleted(
    store: Store, now: datetime, table: Table, change: Callable[[Table], Update | Delete]
) -> None:
    engine = with_a_row_in_each(store, now)
    before = rows(engine, table)
    assert before
    statement = change(table)
    if isinstance(statement, Update):
        statement = statement.values(minutes=1)
    with refused(table), engine.begin() as connection:
        connection.execute(statement)
    assert rows(engine, table) == before


@EACH
def test_a_table_of_the_ledger_is_not_emptied(
    postgresql_engine: Engine, tmp_path: Path, now: datetime, table: Table
) -> None:
    create_schema(postgresql_engine)
    engine = with_a_row_in_each(Store(postgresql_engine, Files(tmp_path)), now)
    with refused(table), engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {table.name} CASCADE"))


def refused(table: Table) -> AbstractContextManager[object]:
    return pytest.raises(DBAPIError, match=f"{table.name}: rows are only ever added")


def rows(engine: Engine, table: Table) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(table))]
