"""The portal as the daemon's child: it comes up, wakes, is started again, and ends (T34)."""

import http.client
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from acceptance.live import wait_for
from portal.house import JANE
from workorder.child import PortalChild
from workorder.config import Config
from workorder.errors import PortalDownError


@pytest.fixture
def child(config: Config) -> Iterator[PortalChild]:
    made = PortalChild(config, wake=lambda: None)
    yield made
    made.close()


def healthy(config: Config, seconds: float = 5.0) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", config.portal.port, seconds)) as client:
        try:
            client.request("GET", "/healthz")
            return client.getresponse().read() == b"ok\n"
        except OSError:
            return False


def process_of(child: PortalChild) -> int:
    assert child.pid is not None
    return child.pid


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_listens_when_the_step_is_done_and_ends_when_it_is_closed(
    config: Config, child: PortalChild
) -> None:
    assert child() is False
    assert healthy(config)
    pid = process_of(child)
    child.close()
    assert not healthy(config)
    assert not is_alive(pid)


def test_one_that_was_killed_is_reported_and_the_next_step_starts_another(
    config: Config, child: PortalChild
) -> None:
    child()
    os.kill(process_of(child), signal.SIGKILL)
    child.wait(30.0)
    with pytest.raises(PortalDownError, match="ended with status -9"):
        child()
    child()
    assert healthy(config)


def test_a_port_that_is_taken_is_named(config: Config, child: PortalChild) -> None:
    taken = socket.create_server(("127.0.0.1", config.portal.port))
    with taken, pytest.raises(PortalDownError, match="address already in use"):
        child()
    child()
    assert healthy(config)


def test_a_site_without_a_secret_says_which_file_is_missing(
    config: Config, child: PortalChild
) -> None:
    config.site.secret_file.unlink()
    with pytest.raises(PortalDownError, match=r"secret: no such file"):
        child()


def test_it_comes_up_with_the_last_good_rules_while_a_file_is_wrong(config: Config) -> None:
    woken: list[None] = []
    child = PortalChild(config, wake=lambda: woken.append(None))
    with closing(child):
        child()
        child.close()
        (config.paths.rules / "alerts.toml").write_text("[[alert]\n")
        child()
        assert healthy(config)
        assert woken  # the admin is to be told


def test_who_writes_wakes_the_daemon(config: Config) -> None:
    woken = threading.Event()
    child = PortalChild(config, wake=woken.set, one_click=(JANE,))
    with closing(child):
        child()
        waiting = threading.Thread(target=child.wait, args=(30.0,), daemon=True)
        waiting.start()
        browser = Browser(config.portal.port)
        browser.post("/login", f"email={JANE}")
        assert woken.wait(10.0)
        child.interrupt()
        waiting.join(10.0)
        assert not waiting.is_alive()


def test_it_ends_with_its_parent_however_that_ends(config: Config) -> None:
    reader, writer = os.pipe()
    parent = os.fork()
    if parent == 0:  # pragma: no cover - another process
        child = PortalChild(config, wake=lambda: None)
        child()
        os.write(writer, str(child.pid).encode())
        time.sleep(60)
        os._exit(0)
    pid = int(os.read(reader, 20))
    assert healthy(config)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    wait_for(lambda: not healthy(config, 1.0), "the end of the portal", 20.0)
    wait_for(lambda: not is_running(pid), "the end of its process", 20.0)


def is_running(pid: int) -> bool:
    with suppress(OSError):
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return False


def test_five_hundred_slow_senders_keep_nobody_else_out(config: Config, child: PortalChild) -> None:
    """T34: sockets that send a byte a second hold no thread, and leave room for others."""
    child()
    with slow_senders(config.portal.port, 500) as trickle:
        taken = []
        for _ in range(5):
            trickle()
            begun = time.monotonic()
            assert healthy(config)
            taken.append(time.monotonic() - begun)
            time.sleep(0.2)
    assert min(taken) < 1.0


class slow_senders:  # noqa: N801 - used as a function is
    """So many sockets in the middle of a request; a call lets each send one more byte."""

    def __init__(self, port: int, count: int) -> None:
        self._sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]

    def __enter__(self) -> Callable[[], None]:
        self._send(b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        return lambda: self._send(b"a")

    def _send(self, some: bytes) -> None:
        for each in self._sockets:
            with suppress(OSError):  # it may have been thrown out
                each.sendall(some)

    def __exit__(self, *_exc: object) -> None:
        for each in self._sockets:
            each.close()


class Browser:
    """Sends forms with the token and the cookie of a page."""

    def __init__(self, port: int) -> None:
        self._port = port

    def post(self, path: str, body: str) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, 10)) as client:
            client.request("GET", "/login")
            page = client.getresponse()
            cookie = (page.getheader("Set-Cookie") or "").partition(";")[0]
            html = page.read().decode()
            token = html.partition('name="csrf_token" value="')[2].partition('"')[0]
            client.request(
                "POST",
                path,
                f"csrf_token={token}&{body}",
                {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"},
            )
            return client.getresponse().status
