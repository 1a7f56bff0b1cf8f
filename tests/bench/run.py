"""The benchmark: `make bench`, or `python tests/bench/run.py [--mails N] [--quick]`.

Real Dovecot, real SMTP, SQLite with synchronous=FULL, the daemon as it is shipped, all on this
machine. Prints a table, writes build/bench.json. Machines are noisy: compare ratios within a run.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.mails import mails
from bench.measure import Watch, now, percentile
from bench.seed import fill
from bench.site import REPOSITORY, BenchSite, Sink
from servers.dovecot import Dovecot
from workorder import shipped
from workorder.core.notice import NoticeKind
from workorder.outbound.pdf import render_pdf
from workorder.outbound.samples import sample_letter
from workorder.outbound.templates import Templates

FIRST = 1001
WARM_UP = 50  # as many work orders are open before a run, of as many contacts
STORED = (0, 2_000, 20_000, 200_000)
Result = dict[str, Any]


@contextmanager
def a_site() -> Iterator[BenchSite]:
    with tempfile.TemporaryDirectory(prefix="workorder-bench-") as folder:
        sink = Sink()
        try:
            with Dovecot() as dovecot:
                yield BenchSite(Path(folder) / "site", dovecot, sink)
        finally:
            sink.close()


def notices_of(raws: list[bytes]) -> int:
    """How many notices these mails bring.

    An opening is told to requester, primary contact and technician, a reply to the last two; a
    primary contact who writes counts once, and is not told their own reply.
    """
    total = 0
    for raw in raws:
        by_primary = b"<person0@" in raw.partition(b"\nFrom: ")[2].partition(b"\n")[0]
        is_reply = b"\nSubject: Re: [WO-" in raw
        total += (1 if by_primary else 2) if is_reply else (2 if by_primary else 3)
    return total


def throughput(count: int, *, replies: float, label: str) -> Result:
    """A full inbox, worked off: mails/s from the start of work to the last notice at the sink."""
    with a_site() as site:
        warm = list(mails(WARM_UP, replies=0.0, first=FIRST, seed=2))
        raws = list(mails(count, replies=replies, first=FIRST, seed=1, opened=WARM_UP))
        daemon = site.start()
        try:
            site.dovecot.deliver(site.user, warm)
            expected = notices_of(warm)
            site.expect(expected, patience=120, ended=lambda: daemon.poll() is not None)
            time.sleep(1)
            with Watch(daemon.pid) as watch:
                start = now()
                site.dovecot.deliver(site.user, raws)
                expected += notices_of(raws)
                end = site.expect(expected, patience=600, ended=lambda: daemon.poll() is not None)
                time.sleep(0.5)
        finally:
            daemon.terminate()
            daemon.wait()
        return {
            "what": label,
            "mails": count,
            "notices": len(site.sink.arrivals),
            "mails_per_second": count / (end - start),
            "cpu_ms_per_mail": 1000 * watch.cpu / count,
            "peak_memory_mb": watch.peak_mb,
        }


def latency(count: int) -> Result:
    """From APPEND to the requester's notice at the sink, the daemon idle in between."""
    with a_site() as site:
        daemon = site.start()
        try:
            waits: list[float] = []
            expected = 0
            for raw in [*mails(5 + count, replies=0.0, first=FIRST, seed=3)]:
                start = now()
                site.dovecot.append(site.user, raw)
                before = len(site.sink.arrivals)
                expected += notices_of([raw])
                site.expect(expected, patience=60, ended=lambda: daemon.poll() is not None)
                waits.append(site.sink.arrivals[before].at - start)
                time.sleep(0.1)
        finally:
            daemon.terminate()
            daemon.wait()
    waits = waits[5:]
    return {
        "what": "latency, APPEND to notice at the sink",
        "mails": count,
        "p50_ms": 1000 * percentile(waits, 0.5),
        "p99_ms": 1000 * percentile(waits, 0.99),
    }


def pdf(count: int) -> Result:
    """A one-page PDF with embedded fonts, in one warm process."""
    templates = Templates(shipped.templates_folder(), None)
    letter = sample_letter(NoticeKind.OPENED, "en")
    times = []
    for _ in range(10 + count):
        start = time.perf_counter()
        content = render_pdf(letter, templates)
        times.append(1000 * (time.perf_counter() - start))
    return {
        "what": "one-page PDF, warm",
        "median_ms": median(times[10:]),
        "p90_ms": percentile(times[10:], 0.9),
        "bytes": len(content),
    }


def growth(count: int, stored: int) -> Result:
    """CPU and wall time per mail of `run --once` at a number of stored work orders."""
    with a_site() as site:
        if stored:
            fill(site.database, stored, first=FIRST)
        first = FIRST + stored
        start_up, _ = _once(site)
        rounds = []
        for seed in (10, 11, 12):
            raws = list(mails(count, replies=0.4, first=first, seed=seed))
            site.dovecot.deliver(site.user, raws)
            cpu, wall = _once(site)
            rounds.append((1000 * (cpu - start_up) / count, 1000 * wall / count))
            first += sum(b"\nSubject: Re: [WO-" not in raw for raw in raws)
        return {
            "what": "time per mail",
            "stored": stored,
            "cpu_ms_per_mail": median(cpu for cpu, _ in rounds),
            "wall_ms_per_mail": median(wall for _, wall in rounds),
        }


def _once(site: BenchSite) -> tuple[float, float]:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), now()
    process = site.start("--once")
    if process.wait():
        raise RuntimeError((site.home / "daemon.log").read_text()[-2000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, now() - start


def large_mail() -> Result:
    """Peak memory while a mail with a 30 MB attachment passes."""
    message = EmailMessage()
    message["From"] = "person1@customer1.example"
    message["To"] = "support@northwind.example"
    message["Subject"] = "A large file"
    message.set_content("Here it is.\n")
    message.add_attachment(
        b"\x5a" * 30_000_000, maintype="application", subtype="zip", filename="large.zip"
    )
    with a_site() as site:
        daemon = site.start()
        try:
            with Watch(daemon.pid, every=0.02) as watch:
                site.dovecot.deliver(site.user, [message.as_bytes(policy=SMTP)])
                site.expect(3, patience=120, ended=lambda: daemon.poll() is not None)
        finally:
            daemon.terminate()
            daemon.wait()
    return {"what": "a mail with a 30 MB attachment", "peak_memory_mb": watch.peak_mb}


def _row(result: Result) -> str:
    figures = ", ".join(
        f"{key} {value:.1f}" if isinstance(value, float) else f"{key} {value}"
        for key, value in result.items()
        if key != "what"
    )
    return f"{result['what']:<42} {figures}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mails", type=int, default=600)
    options.add_argument("--quick", action="store_true", help="fewer mails, no large databases")
    chosen = options.parse_args()
    count = 100 if chosen.quick else chosen.mails
    results: list[Result] = []

    def note(result: Result) -> None:
        results.append(result)
        print(_row(result), flush=True)

    note(pdf(50))
    note(throughput(count, replies=0.4, label="mixed mail, 40 % replies"))
    note(throughput(count // 2, replies=0.0, label="openings, each with a PDF"))
    note(throughput(count // 2, replies=1.0, label="replies, no PDF"))
    note(latency(20 if chosen.quick else 100))
    note(large_mail())
    for stored in STORED[:2] if chosen.quick else STORED:
        note(growth(60 if chosen.quick else 200, stored))
    out = REPOSITORY / "build" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(results, indent=2) + "\n")
    print(f"written to {out}")


if __name__ == "__main__":
    main()
