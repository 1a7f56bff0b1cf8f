"""A server of commands: it forks a child for each, which does what `python -m workorder` does.

The interpreter and the program are loaded once, which is most of what a command takes; nothing
that one command leaves in memory is there for the next. It reads and answers lines of JSON:

    ["command", ARGUMENTS, INPUT] -> [EXIT, OUTPUT, ERRORS]
    ["once", CONFIG, N]           -> [EXIT, CHECKPOINTS, ERRORS]

"once" is a `run --once` that tells which checkpoints it passed, and that is ended by SIGKILL at
the N-th; 0 lets it run to its end. Rendering it has done by a process that outlives it.
"""

import importlib
import json
import os
import pkgutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import IO

from acceptance.lender import Lender, LentPool
from workorder import cli
from workorder.bootstrap import Site, open_site
from workorder.cli.main import main
from workorder.config import load
from workorder.journal import configure
from workorder.outbound.pool import RenderPool
from workorder.service import Daemon


def command(arguments: list[str]) -> int:
    try:
        main(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


class BorrowingSite(Site):
    """A site without templates of its own: it has its letters rendered by who renders for all."""

    __slots__ = ()
    lender: Lender

    def pool(self, workers: int) -> RenderPool:
        own = any(path.is_file() for path in self.config.paths.templates.rglob("*"))
        return super().pool(workers) if own else LentPool(self.lender.address)


def once(config_file: str, nth: int) -> int:
    passed = 0

    def checkpoint(name: str) -> None:
        nonlocal passed
        passed += 1
        os.write(1, f"{name} ".encode())
        if passed == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    configure()
    with open_site(load(Path(config_file))) as site:
        borrowing = BorrowingSite(**{f.name: getattr(site, f.name) for f in fields(site)})
        with Daemon(borrowing, checkpoint=checkpoint, renderers=1) as daemon:
            faults = daemon.run_once()
    print(*faults, sep="\n", file=sys.stderr)
    return 1 if faults else 0


def forked(do: Callable[[], int], streams: Sequence[IO[bytes]]) -> int:
    """Do something in a child with these standard streams; its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            for number, stream in enumerate(streams):
                os.dup2(stream.fileno(), number)
            code = do()
        except BaseException:  # noqa: BLE001 # whatever it was, it is for standard error
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def answer(do: Callable[[], int], stdin: str = "") -> tuple[int, str, str]:
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(stdin.encode())
        given.seek(0)
        code = forked(do, (given, out, err))
        out.seek(0)
        err.seek(0)
        return code, out.read().decode(), err.read().decode()


def serve() -> None:
    for module in pkgutil.iter_modules(cli.__path__):
        importlib.import_module(f"{cli.__name__}.{module.name}")
    with Lender() as lender:
        BorrowingSite.lender = lender
        for line in sys.stdin:
            match json.loads(line):
                case ["command", arguments, stdin]:
                    said = answer(partial(command, arguments), stdin)
                case ["once", config_file, nth]:
                    said = answer(partial(once, config_file, nth))
            print(json.dumps(said), flush=True)


if __name__ == "__main__":
    serve()
