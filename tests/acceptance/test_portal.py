"""The portal as its people use it: Chromium, the daemon, Dovecot, SMTP, all of them real."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from acceptance.live import JANE, MARIA, PAT, LiveSite, Notice, mail, told, wait_for
from conftest import need
from servers.browser import INSTALL, Person, chromium, chromium_program
from servers.dovecot import free_ports

PHOTO = b"\x89PNG\r\n\x1a\n a photo of a paper jam"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = chromium_program()
    need(program, INSTALL)
    assert program is not None
    with chromium(program) as started:
        yield started


@pytest.fixture
def portal(site: LiveSite) -> Iterator[str]:
    """The address of the site's portal, which the daemon has started."""
    port = free_ports(1)[0]
    site.configure('listen = ""', f'listen = "127.0.0.1:{port}"')
    text = site.config_file.read_text()
    url = f"http://127.0.0.1:{port}"
    site.config_file.write_text(text.replace("[site]", f'[site]\nportal_url = "{url}"', 1))
    daemon = site.start()
    try:
        log = site.home / "daemon.log"
        wait_for(lambda: "portal_started" in log.read_text(), "the portal")
        yield url
    finally:
        daemon.terminate()
        assert daemon.wait(60) == 0


def comes(site: LiveSite, since: int, *expected: tuple[str, str]) -> dict[str, Notice]:
    """The notices that are expected, and no others; by who got them."""
    wait_for(lambda: len(site.sink.mails) - since >= len(expected), f"{expected}")
    came = site.notices(since)
    assert told(came) == sorted(expected), "\n".join(notice.text for notice in came)
    return {notice.recipient: notice for notice in came}


def logs_in(person: Person, site: LiveSite, email: str) -> None:
    """By the code that is mailed."""
    since = len(site.sink.mails)
    person.page.get_by_label("Your e-mail address").fill(email)
    person.page.get_by_role("button", name="Continue").click()
    letter = comes(site, since, ("login", email))[email]
    code = re.search(r"^ +(\d{6})\s*$", letter.text, re.MULTILINE)
    assert code is not None, letter.text
    person.page.get_by_label("Six-digit code").fill(code[1])
    person.page.get_by_role("button", name="Log in").click()


def test_a_customer_and_a_technician_do_a_job_together(
    site: LiveSite, portal: str, browser: Browser, tmp_path: Path
) -> None:
    jane, maria = Person(browser, portal), Person(browser, portal, dark=True)
    customer_opens(jane, site, tmp_path)
    technician_answers(maria, site)
    customer_replies(jane, site)
    technician_works_and_finishes(maria, site)
    customer_sees_hours(jane, site)
    jane.leaves()
    maria.leaves()


def customer_opens(jane: Person, site: LiveSite, folder: Path) -> None:
    site.must("hours", "buy", "Acme Ltd", "10")
    jane.opens("/orders/new")
    jane.looks_over("login")
    logs_in(jane, site, JANE)
    assert jane.page.url.endswith("/orders/new")
    page = jane.page
    page.get_by_label("What is needed?").fill("Printer does not print")
    page.get_by_label("Tell us more").fill("It says paper jam.")
    page.get_by_label(re.compile("PRN-2")).check()
    page.get_by_label("High").check()
    photo = folder / "jam.png"
    photo.write_bytes(PHOTO)
    page.get_by_label("Files").set_input_files(photo)
    assert "jam.png" in jane.reads()
    jane.looks_over("new")
    since = len(site.sink.mails)
    page.get_by_role("button", name="Open the work order").click()
    assert page.url.endswith("/orders/1001")
    told_of = comes(site, since, ("opened", JANE), ("opened", PAT), ("opened", MARIA))
    assert list(told_of[JANE].pdfs) == list(told_of[PAT].pdfs) == ["WO-1001.pdf"]
    assert f"{jane.portal}/orders/1001" in told_of[JANE].text
    assert f"{jane.portal}/how-to" in told_of[JANE].text
    assert f"{jane.portal}/desk/orders/1001" in told_of[MARIA].text
    assert site.json("show", "1001")["opened_by"] == "portal"
    assert site.json("show", "1001")["equipment"] == ["PRN-2"]


