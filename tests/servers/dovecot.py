"""A real Dovecot on 127.0.0.1, in a folder of its own; any user may log in with PASSWORD."""

import grp
import imaplib
import itertools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from servers.tls import Certificate
from workorder.config import MailboxConfig

PASSWORD = "secret"
START_SECONDS = 20.0
INSTALL = "apt-get install dovecot-imapd"

CONFIG = """
base_dir = {base}/run
state_dir = {base}/run
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{base}/mail/%u
mail_fsync = never
maildir_stat_dirs = no
first_valid_uid = 1
first_valid_gid = 0
mail_max_userip_connections = 1000
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}/mail/%u
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
  # No penalty for the wrong passwords of the test before.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
{tls}
{extra}
"""

WITH_ACL = """
mail_plugins = acl
plugin {
  acl = vfile
}
"""


def dovecot_program() -> str | None:
    """Where Dovecot is installed, or None."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def account() -> tuple[str, str]:
    """The user and group that Dovecot runs as: ourselves, but never root."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        return nobody.pw_name, grp.getgrgid(nobody.pw_gid).gr_name
    return pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [sock.getsockname()[1] for sock in sockets]
    for sock in sockets:
        sock.close()
    return ports


class Dovecot:
    """One server; start it by `with`. `extra` is more of dovecot.conf."""

    def __init__(self, certificate: Certificate | None = None, *, extra: str = "") -> None:
        self._certificate = certificate
        self._extra = extra
        self._users = itertools.count(1)
        self._serial = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self.host = "127.0.0.1" if certificate is None else "localhost"
        self.port = 0
        self.tls_port = 0
        self.base = Path()

    def __enter__(self) -> Self:
        # A short path: the name of a Unix socket has at most 107 bytes.
        self.base = Path(tempfile.mkdtemp(prefix="dc", dir="/tmp"))
        for attempt in range(3):
            if self._start():
                return self
            assert attempt < 2, (self.base / "log").read_text(errors="replace")
        raise AssertionError

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self.base, ignore_errors=True)

    def _start(self) -> bool:
        user, group = account()
        self.port, self.tls_port = free_ports(2)
        tls = "ssl = no"
        if self._certificate is not None:
            chain = shutil.copy(self._certificate.chain, self.base / "chain.pem")
            key = shutil.copy(self._certificate.key, self.base / "key.pem")
            tls = f"ssl = yes\nssl_cert = <{chain}\nssl_key = <{key}"
        text = CONFIG.format(
            base=self.base, user=user, group=group, password=PASSWORD, port=self.port,
            tls_port=self.tls_port if self._certificate else 0, tls=tls, extra=self._extra,
        )  # fmt: skip
        (self.base / "dovecot.conf").write_text(text)
        for folder in ("run", "mail"):
            (self.base / folder).mkdir(exist_ok=True)
        as_root = os.geteuid() == 0
        if as_root:
            for path in (self.base, *self.base.iterdir()):
                shutil.chown(path, user, group)
        program = dovecot_program()
        assert program is not None, f"there is no Dovecot: {INSTALL}"
        self._process = subprocess.Popen(  # a fixed program, our own config
            [program, "-F", "-c", str(self.base / "dovecot.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user if as_root else None,
            group=group if as_root else None,
            extra_groups=[] if as_root else None,
            start_new_session=True,
        )
        return self._answers()

    def _answers(self) -> bool:
        assert self._process is not None
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with imaplib.IMAP4("127.0.0.1", self.port, timeout=START_SECONDS) as client:
                    client.login("start", PASSWORD)
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.01)
            else:
                return True
        self.stop()
        return False

    def stop(self) -> None:
        """Stop the server; its folder stays."""
        if self._process is not None:
            # All of its processes at once: nothing of it is needed any more, and SIGTERM takes 1 s.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def new_user(self) -> str:
        """A user that no test has used yet."""
        return f"user{next(self._users)}"

    def config(self, user: str, **changes: object) -> MailboxConfig:
        """The configuration of a user's mailbox, as config.toml would give it."""
        fields: dict[str, object] = {
            "name": "support", "host": self.host, "port": self.port, "security": "none",
            "user": user, "password": PASSWORD,
        }  # fmt: skip
        return MailboxConfig.model_validate(fields | changes)

    def login(self, user: str) -> imaplib.IMAP4:
        """A client of another person's making, to look and to meddle."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=30)
        client.login(user, PASSWORD)
        return client

    def append(
        self,
        user: str,
        raws: bytes | Iterable[bytes],
        folder: str = "INBOX",
        at: datetime | None = None,
    ) -> None:
        """Put mails into a folder by APPEND."""
        with self.login(user) as client:
            for raw in [raws] if isinstance(raws, bytes) else raws:
                answer = client.append(folder, "", at or "", raw)
                assert answer[0] == "OK", answer

    def deliver(self, user: str, raws: Iterable[bytes]) -> None:
        """Put mails into the inbox through its files, as a delivery agent does: fast."""
        new = self.maildir(user) / "new"
        for raw in raws:
            serial = next(self._serial)
            name = f"{time.time_ns() // 1000:d}.M{serial:08d}.test"
            temporary = self.maildir(user) / "tmp" / name
            temporary.write_bytes(raw)
            if os.geteuid() == 0:
                shutil.chown(temporary, *account())
            temporary.rename(new / name)

    def deliver_copies(self, user: str, raw: bytes, count: int) -> None:
        """Put one mail into the inbox many times, as links to one file: faster still."""
        self.deliver(user, [raw])
        new = self.maildir(user) / "new"
        first = next(new.iterdir())
        for _ in range(count - 1):
            name = f"{time.time_ns() // 1000:d}.M{next(self._serial):08d}.test"
            (new / name).hardlink_to(first)

    def change_uidvalidity(self, user: str) -> None:
        """Give the inbox another UIDVALIDITY, as a careless restore does."""
        uidlist = self.maildir(user) / "dovecot-uidlist"
        lines = uidlist.read_text().splitlines(keepends=True)
        lines[0] = re.sub(r"\bV(\d+)", lambda found: f"V{int(found[1]) + 1}", lines[0])
        uidlist.write_text("".join(lines))
        for index in self.maildir(user).glob("dovecot.index*"):
            index.unlink()

    def maildir(self, user: str) -> Path:
        """The folder that holds a user's mail; made by the first login."""
        path = self.base / "mail" / user
        if not (path / "new").is_dir():
            with self.login(user) as client:
                client.select("INBOX")
        return path

    def count(self, user: str, folder: str = "INBOX") -> int:
        """How many mails a folder holds."""
        with self.login(user) as client:
            typ, rows = client.select(f'"{folder}"', readonly=True)
            assert typ == "OK", rows
            return int(rows[0] or 0)

    def folders(self, user: str) -> set[str]:
        """The names of a user's folders."""
        with self.login(user) as client:
            _, rows = client.list()
            return {
                row.decode().rpartition(' "." ')[2].strip('"')
                for row in rows
                if isinstance(row, bytes)
            }

    def log(self) -> str:
        """What Dovecot logged."""
        return (self.base / "log").read_text(errors="replace")
