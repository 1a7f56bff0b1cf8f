"""A small site on an SQLite file, for steps that are called one by one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from workorder.store.engine import create_schema, open_engine
from workorder.store.files import Files
from workorder.store.unit import Store


@pytest.fixture(scope="session")
def filled_database(made_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SQLite database of a small site, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    file = Path(shutil.copy(made_database, folder))
    store = Store(open_engine(f"sqlite:///{file}"), Files(folder / "files"))
    fill(store)
    store.close()
    return file


@pytest.fixture
def small_store(filled_database: Path, database: Path, tmp_path: Path) -> Iterator[Store]:
    """A store with one customer, two contacts and a technician."""
    shutil.copyfile(filled_database, database)
    store = Store(open_engine(f"sqlite:///{database}"), Files(tmp_path / "files"))
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """The same, in a database of either kind."""
    engine: Engine = request.getfixturevalue(f"{request.param}_made")
    store = Store(engine, Files(tmp_path / "files"))
    fill(store)
    yield store
    store.close()


def filled(engine: Engine, tmp_path: Path) -> Iterator[Store]:
    """The store of a new site, closed after use."""
    create_schema(engine)
    store = Store(engine, Files(tmp_path / "files"))
    fill(store)
    yield store
    store.close()


def fill(store: Store) -> None:
    """One customer, two contacts and a technician."""
    with store.write() as unit:
        acme = unit.people.add_customer("Acme Ltd", domains=["acme.example"])
        unit.people.add_contact("jane@acme.example", customer_id=acme.id, name="Jane Roe")
        unit.people.add_contact("pat@acme.example", customer_id=acme.id, primary=True)
        unit.people.add_technician("maria@northwind.example", name="Maria")
