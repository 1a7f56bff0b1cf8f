"""What a process and its children cost: CPU seconds, and memory as the kernel shares it out."""

import contextlib
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # it has just ended
                children.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
    family, todo = [], [pid]
    while todo:
        one = todo.pop()
        family.append(one)
        todo += children.get(one, [])
    return family


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, its living family, and their children that ended."""
    total = 0
    for one in _family(pid):
        with contextlib.suppress(OSError):
            total += sum(int(field) for field in _stat(one)[11:15])
    return total / _TICKS


def memory_mb(pid: int) -> float:
    """Proportional set size of a process and its family: what they really hold, in MB (10^6)."""
    total = 0
    for one in _family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total * 1024 / 1e6


@dataclass
class Watch:
    """Samples a process's memory; `peak_mb` and `cpu` (seconds) are known when it is left."""

    pid: int
    every: float = 0.2
    peak_mb: float = 0.0
    cpu: float = 0.0

    def __enter__(self) -> Self:
        self._cpu_before = cpu_seconds(self.pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stop.set()
        self._thread.join()
        self.cpu = cpu_seconds(self.pid) - self._cpu_before

    def _sample(self) -> None:
        while not self._stop.wait(self.every):
            self.peak_mb = max(self.peak_mb, memory_mb(self.pid))


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of `values` lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def now() -> float:
    """Seconds of a clock that never goes back."""
    return time.monotonic()
