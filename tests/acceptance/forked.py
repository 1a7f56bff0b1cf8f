"""Sites that are copied instead of made, with commands that are forked instead of started.

Daemons, and what tests of the command line call a process, are started as they are in service.
"""

import json
import select
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from acceptance.live import LiveSite, Notice
from servers.smtp_sink import SmtpSink

_PATIENCE = 120.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """How a `run --once` ended, and the checkpoints it passed."""

    code: int
    checkpoints: tuple[str, ...]
    errors: str


class Commands:
    """The server of tests/acceptance/killable.py, until the end of its `with`."""

    def __init__(self, environment: dict[str, str]) -> None:
        here = Path(__file__)
        self._process = subprocess.Popen(
            [sys.executable, str(here.with_name("killable.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment | {"PYTHONPATH": f"{environment['PYTHONPATH']}:{here.parents[1]}"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._process.communicate(timeout=_PATIENCE)  # without more to do it ends

    def run(self, arguments: Sequence[str], stdin: str) -> "subprocess.CompletedProcess[str]":
        """One command in a process of its own."""
        code, out, err = self._asked("command", arguments, stdin)
        return subprocess.CompletedProcess(arguments, code, out, err)

    def once(self, config_file: Path, killed_at: int = 0) -> Once:
        """A `run --once`, killed at a checkpoint, or not."""
        code, out, err = self._asked("once", str(config_file), killed_at)
        return Once(code=code, checkpoints=tuple(out.split()), errors=err)

    def _asked(self, *request: object) -> tuple[int, str, str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], _PATIENCE)
        assert ready, f"{request}: not done within {_PATIENCE} s"
        code, out, err = json.loads(self._process.stdout.readline())
        return code, out, err


class ForkedSite(LiveSite):
    """A site whose commands are forked."""

    commands: Commands

    def run(
        self, *arguments: str, config: bool = True, stdin: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        _python, _m, _workorder, *told = self.command(*arguments, config=config)
        return self.commands.run(told, stdin)

    def once(self) -> list[Notice]:
        before = len(self.sink.mails)
        done = self.commands.once(self.config_file)
        assert done.code == 0, done.errors
        return self.notices(before)


def copied(template: LiveSite, home: Path, sink: SmtpSink, commands: Commands) -> ForkedSite:
    """A site like another one, with a mailbox and an SMTP server of its own."""
    shutil.copytree(template.home, home)
    site = ForkedSite.__new__(ForkedSite)
    site.home, site.config_file = home, home / "config.toml"
    site.dovecot, site.sink, site.commands = template.dovecot, sink, commands
    site.user = site.dovecot.new_user()
    site.configure()
    return site
