"""The unit of work: one transaction, and every repository bound to it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from workorder.errors import StorageError
from workorder.store.access import Access
from workorder.store.book_cards import BookCards
from workorder.store.clock import Clock
from workorder.store.desk import DeskQueries
from workorder.store.digests import Digests
from workorder.store.engine import BUSY_SECONDS, WRITES
from workorder.store.faults import one_line, storage_faults
from workorder.store.files import Files
from workorder.store.inbound import Inbound
from workorder.store.orders import Orders
from workorder.store.outbox import Outbox
from workorder.store.people import People
from workorder.store.queries import Queries
from workorder.store.reports import Reports
from workorder.store.rule_texts import RuleTexts
from workorder.store.screens import Screens


class Unit:
    """All that is kept, as it stands in one transaction; not for use after it, nor by others."""

    __slots__ = (
        "access",
        "bank",
        "clock",
        "desk",
        "digests",
        "inbound",
        "orders",
        "outbox",
        "people",
        "queries",
        "reports",
        "rules",
        "screens",
        "writes",
    )

    def __init__(self, connection: Connection, *, writes: bool) -> None:
        self.writes = writes
        self.access = Access(connection)
        self.people = People(connection)
        self.orders = Orders(connection, writes=writes)
        self.inbound = Inbound(connection)
        self.outbox = Outbox(connection)
        self.queries = Queries(connection)
        self.rules = RuleTexts(connection)
        self.screens = Screens(connection)
        self.bank = BookCards(connection)
        self.clock = Clock(connection)
        self.desk = DeskQueries(connection)
        self.digests = Digests(connection)
        self.reports = Reports(connection)


class Store:
    """The database and the files of a site. Threads share it; each unit has its own connection.

    A COMMIT that failed may have happened all the same: after a StorageError look again by key,
    never redo blindly. No unit may stay open while the network or a PDF is waited for.
    """

    def __init__(self, engine: Engine, files: Files) -> None:
        self.engine = engine
        self.files = files
        self._writers = engine.execution_options(**{WRITES: True})
        is_sqlite = engine.dialect.name == "sqlite"
        self._readers = (
            engine
            if is_sqlite
            else engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        )
        # SQLite has one writer at a time and lets the others sleep and ask again; those of one
        # process stand in line here instead, and are woken at once.
        self._turn = threading.Lock() if is_sqlite else None

    @contextmanager
    def write(self) -> Iterator[Unit]:
        """Open one transaction that writes; committed at the end, undone by any exception.

        Raises:
            StorageError: the database refuses (locked, full, away); perhaps only the commit.
        """
        with self._in_turn(), storage_faults(), self._writers.connect() as connection:
            with _undone_by_faults(connection):
                connection.begin()
                yield Unit(connection, writes=True)
            _commit(connection)

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """Open one transaction that sees a single state of everything and writes nothing.

        Raises:
            StorageError: the database refuses.
        """
        with storage_faults(), self._readers.connect() as connection:
            connection.begin()
            yield Unit(connection, writes=False)

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.engine.dispose()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise StorageError(f"database: another thread writes for over {BUSY_SECONDS:g} s")
        try:
            yield
        finally:
            self._turn.release()


@contextmanager
def _undone_by_faults(connection: Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(DBAPIError):  # SQLite undid it by itself, or the server is gone
            connection.rollback()
        raise


def _commit(connection: Connection) -> None:
    try:
        connection.commit()
    except DBAPIError as fault:
        connection.invalidate()
        raise StorageError(
            f"database: the commit was not confirmed: {one_line(fault.orig or fault)}"
        ) from fault
