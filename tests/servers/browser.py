"""Debian's Chromium, driven by Playwright: nothing is fetched from anywhere but 127.0.0.1."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

INSTALL = "apt-get install chromium"
SCREENS = Path(__file__).parents[2] / "build" / "screens"
_LOOPBACK = "http://127.0.0.1:"
PHONE, DESK = 360, 1200  # CSS pixels
_SERIOUS = frozenset({"serious", "critical"})


def chromium_program() -> str | None:
    return shutil.which("chromium")


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    # Root has no sandbox to give; what is shown is our own. It looks for no updates of its own.
    arguments = ["--disable-background-networking", "--disable-component-update"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """Somebody before a browser of their own; what the browser complains of is kept."""

    def __init__(self, browser: Browser, portal: str, *, dark: bool = False) -> None:
        self.portal = portal
        self._context = browser.new_context(
            color_scheme="dark" if dark else "light",
            viewport={"width": DESK, "height": 900},
            accept_downloads=True,
        )
        self._context.set_default_timeout(20_000)
        self.complaints: list[str] = []
        self.page: Page = self._context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda line: self._said(line.type, line.text))
        self.page.on("request", lambda request: self._asked(request.url))

    def _said(self, kind: str, text: str) -> None:
        # A page that says what is wrong in a form is no fault of the page.
        if kind == "error" and "422" not in text:
            self.complaints.append(text)

    def _asked(self, url: str) -> None:
        if not url.startswith((_LOOPBACK, "data:", "blob:")):
            self.complaints.append(f"asked for {url}")

    def opens(self, path: str) -> None:
        self.page.goto(self.portal + path)

    def reads(self) -> str:
        """What can be read on the page."""
        return " ".join(self.page.inner_text("body").split())

    def looks_over(self, name: str) -> None:
        """The page is whole on a phone and on a desk, without faults; pictures of it are kept."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        for width in (PHONE, DESK):
            self.page.set_viewport_size({"width": width, "height": 900})
            shown = self.page.evaluate("document.documentElement.scrollWidth")
            assert shown <= width, f"{name}: {shown} px wide on a screen of {width}"
            self.page.screenshot(path=SCREENS / f"{name}-{width}.png", full_page=True)
        faults = Axe().run(self.page).response["violations"]
        assert [_fault(each) for each in faults if each["impact"] in _SERIOUS] == [], name

    def leaves(self) -> None:
        """Close the browser; it had nothing to complain of."""
        self._context.close()
        assert self.complaints == []


def _fault(violation: dict[str, object]) -> str:
    nodes = violation["nodes"]
    assert isinstance(nodes, list)
    return f"{violation['id']}: {[node['html'][:150] for node in nodes[:3]]}"
