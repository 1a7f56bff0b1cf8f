"""A small site on an SQLite file, for steps that are called one by one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from workorder.store.engine import create_schema, open_engine
from workorder.store.files import Files
from workorder.store.unit import Store


@pytest.fixture
def small_store(tmp_path: Path) -> Iterator[Store]:
    """A store with one customer, two contacts and a technician."""
    yield from filled(open_engine(f"sqlite:///{tmp_path / 'workorder.db'}", create=True), tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def either_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """The same, in a database of either kind."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    yield from filled(engine, tmp_path)


def filled(engine: Engine, tmp_path: Path) -> Iterator[Store]:
    """The store of a new site, closed after use."""
    create_schema(engine)
    store = Store(engine, Files(tmp_path / "files"))
    with store.write() as unit:
        acme = unit.people.add_customer("Acme Ltd", domains=["acme.example"])
        unit.people.add_contact("jane@acme.example", customer_id=acme.id, name="Jane Roe")
        unit.people.add_contact("pat@acme.example", customer_id=acme.id, primary=True)
        unit.people.add_technician("maria@northwind.example", name="Maria")
    yield store
    store.close()
