import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import DataError, IntegrityError

from servers.postgres import PostgreSQL
from store.made import NOON, a_notice, in_hand, recorded
from workorder.errors import RequestError, StorageError
from workorder.store.engine import SchemaState, create_schema, open_engine, schema_state
from workorder.store.files import Files
from workorder.store.unit import Store

CLAIM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from workorder.store.engine import open_engine
from workorder.store.files import Files
from workorder.store.unit import Store

store = Store(open_engine(sys.argv[1]), Files(Path("unused")))
now = datetime(2026, 11, 23, 12, tzinfo=UTC)
while True:
    with store.write() as unit:
        mails = unit.inbound.take("support", 3, now)
    with store.write() as unit:
        notices = unit.outbox.take_to_compose(2, now, 60.0)
        for row in notices:
            assert unit.outbox.freeze(row.id, row.attempts, b"x" * 1000)
    with store.write() as unit:
        ready = unit.outbox.take_to_send(3, now, 60.0)
    if not (mails or notices or ready):
        break
    for mail in mails:
        print("mail", mail.id)
    for row in notices:
        print("composed", row.id)
    for row in ready:
        print("sent", row.id)
"""


def run_claimer(url: str) -> "subprocess.Popen[str]":
    source_root = Path(sys.modules["workorder"].__path__[0]).parent
    return subprocess.Popen(
        [sys.executable, "-c", CLAIM, url],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(source_root)},
    )


# -- transactions ----------------------------------------------------------------------------


def _add_and_fail(store: Store, now: datetime) -> None:
    with store.write() as unit:
        unit.outbox.add([a_notice("one")], now)
        unit.people.add_contact("jane@acme.example", customer_id=1)


def test_what_is_raised_undoes_the_whole_unit(store: Store, now: datetime) -> None:
    with pytest.raises(RequestError, match="customer 1: there is none"):
        _add_and_fail(store, now)
    with store.read() as unit:
        assert unit.outbox.rows() == ()


def test_a_reader_sees_one_state_while_others_write(store: Store, now: datetime) -> None:
    recorded(store, 1)
    with store.read() as reading:
        assert reading.inbound.tally("support").received == 1
        recorded(store, 5)
        with store.write() as unit:
            unit.outbox.add([a_notice("one")], now)
        assert reading.inbound.tally("support").received == 1
        assert reading.outbox.rows() == ()
    with store.read() as unit:
        assert unit.inbound.tally("support").received == 5


def test_a_moment_without_a_zone_is_refused(store: Store, now: datetime) -> None:
    with pytest.raises(Exception, match="a moment without a time zone"), store.write() as unit:
        unit.outbox.add([a_notice("one")], now.replace(tzinfo=None))
    with store.read() as unit:
        assert unit.outbox.rows() == ()


def test_what_the_values_bring_about_is_no_fault_of_the_storage(
    store: Store, now: datetime
) -> None:
    with pytest.raises(IntegrityError), store.write() as unit:
        unit.outbox.add([a_notice("one", number=4711)], now)


def test_a_nul_that_postgresql_cannot_hold_is_no_fault_of_the_storage(
    postgresql_engine: Engine, now: datetime
) -> None:
    create_schema(postgresql_engine)
    store = Store(postgresql_engine, Files(Path("unused")))
    with pytest.raises(DataError), store.write() as unit:
        unit.outbox.add([a_notice("o\0ne")], now)


# -- claims ----------------------------------------------------------------------------------


def test_four_threads_never_claim_the_same(store: Store, now: datetime) -> None:
    recorded(store, 40)
    with store.write() as unit:
        unit.outbox.add([a_notice(f"{i}") for i in range(40)], now)
    start = threading.Barrier(4)

    def claim(_: int) -> list[tuple[str, int]]:
        claimed: list[tuple[str, int]] = []
        start.wait()
        while True:
            with store.write() as unit:
                mails = unit.inbound.take("support", 3, now)
                notices = unit.outbox.take_to_compose(3, now, 60.0)
            if not mails and not notices:
                return claimed
            claimed += [("mail", mail.id) for mail in mails]
            claimed += [("notice", row.id) for row in notices]

    with ThreadPoolExecutor(4) as threads:
        claimed = [one for some in threads.map(claim, range(4)) for one in some]
    assert len(claimed) == len(set(claimed)) == 80


def _claimed_by_processes(store: Store, url: str, now: datetime) -> list[str]:
    recorded(store, 60)
    with store.write() as unit:
        unit.outbox.add([a_notice(f"{i}") for i in range(60)], now)
    processes = [run_claimer(url) for _ in range(2)]
    lines: list[str] = []
    for process in processes:
        lines += process.communicate(timeout=120)[0].splitlines()
    assert [process.returncode for process in processes] == [0, 0]
    return lines


def test_two_processes_never_claim_the_same_on_sqlite(
    sqlite_store: Store, database: Path, now: datetime
) -> None:
    claimed = _claimed_by_processes(sqlite_store, f"sqlite:///{database}", now)
    assert len(claimed) == len(set(claimed)) == 180


def test_two_processes_never_claim_the_same_on_postgresql(
    postgresql: PostgreSQL, postgresql_engine: Engine, now: datetime
) -> None:
    create_schema(postgresql_engine)
    store = Store(postgresql_engine, Files(Path("unused")))
    claimed = _claimed_by_processes(store, postgresql.url, now)
    assert len(claimed) == len(set(claimed)) == 180


# -- faults ----------------------------------------------------------------------------------


def test_a_full_disk_is_a_storage_error_and_leaves_nothing_half_done(
    sqlite_engine: Engine, tmp_path: Path, now: datetime
) -> None:
    create_schema(sqlite_engine)
    store = Store(sqlite_engine, Files(tmp_path))
    (row_id,) = _one_pending(store, now)
    limit = _Limit()
    event.listen(sqlite_engine, "checkout", limit)
    with pytest.raises(StorageError, match="database: database or disk is full"):
        _freeze(store, now, b"x" * 1_000_000)
    with store.read() as unit:
        assert unit.outbox.get(row_id).state == "pending"
    limit.pages = 1_000_000
    _freeze(store, now, b"x" * 1_000_000)
    with store.read() as unit:
        assert unit.outbox.get(row_id).state == "ready"


class _Limit:
    """Gives every connection that is taken from the pool so many pages of disk."""

    def __init__(self) -> None:
        self.pages = 100

    def __call__(self, connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {self.pages}")


def _one_pending(store: Store, now: datetime) -> tuple[int, ...]:
    with store.write() as unit:
        return unit.outbox.add([a_notice("one")], now)


def _freeze(store: Store, now: datetime, body: bytes) -> None:
    with store.write() as unit:
        (row,) = unit.outbox.take_to_compose(1, now, 60.0)
        assert unit.outbox.freeze(row.id, row.attempts, body)


def test_a_database_that_another_process_keeps_locked_is_a_storage_error(
    sqlite_engine: Engine, database: Path, tmp_path: Path
) -> None:
    create_schema(sqlite_engine)
    store = Store(sqlite_engine, Files(tmp_path))
    event.listen(sqlite_engine, "checkout", _impatient)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="database: database is locked"):
        recorded(store, 1)
    with store.read() as unit:
        assert unit.inbound.tally("support").received == 0
    other.execute("ROLLBACK")
    other.close()
    recorded(store, 1)
    assert len(in_hand(store)) == 1


def _impatient(connection: Any, *_: object) -> None:
    connection.execute("PRAGMA busy_timeout = 50")


@contextmanager
def _no_file_may_grow() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _record_on_a_disk_that_refuses(store: Store) -> None:
    with _no_file_may_grow():
        recorded(store, 1)


def test_a_failed_commit_is_a_storage_error_that_says_so(sqlite_store: Store) -> None:
    assert len(in_hand(sqlite_store)) == 0  # the database is open already
    with sqlite_store.read() as unit:  # what SQLite keeps beside its file is there then
        assert unit.orders.get(1) is None
    with pytest.raises(StorageError, match="the commit was not confirmed: disk I/O error"):
        _record_on_a_disk_that_refuses(sqlite_store)
    recorded(sqlite_store, 1)
    assert len(in_hand(sqlite_store)) == 1


def test_a_missing_database_is_an_error_and_no_new_one(tmp_path: Path) -> None:
    path = tmp_path / "gone.db"
    with pytest.raises(StorageError, match=r"gone\.db does not exist"):
        open_engine(f"sqlite:///{path}")
    path.touch()
    engine = open_engine(f"sqlite:///{path}")
    path.unlink()
    with pytest.raises(StorageError, match="unable to open database file"):
        schema_state(engine)
    assert not path.exists()


def test_a_truncated_database_is_an_error(
    sqlite_engine: Engine, sqlite_store: Store, database: Path
) -> None:
    recorded(sqlite_store, 200)
    sqlite_engine.dispose()
    whole = database.read_bytes()
    database.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StorageError, match="malformed"):
        schema_state(sqlite_engine)


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear Jane, " * 1000)
    engine = open_engine(f"sqlite:///{path}")
    with pytest.raises(StorageError, match="not a database"):
        schema_state(engine)
    assert path.read_bytes() == b"Dear Jane, " * 1000


def test_an_empty_file_has_no_schema(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    engine = open_engine(f"sqlite:///{path}")
    assert schema_state(engine) is SchemaState.MISSING
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x.db?mode=ro",
        "mysql://h/d",
        "postgresql://h",
        "no url",
    ],
)
def test_what_is_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(StorageError, match="database: "):
        open_engine(url)


def test_a_server_that_is_away_is_a_storage_error_without_the_password(tmp_path: Path) -> None:
    engine = open_engine(f"postgresql+psycopg://u:hunter2@/d?host={tmp_path}")
    with pytest.raises(StorageError) as raised:
        schema_state(engine)
    assert "hunter2" not in str(raised.value)
    assert "\n" not in str(raised.value)


def _be_cut_off(store: Store, server: Engine, *, then_read: bool) -> None:
    with store.write() as unit:
        unit.outbox.add([a_notice("one")], NOON)
        with server.connect() as other:
            other.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE state = 'idle in transaction' AND pid <> pg_backend_pid()"
            )
        if then_read:
            unit.outbox.rows()


@pytest.mark.parametrize(
    ("then_read", "words"), [(True, "database: "), (False, "the commit was not confirmed")]
)
def test_a_session_that_the_server_ends_is_a_storage_error_and_the_next_unit_works(
    postgresql_engine: Engine, tmp_path: Path, *, then_read: bool, words: str
) -> None:
    create_schema(postgresql_engine)
    store = Store(postgresql_engine, Files(tmp_path))
    with pytest.raises(StorageError, match=words):
        _be_cut_off(store, postgresql_engine, then_read=then_read)
    with store.read() as unit:
        assert unit.outbox.rows() == ()
    recorded(store, 1)
    assert len(in_hand(store)) == 1
