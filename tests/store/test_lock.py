import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from servers.postgres import PostgreSQL
from workorder.errors import SiteLockedError
from workorder.store.engine import open_engine
from workorder.store.lock import SiteLock

HOLD = """
import sys
from workorder.store.engine import open_engine
from workorder.store.lock import SiteLock

lock = SiteLock.acquire(open_engine(sys.argv[1]), ["support"])
print("held", flush=True)
sys.stdin.read()
"""


def hold_in_another_process(url: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(Path(sys.modules["workorder"].__path__[0]).parent)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def kill(process: "subprocess.Popen[str]") -> None:
    with process:
        process.kill()


def test_a_site_is_held_by_one(sqlite_engine: Engine) -> None:
    with (
        SiteLock.acquire(sqlite_engine),
        pytest.raises(SiteLockedError, match="another process holds this site"),
    ):
        SiteLock.acquire(sqlite_engine)
    SiteLock.acquire(sqlite_engine).release()


def test_a_lock_ends_with_its_process_however_it_ends(
    sqlite_engine: Engine, database: Path
) -> None:
    database.touch()
    other = hold_in_another_process(f"sqlite:///{database}")
    with pytest.raises(SiteLockedError):
        SiteLock.acquire(sqlite_engine)
    kill(other)
    SiteLock.acquire(sqlite_engine).release()


def test_a_forked_child_does_not_keep_the_lock(sqlite_engine: Engine) -> None:
    lock = SiteLock.acquire(sqlite_engine)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.read(reader, 1)  # until the parent is done
        os._exit(0)
    os.close(reader)
    try:
        lock.release()
        SiteLock.acquire(sqlite_engine).release()
    finally:
        os.close(writer)
        assert os.waitpid(child, 0)[1] == 0


def test_a_forked_child_that_ends_does_not_let_go_of_its_parents_lock(
    sqlite_engine: Engine,
) -> None:
    with SiteLock.acquire(sqlite_engine):
        child = os.fork()
        if child == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)
        with pytest.raises(SiteLockedError):
            SiteLock.acquire(sqlite_engine)


def test_on_postgresql_each_mailbox_is_held_by_one(
    postgresql: PostgreSQL, postgresql_engine: Engine
) -> None:
    other = hold_in_another_process(postgresql.url)
    with pytest.raises(SiteLockedError, match="another process holds the mailbox support"):
        SiteLock.acquire(postgresql_engine, ["billing", "support"])
    with SiteLock.acquire(postgresql_engine, ["billing"]):
        second = open_engine(postgresql.url)
        with pytest.raises(SiteLockedError):
            SiteLock.acquire(second, ["billing"])
        second.dispose()
    kill(other)
    _acquired_soon(postgresql_engine).release()


def _acquired_soon(engine: Engine) -> SiteLock:
    """The server notices a killed client a moment later."""
    for _ in range(200):
        try:
            return SiteLock.acquire(engine, ["support", "billing"])
        except SiteLockedError:
            with engine.connect() as connection:
                connection.exec_driver_sql("SELECT pg_sleep(0.05)")
    raise AssertionError("still locked")
