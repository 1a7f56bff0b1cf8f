import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.house import House, new_store
from portal.made import made_config
from workorder.config import Config
from workorder.store.engine import open_engine
from workorder.store.files import Files
from workorder.store.unit import Store


@pytest.fixture(scope="session")
def filled_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a new site, to be copied."""
    folder = tmp_path_factory.mktemp("house")
    new_store(folder).close()
    return folder / "workorder.db"


@pytest.fixture
def house(filled_database: Path, database: Path, tmp_path: Path) -> Iterator[House]:
    """A portal on a site of its own."""
    shutil.copyfile(filled_database, database)
    store = Store(open_engine(f"sqlite:///{database}"), Files(tmp_path / "files"))
    yield House(store)
    store.close()


@pytest.fixture
def config(filled_database: Path, database: Path, tmp_path: Path) -> Config:
    """A site that has a portal on a port of its own."""
    shutil.copyfile(filled_database, database)
    return made_config(tmp_path)
