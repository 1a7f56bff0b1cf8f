"""A site's store, opened to be looked at as it is: no schema is asked for, none is upgraded."""

from collections.abc import Iterator
from contextlib import contextmanager

from workorder.config import Config
from workorder.store.engine import open_engine
from workorder.store.files import Files
from workorder.store.unit import Store


@contextmanager
def opened_store(config: Config) -> Iterator[Store]:
    """The store that the configuration names, for the length of a trial.

    Raises:
        StorageError: there is no database.
    """
    store = Store(open_engine(config.storage.database), Files(config.storage.files))
    try:
        yield store
    finally:
        store.close()
