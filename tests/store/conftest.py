import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

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


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """A database of either kind with all its tables."""
    engine: Engine = request.getfixturevalue(f"{request.param}_made")
    return engine


@pytest.fixture
def store(engine: Engine, tmp_path: Path) -> Store:
    return Store(engine, Files(tmp_path / "files"))


@pytest.fixture
def sqlite_store(
    made_database: Path, database: Path, sqlite_engine: Engine, tmp_path: Path
) -> Store:
    """A store on `sqlite_engine`, for tests that use both."""
    shutil.copyfile(made_database, database)
    return Store(sqlite_engine, Files(tmp_path / "files"))
