"""Trying what the portal needs: an address to listen on, and one to be found at."""

import http.client
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

from workorder.config import Config
from workorder.config_checks import is_loopback
from workorder.core.findings import Level, Remark

_PATIENCE_SECONDS = 3.0
_OK = 200


def check_portal(config: Config) -> Iterator[Remark]:
    """Whether it can listen, or does so already; and whether people can find it."""
    listen = config.portal.listen
    if not listen:
        yield Level.OK, "this site has none"
        return
    if _answers(config):
        yield Level.OK, f"answers at {listen}"
    else:
        yield _is_free(config)
    yield from _found_at(config.site.portal_url)


def _answers(config: Config) -> bool:
    """Whether a portal listens there now."""
    place = (config.portal.host, config.portal.port)
    with closing(http.client.HTTPConnection(*place, timeout=_PATIENCE_SECONDS)) as client:
        try:
            client.request("GET", f"{urlsplit(config.site.portal_url).path}/healthz")
            return client.getresponse().status == _OK
        except (OSError, http.client.HTTPException):
            return False


def _is_free(config: Config) -> Remark:
    family = socket.AF_INET6 if ":" in config.portal.host else socket.AF_INET
    try:
        with socket.create_server((config.portal.host, config.portal.port), family=family):
            return Level.OK, f"can listen on {config.portal.listen}"
    except OSError as fault:
        reason = os.strerror(fault.errno) if fault.errno else str(fault)
        return Level.FAIL, f"cannot listen on {config.portal.listen}: {reason}"


def _found_at(url: str) -> Iterator[Remark]:
    parts = urlsplit(url)
    if not url:
        yield Level.WARN, "[site] portal_url is empty: no notice links to it, logins have no link"
    elif parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        yield Level.WARN, f"{url} is open to read for anybody on the way (proxy/ has examples)"
    else:
        yield Level.OK, f"is found at {url}"
