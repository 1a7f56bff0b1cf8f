"""A site for the benchmark: Dovecot, the sink's process, SQLite; the daemon as it is shipped."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.mails import contacts
from bench.measure import now
from servers.dovecot import Dovecot
from workorder.bootstrap import open_site
from workorder.config import load

REPOSITORY = Path(__file__).resolve().parents[2]
TECHNICIAN = "maria@northwind.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A notice at the sink; `at` is time.monotonic(), the same clock in every process."""

    at: float
    recipient: str
    event: str
    answered: str
    size: int


class Sink:
    """The sink's process, and what it has reported."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "sink.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.arrivals: list[Arrival] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            at, recipient, event, answered, size = line.split()
            self.arrivals.append(
                Arrival(
                    at=float(at),
                    recipient=recipient,
                    event=event,
                    answered=answered,
                    size=int(size),
                )
            )

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


class BenchSite:
    """One site with the people of bench.mails and one technician."""

    def __init__(self, home: Path, dovecot: Dovecot, sink: Sink) -> None:
        self.home = home
        self.dovecot = dovecot
        self.sink = sink
        self.user = dovecot.new_user()
        self.config_file = home / "config.toml"
        self.database = home / "var" / "workorder.db"
        subprocess.run(self.command("init", str(home)), check=True, stderr=subprocess.DEVNULL)
        self.config_file.write_text(
            f"""
[site]
name = "Northwind IT Services"
support_address = "support@northwind.example"
admin_address = "admin@northwind.example"
[storage]
database = "sqlite:///{self.database}"
files = "{home}/var/files"
[[mailboxes]]
name = "support"
host = "{dovecot.host}"
port = {dovecot.port}
security = "none"
user = "{self.user}"
password = "secret"
[smtp]
host = "127.0.0.1"
port = {sink.port}
security = "none"
[trust]
authserv_id = "mx.northwind.example"

[portal]
listen = ""
"""
        )
        self._settle()

    def _settle(self) -> None:
        with open_site(load(self.config_file)) as site, site.store.write() as unit:
            customers: dict[str, int] = {}
            for address, name in contacts():
                is_primary = name not in customers
                if is_primary:
                    domain = address.rpartition("@")[2]
                    customers[name] = unit.people.add_customer(name, domains=[domain]).id
                unit.people.add_contact(
                    address, customer_id=customers[name], name=name, primary=is_primary
                )
            for customer_id in customers.values():
                for n in range(10):
                    unit.people.add_equipment(
                        f"PC-{n:02}", customer_id=customer_id, name="Desk", serial=f"S{n}X"
                    )
            unit.people.add_technician(TECHNICIAN, name="Maria")

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "workorder", *arguments]

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*self.command("--config", str(self.config_file), "run"), *arguments],
            stderr=(self.home / "daemon.log").open("ab"),
            env=os.environ | {"PYTHONPATH": str(REPOSITORY / "daemon")},
        )

    def expect(self, count: int, *, patience: float, ended: Callable[[], bool]) -> float:
        """Wait for the sink's `count`-th arrival; when it came."""
        deadline = now() + patience
        pause = threading.Event()
        while len(self.sink.arrivals) < count:
            if now() > deadline or ended():
                tail = (self.home / "daemon.log").read_text()[-2000:]
                raise TimeoutError(f"{len(self.sink.arrivals)} of {count} notices came\n{tail}")
            pause.wait(0.02)
        return self.sink.arrivals[count - 1].at

    def remove(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
