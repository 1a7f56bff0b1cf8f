"""The lock by which one daemon holds a site, or a mailbox of it, alone.

An SQLite site is held whole, by flock on the file beside the database. On PostgreSQL several
daemons may share a site; each mailbox is held by a session's advisory lock.
"""

import fcntl
import hashlib
import os
import weakref
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, text

from workorder.errors import SiteLockedError, StorageError
from workorder.store.engine import database_file
from workorder.store.faults import storage_faults

_AUTOCOMMIT = {"isolation_level": "AUTOCOMMIT"}


class SiteLock:
    """Held until `release`, or until the process ends however it ends. No child inherits it."""

    def __init__(self, handle: int | None, connection: Connection | None) -> None:
        self._handle = handle
        self._connection = connection

    @classmethod
    def acquire(cls, engine: Engine, mailboxes: Sequence[str] = ()) -> Self:
        """Take the site (SQLite) or these mailboxes (PostgreSQL), without waiting.

        Raises:
            SiteLockedError: another process has it.
            StorageError: the lock file cannot be made, or the database is away.
        """
        path = database_file(engine)
        lock = (
            cls(None, _lock_mailboxes(engine, mailboxes))
            if path is None
            else cls(_lock_file(path.with_name(f"{path.name}.lock")), None)
        )
        _forget_in_children(lock)
        return lock

    def release(self) -> None:
        """Let go; once is enough, twice does no harm."""
        if self._handle is not None:
            # Not by closing alone: a child forked this very moment has not closed its copy yet.
            fcntl.flock(self._handle, fcntl.LOCK_UN)
            os.close(self._handle)
            self._handle = None
        if self._connection is not None:
            with storage_faults():
                self._connection.invalidate()
                self._connection.close()
            self._connection = None

    def forget(self) -> None:
        """In a forked child: close what keeps the parent's lock alive."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        self._connection = None

    def __enter__(self) -> Self:
        """Hold on."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let go."""
        self.release()


def _lock_file(path: Path) -> int:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as fault:
        raise StorageError(f"lock: {fault.strerror} ({path})") from fault
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        os.close(handle)
        raise SiteLockedError(f"another process holds this site ({path})") from fault
    except OSError as fault:
        os.close(handle)
        raise StorageError(f"lock: {fault.strerror} ({path})") from fault
    return handle


def _lock_mailboxes(engine: Engine, mailboxes: Sequence[str]) -> Connection:
    with storage_faults():
        connection = engine.connect().execution_options(**_AUTOCOMMIT)
        for mailbox in mailboxes:
            taken = connection.scalar(
                text("SELECT pg_try_advisory_lock(:key)"), {"key": _lock_key(mailbox)}
            )
            if not taken:
                connection.invalidate()
                connection.close()
                raise SiteLockedError(f"another process holds the mailbox {mailbox}")
    return connection


def _lock_key(mailbox: str) -> int:
    digest = hashlib.sha256(f"workorder mailbox {mailbox}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _forget_in_children(lock: SiteLock) -> None:
    """A flock lives as long as any process has its file open, and fork opens it once more."""
    held = weakref.ref(lock)

    def forget() -> None:
        parents = held()
        if parents is not None:
            parents.forget()

    os.register_at_fork(after_in_child=forget)