def technician_answers(maria: Person, site: LiveSite) -> None:
    maria.opens("/desk/orders/1001")
    logs_in(maria, site, MARIA)
    page = maria.page
    assert page.url.endswith("/desk/orders/1001")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="jam.png").first.click()
    assert Path(downloading.value.path()).read_bytes() == PHOTO
    page.get_by_role("button", name="I look after it").click()
    since = len(site.sink.mails)
    page.get_by_label(re.compile("Your words to Jane Roe")).fill("I will be with you at eleven.")
    page.get_by_role("button", name="Send").first.click()
    comes(site, since, ("reply", JANE), ("reply", PAT))


def customer_replies(jane: Person, site: LiveSite) -> None:
    page = jane.page
    page.reload()
    assert "I will be with you at eleven." in jane.reads()
    since = len(site.sink.mails)
    page.get_by_label("Your message").fill("Eleven is fine.")
    page.get_by_role("button", name="Send").click()
    comes(site, since, ("reply", MARIA), ("reply", PAT))
    assert "Eleven is fine." in jane.reads()
    jane.looks_over("order")


def technician_works_and_finishes(maria: Person, site: LiveSite) -> None:
    page = maria.page
    page.get_by_role("button", name="Start my timer").click()
    assert "Stop my timer" in maria.reads()
    maria.looks_over("desk-order")
    maria.opens("/desk")
    assert "My running timers" in maria.reads()
    maria.looks_over("desk")
    page.get_by_role("button", name="Stop timer").first.click()
    maria.opens("/desk/orders/1001")
    since = len(site.sink.mails)
    page.get_by_label("New status").select_option("Finished")
    page.get_by_label("Your words to the customer").fill("A new sensor is in, it prints again.")
    page.get_by_label("Also worked").fill("90m")
    page.locator("#status-form").get_by_label("Billed").fill("1h")
    page.get_by_role("button", name="Set the status").click()
    finished = comes(site, since, ("finished", JANE), ("finished", PAT))
    assert list(finished[JANE].pdfs) == ["WO-1001.pdf"]
    assert "9 h" in finished[JANE].text
    assert site.json("hours", "show", "Acme Ltd")["balance_minutes"] == 540


def customer_sees_hours(jane: Person, site: LiveSite) -> None:
    del site
    jane.opens("/orders/1001")
    assert "A new sensor is in, it prints again." in jane.reads()
    with jane.page.expect_download() as downloading:
        jane.page.get_by_role("link", name="PDF").click()
    assert Path(downloading.value.path()).read_bytes().startswith(b"%PDF")
    jane.page.get_by_role("link", name="Hours").click()
    assert "9 h" in jane.reads()
    jane.looks_over("hours")


def test_a_technician_opens_one_for_a_caller_and_waits_for_a_vendor(
    site: LiveSite, portal: str, browser: Browser
) -> None:
    site.must("hours", "buy", "Acme Ltd", "5")
    maria = Person(browser, portal)
    maria.opens("/desk/call")
    logs_in(maria, site, MARIA)
    page = maria.page
    page.get_by_label("Who calls?").press_sequentially("jane")
    page.get_by_label(re.compile("Jane Roe")).check()
    maria.looks_over("call")
    page.get_by_label("What is needed?").fill("VPN drops every hour")
    page.get_by_label("I look after it").check()
    since = len(site.sink.mails)
    page.get_by_role("button", name=re.compile("Open the work order")).click()
    assert "/desk/orders/1001" in page.url
    comes(site, since, ("opened", JANE), ("opened", PAT))
    since = len(site.sink.mails)
    page.get_by_label("New status").select_option("Waiting on Vendor")
    page.get_by_label("Your words to the customer").fill("The manufacturer has the logs.")
    page.get_by_role("button", name="Set the status").click()
    comes(site, since, ("waiting-vendor", JANE), ("waiting-vendor", PAT))
    since = len(site.sink.mails)
    page.get_by_label("New status").select_option("Finished")
    page.get_by_label("Your words to the customer").fill("A setting of theirs was wrong.")
    page.get_by_label("Also worked").fill("2h")
    page.locator("#status-form").get_by_label("Billed").fill("1h30m")
    page.get_by_role("button", name="Set the status").click()
    comes(site, since, ("finished", JANE), ("finished", PAT))
    page.get_by_role("link", name="Acme Ltd").first.click()
    assert "3 h 30 min" in maria.reads()
    maria.looks_over("customer")
    maria.leaves()


