"""Loops around steps: threads, growing pauses, stop, signals, and systemd's watchdog.

A loop never dies of its step. What went wrong is logged once per change of state, not per try.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from workorder.errors import OurFaultError, TransportDownError, WorkOrderError

log = structlog.get_logger()

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 300.0
# An admin at a terminal waits half a minute; connections and children want their part of it.
STOP_WITHIN_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A step and how to wait for its next work.

    `wait(seconds)` returns when there may be work, at `seconds` at the latest, and when
    `interrupt` is called. `deadline` is how many seconds one step may take before the watchdog
    calls the loop stuck.
    """

    name: str
    step: Callable[[], bool]
    wait: Callable[[float], None]
    idle_seconds: float
    deadline: float
    on_trouble: Callable[[Exception], None] = lambda _fault: None
    interrupt: Callable[[], None] = lambda: None


class Wake:
    """An event that a waiting loop is woken by; any number of wakes count as one."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def __call__(self) -> None:
        """Wake whoever waits now, or waits next."""
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Wait for a wake, at most `seconds`."""
        self._event.wait(seconds)
        self._event.clear()


class Loop:
    """Runs one task for ever in a thread of its own."""

    def __init__(self, task: Task, stop: threading.Event) -> None:
        self._task = task
        self._stop = stop
        self._trouble: str | None = None
        self._pause = FIRST_PAUSE_SECONDS
        self._beat = time.monotonic()
        self.thread = threading.Thread(target=self._run, name=task.name, daemon=True)

    def stuck_for(self, now: float) -> float:
        """Seconds past the task's deadline; 0 or less while all is well. `now` is monotonic."""
        return now - self._beat - self._task.deadline

    def _run(self) -> None:
        while not self._stop.is_set():
            self._beat = time.monotonic()
            self._once()

    def _once(self) -> None:
        try:
            busy = self._task.step()
            self._well_again()
            if not busy and not self._stop.is_set():
                self._beat = time.monotonic()
                self._task.wait(self._task.idle_seconds)
        except (OurFaultError, TransportDownError) as fault:
            self._in_trouble(" ".join(str(fault).split()), fault)
        except Exception as fault:
            # The loop is the last to catch: whatever it is, the next try may go well.
            if not self._stop.is_set():
                log.exception("step_failed", task=self._task.name)
            self._in_trouble(f"{type(fault).__name__}: {fault}", fault)

    def _well_again(self) -> None:
        if self._trouble is not None:
            log.info("task_recovered", task=self._task.name)
        self._trouble = None
        self._pause = FIRST_PAUSE_SECONDS

    def _in_trouble(self, reason: str, fault: Exception) -> None:
        if self._stop.is_set():
            return
        if reason != self._trouble:
            log.warning("task_in_trouble", task=self._task.name, reason=reason)
            self._report(fault)
        self._trouble = reason
        self._stop.wait(self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)

    def _report(self, fault: Exception) -> None:
        """Tell whoever asked to be told; that this may fail too must not end the loop."""
        try:
            self._task.on_trouble(fault)
        except WorkOrderError as second:
            log.warning("trouble_not_told", task=self._task.name, reason=str(second))


def notify_systemd(state: str) -> None:
    """Tell the service manager a state (sd_notify(3)); without one, nothing."""
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection:
        connection.connect(address)
        connection.sendall(state.encode())


def watchdog_seconds() -> float | None:
    """How often systemd wants to hear of us, half its limit; None where it does not."""
    usec = os.environ.get("WATCHDOG_USEC", "")
    return int(usec) / 2_000_000 if usec.isdigit() and int(usec) > 0 else None


def stop_on_signals(stop: threading.Event) -> None:
    """Let SIGTERM and SIGINT ask for the end instead of being it."""
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())


def run_forever(tasks: Sequence[Task], stop: threading.Event) -> None:
    """Run every task until `stop` is set, then end within STOP_WITHIN_SECONDS."""
    loops = [Loop(task, stop) for task in tasks]
    for loop in loops:
        loop.thread.start()
    notify_systemd("READY=1\nSTATUS=running")
    log.info("started", tasks=[task.name for task in tasks])
    _watch(loops, stop)
    notify_systemd("STOPPING=1")
    for task in tasks:
        task.interrupt()
    deadline = time.monotonic() + STOP_WITHIN_SECONDS
    for loop in loops:
        loop.thread.join(max(0.0, deadline - time.monotonic()))
    log.info("stopped", unfinished=[x.thread.name for x in loops if x.thread.is_alive()])


def _watch(loops: Sequence[Loop], stop: threading.Event) -> None:
    interval = watchdog_seconds()
    reported: set[str] = set()
    while not stop.wait(interval or 5.0):
        now = time.monotonic()
        stuck = {loop.thread.name for loop in loops if loop.stuck_for(now) > 0}
        for name in stuck - reported:
            log.error("task_stuck", task=name)
        reported = stuck
        if interval and not stuck:
            notify_systemd("WATCHDOG=1")


def run_once(steps: Sequence[Callable[[], bool]], stop: threading.Event) -> list[str]:
    """Do all that is to be done now, or until `stop`; the faults met, one line each."""
    faults: dict[Callable[[], bool], str] = {}
    busy = True
    while busy and not stop.is_set():
        busy = False
        for step in steps:
            if step in faults:
                continue
            try:
                busy = step() or busy
            except WorkOrderError as fault:
                faults[step] = " ".join(str(fault).split())
    return list(faults.values())
