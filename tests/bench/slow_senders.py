"""Whether slow senders at the portal slow the mail down: `python tests/bench/slow_senders.py`.

One daemon with its portal. Mails come in one by one, in turns without and with 500 sockets that
send the portal a byte a second; how long from APPEND to the requester's notice, side by side.
"""

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.mails import mails
from bench.measure import now, percentile
from bench.run import FIRST, a_site, notices_of
from bench.site import BenchSite
from servers.dovecot import free_ports

SOCKETS, ROUNDS, MAILS = 500, 6, 10


@contextmanager
def slow_senders(port: int, count: int) -> Iterator[None]:
    """So many sockets in the middle of a request, each sending a byte a second."""
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
    stop = threading.Event()

    def trickle() -> None:
        for each in sockets:
            each.sendall(b"POST /login HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        while not stop.wait(1.0):
            for each in sockets:
                with suppress(OSError):
                    each.sendall(b"a")

    sending = threading.Thread(target=trickle, daemon=True)
    sending.start()
    try:
        yield
    finally:
        stop.set()
        sending.join()
        for each in sockets:
            each.close()


class Latency:
    """Mails in one by one, and how long each takes to its first notice."""

    def __init__(self, site: BenchSite) -> None:
        self._site = site
        self._raws = mails(5 + 2 * ROUNDS * MAILS, replies=0.0, first=FIRST, seed=3)
        self._expected = 0

    def of(self, count: int) -> list[float]:
        """Milliseconds of each of the next `count` mails."""
        waits = []
        for _ in range(count):
            raw, before = next(self._raws), len(self._site.sink.arrivals)
            start = now()
            self._site.dovecot.append(self._site.user, raw)
            self._expected += notices_of([raw])
            self._site.expect(self._expected, patience=60, ended=lambda: False)
            waits.append(1000 * (self._site.sink.arrivals[before].at - start))
            time.sleep(0.1)
        return waits


def main() -> int:
    with a_site() as site:
        port = free_ports(1)[0]
        text = site.config_file.read_text()
        site.config_file.write_text(text.replace('listen = ""', f'listen = "127.0.0.1:{port}"'))
        daemon = site.start()
        try:
            latency = Latency(site)
            latency.of(5)
            quiet: list[float] = []
            beset: list[float] = []
            for _ in range(ROUNDS):
                quiet += latency.of(MAILS)
                with slow_senders(port, SOCKETS):
                    beset += latency.of(MAILS)
        finally:
            daemon.terminate()
            daemon.wait()
    for name, times in (("without", quiet), (f"{SOCKETS} slow", beset)):
        print(f"{name:<10} median {median(times):6.0f} ms   p95 {percentile(times, 0.95):6.0f} ms")
    print(f"ratio of the medians: {median(beset) / median(quiet):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
