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

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
WHY_NOT = f"needs {PROGRAMS}/postgres (Debian: apt-get install postgresql-15)"

_USERS = ("postgres", "nobody")  # initdb refuses root
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_SETTINGS = ("listen_addresses=", "fsync=off", "max_connections=60", "log_min_messages=fatal")


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
