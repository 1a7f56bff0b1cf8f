"""A PostgreSQL server of Debian's, for as long as the tests run; on a Unix socket alone."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from workorder.store.engine import create_schema

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
WHY_NOT = f"needs {PROGRAMS}/postgres (Debian: apt-get install postgresql-15)"

_USERS = ("postgres", "nobody")  # initdb refuses root
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_SETTINGS = ("listen_addresses=", "fsync=off", "max_connections=60", "log_min_messages=fatal")

# A schema beside that of the tests, with what was in each table when it was made. It is there for
# as long as the tables are those that were made.
_MADE = "made"
_TABLES = "FROM pg_tables WHERE schemaname = 'public'"
_EMPTY = f"""
    SELECT string_agg(command, ';') FROM (
        SELECT format('DELETE FROM public.%I', tablename) AS command {_TABLES}
        UNION ALL SELECT format('ALTER SEQUENCE public.%I RESTART', sequencename)
            FROM pg_sequences WHERE schemaname = 'public'
    ) AS commands
"""  # noqa: S608 # names of our own
_FILL = f"""
    SELECT string_agg(format('INSERT INTO public.%I TABLE {_MADE}.%I', tablename, tablename), ';')
    {_TABLES}
"""


def is_installed() -> bool:
    """Whether a server can be started here."""
    return (PROGRAMS / "postgres").is_file() and (PROGRAMS / "initdb").is_file()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgreSQL:
    """A running server. `url` is of its one database; `pid` of its first process."""

    url: str
    pid: int


@contextmanager
def running() -> Iterator[PostgreSQL]:
    """Start a server with an empty database; stop it and remove everything at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    user = _unprivileged_user()
    try:
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        _run(
            user,
            "initdb",
            "-D",
            data,
            "-U",
            "workorder",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        server = _start(user, data, folder)
        try:
            _wait(user, folder, server)
            url = f"postgresql+psycopg://workorder@/postgres?host={folder}"
            yield PostgreSQL(url=url, pid=server.pid)
        finally:
            server.send_signal(signal.SIGINT)  # fast: open sessions are ended
            server.wait(_STOP_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wipe(engine: Engine) -> None:
    """Leave the database without a table."""
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {_MADE} CASCADE"))
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def make(engine: Engine) -> None:
    """Leave the database as `create_schema` leaves an empty one.

    Tables that are so from the test before are emptied and filled again, past their triggers: that
    takes a tenth of the time.
    """
    with engine.begin() as connection:
        is_made = connection.scalar(text(f"SELECT to_regnamespace('{_MADE}') IS NOT NULL"))
        if is_made:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(connection.scalar(text(_EMPTY)) or ""))
            connection.execute(text(connection.scalar(text(_FILL)) or ""))
            return
    wipe(engine)
    create_schema(engine)
    with engine.begin() as connection:
        names = connection.scalars(text(f"SELECT tablename {_TABLES}")).all()
        connection.execute(text(f"CREATE SCHEMA {_MADE}"))
        for name in names:
            connection.execute(text(f"CREATE TABLE {_MADE}.{name} AS TABLE public.{name}"))


def _unprivileged_user() -> str | None:
    """Who runs the server: ourselves, or somebody else if we are root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _USERS if name in names)


def _run(user: str | None, program: str, *arguments: str | Path) -> None:
    subprocess.run(
        [PROGRAMS / program, *arguments],
        user=user,
        check=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )


def _start(user: str | None, data: Path, folder: Path) -> subprocess.Popen[bytes]:
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    return subprocess.Popen(
        [PROGRAMS / "postgres", "-D", data, "-k", folder, *settings],
        user=user,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def _wait(user: str | None, folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        ready = subprocess.run(
            [PROGRAMS / "pg_isready", "-q", "-h", folder, "-d", "postgres"],
            user=user,
            cwd="/",
            check=False,
            timeout=10,
        )
        if ready.returncode == 0:
            return
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("PostgreSQL does not start")
        time.sleep(0.05)
