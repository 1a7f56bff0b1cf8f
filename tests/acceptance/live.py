"""A whole site on real servers: Dovecot, an SMTP sink, SQLite, and the command line."""

import email
import email.policy
import email.utils
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from servers.dovecot import PASSWORD, Dovecot
from servers.smtp_sink import SinkMail, SmtpSink
from workorder.bootstrap import open_site
from workorder.config import load

REPOSITORY = Path(__file__).resolve().parents[2]
SUPPORT = "support@northwind.example"
JANE, PAT = "jane@acme.example", "pat@acme.example"
MARIA = "maria@northwind.example"
ADMIN = "admin@northwind.example"

CONFIG = """\
[site]
name = "Northwind IT Services"
support_address = "support@northwind.example"
admin_address = "admin@northwind.example"
timezone = "America/New_York"

[storage]
database = "sqlite:///var/workorder.db"
files = "var/files"

[[mailboxes]]
name = "support"
host = "{imap_host}"
port = {imap_port}
security = "none"
user = "{user}"
password = "{password}"
poll_seconds = 5

[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"

[trust]
authserv_id = "mx.northwind.example"

[portal]
listen = ""
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice as it arrived at the SMTP server."""

    recipient: str
    event: str
    message: EmailMessage

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        assert part is not None
        return str(part.get_content())

    @property
    def pdfs(self) -> dict[str, bytes]:
        return {
            str(part.get_filename()): part.get_content()
            for part in self.message.iter_attachments()
            if part.get_content_type() == "application/pdf"
        }


def notice_of(mail: SinkMail) -> Notice:
    message = email.message_from_bytes(mail.body, policy=email.policy.default)
    (recipient,) = mail.recipients
    return Notice(recipient=recipient, event=str(message["X-WorkOrder-Event"]), message=message)


class LiveSite:
    """One site; `home` holds its config and data."""

    def __init__(self, home: Path, dovecot: Dovecot, sink: SmtpSink) -> None:
        self.home = home
        self.dovecot = dovecot
        self.sink = sink
        self.user = dovecot.new_user()
        self.config_file = home / "config.toml"
        result = self.run("init", str(home), config=False)
        assert result.returncode == 0, result.stderr
        self.configure()

    def configure(self, old: str = "", new: str = "", **changes: Any) -> None:
        """Write config.toml, with `old` replaced by `new`."""
        values = {
            "imap_host": self.dovecot.host,
            "imap_port": self.dovecot.port,
            "user": self.user,
            "password": PASSWORD,
            "smtp_port": self.sink.port,
        }
        text = CONFIG.format(**(values | changes))
        assert old in text
        self.config_file.write_text(text.replace(old, new) if old else text)

    def command(self, *arguments: str, config: bool = True) -> list[str]:
        chosen = ["--config", str(self.config_file)] if config else []
        return [sys.executable, "-m", "workorder", *chosen, *arguments]

    def environment(self) -> dict[str, str]:
        return os.environ | {"PYTHONPATH": str(REPOSITORY / "daemon"), "PYTHONWARNINGS": "error"}

    def run(
        self, *arguments: str, config: bool = True, stdin: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*arguments, config=config),
            capture_output=True,
            text=True,
            input=stdin,
            env=self.environment(),
            timeout=120,
            check=False,
        )

    def must(self, *arguments: str, stdin: str = "") -> str:
        """Run a command that has to succeed; its stdout."""
        result = self.run(*arguments, stdin=stdin)
        assert result.returncode == 0, f"{arguments}: {result.stderr}"
        return result.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.must(*arguments, "--json"))

    def settle(self) -> None:
        """The usual people and things."""
        with open_site(load(self.config_file)) as site, site.store.write() as unit:
            acme = unit.people.add_customer("Acme Ltd", domains=["acme.example"])
            unit.people.add_contact(JANE, customer_id=acme.id, name="Jane Roe")
            unit.people.add_contact(PAT, customer_id=acme.id, name="Pat Lee", primary=True)
            unit.people.add_technician(MARIA, name="Maria Santos")
            unit.people.add_equipment(
                "PRN-2",
                customer_id=acme.id,
                name="Front desk printer",
                serial="VNB3R12345",
                location="Reception",
            )

    def arrives(self, *raws: bytes) -> None:
        """Mails come into the inbox."""
        self.dovecot.append(self.user, raws)

    def once(self) -> list[Notice]:
        """One `run --once`; the notices that came out of it."""
        before = len(self.sink.mails)
        self.must("run", "--once")
        return self.notices(before)

    def notices(self, since: int = 0) -> list[Notice]:
        return [notice_of(mail) for mail in self.sink.mails[since:]]

    def handles(self, *raws: bytes) -> list[Notice]:
        self.arrives(*raws)
        return self.once()

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start the daemon."""
        with (self.home / "daemon.log").open("ab") as log:
            return subprocess.Popen(
                self.command("run", *arguments),
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


def told(notices: Iterable[Notice]) -> list[tuple[str, str]]:
    """Who was told of what, in an order that does not depend on sending."""
    return sorted((notice.event, notice.recipient) for notice in notices)


def mail(
    sender: str = f"Jane Roe <{JANE}>",
    subject: str = "Printer does not print",
    text: str = "The printer PRN-2 says paper jam.\n",
    **headers: str,
) -> bytes:
    """A mail as a client would write it, with a Message-ID and Date of its own unless given."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = SUPPORT
    message["Subject"] = subject
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if "Message-ID" not in given:
        given["Message-ID"] = email.utils.make_msgid(domain="client.example")
    if "Date" not in given:
        given["Date"] = email.utils.formatdate()
    for name, value in given.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message.as_bytes(policy=email.policy.SMTP)


def wait_for(holds: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Wait, with patience that only a failure uses up."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.02)