def test_pages_of_every_kind_are_whole_in_the_dark_and_in_spanish(
    site: LiveSite, portal: str, browser: Browser
) -> None:
    site.must("hours", "buy", "Acme Ltd", "5")
    site.must("open", "--contact", JANE, "--title", f"La impresora {HOSTILE}", "--text", HOSTILE)
    pat = Person(browser, portal, dark=True)
    pat.opens("/how-to")
    pat.page.get_by_role("button", name="Español").click()
    pat.looks_over("how-to")
    pat.opens("/people")
    since = len(site.sink.mails)
    pat.page.get_by_label("Su dirección de correo").fill(PAT)
    pat.page.get_by_role("button", name="Continuar").click()
    wait_for(lambda: "login" in {n.event for n in site.notices(since)}, "the login's mail")
    letter = next(n for n in site.notices(since) if n.event == "login")
    link = re.search(rf"{re.escape(portal)}(/login/\S+)", letter.text)
    assert link is not None
    pat.opens(link[1])
    pat.looks_over("login-link")
    pat.page.get_by_role("button", name="Entrar").click()
    assert pat.page.url.endswith("/people")
    for path, name in PAGES.items():
        pat.opens(path)
        pat.looks_over(name)
    # What somebody wrote ran nowhere, and fetched nothing (T21, T22).
    pat.opens("/orders/1001")
    assert HOSTILE in pat.page.inner_text("main")
    assert pat.page.evaluate("typeof window.hacked") == "undefined"
    assert pat.page.evaluate("document.images.length") == 0
    pat.leaves()


HOSTILE = "<script>hacked=1</script><img src=http://127.0.0.1:9/p.png onerror=hacked=1>"
PAGES = {
    "/people": "people",
    "/orders": "orders",
    "/equipment": "equipment",
    "/equipment/1": "piece",
    "/account": "account",
}


def test_the_mail_goes_on_whatever_becomes_of_the_portal(site: LiveSite, portal: str) -> None:
    """Killed, it is started again; meanwhile and afterwards mail is taken in and told of."""
    log = site.home / "daemon.log"
    (child,) = children(site)
    os.kill(child, signal.SIGKILL)
    site.arrives(mail())
    comes(site, 0, ("opened", JANE), ("opened", PAT), ("opened", MARIA))
    wait_for(lambda: log.read_text().count("portal_started") == 2, "another portal")
    assert children(site) != [child]
    assert portal in site.config_file.read_text()


def children(site: LiveSite) -> list[int]:
    """The processes that are portals of this site: their parents say which."""
    found = []
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words: Any = status.read_bytes().split(b"\0")
            cwd_of_parent = _config_of_parent(int(status.parent.name))
        except OSError:
            continue
        is_portal = any(b"workorder.web" in word for word in words)
        if is_portal and str(site.config_file).encode() in cwd_of_parent:
            found.append(int(status.parent.name))
    return found


def _config_of_parent(pid: int) -> bytes:
    parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
    return Path(f"/proc/{parent}/cmdline").read_bytes()
