"""The portal as the daemon's child: started, watched, started again; it never stops the mail."""

import os
import pickle
import select
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from workorder.config import Config
from workorder.errors import PortalDownError

READY = b"ready\n"
WAKE = b"wake\n"
FAILED = "failed "

START_LIMIT = 60.0  # seconds until it listens: under load, on a small machine
END_LIMIT = 15.0
_PROGRAM = "from workorder.web import main; main()"
_NOT_ITS = frozenset({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a child is told. `one_click`: people whom its login page lets in; the demo's alone."""

    config: Config
    one_click: tuple[str, ...] = ()


def _ended(process: "subprocess.Popen[bytes]") -> None:
    """Wait for the end of a process that was asked to, and has its time."""
    try:
        process.wait(END_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class PortalChild:
    """One portal process at a time; used by one thread, and closed by any once that has ended."""

    def __init__(
        self, config: Config, *, wake: Callable[[], None], one_click: tuple[str, ...] = ()
    ) -> None:
        self._start = Start(config=config, one_click=one_click)
        self._wake = wake
        self._process: subprocess.Popen[bytes] | None = None
        self._heard = b""

    def __call__(self) -> bool:
        """Have a portal; there is never more work right after.

        Raises:
            PortalDownError: it does not come up, or it ended; the next call starts another.
        """
        process = self._process
        if process is not None and process.poll() is not None:
            self.close()
            raise PortalDownError(f"the portal ended with status {process.returncode}")
        if process is None:
            self._begin()
        return False

    @property
    def pid(self) -> int | None:
        """The process that there is, if there is one."""
        return self._process.pid if self._process is not None else None

    def wait(self, seconds: float) -> None:
        """Wait for the portal to write notices or to end, at most `seconds`."""
        deadline = time.monotonic() + seconds
        process = self._process
        while process is not None and process.poll() is None:
            match self._line(process, deadline):
                case None:
                    return
                case b"":  # it says nothing more: it ends
                    _ended(process)
                case line if line == WAKE:
                    self._wake()

    def interrupt(self) -> None:
        """Ask it to end; whoever waits sees that it did."""
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()

    def close(self) -> None:
        """End it, gently if it will."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        _ended(process)
        if process.stdout is not None:
            process.stdout.close()

    def _begin(self) -> None:
        self._heard = b""
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if name not in _NOT_ITS},
            start_new_session=True,  # Ctrl-C is for the daemon, which ends it in its turn
        )
        self._process = process
        assert process.stdin is not None
        try:
            pickle.dump(self._start, process.stdin)
            process.stdin.flush()
        except OSError:
            pass  # it ended at once, as is seen below
        deadline = time.monotonic() + START_LIMIT
        while (line := self._line(process, deadline)) == WAKE:
            self._wake()  # it had something to tell before it listened: rules that are wrong
        if line != READY:
            self.close()
            reason = (line or b"").decode("utf-8", "replace").strip()
            raise PortalDownError(reason.removeprefix(FAILED) or "the portal does not start")

    def _line(self, process: "subprocess.Popen[bytes]", deadline: float) -> bytes | None:
        """The next line that it says; b"" when it has ended, None when the time is over."""
        assert process.stdout is not None
        while b"\n" not in self._heard:
            left = deadline - time.monotonic()
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, left))
            if not ready:
                return None
            more = os.read(process.stdout.fileno(), 4096)
            if not more:
                return b""
            self._heard += more
        line, _, self._heard = self._heard.partition(b"\n")
        return line + b"\n"
