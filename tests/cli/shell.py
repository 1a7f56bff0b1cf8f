"""The command line without a process for each command: same entry, same exit codes."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from acceptance.live import CONFIG
from servers.dovecot import PASSWORD, Dovecot
from servers.smtp_sink import SmtpSink
from workorder.bootstrap import Site, open_site
from workorder.cli.main import main
from workorder.config import Config, load

DAEMON = Path(__file__).resolve().parents[2] / "daemon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def workorder(*arguments: str, stdin: str = "") -> Result:
    """Run one command in this process."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    err = io.StringIO()
    given, sys.stdin = sys.stdin, io.StringIO(stdin)
    code: object = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main(arguments)
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdin = given
    out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return Result(code=int(str(code or 0)), out=out.buffer.getvalue(), err=err.getvalue())


def process(*arguments: str, cwd: Path, **environ: str) -> Result:
    """Run one command in a process of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "workorder", *arguments],
        capture_output=True,
        cwd=cwd,
        env=kept | {"PYTHONPATH": str(DAEMON)} | environ,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    return Result(code=done.returncode, out=done.stdout, err=done.stderr.decode())


class Shell:
    """The commands on one site."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.config_file = home / "config.toml"

    def run(self, *arguments: str, stdin: str = "") -> Result:
        return workorder("--config", str(self.config_file), *arguments, stdin=stdin)

    def must(self, *arguments: str, stdin: str = "") -> str:
        result = self.run(*arguments, stdin=stdin)
        assert result.code == 0, f"{arguments}: {result.err}"
        return result.text

    def json(self, *arguments: str) -> Any:
        return json.loads(self.must(*arguments, "--json"))

    def fails(self, *arguments: str) -> str:
        """Run a command that has to fail; its one line, without the program's name."""
        result = self.run(*arguments)
        assert result.code == 1, f"{arguments}: {result}"
        assert result.out == b""
        assert result.err.count("\n") == 1
        return result.err.strip().removeprefix("workorder: ")

    def edit(self, old: str, new: str) -> None:
        """Change the configuration, the first place where `old` stands."""
        text = self.config_file.read_text()
        assert old in text
        self.config_file.write_text(text.replace(old, new, 1))

    @property
    def config(self) -> Config:
        return load(self.config_file)

    @contextmanager
    def site(self) -> Iterator[Site]:
        with open_site(self.config) as site:
            yield site

    def settle(self) -> None:
        """The usual people and things."""
        self.must("customer", "add", "Acme Ltd", "--domain", "acme.example")
        acme = ("--customer", "Acme Ltd")
        self.must("contact", "add", "jane@acme.example", *acme, "--name", "Jane Roe")
        self.must("contact", "add", "pat@acme.example", *acme, "--name", "Pat Lee", "--primary")
        self.must("technician", "add", "maria@northwind.example", "--name", "Maria Santos")
        self.must("equipment", "add", "PRN-2", *acme, "--name", "Front desk printer")


def serve(shell: Shell, dovecot: Dovecot, user: str, sink: SmtpSink) -> None:
    """Have the site use real servers."""
    text = CONFIG.format(
        imap_host=dovecot.host,
        imap_port=dovecot.port,
        user=user,
        password=PASSWORD,
        smtp_port=sink.port,
    )
    shell.config_file.write_text(text)
    shell.config_file.chmod(0o600)
