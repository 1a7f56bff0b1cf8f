import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest

import workorder
from outbound.letters import ENDLESS, HOSTILE, SHIPPED, job, letter, overriding, sheet
from workorder.errors import RenderError, RenderTimeoutError
from workorder.outbound.pool import RenderPool
from workorder.outbound.press import PressResult

SLOW = 120.0  # seconds: a bound for a loaded machine, not an expectation
SHORT = 2.0


@contextmanager
def pool(
    overrides: Path | None = None, *, workers: int = 1, time_limit: float = SLOW
) -> Iterator[RenderPool]:
    made = RenderPool(workers, SHIPPED, overrides, time_limit)
    try:
        yield made
    finally:
        made.close()


def until(ready: Callable[[], bool]) -> None:
    """Wait for what has to become true."""
    end = time.monotonic() + SLOW
    while not ready():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def children(parent: int) -> list[int]:
    """The processes whose parent this is, that have not ended."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            state, ppid = stat(int(entry.name))
            if ppid == parent and state not in "ZX":
                found.append(int(entry.name))
    return found


def stat(pid: int) -> tuple[str, int]:
    """State and parent of a process; X for one that is gone."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return "X", 0
    return words[0], int(words[1])


def worker_of(running: RenderPool) -> int:
    """The one process that a pool of one has started, once it serves."""
    before = set(children(os.getpid()))
    running.submit(job(sheet(letter(), with_pdf=False))).result(SLOW)
    (found,) = set(children(os.getpid())) - before
    return found


def ticks(pid: int) -> int:
    """Processor time that a process has used, in hundredths of a second."""
    words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(words[11])


def in_hand(running: RenderPool, worker: int) -> Future[PressResult]:
    """A job that `worker` has begun in earnest."""
    before = ticks(worker)
    future = running.submit(job())
    until(lambda: ticks(worker) > before + 30)
    return future


def test_it_composes_what_it_is_given() -> None:
    with pool(workers=2) as running:
        people = [f"person{n}@acme.example" for n in range(6)]
        futures = [running.submit(job(sheet(letter(), to=to))) for to in people]
        for to, future in zip(people, futures, strict=True):
            result = future.result(SLOW)
            assert result.pdf_problem == ""
            assert f"To: {to}".encode() in result.mails[0]
            assert b"application/pdf" in result.mails[0]


def test_it_makes_a_pdf_alone() -> None:
    with pool() as running:
        assert running.pdf(letter()).startswith(b"%PDF-")


def test_no_process_is_started_before_there_is_work() -> None:
    before = children(os.getpid())
    with pool(workers=4):
        assert children(os.getpid()) == before


def test_an_error_of_a_template_comes_back_and_the_worker_goes_on(tmp_path: Path) -> None:
    own = overriding(tmp_path, "mail/opened/body.txt", "{{ order.colour }}")
    with pool(own) as running:
        with pytest.raises(RenderError, match=r"body\.txt:1: .*colour"):
            running.submit(job()).result(SLOW)
        worker = set(children(os.getpid()))
        assert running.pdf(letter()).startswith(b"%PDF-")
        assert set(children(os.getpid())) == worker


def test_hostile_letters_are_composed_one_after_another() -> None:
    with pool() as running:
        jobs = [job(sheet(letter(service=text, title=text[:200]))) for text in HOSTILE]
        for future in [running.submit(one) for one in jobs]:
            result = future.result(SLOW)
            assert result.pdf_problem == ""
            assert b"application/pdf" in result.mails[0]


def test_a_pdf_over_the_time_limit_leaves_a_mail_without_it(tmp_path: Path) -> None:
    own = overriding(tmp_path, "pdf/work-order.html", ENDLESS)
    with pool(own, time_limit=SHORT) as running:
        result = running.submit(job()).result(SLOW)
        assert result.pdf_problem == "took over 2 s"
        assert b"application/pdf" not in result.mails[0]
        with pytest.raises(RenderTimeoutError, match="took over 2 s"):
            running.pdf(letter())
        again = running.submit(job(sheet(letter(), with_pdf=False))).result(SLOW)
        assert again.pdf_problem == ""


def test_a_mail_over_the_time_limit_is_an_error(tmp_path: Path) -> None:
    own = overriding(tmp_path, "mail/opened/body.txt", ENDLESS)
    with pool(own, time_limit=1.0) as running:
        with pytest.raises(RenderTimeoutError):
            running.submit(job()).result(SLOW)
        with pytest.raises(RenderTimeoutError):
            running.submit(job(sheet(letter(), with_pdf=False))).result(SLOW)


