"""The process that renders: one task after another from a pipe, within limits, until the end.

Started by outbound.pool as a fresh interpreter. It holds no lock, no connection and no secret,
and it ends with its parent however that ends.
"""

import argparse
import ctypes
import gc
import math
import os
import resource
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from workorder.core.notice import Letter
from workorder.errors import RenderError
from workorder.outbound.press import PressJob, PressResult, press
from workorder.outbound.tagcard import TagCard, render_tag_card

if TYPE_CHECKING:
    from workorder.outbound.templates import Templates

MAX_MEMORY = 512 * 1024 * 1024  # bytes of address space; about 90 MB are in use after start
MAX_FILES = 64
WORN_OUT = 110 * 1024 * 1024  # bytes in memory from which a worker is replaced after its task
NICENESS = 5

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a worker is to do: the mails of a job, the PDF of a letter, or that of a tag card.

    `without_pdf`, if not empty, is why a job's mails go without their PDF. `seconds` of
    processor time are the limit; the wall clock is the parent's.
    """

    work: PressJob | Letter | TagCard
    without_pdf: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came out. `worn_out`: the worker ends now, and another one is to be started."""

    result: PressResult | bytes
    worn_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The task has no result, and why; or, before any task, why the worker cannot work."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The first word of a worker: templates and fonts are read."""


Answer = Ready | Done | Failed


def main() -> None:
    """Serve tasks until the pipe closes."""
    arguments = _arguments(sys.argv[1:])
    _confine(arguments.parent)
    pipe = Connection(arguments.pipe)
    try:
        templates = _warmed_up(arguments.shipped, arguments.overrides)
    except Exception as error:  # noqa: BLE001 # whatever it is, the parent has to be told
        pipe.send(Failed(reason=f"{type(error).__name__}: {error}"))
        return
    pipe.send(Ready())
    while (task := _next(pipe)) is not None:
        answer = answered(task, templates)
        pipe.send(answer)
        if isinstance(answer, Done) and answer.worn_out:
            return


def answered(task: Task, templates: "Templates") -> Done | Failed:
    """Do one task."""
    spent = time.process_time()
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(spent + task.seconds) + 1, hard))
    try:
        return Done(result=_result(task, templates), worn_out=_resident() > WORN_OUT)
    except RenderError as error:
        return Failed(reason=str(error))
    except MemoryError:
        return Failed(reason=f"it needs more than {MAX_MEMORY >> 20} MB of memory")


def _result(task: Task, templates: "Templates") -> PressResult | bytes:
    if isinstance(task.work, PressJob):
        return press(task.work, templates, without_pdf=task.without_pdf)
    if isinstance(task.work, TagCard):
        return render_tag_card(task.work, templates)
    from workorder.outbound.pdf import render_pdf  # noqa: PLC0415 # the parent reads this module too

    return render_pdf(task.work, templates)


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pipe", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--shipped", type=Path, required=True)
    parser.add_argument("--overrides", type=Path)
    return parser.parse_args(words)


def _confine(parent: int) -> None:
    """Die with the parent, leave Ctrl-C to it, and stay within limits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before it could be watched
        os._exit(1)
    _limit(resource.RLIMIT_AS, MAX_MEMORY)
    _limit(resource.RLIMIT_NOFILE, MAX_FILES)
    _limit(resource.RLIMIT_CORE, 0)
    os.nice(NICENESS)


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def _warmed_up(shipped: Path, overrides: Path | None) -> "Templates":
    """Templates and printer, ready, so that the first task costs about what every task costs."""
    from workorder.outbound.pdf import prepare_pdf  # noqa: PLC0415 # the parent reads this module too
    from workorder.outbound.templates import Templates  # noqa: PLC0415 # as above

    templates = Templates(shipped, overrides)
    prepare_pdf(templates)
    gc.collect()
    gc.freeze()  # what is here now stays: no collection looks at it again
    return templates


def _next(pipe: Connection) -> Task | None:
    try:
        task = pipe.recv()
    except EOFError:
        return None
    assert isinstance(task, Task)
    return task


def _resident() -> int:
    """Bytes of this process in memory, 0 where that is not told."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()
