"""A render pool that outlives those who have letters rendered: to start one takes a second."""

import os
import signal
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Self

from workorder import shipped
from workorder.errors import RenderError
from workorder.outbound.pool import RenderPool
from workorder.outbound.press import PressJob, PressResult


class Lender:
    """A process with a pool of one renderer, for who connects to `address`, one after another."""

    def __init__(self) -> None:
        self._resources = ExitStack()
        # A short path: the name of a Unix socket has at most 107 bytes.
        folder = self._resources.enter_context(tempfile.TemporaryDirectory(dir="/tmp"))
        self.address = str(Path(folder) / "lender")

    def __enter__(self) -> Self:
        listener = self._resources.enter_context(Listener(self.address))
        child = os.fork()
        if child == 0:
            try:
                _lend(listener)
            finally:
                os._exit(1)
        self._resources.callback(os.waitpid, child, 0)
        self._resources.callback(os.kill, child, signal.SIGKILL)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._resources.close()


def _lend(listener: Listener) -> None:
    pool = RenderPool(1, shipped.templates_folder(), None)
    while True:
        # Who asked may have been killed at any moment.
        with listener.accept() as asking, suppress(EOFError, ConnectionError):
            _serve(asking, pool)


def _serve(asking: "Connection[object, object]", pool: RenderPool) -> None:
    while True:
        job = asking.recv()
        assert isinstance(job, PressJob)
        try:
            answer: PressResult | RenderError = pool.submit(job).result()
        except RenderError as error:
            answer = error
        asking.send(answer)


class LentPool(RenderPool):
    """The pool of a lender: what is asked of it is done there, job after job."""

    def __init__(self, address: str) -> None:
        self._lender = Client(address)
        self._asking = ThreadPoolExecutor(1)

    def submit(self, job: PressJob) -> Future[PressResult]:
        return self._asking.submit(self._asked, job)

    def _asked(self, job: PressJob) -> PressResult:
        self._lender.send(job)
        answer = self._lender.recv()
        if isinstance(answer, RenderError):
            raise answer
        assert isinstance(answer, PressResult)
        return answer

    def close(self) -> None:
        self._asking.shutdown(cancel_futures=True)
        self._lender.close()