def test_a_page_that_eats_memory_costs_only_its_pdf(tmp_path: Path) -> None:
    page = "{% set x = 'abcdefgh' * 100000000 %}{{ x }}"
    with pool(overriding(tmp_path, "pdf/work-order.html", page)) as running:
        result = running.submit(job()).result(SLOW)
        assert "MemoryError" in result.pdf_problem
        assert len(result.mails) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_worker_killed_at_work_costs_only_the_pdf(tmp_path: Path) -> None:
    own = overriding(tmp_path, "pdf/work-order.html", ENDLESS)
    with pool(own) as running:
        worker = worker_of(running)
        future = in_hand(running, worker)
        os.kill(worker, signal.SIGKILL)
        result = future.result(SLOW)
        assert result.pdf_problem == "the PDF worker was ended by SIGKILL"
        assert len(result.mails) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_worker_killed_while_idle_is_replaced() -> None:
    with pool() as running:
        worker = worker_of(running)
        os.kill(worker, signal.SIGKILL)
        until(lambda: stat(worker)[0] in "ZX")
        assert running.submit(job()).result(SLOW).pdf_problem == ""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_worker_does_not_mind_ctrl_c() -> None:
    with pool() as running:
        worker = worker_of(running)
        os.kill(worker, signal.SIGINT)
        assert running.submit(job()).result(SLOW).pdf_problem == ""
        assert stat(worker)[0] not in "ZX"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_worker_inherits_no_file_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "hunter2")
    with (tmp_path / "site.lock").open("w") as lock, pool() as running:
        os.set_inheritable(lock.fileno(), True)
        proc = Path(f"/proc/{worker_of(running)}")
        targets = {str(link.readlink()) for link in (proc / "fd").iterdir()}
        assert str(tmp_path / "site.lock") not in targets
        assert len(targets) <= 4
        assert b"hunter2" not in (proc / "environ").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_close_ends_every_worker_and_what_was_in_hand(tmp_path: Path) -> None:
    own = overriding(tmp_path, "pdf/work-order.html", ENDLESS)
    before = set(children(os.getpid()))
    running = RenderPool(2, SHIPPED, own, SLOW)
    future = in_hand(running, worker_of(running))
    running.close()
    with pytest.raises(RenderError):
        future.result(SLOW)
    assert set(children(os.getpid())) <= before
    with pytest.raises(RenderError, match="closed"):
        running.submit(job())


_DAEMON = """
import json, os, sys, time
sys.path[:0] = {paths!r}
from pathlib import Path
from outbound.letters import SHIPPED, job
from workorder.outbound.pool import RenderPool

if __name__ == "__main__":
    pool = RenderPool(2, SHIPPED, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    futures = [pool.submit(job()) for _ in range(8)]
    if len(sys.argv) == 1:
        [future.result() for future in futures]
        heavy = sorted({{name.partition(".")[0] for name in sys.modules}})
        print(json.dumps(heavy), flush=True)
    else:
        print("[]", flush=True)
    time.sleep(600)
"""


@contextmanager
def daemon(*own: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has a pool at work."""
    paths = [str(Path(workorder.__file__).parents[1]), str(Path(__file__).parents[1])]
    program = _DAEMON.format(paths=paths)
    command = [sys.executable, "-c", program, *map(str, own)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # ours
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("at_work", [False, True])
def test_workers_end_with_a_parent_that_is_killed(at_work: bool, tmp_path: Path) -> None:
    own = [overriding(tmp_path, "pdf/work-order.html", ENDLESS)] if at_work else []
    with daemon(*own) as process:
        assert process.stdout is not None
        process.stdout.readline()
        until(lambda: len(children(process.pid)) == 2)
        workers = children(process.pid)
        process.kill()
        process.wait(SLOW)
        until(lambda: all(stat(pid)[0] in "ZX" for pid in workers))


def test_the_daemon_itself_never_loads_what_renders() -> None:
    with daemon() as process:
        assert process.stdout is not None
        loaded = set(json.loads(process.stdout.readline()))
    assert "workorder" in loaded
    assert not loaded & {"xhtml2pdf", "reportlab", "PIL", "html5lib", "pypdf"}
