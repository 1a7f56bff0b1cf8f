"""The stage: mail host, site and daemon of one demo, and watching what comes out of it."""

import secrets
import shutil
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from email.message import EmailMessage
from email.policy import SMTP as SMTP_LINES
from pathlib import Path
from typing import Self

from workorder import shipped
from workorder.bootstrap import Site, open_site
from workorder.child import PortalChild
from workorder.config import load
from workorder.demo.company import CONFIG, JANE, MARIA, PAT, SUPPORT, settle
from workorder.demo.mail_host import AUTHSERV_ID, LOOPBACK, PASSWORD, USER, Delivered, MailHost
from workorder.errors import WorkOrderError
from workorder.store.engine import create_schema, open_engine

PATIENCE_SECONDS = 60.0
ONE_CLICK = (JANE, PAT, MARIA)
_TICK_SECONDS = 0.05


class DemoError(WorkOrderError):
    """A scene did not go as told."""


class Stage:
    """Everything the demo runs on; a context manager that starts it and ends it."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self._say = say
        self._resources = ExitStack()
        self._arrived = threading.Condition()
        self._delivered: list[Delivered] = []
        self._site: Site | None = None
        self.host = MailHost(folder / "mails", self._on_delivery)

    @property
    def site(self) -> Site:
        """The site, open for looking at it."""
        assert self._site is not None  # the stage is entered
        return self._site

    def __enter__(self) -> Self:
        """Start the mail host, make the site, start its daemon."""
        try:
            self._set_up()
        except BaseException:
            self._resources.close()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        """End the daemon, then the host."""
        self._resources.close()

    def _set_up(self) -> None:
        self.host.start()
        self._resources.callback(self.host.close)
        config_file = self.folder / "config.toml"
        config_file.write_text(
            CONFIG.format(
                imap_port=self.host.imap_port,
                smtp_port=self.host.smtp_port,
                user=USER,
                password=PASSWORD,
                authserv_id=AUTHSERV_ID,
                portal_port=_free_port(),
            )
        )
        (self.folder / "secret").write_text(secrets.token_hex(32))
        shutil.copytree(shipped.rules_folder(), self.folder / "rules")
        config = load(config_file)
        engine = open_engine(config.storage.database, create=True)
        create_schema(engine)
        engine.dispose()
        self._site = self._resources.enter_context(open_site(config))
        with self._site.store.write() as unit:
            settle(unit)
        log = self._resources.enter_context((self.folder / "daemon.log").open("wb"))
        command = [sys.executable, "-m", "workorder", "--config", str(config_file), "run"]
        # Its portal lets people in at a click: no daemon's does.
        command += ["--only", "intake,deliver,remind"]
        daemon = subprocess.Popen(command, stderr=log, stdin=subprocess.DEVNULL)  # noqa: S603 - ourselves
        self._resources.callback(_end, daemon)
        portal = PortalChild(config, wake=lambda: None, one_click=ONE_CLICK)
        self._resources.callback(portal.close)
        portal()

    def _on_delivery(self, mail: Delivered) -> None:
        with self._arrived:
            self._delivered.append(mail)
            self._arrived.notify_all()

    def send(self, mail: EmailMessage | bytes, *, envelope_sender: str) -> None:
        """Hand a mail to the company's mail server, as any mail server on earth would."""
        content = mail if isinstance(mail, bytes) else mail.as_bytes(policy=SMTP_LINES)
        with smtplib.SMTP(LOOPBACK, self.host.smtp_port, timeout=PATIENCE_SECONDS) as client:
            client.sendmail(envelope_sender, [SUPPORT], content)

    def mails_so_far(self) -> int:
        """How many mails went out until now."""
        with self._arrived:
            return len(self._delivered)

    def expect_mails(self, since: int, expected: set[tuple[str, str]]) -> list[Delivered]:
        """Wait until (event, recipient) of all mails since then are `expected`, no more, no less.

        Raises:
            DemoError: they are not.
        """

        def seen() -> set[tuple[str, str]]:
            return {
                (str(mail.message["X-WorkOrder-Event"]), mail.recipient)
                for mail in self._delivered[since:]
            }

        with self._arrived:
            self._arrived.wait_for(lambda: expected <= seen(), PATIENCE_SECONDS)
            came = list(self._delivered[since:])
            if seen() != expected or len(came) != len(expected):
                raise DemoError(f"expected {sorted(expected)}, there came {sorted(seen())}")
        for mail in came:
            self._narrate(mail)
        return came

    def _narrate(self, mail: Delivered) -> None:
        self._say(f"      -> {mail.recipient}: {mail.message['Subject']}")
        self._say(f"         {mail.eml.name}")
        for file in mail.files:
            self._say(f"         {file.name}")

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for something that sends no mail.

        Raises:
            DemoError: it did not come about.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            if time.monotonic() > deadline:
                raise DemoError(f"{what}: it did not happen within {PATIENCE_SECONDS:.0f} s")
            time.sleep(_TICK_SECONDS)


def _free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _end(daemon: "subprocess.Popen[bytes]") -> None:
    daemon.terminate()
    try:
        daemon.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()
