"""`workorder check` sends itself a forgery, through borders that are good, bad, and not there."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from acceptance.live import SUPPORT, LiveSite, mail, wait_for

MX = "mx.northwind.example"
Border = Callable[[bytes], bytes]

FROM_OUTSIDE = (
    b"Received: from relay.example (relay.example [203.0.113.9])\r\n"
    b"\tby mx.northwind.example (Postfix) with ESMTPS id 4F2A;\r\n"
    b"\tMon, 23 Nov 2026 12:00:00 +0000 (UTC)\r\n"
)
BY_LOGIN = FROM_OUTSIDE.replace(b"ESMTPS", b"ESMTPSA")
STAMP = (
    b"Authentication-Results: mx.northwind.example;\r\n"
    b"\tspf=pass smtp.mailfrom=support@northwind.example;\r\n"
    b"\tdmarc=pass (p=reject dis=none) header.from=northwind.example\r\n"
)


def stripped(raw: bytes, name: bytes = b"Authentication-Results") -> bytes:
    field = rb"(?im)^" + re.escape(name) + rb":[^\r]*\r\n(?:[ \t][^\r]*\r\n)*"
    bare = re.sub(field, b"", raw)
    assert bare != raw
    return bare


def good(raw: bytes) -> bytes:
    return STAMP + FROM_OUTSIDE + stripped(raw)


@contextmanager
def bridge(site: LiveSite, border: Border) -> Iterator[None]:
    """What the SMTP server takes comes into the mailbox by way of a border."""
    stop = threading.Event()

    def carry() -> None:
        carried = 0
        while not stop.wait(0.02):
            for sent in site.sink.mails[carried:]:
                assert sent.recipients == (SUPPORT,)
                site.dovecot.append(site.user, border(sent.body))
                carried += 1

    thread = threading.Thread(target=carry)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def said(site: LiveSite, border: Border, seconds: int = 60) -> tuple[int, dict[str, list[str]]]:
    """The exit code of a check whose probe passes a border, and what it says of proof by level."""
    with bridge(site, border):
        result = site.run("check", "--probe-seconds", str(seconds))
    lines = [line for line in result.stdout.splitlines() if " proof: " in line]
    levels: dict[str, list[str]] = {"ok": [], "warn": [], "FAIL": []}
    for line in lines:
        level, _, text = line.partition(" proof: ")
        levels[level.strip()].append(text)
    return result.returncode, levels


def the_only(texts: list[str]) -> str:
    (text,) = texts
    return text


def test_a_border_that_strips_and_stamps_is_well(site: LiveSite) -> None:
    code, proof = said(site, good)
    assert (code, proof["warn"], proof["FAIL"]) == (0, [], [])
    assert (
        "probe: came back to mailbox support; it stays in INBOX until a daemon ignores it and "
        "files it away"
    ) in proof["ok"]
    assert (
        f"probe: a forged Authentication-Results of {MX} was gone when the probe arrived, "
        f"and {MX} wrote its own"
    ) in proof["ok"]


def test_a_border_that_lets_a_forgery_through_is_a_failure(site: LiveSite) -> None:
    code, proof = said(site, lambda raw: FROM_OUTSIDE + raw)
    assert code == 1
    text = the_only(proof["FAIL"])
    assert f"a forged Authentication-Results of {MX} passes" in text
    assert "the border server must strip it; anybody can be a technician here" in text


def test_a_border_that_stamps_below_a_forgery_is_a_failure(site: LiveSite) -> None:
    code, proof = said(site, lambda raw: raw.replace(b"\r\n\r\n", b"\r\n" + STAMP + b"\r\n", 1))
    assert code == 1
    assert "passes, above its own" in the_only(proof["FAIL"])


def test_a_border_that_stamps_above_a_forgery_is_a_warning(site: LiveSite) -> None:
    code, proof = said(site, lambda raw: STAMP + FROM_OUTSIDE + raw)
    assert code == 0
    assert "have it strip forged ones" in the_only(proof["warn"])


@pytest.mark.parametrize("trace", [b"", BY_LOGIN])
def test_a_way_that_passes_no_border_shows_nothing_of_it(site: LiveSite, trace: bytes) -> None:
    code, proof = said(site, lambda raw: trace + raw)
    assert (code, proof["FAIL"]) == (0, [])
    text = the_only(proof["warn"])
    assert "came through, and what the border does with mail from outside was not to be" in text
    assert "send one with such a header from an account elsewhere" in text


def test_a_forgery_that_is_gone_without_a_stamp_is_well_only_where_mail_bears_stamps(
    site: LiveSite,
) -> None:
    code, proof = said(site, stripped)
    assert code == 0
    assert "none took its place" in the_only(proof["warn"])
    site.arrives(*[STAMP + mail(subject=f"Printer {n}") for n in range(9)])
    site.must("run", "--once")
    site.sink.mails.clear()
    code, proof = said(site, stripped)
    assert (code, proof["warn"], proof["FAIL"]) == (0, [], [])
    assert any("9 of the last 9 mails bear" in text for text in proof["ok"])
    assert any("most mail bears its own" in text for text in proof["ok"])


def test_a_probe_that_never_arrives_is_a_warning(site: LiveSite) -> None:
    result = site.run("check", "--probe-seconds", "2")
    assert result.returncode == 0
    assert "warn proof: probe: did not come back in time" in result.stdout


def test_a_header_way_is_probed_with_that_header(site: LiveSite) -> None:
    site.configure("[trust]", '[trust]\ncommands = ["header:X-Internal=Yes"]')
    code, proof = said(site, lambda raw: b"X-Internal: Yes\r\n" + stripped(raw, b"X-Internal"))
    assert (code, proof["warn"], proof["FAIL"]) == (0, [], [])
    assert any("the receiving system wrote its own" in text for text in proof["ok"])
    assert not any(b"Authentication-Results" in sent.body for sent in site.sink.mails)
    site.sink.mails.clear()
    code, proof = said(site, lambda raw: b"X-Internal: No\r\n" + raw)
    assert (code, proof["FAIL"]) == (0, [])
    assert "passes beside the one that the receiving system writes" in the_only(proof["warn"])
    site.sink.mails.clear()
    code, proof = said(site, lambda raw: FROM_OUTSIDE + raw)
    assert code == 1
    assert "a forged x-internal passes" in the_only(proof["FAIL"])


def test_a_server_that_rewrites_the_names_of_headers_leaves_it_untold(site: LiveSite) -> None:
    site.configure("[trust]", '[trust]\ncommands = ["header:X-Internal=Yes"]')
    code, proof = said(site, lambda raw: re.sub(rb"(?m)^[\w-]+:", lambda m: m[0].title(), raw))
    assert (code, proof["FAIL"]) == (0, [])
    assert "cannot be told" in the_only(proof["warn"])


def test_where_no_daemon_runs_the_probe_waits_in_the_inbox_and_is_ignored_later(
    site: LiveSite,
) -> None:
    said(site, good)
    assert site.dovecot.count(site.user) == 1
    assert site.once() == []
    assert site.json("list") == []
    assert site.json("mail", "aside") == []
    assert site.dovecot.count(site.user, "WorkOrder.Done") == 1


def test_a_running_daemon_ignores_the_probe_and_check_finds_it_all_the_same(
    site: LiveSite,
) -> None:
    daemon = site.start()
    try:
        wait_for(lambda: "WorkOrder.Done" in site.dovecot.folders(site.user), "the daemon is up")
        code, proof = said(site, good)
        assert (code, proof["warn"], proof["FAIL"]) == (0, [], [])
        wait_for(lambda: site.dovecot.count(site.user, "WorkOrder.Done") == 1, "it is filed away")
    finally:
        daemon.terminate()
        assert daemon.wait(30) == 0
    assert site.json("list") == []
    assert len(site.sink.mails) == 1
