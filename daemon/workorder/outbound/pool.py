"""Worker processes that render, one for each core; what hangs or dies in one harms nobody else."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import Pipe
from pathlib import Path
from typing import TypeVar, assert_never

import workorder
from workorder.core.notice import Letter
from workorder.errors import RenderError, RenderTimeoutError
from workorder.outbound.press import PressJob, PressResult
from workorder.outbound.tagcard import TagCard
from workorder.outbound.worker import Done, Failed, Ready, Task

START_LIMIT = 60.0  # seconds for a worker to be ready: under load, on a small machine

_CLOSED = "the render pool is closed"
_PROGRAM = "from workorder.outbound.worker import main; main()"
# What a worker may know of the daemon's surroundings: no passwords.
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "PYTHONDONTWRITEBYTECODE")


_Work = TypeVar("_Work", PressJob, Letter, TagCard)
_Result = TypeVar("_Result", PressResult, bytes)


class RenderPool:
    """Renders in up to `workers` processes, each started when there is first work for it.

    A task over `time_limit` seconds, or one whose worker dies, costs that worker its life. A job
    is then tried once more without its PDF; PressResult.pdf_problem says so.
    """

    def __init__(
        self, workers: int, shipped: Path, overrides: Path | None, time_limit: float = 20.0
    ) -> None:
        self._command = _command(shipped, overrides)
        self._time_limit = time_limit
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="render")
        self._mine = threading.local()  # each thread has a worker of its own
        self._lock = threading.Lock()
        self._workers: set[_Worker] = set()
        self._closed = False

    def submit(self, job: PressJob) -> Future[PressResult]:
        """Compose the mails of a job; the future may raise RenderError.

        Raises:
            RenderError: the pool is closed.
        """
        return self._given_out(self._press, job)

    def pdf(self, letter: Letter) -> bytes:
        """The PDF of a letter's work order.

        Raises:
            RenderError: it cannot be rendered.
            RenderTimeoutError: it took too long.
        """
        return self._given_out(self._pdf, letter).result()

    def tag_card(self, card: TagCard) -> bytes:
        """The PDF of a tag card.

        Raises:
            RenderError: it cannot be rendered.
            RenderTimeoutError: it took too long.
        """
        return self._given_out(self._pdf, card).result()

    def close(self) -> None:
        """End all workers at once. What was in hand or waiting fails with RenderError."""
        with self._lock:
            self._closed = True
            workers = [*self._workers]
        for worker in workers:
            worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in workers:
            worker.end()

    def _given_out(self, do: Callable[[_Work], _Result], work: _Work) -> Future[_Result]:
        try:
            return self._threads.submit(do, work)
        except RuntimeError as error:
            raise RenderError(_CLOSED) from error

    def _press(self, job: PressJob) -> PressResult:
        try:
            result = self._done(Task(work=job, without_pdf="", seconds=self._time_limit))
        except _WorkerLostError as lost:
            if self._closed or not any(sheet.with_pdf for sheet in job.sheets):
                raise
            again = Task(work=job, without_pdf=str(lost), seconds=self._time_limit)
            result = self._done(again)
        assert isinstance(result, PressResult)
        return result

    def _pdf(self, shown: Letter | TagCard) -> bytes:
        result = self._done(Task(work=shown, without_pdf="", seconds=self._time_limit))
        assert isinstance(result, bytes)
        return result

    def _done(self, task: Task) -> PressResult | bytes:
        """Have this thread's worker do the task."""
        worker = self._worker()
        try:
            answer = worker.ask(task, self._time_limit)
        except RenderError:
            self._forget(worker)
            raise
        match answer:
            case Done(result=result, worn_out=worn_out):
                if worn_out:
                    self._forget(worker)
                return result
            case Failed(reason=reason):
                raise RenderError(reason)
            case Ready():
                raise RenderError("the worker lost the thread")
            case _:
                assert_never(answer)

    def _worker(self) -> "_Worker":
        worker: _Worker | None = getattr(self._mine, "worker", None)
        if worker is not None and worker.alive:
            return worker
        with self._lock:
            if self._closed:
                raise RenderError(_CLOSED)
            worker = _Worker(self._command)
            self._workers.add(worker)
        try:
            worker.wait_until_ready()
        except RenderError:
            self._forget(worker)
            raise
        self._mine.worker = worker
        return worker

    def _forget(self, worker: "_Worker") -> None:
        self._mine.worker = None
        worker.kill()
        worker.end()
        with self._lock:
            self._workers.discard(worker)


class _WorkerLostError(RenderError):
    """The worker died over a task; the text says how."""


class _WorkerTimeoutError(_WorkerLostError, RenderTimeoutError):
    """The worker was killed at its time limit."""


class _Worker:
    """One process and the pipe to it; used by one thread, killed by any."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._pipe, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 # our own interpreter and program
                [*command, "--pipe", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=_surroundings(),
                cwd="/",
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Wait for the worker's first word.

        Raises:
            RenderError: it did not come up, and why.
        """
        answer = self._answer(START_LIMIT)
        if isinstance(answer, Failed):
            raise RenderError(f"the PDF worker does not start: {answer.reason}")

    def ask(self, task: Task, seconds: float) -> Ready | Done | Failed:
        """Give the worker a task and wait for what it says, at most `seconds`."""
        try:
            self._pipe.send(task)
        except OSError as error:
            raise _WorkerLostError(self._how_it_ended()) from error
        return self._answer(seconds)

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def end(self) -> None:
        """Take note of the end of a killed process, and close the pipe to it."""
        self._process.wait()
        self._pipe.close()

    def _answer(self, seconds: float) -> Ready | Done | Failed:
        try:
            if not self._pipe.poll(seconds):
                raise _WorkerTimeoutError(f"took over {seconds:g} s")
            answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise _WorkerLostError(self._how_it_ended()) from error
        assert isinstance(answer, Ready | Done | Failed)
        return answer

    def _how_it_ended(self) -> str:
        code = self._process.wait()
        if code >= 0:
            return f"the PDF worker ended with status {code}"
        return f"the PDF worker was ended by {signal.Signals(-code).name}"


def _command(shipped: Path, overrides: Path | None) -> tuple[str, ...]:
    words = ["--parent", str(os.getpid()), "--shipped", str(shipped.resolve())]
    if overrides is not None:
        words += ["--overrides", str(overrides.resolve())]
    return (sys.executable, "-c", _PROGRAM, *words)


def _surroundings() -> dict[str, str]:
    package = Path(workorder.__file__).parents[1]
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, "PYTHONPATH": str(package), "PYTHONSAFEPATH": "1"}
