"""A browser without a screen: it opens pages of the portal and sends their forms."""

import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

_PATIENCE_SECONDS = 30.0
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


class Browser:
    """One person's; it goes where it is led, and keeps its cookies."""

    def __init__(self, portal: str) -> None:
        self._portal = portal
        # No proxy of the machine's stands between two programs on it.
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def send(self, page: str, to: str, **values: str) -> str:
        """Fill in the form of a page and send it; the address that this leads to."""
        with self._opener.open(self._portal + page, timeout=_PATIENCE_SECONDS) as shown:
            hidden = dict(_HIDDEN.findall(shown.read().decode()))
        wanted = ("csrf_token", "once")
        form = {name: hidden[name] for name in wanted if name in hidden} | values
        request = Request(self._portal + to, urlencode(form).encode())  # noqa: S310 - the demo's own portal
        with self._opener.open(request, timeout=_PATIENCE_SECONDS) as led:
            address: str = led.geturl()
            return address
