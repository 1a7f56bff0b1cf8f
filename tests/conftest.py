"""Real servers for tests. Where one is not installed its tests skip; in CI they fail."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine

from servers import postgres
from servers.dovecot import INSTALL, Dovecot, dovecot_program
from servers.smtp_sink import SmtpSink
from servers.tcp_proxy import TcpProxy
from servers.tls import Certificates, make_certificates
from workorder.store.engine import create_schema, open_engine

_MEMORY = Path("/dev/shm")  # noqa: S108 # pytest makes a folder of its own there
_ENOUGH = 2_000_000_000  # bytes; a whole run leaves 300 MB, and pytest keeps those of three


def pytest_configure() -> None:
    """Have the tests' folders in memory, where it has room: databases sync at every commit."""
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


def need(program: str | None, install: str) -> None:
    """Go on only with a program; without it fail in CI, elsewhere skip and say what to install."""
    if program is not None:
        return
    words = f"this test needs a real server: {install}"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(Path(tmp_path_factory.mktemp("tls")))


@pytest.fixture(scope="session")
def dovecot(certificates: Certificates) -> Iterator[Dovecot]:
    """One server for all tests; each takes a user of its own: `dovecot.new_user()`."""
    need(dovecot_program(), INSTALL)
    with Dovecot(certificates.good) as server:
        yield server


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def proxy_to() -> Iterator[Callable[[int], TcpProxy]]:
    """Start proxies to ports of 127.0.0.1, which end with the test."""
    with ExitStack() as stack:
        yield lambda port: stack.enter_context(TcpProxy(port))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "workorder.db"


@pytest.fixture
def sqlite_engine(database: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{database}", create=True)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def made_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with all its tables, to be copied."""
    file = tmp_path_factory.mktemp("made") / "workorder.db"
    engine = open_engine(f"sqlite:///{file}", create=True)
    create_schema(engine)
    engine.dispose()
    return file


@pytest.fixture
def sqlite_made(made_database: Path, database: Path) -> Iterator[Engine]:
    """An SQLite database as `create_schema` makes it."""
    shutil.copyfile(made_database, database)
    engine = open_engine(f"sqlite:///{database}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.PostgreSQL]:
    if not postgres.is_installed():
        pytest.skip(postgres.WHY_NOT)
    with postgres.running() as server:
        yield server


@pytest.fixture
def postgresql_engine(postgresql: postgres.PostgreSQL) -> Iterator[Engine]:
    engine = open_engine(postgresql.url)
    postgres.wipe(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_made(postgresql: postgres.PostgreSQL) -> Iterator[Engine]:
    """The server's database as `create_schema` makes it."""
    engine = open_engine(postgresql.url)
    postgres.make(engine)
    yield engine
    engine.dispose()
