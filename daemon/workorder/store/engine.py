"""Opening the database, and telling what state its schema is in.

SQLite is driven by hand: its driver begins no transactions, the `begin` hook below does, with
BEGIN IMMEDIATE for whoever will write. A transaction that reads first and writes later would fail
at once, however long the busy time-out, when another one committed in between.
"""

import sqlite3
from enum import Enum, auto
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from workorder.errors import StorageError
from workorder.store import schema, schema_portal
from workorder.store.faults import one_line, storage_faults

BUSY_SECONDS = 30.0
POOL_SIZE = 5
POOL_OVERFLOW = 15
WRITES = "workorder_writes"
"""Execution option of a connection that will write."""

_WAL_KEPT = 32 * 1024 * 1024
_PRAGMAS = (
    f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}",
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    # A long reader lets the log grow; once it is gone the file shrinks to this.
    f"PRAGMA journal_size_limit = {_WAL_KEPT}",
)
_POSTGRESQL = (
    f"-c lock_timeout={int(BUSY_SECONDS)}s -c idle_in_transaction_session_timeout=10min"
    " -c timezone=UTC"
)
_DRIVERS = frozenset({"sqlite", "sqlite+pysqlite", "postgresql+psycopg"})


class SchemaState(Enum):
    """How a database's schema stands to this program."""

    MISSING = auto()
    CURRENT = auto()
    BEHIND = auto()
    AHEAD = auto()


def open_engine(url: str, *, create: bool = False) -> Engine:
    """Open the database at `url`; connections are made when they are needed.

    Args:
        url: `sqlite:///FILE`, or `postgresql+psycopg://...`.
        create: make the file of an SQLite database that does not exist. Only `init` does:
            anywhere else a missing database is a fault, never a reason for an empty one.

    Raises:
        StorageError: the URL is of no database we work with, or the SQLite file is not there.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as fault:
        raise StorageError(f"database: {one_line(fault)}") from fault
    if parsed.drivername not in _DRIVERS:
        raise StorageError(
            f"database: {parsed.drivername} is none of {', '.join(sorted(_DRIVERS))}"
        )
    is_sqlite = parsed.get_backend_name() == "sqlite"
    return _open_sqlite(parsed, create=create) if is_sqlite else _open_postgresql(parsed)


def database_file(engine: Engine) -> Path | None:
    """The file of an SQLite database, None for a server's."""
    is_file = engine.dialect.name == "sqlite" and engine.url.database
    return Path(engine.url.database or "") if is_file else None


def _open_sqlite(url: URL, *, create: bool) -> Engine:
    if not url.database or url.database == ":memory:" or url.query:
        raise StorageError("database: an SQLite database is a plain file: sqlite:///FILE")
    path = Path(url.database).absolute()
    if not create and not path.is_file():
        raise StorageError(f"database: {path} does not exist")
    place = f"{path.as_uri()}?mode={'rwc' if create else 'rw'}"

    def connect() -> sqlite3.Connection:
        # The pool gives a connection to one thread at a time; which one may change.
        connection = sqlite3.connect(
            place,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_SECONDS,
            cached_statements=256,
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma).close()
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        creator=connect,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=BUSY_SECONDS,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _open_postgresql(url: URL) -> Engine:
    try:
        return create_engine(
            url,
            connect_args={"options": _POSTGRESQL, "connect_timeout": 10},
            pool_size=POOL_SIZE,
            max_overflow=POOL_OVERFLOW,
            pool_timeout=BUSY_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except (NoSuchModuleError, ImportError) as fault:
        raise StorageError(f"database: {one_line(fault)}") from fault


def schema_state(engine: Engine) -> SchemaState:
    """How the database's schema stands to this program.

    Raises:
        StorageError: the database cannot be read.
    """
    with storage_faults(), engine.connect() as connection:
        if not inspect(connection).has_table(schema.version.name):
            return SchemaState.MISSING
        revision = connection.scalar(select(schema.version.c.version_num))
    if revision is None:
        return SchemaState.MISSING
    if revision == schema.REVISIONS[-1]:
        return SchemaState.CURRENT
    return SchemaState.BEHIND if revision in schema.REVISIONS else SchemaState.AHEAD


def create_schema(engine: Engine) -> None:
    """Create every table in an empty database, as the migrations would, without running them.

    Raises:
        StorageError: the database refuses, or holds these tables already.
    """
    with storage_faults(), engine.execution_options(**{WRITES: True}).begin() as connection:
        # That of the last tables has them all.
        schema_portal.metadata.create_all(connection, checkfirst=False)
        schema.version.create(connection, checkfirst=False)
        connection.execute(insert(schema.counters).values(name=schema.NUMBERS, value=0))
        connection.execute(insert(schema.version).values(version_num=schema.REVISIONS[-1]))


def upgrade(engine: Engine) -> None:
    """Bring the schema to this program's revision; an empty database gets it whole.

    Raises:
        StorageError: the database refuses. Nothing is done by half.
    """
    # Alembic costs a fifth of a second to import, and only `init` and upgrades need it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "workorder.store:migrations")
    with storage_faults(), engine.execution_options(**{WRITES: True}).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
