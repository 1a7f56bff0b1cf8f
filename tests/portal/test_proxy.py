"""The shipped nginx example in front of a portal, while 500 senders are slow (T34)."""

import http.client
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from acceptance.live import wait_for
from conftest import need
from portal.test_child import slow_senders
from servers.dovecot import free_ports
from workorder.child import PortalChild
from workorder.config import Config

PROXY = Path(__file__).parents[2] / "proxy"


def nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


def on_loopback(config: Config, folder: Path, port: int) -> str:
    """The shipped example on another port, without TLS, for which there is no certificate here."""
    passing = (PROXY / "workorder-proxy.conf").read_text()
    (folder / "passing.conf").write_text(
        passing.replace("127.0.0.1:8080", f"127.0.0.1:{config.portal.port}")
    )
    text = (PROXY / "nginx.conf").read_text()
    text = text.replace("/etc/nginx/workorder-proxy.conf", str(folder / "passing.conf"))
    secure, plain = text.split("server {")[1:]
    zones = text.partition("server {")[0]
    secure = re.sub(r" *(listen|ssl_\w+) .*\n", "", secure)
    del plain  # it only leads to the other
    server = f"server {{\n    listen 127.0.0.1:{port};{secure}"
    return (
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;"
        " worker_processes 1; events { worker_connections 2048; }\n"
        f"http {{ access_log {folder}/access.log; client_body_temp_path {folder}/b;"
        f" proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;"
        f" scgi_temp_path {folder}/s;\n{zones}{server}}}\n"
    )


@pytest.fixture
def front(config: Config, tmp_path: Path) -> Iterator[int]:
    """The port of nginx before a portal that runs."""
    program = nginx()
    need(program, "apt-get install nginx-light")
    assert program is not None
    port = free_ports(1)[0]
    (tmp_path / "nginx.conf").write_text(on_loopback(config, tmp_path, port))
    child = PortalChild(config, wake=lambda: None)
    with closing(child):
        child()
        server = subprocess.Popen([program, "-p", tmp_path, "-c", tmp_path / "nginx.conf"])
        try:
            wait_for(lambda: ask(port) == (200, b"ok\n"), "nginx", 20.0)
            yield port
        finally:
            server.terminate()
            server.wait(20)


def ask(port: int, path: str = "/healthz") -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as client:
        try:
            client.request("GET", path)
            answer = client.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""


def test_through_the_front_the_portal_answers_though_five_hundred_senders_are_slow(
    front: int,
) -> None:
    with slow_senders(front, 500) as trickle:
        taken = []
        for _ in range(4):
            trickle()
            begun = time.monotonic()
            assert ask(front) == (200, b"ok\n")
            taken.append(time.monotonic() - begun)
            time.sleep(0.2)
    assert min(taken) < 1.0


def test_the_secret_of_a_mailed_link_is_in_no_log_of_the_front(front: int, tmp_path: Path) -> None:
    assert ask(front, "/login/3vJm0Gx1bq2Wc9Yk8ZtLuA")[0] == 410
    assert ask(front, "/how-to")[0] == 200
    log = tmp_path / "access.log"
    # A line is written when its answer was taken; the later one stands there, the earlier never.
    wait_for(lambda: "/how-to" in log.read_text(), "the line of the second request")
    assert "3vJm0Gx1bq2Wc9Yk8ZtLuA" not in log.read_text()
