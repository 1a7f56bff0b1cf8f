"""kill -9 at every step boundary, and at random moments: nothing lost, nothing twice."""

import random
import signal
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from acceptance.forked import Commands, ForkedSite, copied
from acceptance.live import JANE, MARIA, LiveSite, mail, wait_for
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink
from workorder.bootstrap import open_site
from workorder.config import load
from workorder.inbound.mailbox import ImapMailbox
from workorder.steps.reconcile import reconcile

# The only moment at which a kill may repeat a notice: the dot is out, the answer not on record.
AFTER_THE_DOT = "dot-sent"

PASSED = "mx.northwind.example; dmarc=pass header.from=northwind.example"


def corpus() -> list[bytes]:
    """Mails that take every path of intake and delivery."""
    return [
        mail(Message_ID="<k1@acme.example>", subject="Printer"),
        mail(Message_ID="<k2@acme.example>", subject="Re: [WO-1001] Printer", text="More.\n"),
        mail(
            Message_ID="<k3@northwind.example>",
            sender=MARIA,
            subject="Re: [WO-1001] Printer",
            text="#assign me\n#waiting parts\n\nComing.\n",
            Authentication_Results=PASSED,
        ),
        mail(
            Message_ID="<k3a@northwind.example>",
            sender=MARIA,
            subject="Another",
            text="#for jane@acme.example\n#merge WO-1001\n\nA wrong tag.\n",
            Authentication_Results=PASSED,
        ),
        mail(
            Message_ID="<k4@acme.example>",
            subject="Automatic reply: [WO-1001] Printer",
            Auto_Submitted="auto-replied",
        ),
        mail(Message_ID="<k5@stranger.example>", sender="x@stranger.example", subject="Hello"),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run left behind, in terms that do not differ from run to run."""

    orders: tuple[Any, ...]
    notices: Counter[tuple[str, str, str]]
    copies: Counter[str]


class Walk:
    """Fresh copies of one site, each with the same mails in a new inbox and a sink of its own."""

    def __init__(self, template: ForkedSite, folder: Path) -> None:
        self._template = template
        self._folder = folder
        self._count = 0

    def fresh(self, sink: SmtpSink) -> LiveSite:
        self._count += 1
        home = self._folder / f"site{self._count}"
        site = copied(self._template, home, sink, self._template.commands)
        site.arrives(*corpus())
        return site


def outcome(site: LiveSite) -> Outcome:
    with open_site(load(site.config_file)) as opened, opened.store.read() as unit:
        numbers = sorted(view.number for view in unit.queries.orders())
        views = [unit.queries.order(number) for number in numbers]
    orders = tuple(
        (view.title, view.status, tuple((e.kind, e.actor, e.text) for e in view.detail.events))
        for view in views
        if view is not None and view.detail is not None
    )
    notices = site.notices()
    ids = {str(n.message["Message-ID"]): n for n in notices}
    return Outcome(
        orders=orders,
        notices=Counter((n.event, n.recipient, str(n.message["Subject"])) for n in ids.values()),
        copies=Counter(str(n.message["Message-ID"]) for n in notices),
    )


def assert_balanced(site: LiveSite, mails: int) -> None:
    """Every mail is on record, decided on and filed; none was set aside."""
    config = load(site.config_file)
    mailbox = ImapMailbox(config.mailboxes[0])
    with open_site(config) as opened:
        account = reconcile(mailbox, opened.store)
        with opened.store.read() as unit:
            assert unit.inbound.aside() == ()
    mailbox.close()
    assert account.balances
    assert account.on_server == account.recorded == mails


@pytest.fixture
def walk(site: ForkedSite, tmp_path: Path) -> Walk:
    return Walk(site, tmp_path)


def assert_settled(site: LiveSite, expected: Outcome) -> Outcome:
    """All is as after a run that nothing disturbed, and one more run does nothing."""
    after = outcome(site)
    assert after.orders == expected.orders
    assert after.notices == expected.notices
    bodies: dict[str, set[bytes]] = {}
    for notice, raw in zip(site.notices(), site.sink.mails, strict=True):
        bodies.setdefault(str(notice.message["Message-ID"]), set()).add(raw.body)
    assert all(len(copies) == 1 for copies in bodies.values()), "copies of a notice differ"
    assert_balanced(site, len(corpus()))
    return after


@pytest.mark.parametrize("part", range(4))
def test_a_kill_at_any_step_boundary_loses_nothing_and_doubles_nothing(
    walk: Walk, commands: Commands, part: int
) -> None:
    with SmtpSink() as sink:
        clean = walk.fresh(sink)
        undisturbed = commands.once(clean.config_file)
        assert undisturbed.code == 0
        expected = outcome(clean)
        assert set(expected.copies.values()) == {1}
    assert len(expected.orders) == 2
    assert ("waiting-parts", JANE, "[WO-1001] Printer") in expected.notices
    assert ("transcript", MARIA, "[WO-1001] Printer") in expected.notices
    for nth in range(1 + part, len(undisturbed.checkpoints) + 1, 4):
        with SmtpSink() as sink:
            site = walk.fresh(sink)
            killed = commands.once(site.config_file, killed_at=nth)
            assert killed.code == -signal.SIGKILL
            at = killed.checkpoints[-1]
            assert commands.once(site.config_file).code == 0, f"killed at {at} ({nth})"
            after = assert_settled(site, expected)
            extra = sum(after.copies.values()) - len(after.copies)
            assert extra == (1 if at == AFTER_THE_DOT else 0), at
            again = commands.once(site.config_file)
            assert (again.code, again.checkpoints) == (0, ())


def test_kills_at_random_moments_while_mails_come_in(
    site: LiveSite, dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    chance = random.Random(20261123)  # noqa: S311 - not for a secret
    mails = [
        mail(Message_ID=f"<r{i}@acme.example>", subject=f"Job {i}", text=f"Number {i}.\n")
        for i in range(40)
    ]
    kills = 0
    for i, raw in enumerate(mails):
        if i % 4 == 0:
            daemon = site.start()
            time.sleep(chance.uniform(0.5, 2.0))
        dovecot.append(site.user, raw)
        time.sleep(chance.uniform(0.0, 0.1))
        if i % 4 == 3:
            time.sleep(chance.uniform(0.0, 0.4))
            daemon.kill()
            daemon.wait()
            kills += 1
    final = site.start()
    wait_for(
        lambda: len({m.body for m in smtp_sink.mails}) >= 3 * len(mails),
        "a notice to each of three people about each mail",
    )
    final.terminate()
    assert final.wait(40) == 0
    site.must("run", "--once")
    orders = site.json("list")
    assert sorted(order["title"] for order in orders) == sorted(f"Job {i}" for i in range(40))
    sent = Counter(str(n.message["Message-ID"]) for n in site.notices())
    assert len(sent) == 3 * len(mails)
    assert sum(sent.values()) - len(sent) <= kills
    assert_balanced(site, len(mails))
