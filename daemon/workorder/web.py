"""The portal put together: a site's pages on waitress, alone or as the daemon's child.

As a child it reads its configuration from its standard input, which stays open: when that ends,
however its parent ended, so does it. It writes a line to its standard output when it is ready,
and one whenever it has written notices, so that they go out at once.
"""

import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any, Self
from urllib.parse import urlsplit

import structlog
from flask import Flask
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from workorder.bootstrap import Site, open_site, site_key
from workorder.child import FAILED, READY, WAKE, Start
from workorder.config import Config
from workorder.config_checks import is_loopback
from workorder.errors import PortalDownError, WorkOrderError
from workorder.journal import configure
from workorder.portal.app import create_app, prepare_pages
from workorder.portal.services import Services
from workorder.runner import notify_systemd
from workorder.steps.entrance import Entrance
from workorder.steps.rulebook import RuleBook
from workorder.steps.sessions import Passwords, Sessions

log = structlog.get_logger()

THREADS = 8
# A page waits for a whole request, so a slow sender holds no thread; it holds a socket only.
CONNECTIONS = 1000
IDLE_SECONDS = 30
HEADER_BYTES = 32 * 1024
RULES_EVERY_SECONDS = 1.0
SWEEP_EVERY_SECONDS = 600.0
PATIENCE_SECONDS = 10.0


class Portal:
    """A site's portal, listening; a context manager that ends what goes with it."""

    def __init__(
        self,
        site: Site,
        *,
        wake: Callable[[], None] = lambda: None,
        one_click: Sequence[str] = (),
    ) -> None:
        """Put it together, and listen.

        Raises:
            ConfigError: the secret or the rules cannot be used.
            PortalDownError: nothing can listen there.
        """
        self._resources = ExitStack()
        self._stop = threading.Event()
        self._site = site
        self._rules = RuleBook(
            site.config.paths.rules,
            site.store,
            policy=site.policy,
            admin_address=site.config.site.admin_address,
            clock=site.clock,
            wake=wake,
        )
        passwords = Passwords()
        self._sessions = Sessions(
            store=site.store, policy=site.policy, passwords=passwords, clock=site.clock
        )
        services = self._services(passwords, wake, tuple(one_click))
        self._app = create_app(services)
        self._server = _listening(self._app, site.config)

    def _services(
        self, passwords: Passwords, wake: Callable[[], None], one_click: tuple[str, ...]
    ) -> Services:
        site, key = self._site, site_key(self._site.config.site.secret_file)
        pool = site.pool(1)
        self._resources.callback(pool.close)
        return Services(
            store=site.store,
            site=site.card,
            policy=site.policy,
            clock=site.clock,
            entrance=Entrance(
                store=site.store,
                policy=site.policy,
                key=key,
                passwords=passwords,
                clock=site.clock,
            ),
            sessions=self._sessions,
            rules=lambda: self._rules.current,
            customer_writes=lambda: site.customer_writes(self._rules.current),
            technician_writes=lambda: site.technician_writes(self._rules.current),
            open_order=lambda: site.open_order(self._rules.current),
            pdf=pool.pdf,
            wake=wake,
            key=key,
            max_upload=site.config.work_orders.max_mail_bytes,
            overrides=site.config.paths.templates,
            one_click=one_click,
        )

    def __enter__(self) -> Self:
        """Begin the chores."""
        chores = threading.Thread(target=self._do_chores, name="portal chores", daemon=True)
        chores.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        """End everything."""
        self._stop.set()
        self._server.close()
        self._resources.close()

    def serve(self) -> None:
        """Answer until the main thread is told to exit."""
        self._server.run()

    def _do_chores(self) -> None:
        """Take changed rules into force, forget old logins, and tell systemd that all is well."""
        prepare_pages(self._app)
        turns = int(SWEEP_EVERY_SECONDS / RULES_EVERY_SECONDS)
        turn = 0
        while not self._stop.wait(RULES_EVERY_SECONDS):
            turn += 1
            try:
                self._rules.refresh()
                self._sessions.note_used()
                if turn % turns == 1:
                    self._sessions.sweep()
            except WorkOrderError as fault:
                log.warning("portal_chore_failed", reason=" ".join(str(fault).split()))
            else:
                notify_systemd("WATCHDOG=1")


def _listening(app: Flask, config: Config) -> BaseWSGIServer | MultiSocketServer:
    """Waitress on the configured address, for requests that come whole and in time."""
    host, port = config.portal.host, config.portal.port
    try:
        return create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            connection_limit=CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=IDLE_SECONDS // 3,
            max_request_header_size=HEADER_BYTES,
            max_request_body_size=config.work_orders.max_mail_bytes + HEADER_BYTES,
            asyncore_use_poll=True,
            ident=None,
            url_prefix=urlsplit(config.site.portal_url).path,
            # On loopback there is nobody in front but the site's own nginx or Caddy.
            **(_behind(host) if is_loopback(host) else {}),
        )
    except OSError as fault:
        reason = (fault.strerror or str(fault)).lower()
        raise PortalDownError(f"portal: {config.portal.listen}: {reason}") from fault


def _behind(host: str) -> Mapping[str, Any]:
    """Whose word counts for where a request came from; it speaks the same IP as we listen on."""
    return {
        "trusted_proxy": host if ":" in host else "127.0.0.1",
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for"},
        "clear_untrusted_proxy_headers": True,
    }


def serve_alone(site: Site) -> None:
    """`run --only portal`: serve until SIGTERM.

    Raises:
        PortalDownError: nothing can listen there.
    """
    _exit_on_signals()
    with Portal(site) as portal:
        notify_systemd("READY=1\nSTATUS=portal")
        log.info("portal_started", listen=site.config.portal.listen)
        portal.serve()


def main() -> None:
    """The child: be told on standard input, serve until that ends."""
    start = pickle.load(sys.stdin.buffer)  # noqa: S301 - our parent wrote it
    assert isinstance(start, Start)
    if start.one_click and not is_loopback(start.config.portal.host):
        raise SystemExit("one click lets anybody in: on loopback only")
    configure()
    _exit_on_signals()
    threading.Thread(target=_exit_with_parent, name="parent", daemon=True).start()
    try:
        with (
            open_site(start.config) as site,
            Portal(site, wake=partial(_tell, WAKE), one_click=start.one_click) as portal,
        ):
            _tell(READY)
            log.info("portal_started", listen=start.config.portal.listen)
            portal.serve()
    except WorkOrderError as fault:
        _tell(f"{FAILED}{' '.join(str(fault).split())}\n".encode())
        raise SystemExit(1) from fault


def _tell(line: bytes) -> None:
    with suppress(OSError):  # the parent has gone, and so shall we
        os.write(sys.stdout.fileno(), line)


def _exit_on_signals() -> None:
    signals = (signal.SIGTERM, signal.SIGINT)

    def leave(_signum: int, _frame: object) -> None:
        for signum in signals:  # once: a second one must not break off the leaving
            signal.signal(signum, lambda *_: None)
        raise SystemExit(0)

    for signum in signals:
        signal.signal(signum, leave)


def _exit_with_parent() -> None:
    while sys.stdin.buffer.read(1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    # A page that is being made has its time; what hangs does not hold the site's files for ever.
    time.sleep(PATIENCE_SECONDS)
    os._exit(1)
