"""`run --once` of a site, ended by SIGKILL at its n-th checkpoint; 0 lets it run to its end.

A server of such runs: it reads "CONFIG N" lines and forks a child for each, so that a walk over
many checkpoints imports the program once. Answers "N_PASSED EXIT NAMES": how many checkpoints were
passed, how the child ended (-9: killed), and the checkpoints' names.
"""

import os
import signal
import sys
from pathlib import Path

from workorder.bootstrap import open_site
from workorder.config import load
from workorder.journal import configure
from workorder.service import Daemon


def run(config_file: str, nth: int, report: int) -> int:
    passed = 0

    def checkpoint(name: str) -> None:
        nonlocal passed
        passed += 1
        os.write(report, f"{name} ".encode())
        if passed == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    with (
        open_site(load(Path(config_file))) as site,
        Daemon(site, checkpoint=checkpoint, renderers=1) as daemon,
    ):
        return 1 if daemon.run_once() else 0


def serve() -> None:
    configure()
    for line in sys.stdin:
        config_file, nth = line.rsplit(maxsplit=1)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            status = 1
            try:
                status = run(config_file, int(nth), writer)
            finally:
                os._exit(status)
        os.close(writer)
        with os.fdopen(reader) as names:
            passed = names.read().split()
        _, status = os.waitpid(child, 0)
        ended = os.waitstatus_to_exitcode(status)
        print(len(passed), ended, *passed, flush=True)


if __name__ == "__main__":
    serve()
