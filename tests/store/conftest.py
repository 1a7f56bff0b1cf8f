from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from servers import postgres
from workorder.store.engine import create_schema, open_engine
from workorder.store.files import Files
from workorder.store.unit import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "workorder.db"


@pytest.fixture
def sqlite_engine(database: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{database}", create=True)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.PostgreSQL]:
    if not postgres.is_installed():
        pytest.skip(postgres.WHY_NOT)
    with postgres.running() as server:
        yield server


@pytest.fixture
def postgresql_engine(postgresql: postgres.PostgreSQL) -> Iterator[Engine]:
    engine = open_engine(postgresql.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_engine(request: pytest.FixtureRequest) -> Engine:
    """An empty database of either kind."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    return engine


@pytest.fixture
def engine(empty_engine: Engine) -> Engine:
    create_schema(empty_engine)
    return empty_engine


@pytest.fixture
def store(engine: Engine, tmp_path: Path) -> Store:
    return Store(engine, Files(tmp_path / "files"))


@pytest.fixture
def sqlite_store(sqlite_engine: Engine, tmp_path: Path) -> Store:
    create_schema(sqlite_engine)
    return Store(sqlite_engine, Files(tmp_path / "files"))
