"""Ten-line implementations of the Protocols that steps call: a mailbox, a press, a transport."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from workorder.errors import DeliveryError, MailboxError, RenderError
from workorder.inbound.mail_values import Destination, Fetched, Listed, Listing
from workorder.outbound.press import PressJob, PressResult

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """A clock that stands still until it is told to go on."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, step: timedelta) -> None:
        self.now += step


@dataclass
class FakeMailbox:
    """A mailbox in memory; `refuses_to_move` leaves mails where they are."""

    name: str = "support"
    inbox: dict[int, bytes] = field(default_factory=dict)
    filed: dict[int, tuple[Destination, bytes]] = field(default_factory=dict)
    arrivals: dict[int, datetime] = field(default_factory=dict)
    fetches: int = 0
    uidvalidity: int = 1
    refuses_to_move: bool = False
    is_away: bool = False

    def put(self, *raws: bytes, at: datetime = NOW) -> None:
        for raw in raws:
            uid = 1 + max([*self.inbox, *self.filed], default=0)
            self.inbox[uid] = raw
            self.arrivals[uid] = at

    def open(self) -> None:
        if self.is_away:
            raise MailboxError("mailbox support: cannot reach imap.example:993")

    def listing(self, *, most: int | None = None) -> Listing:
        mails = [Listed(uid=uid, size=len(raw)) for uid, raw in sorted(self.inbox.items())]
        return Listing(uidvalidity=self.uidvalidity, mails=tuple(mails[:most]))

    def fetch(self, uids: Sequence[int], uidvalidity: int) -> tuple[Fetched, ...]:
        assert uidvalidity == self.uidvalidity
        self.fetches += len(uids)
        return tuple(self._fetched(uid, self.inbox[uid]) for uid in uids)

    def fetch_head(self, uid: int, limit: int, uidvalidity: int | None = None) -> Fetched | None:
        assert uidvalidity == self.uidvalidity
        head, _, body = self.inbox[uid].partition(b"\r\n\r\n")
        return self._fetched(uid, head + b"\r\n\r\n" + body[:limit])

    def _fetched(self, uid: int, raw: bytes) -> Fetched:
        size = len(self.inbox[uid])
        return Fetched(uid=uid, raw=raw, internaldate=self.arrivals[uid], size=size)

    def file(
        self, uids: Sequence[int], destination: Destination, uidvalidity: int | None = None
    ) -> frozenset[int]:
        assert uidvalidity == self.uidvalidity
        if self.refuses_to_move:
            return frozenset()
        for uid in uids:
            self.filed[uid] = (destination, self.inbox.pop(uid))
        return frozenset(uids)


@dataclass
class FakePress:
    """A press whose mails are their recipient's address; `fault` is raised instead."""

    fault: RenderError | None = None
    pdf_problem: str = ""
    jobs: list[PressJob] = field(default_factory=list)

    def submit(self, job: PressJob) -> Future[PressResult]:
        self.jobs.append(job)
        future: Future[PressResult] = Future()
        if self.fault is not None:
            future.set_exception(self.fault)
        else:
            mails = tuple(sheet.envelope.recipient.email.encode() for sheet in job.sheets)
            future.set_result(PressResult(mails=mails, pdf_problem=self.pdf_problem))
        return future


@dataclass
class FakeTransport:
    """A server that takes everything, or raises `faults` first, one a mail."""

    sent: list[tuple[str, bytes]] = field(default_factory=list)
    faults: list[DeliveryError] = field(default_factory=list)

    def send(
        self, sender: str, recipient: str, body: bytes, *, before_dot: Callable[[], None]
    ) -> str:
        del sender
        if self.faults:
            raise self.faults.pop(0)
        before_dot()
        self.sent.append((recipient, body))
        return "250 OK"
