"""A probe is sent and waited for: over fakes, by a clock that goes when it is slept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from builders import NOON, SUPPORT
from fakes import FakeTransport
from workorder.core.classify import MailKind, classify
from workorder.core.message import Address
from workorder.core.probe import forged_header, forged_stamp
from workorder.core.trust import DmarcResult, dmarc, parse_way
from workorder.errors import (
    MailboxError,
    PermanentDeliveryError,
    TransportDownError,
    UnknownDeliveryError,
)
from workorder.inbound.imap_lookout import Seen
from workorder.inbound.parse import parse
from workorder.steps.probe import (
    PAUSE_SECONDS,
    CameBack,
    Flight,
    NotSeen,
    NotSent,
    Patience,
    Probe,
    fly,
    probe_mail,
)

MX = "mx.northwind.example"
TOKEN = "0123456789abcdef0123456789abcdef"
WAY = parse_way("header:X-Internal=Yes")
HEADER = forged_header(WAY)
assert HEADER is not None
PROBE = Probe(
    address=Address(name='Müller & "Söhne", IT', email=SUPPORT),
    token=TOKEN,
    forgeries=(forged_stamp(MX, "northwind.example", TOKEN), HEADER),
    date=NOON,
)


@dataclass
class Clock:
    """A clock that goes on by as much as is slept."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds

    def patience(self, seconds: float) -> Patience:
        return Patience(seconds=seconds, monotonic=self.monotonic, sleep=self.sleep)


@dataclass
class Transport(FakeTransport):
    """FakeTransport with an end."""

    closed: bool = False

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeLookout:
    """A mailbox that shows `brought()` at each look from the `appears_at`th on, once."""

    brought: Callable[[], list[bytes]] = list
    appears_at: int = 1
    name: str = "support"
    refuses: bool = False
    lost_at: int = 0
    looks: int = 0
    closed: int = 0
    shown: list[bytes] = field(default_factory=list)

    def open(self) -> None:
        if self.refuses:
            raise MailboxError(f"mailbox {self.name}: is away")

    def arrivals(self) -> Iterator[Seen]:
        self.looks += 1
        if self.looks == self.lost_at:
            raise MailboxError(f"mailbox {self.name}: was lost")
        if self.looks >= self.appears_at:
            for raw in self.brought():
                if raw not in self.shown:
                    self.shown.append(raw)
                    yield Seen(folder="INBOX", filed=False, head=raw)

    def close(self) -> None:
        self.closed += 1


def sent_through(transport: Transport) -> Callable[[], list[bytes]]:
    return lambda: [body for _, body in transport.sent]


def flown(transport: Transport, *lookouts: FakeLookout, seconds: float = 20.0) -> Flight:
    flight = fly(PROBE, transport, lookouts, Clock().patience(seconds))
    for lookout in lookouts:
        assert lookout.closed == (0 if lookout.refuses else 1)
    return flight


def test_the_probe_is_our_own_mail_and_does_no_harm() -> None:
    raw = probe_mail(PROBE)
    assert raw.isascii()
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    mail = parse(raw)
    assert (mail.author, mail.from_header_count) == (PROBE.address, 1)
    assert mail.to == (PROBE.address,)
    kind = classify(mail, own_addresses=frozenset({SUPPORT}), known_sender=False).kind
    assert kind is MailKind.OWN
    assert mail.header("auto-submitted") == "auto-generated"
    assert mail.header("x-workorder") is None
    assert mail.message_id is not None
    assert TOKEN in mail.message_id
    assert TOKEN in mail.subject


def test_the_probe_bears_what_trust_would_believe() -> None:
    mail = parse(probe_mail(PROBE))
    assert dmarc(mail, MX).result is DmarcResult.PASS
    assert mail.all_headers("x-internal") == ("Yes",)


def test_a_probe_that_comes_back_is_told_with_its_headers() -> None:
    transport = Transport()
    other = b"From: jane@acme.example\r\nSubject: Printer\r\n\r\n"
    lookout = FakeLookout(lambda: [b"\0\xff", other, *sent_through(transport)()], appears_at=4)
    flight = flown(transport, lookout)
    assert isinstance(flight, CameBack)
    assert (flight.mailbox, flight.folder) == ("support", "INBOX")
    assert HEADER in flight.fields
    assert [recipient for recipient, _ in transport.sent] == [SUPPORT]
    assert transport.closed


def test_any_mailbox_may_be_the_one_it_comes_to() -> None:
    transport = Transport()
    second = FakeLookout(sent_through(transport), name="billing", appears_at=3)
    flight = flown(transport, FakeLookout(), second)
    assert isinstance(flight, CameBack)
    assert flight.mailbox == "billing"


def test_a_bounce_that_quotes_the_probe_is_not_the_probe() -> None:
    bounce = (
        f"From: MAILER-DAEMON@{MX}\r\nSubject: Undelivered: {TOKEN}\r\n"
        f"References: <{TOKEN}.probe@northwind.example>\r\n\r\n"
    ).encode()
    assert isinstance(flown(Transport(), FakeLookout(lambda: [bounce])), NotSeen)


@pytest.mark.parametrize("seconds", [0.25, 1.0, 7.5])
def test_it_is_waited_for_as_long_as_was_said(seconds: float) -> None:
    clock = Clock()
    lookout = FakeLookout()
    flight = fly(PROBE, Transport(), [lookout], clock.patience(seconds))
    assert flight == NotSeen(watched=("support",), lost=())
    assert clock.now == pytest.approx(seconds)
    assert lookout.looks == pytest.approx(seconds / PAUSE_SECONDS, abs=2)


def test_without_a_mailbox_to_look_into_nothing_is_sent() -> None:
    transport = Transport()
    flight = flown(transport, FakeLookout(refuses=True), FakeLookout(name="b", refuses=True))
    assert flight == NotSent(reason="mailbox support: is away; mailbox b: is away")
    assert transport.sent == []


def test_one_mailbox_that_is_away_does_not_keep_it_from_the_others() -> None:
    transport = Transport()
    flight = flown(transport, FakeLookout(refuses=True), FakeLookout(sent_through(transport)))
    assert isinstance(flight, CameBack)


@pytest.mark.parametrize("fault", [PermanentDeliveryError, TransportDownError])
def test_a_refusal_is_told_and_nothing_waited_for(fault: type[PermanentDeliveryError]) -> None:
    transport, lookout = Transport(faults=[fault("554 no relaying")]), FakeLookout()
    assert flown(transport, lookout) == NotSent(reason="554 no relaying")
    assert lookout.looks == 0
    assert transport.closed


def test_a_probe_that_was_perhaps_accepted_is_looked_for() -> None:
    transport = Transport(faults=[UnknownDeliveryError("no answer to the final dot")])
    lookout = FakeLookout(lambda: [probe_mail(PROBE)])
    assert isinstance(flown(transport, lookout), CameBack)


def test_a_mailbox_that_is_lost_is_given_up_and_the_others_are_not() -> None:
    transport = Transport()
    other = FakeLookout(sent_through(transport), name="billing", appears_at=5)
    assert isinstance(flown(transport, FakeLookout(lost_at=2), other), CameBack)
    flight = flown(Transport(), FakeLookout(lost_at=2))
    assert flight == NotSeen(watched=("support",), lost=("mailbox support: was lost",))
