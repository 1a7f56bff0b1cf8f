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

# One child that ends, and one that outlives its parent.
HOLD_AND_FORK = """
import os, sys
from workorder.store.engine import open_engine
from workorder.store.lock import SiteLock

lock = SiteLock.acquire(open_engine(sys.argv[1]))
short = os.fork()
if short == 0:
    os._exit(0)
os.waitpid(short, 0)
reader, writer = os.pipe()
if os.fork() == 0:
    os.write(writer, b"!")
    sys.stdin.read()
    print("the child lived on", flush=True)
    os._exit(0)
os.read(reader, 1)
print("held", flush=True)
sys.stdin.read()
"""


def hold_in_another_process(url: str, program: str = HOLD) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", program, url],
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


def test_a_forked_child_neither_frees_its_parents_lock_nor_keeps_it(
    sqlite_engine: Engine, database: Path
) -> None:
    database.touch()
    parent = hold_in_another_process(f"sqlite:///{database}", HOLD_AND_FORK)
    with pytest.raises(SiteLockedError):
        SiteLock.acquire(sqlite_engine)
    parent.kill()
    parent.wait()
    SiteLock.acquire(sqlite_engine).release()
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.close()
    assert parent.stdout.read() == "the child lived on\n"
    parent.stdout.close()


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
