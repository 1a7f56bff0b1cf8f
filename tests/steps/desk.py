"""A desk: intake over fakes on a small site, and what comes out of it, mail by mail."""

from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from builders import policy
from fakes import FakeClock, FakeMailbox
from workorder.core.notice import NoticeKind
from workorder.core.rules import BUILT_IN, RuleSet
from workorder.core.trust import parse_way
from workorder.steps.intake import Intake, IntakeSettings
from workorder.steps.site_rules import SiteRules
from workorder.steps.surroundings import Surroundings
from workorder.store.inbound import LedgerEntry
from workorder.store.outbox import OutboxRow
from workorder.store.queries import EventView, OrderView
from workorder.store.unit import Store

SUPPORT = "support@northwind.example"
JANE, PAT = "jane@acme.example", "pat@acme.example"
MARIA, TOM = "maria@northwind.example", "tom@northwind.example"
AUTHSERV = "mx.northwind.example"
PASSED = f"{AUTHSERV}; dmarc=pass header.from=northwind.example"

SITE = SiteRules(
    policy=policy(),
    ways=(parse_way("dmarc"), parse_way("reply")),
    authserv_id=AUTHSERV,
)


class Desk:
    """One intake with its fakes; every mail is handled at once."""

    def __init__(
        self, store: Store, *, rules: RuleSet = BUILT_IN, ways: tuple[str, ...] = ()
    ) -> None:
        self.store = store
        self.mailbox = FakeMailbox()
        self.clock = FakeClock()
        self.rules = rules
        site = replace(SITE, ways=tuple(map(parse_way, ways))) if ways else SITE
        self.site = site
        settings = IntakeSettings(
            rules=site,
            first_number=1001,
            admin_address="admin@northwind.example",
            max_mail_bytes=40_000_000,
        )
        around = Surroundings(clock=self.clock)
        self.intake = Intake(self.mailbox, store, settings, around, lambda: self.rules)

    def handles(self, *raws: bytes) -> list[OutboxRow]:
        """Let mails come in; the notices that they bring about, oldest first."""
        with self.store.read() as unit:
            before = {row.id for row in unit.outbox.rows()}
        self.mailbox.put(*raws, at=self.clock.now)
        while self.intake():
            pass
        with self.store.read() as unit:
            rows = [row for row in unit.outbox.rows() if row.id not in before]
        return sorted(rows, key=lambda row: row.id)

    def order(self, number: int = 1001) -> OrderView:
        with self.store.read() as unit:
            view = unit.queries.order(number)
        assert view is not None
        return view

    def orders(self) -> list[OrderView]:
        with self.store.read() as unit:
            return unit.queries.orders()

    def events(self, number: int = 1001) -> tuple[EventView, ...]:
        detail = self.order(number).detail
        assert detail is not None
        return detail.events

    def entries(self) -> list[LedgerEntry]:
        with self.store.read() as unit:
            return [*reversed(unit.inbound.latest(1000))]


def told(rows: list[OutboxRow]) -> list[tuple[str, str]]:
    return sorted((row.kind.value, row.recipient) for row in rows)


def of(rows: list[OutboxRow], recipient: str, kind: NoticeKind | None = None) -> OutboxRow:
    (row,) = [r for r in rows if r.recipient == recipient and kind in {None, r.kind}]
    return row


def mail(
    text: str = "The printer PRN-2 says paper jam.",
    *,
    sender: str = f"Jane Roe <{JANE}>",
    subject: str = "Printer does not print",
    **headers: str,
) -> bytes:
    """A mail with a Message-ID and Date of its own; `In_Reply_To=...` sets a header."""
    message = EmailMessage()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    message["From"] = sender
    message["To"] = given.pop("To", SUPPORT)
    message["Subject"] = subject
    message["Message-ID"] = given.pop("Message-ID", make_msgid(domain="client.example"))
    message["Date"] = given.pop("Date", format_datetime(FakeClock().now))
    for name, value in given.items():
        message[name] = value
    message.set_content(text)
    return message.as_bytes(policy=SMTP)


def by_maria(text: str, to: OutboxRow | None = None, **headers: str) -> bytes:
    """A technician's mail that is proven by DMARC; `to`: the notice that it answers."""
    subject = headers.pop("subject", f"Re: [WO-{to.number}] x" if to else "A new one")
    if to is not None:
        headers.setdefault("In_Reply_To", to.message_id)
    headers.setdefault("Authentication_Results", PASSED)
    return mail(text, sender=f"Maria <{MARIA}>", subject=subject, **headers)
