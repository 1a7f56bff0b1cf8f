from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from workorder.store.engine import create_schema
from workorder.store.files import Files
from workorder.store.unit import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOON


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
