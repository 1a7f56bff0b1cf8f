from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.house import House, new_store
from portal.made import made_config
from workorder.config import Config


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A portal on a site of its own."""
    store = new_store(tmp_path)
    yield House(store)
    store.close()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A site that has a portal on a port of its own."""
    new_store(tmp_path).close()
    return made_config(tmp_path)
