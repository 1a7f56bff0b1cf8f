"""Delivery: what the outbox owes is composed once, frozen, and sent until it is accepted.

    pending ─ take ─> letters ─> the press (templates, PDF) ─> frozen bytes: ready
    ready ─ take (lease) ─> MAIL, RCPT, DATA ─ note: transmitting ─ dot ─> sent | postponed | buried

A kill leaves a row in one of these states; `take_back` at the next start says what each means.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

import structlog

from workorder.core.audience import Occasion
from workorder.core.decision import Decision, Outcome, Policy, Telling
from workorder.core.delivery import Buried, Postponed, after_refusal
from workorder.core.events import MailFailed
from workorder.core.message import Address
from workorder.core.notice import Envelope, EventCard, Letter, NoticeKind, OrderCard, SiteCard
from workorder.core.rules import BUILT_IN, RuleSet
from workorder.core.trust import Way
from workorder.errors import (
    PermanentDeliveryError,
    RenderError,
    TransientDeliveryError,
    TransportDownError,
    UnknownDeliveryError,
)
from workorder.outbound.press import PressJob, PressResult, Sheet
from workorder.steps.record import Cause, Recorder, trouble
from workorder.steps.surroundings import Surroundings
from workorder.store.outbox import OutboxRow
from workorder.store.unit import Store, Unit

log = structlog.get_logger()

IN_PRESS = 8  # events
SEND_ROWS = 20
RESEND_AFTER = timedelta(minutes=10)
# Longer than a PDF may take, and than a server may think about the final dot (RFC 5321 4.5.3.2.6).
COMPOSE_LEASE_SECONDS = 120
SEND_LEASE_SECONDS = 900


class Press(Protocol):
    """Renders letters to mails, in processes of its own."""

    def submit(self, job: PressJob) -> Future[PressResult]:
        """Render one event's notices; the Future may raise RenderError."""


class Transport(Protocol):
    """Speaks to the SMTP server, one mail and one recipient at a time."""

    def send(
        self, sender: str, recipient: str, body: bytes, *, before_dot: Callable[[], None]
    ) -> str:
        """Send, calling `before_dot` when only the final dot is missing; the server's answer.

        Raises a DeliveryError that says what is to be done next.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """What the configuration says about delivery; `rules` gives those in force."""

    policy: Policy
    site: SiteCard
    sender: Address
    first_number: int
    admin_address: str
    ways: tuple[Way, ...] = ()
    rules: Callable[[], RuleSet] = lambda: BUILT_IN


class Compose:
    """The step that turns pending outbox rows into frozen mails."""

    def __init__(
        self, store: Store, press: Press, settings: DeliverySettings, around: Surroundings
    ) -> None:
        self._store = store
        self._press = press
        self._settings = settings
        self._around = around
        self._in_press: deque[tuple[list[OutboxRow], Future[PressResult]]] = deque()

    def __call__(self) -> bool:
        """Take what is pending, freeze the event that was given to the press first.

        Some events are with the press at any time, so that its processes never wait for us.
        Returns whether there was any.
        """
        if len(self._in_press) <= IN_PRESS // 2:
            self._give_to_press(IN_PRESS - len(self._in_press))
        if not self._in_press:
            return False
        group, future = self._in_press.popleft()
        self._freeze(group, future)
        return True

    def _give_to_press(self, events: int) -> None:
        now = self._around.clock()
        with self._store.write() as unit:
            rows = unit.outbox.take_to_compose(events, now, COMPOSE_LEASE_SECONDS)
        if not rows:
            return
        self._around.checkpoint("composing")
        with self._store.read() as unit:
            jobs = [(group, self._job(unit, group, now)) for group in _by_event(rows)]
        self._in_press.extend((group, self._press.submit(job)) for group, job in jobs)

    def _job(self, unit: Unit, group: Sequence[OutboxRow], now: datetime) -> PressJob:
        order, event = self._cards(unit, group[0])
        return PressJob(
            sheets=tuple(
                Sheet(
                    letter=Letter(
                        kind=row.kind,
                        template=row.template or row.kind.value,
                        audience=row.audience,
                        language=row.language,
                        recipient=row.address,
                        site=self._settings.site,
                        order=order,
                        event=event,
                        transcript=row.transcript,
                    ),
                    envelope=self._envelope(row, now),
                    with_pdf=row.with_pdf,
                )
                for row in group
            )
        )

    def _cards(self, unit: Unit, row: OutboxRow) -> tuple[OrderCard | None, EventCard]:
        """What the letters about one event show."""
        prefix = self._settings.policy.prefix
        if row.number is None or row.event_id is None:
            order = (
                None if row.number is None else unit.queries.order_card(row.number, prefix=prefix)
            )
            return order, EventCard(at=row.created_at, actor="", text=row.detail)
        cards = unit.queries.card(
            row.number, row.event_id, prefix=prefix, notes=row.kind is NoticeKind.FINISHED
        )
        assert cards is not None  # a notice and its event are written together
        order_card, event = cards
        if row.kind is NoticeKind.UNPROVEN:
            event = replace(event, ways=tuple(way.kind.value for way in self._settings.ways))
        return order_card, event

    def _envelope(self, row: OutboxRow, now: datetime) -> Envelope:
        return Envelope(
            sender=self._settings.sender,
            recipient=row.address,
            message_id=row.message_id,
            in_reply_to=row.in_reply_to,
            references=row.refs,
            date=now,
            auto_submitted=row.auto_submitted,
        )

    def _freeze(self, group: Sequence[OutboxRow], future: Future[PressResult]) -> None:
        try:
            result = future.result()
        except RenderError as fault:
            self._failed(group, fault)
            return
        self._around.checkpoint("composed")
        with self._store.write() as unit:
            for row, mail in zip(group, result.mails, strict=True):
                unit.outbox.freeze(row.id, row.attempts, mail)
            if result.pdf_problem:
                self._tell_admin(unit, group[0], f"sent without its PDF: {result.pdf_problem}")
        if result.pdf_problem:
            log.warning("pdf_failed", outbox=group[0].id, reason=result.pdf_problem)
        self._around.checkpoint("frozen")
        self._around.wake()

    def _failed(self, group: Sequence[OutboxRow], fault: RenderError) -> None:
        """A template of ours failed: the notices wait, the admin is told once."""
        reason = " ".join(str(fault).split())
        log.error("notice_not_rendered", outbox=group[0].id, reason=reason)
        now = self._around.clock()
        with self._store.write() as unit:
            for row in group:
                match after_refusal(
                    attempts=row.attempts, created_at=row.created_at, now=now, reason=reason
                ):
                    case Postponed(next_at=next_at):
                        unit.outbox.compose_failed(row.id, row.attempts, reason, next_at=next_at)
                    case Buried(reason=final):
                        unit.outbox.compose_failed(row.id, row.attempts, final, next_at=None)
            # A broken trouble template must not ask for one more trouble notice.
            if group[0].kind is not NoticeKind.TROUBLE:
                self._tell_admin(unit, group[0], f"not rendered, it is tried again: {reason}")

    def _tell_admin(self, unit: Unit, row: OutboxRow, what: str) -> None:
        notice = trouble(
            f"Notice {row.id} ({row.kind}) was {what}",
            admin=self._settings.admin_address,
            policy=self._settings.policy,
            key=f"render:{row.event_id or row.id}",
        )
        unit.outbox.add([notice], self._around.clock())


def _by_event(rows: Iterable[OutboxRow]) -> list[list[OutboxRow]]:
    ordered = sorted(rows, key=lambda row: (row.event_id or 0, row.id))

    def group_of(row: OutboxRow) -> tuple[int, int]:
        return (row.event_id, 0) if row.event_id is not None else (0, row.id)

    return [list(group) for _, group in groupby(ordered, key=group_of)]


class Send:
    """The step that hands frozen mails to the SMTP server."""

    def __init__(
        self, store: Store, transport: Transport, settings: DeliverySettings, around: Surroundings
    ) -> None:
        self._store = store
        self._transport = transport
        self._settings = settings
        self._around = around

    def __call__(self) -> bool:
        """Send what is due, up to some mails; whether any was dealt with.

        Raises TransportDownError when the server is away; what was not tried is given back.
        """
        with self._store.write() as unit:
            rows = unit.outbox.take_to_send(SEND_ROWS, self._around.clock(), SEND_LEASE_SECONDS)
        waiting = list(rows)
        while waiting:
            if self._around.stopping():
                self._give_back(waiting)
                return True
            self._around.checkpoint("sending")
            try:
                self._send(waiting[0])
            except TransportDownError as fault:
                self._server_is_away(waiting, fault)
                raise
            waiting.pop(0)
        return bool(rows)

    def _send(self, row: OutboxRow) -> None:
        assert row.body is not None  # a row that is ready was frozen
        try:
            reply = self._transport.send(
                self._settings.sender.email,
                row.recipient,
                row.body,
                before_dot=lambda: self._before_dot(row),
            )
        except TransportDownError:
            raise
        except TransientDeliveryError as fault:
            self._postpone(row, fault.reply)
        except UnknownDeliveryError as fault:
            self._unknown(row, fault.reply)
        except PermanentDeliveryError as fault:
            self._bury(row, fault.reply)
        else:
            self._sent(row, reply)

    def _before_dot(self, row: OutboxRow) -> None:
        with self._store.write() as unit:
            unit.outbox.transmitting(row.id, row.attempts)
        self._around.checkpoint("transmitting")

    def _sent(self, row: OutboxRow, reply: str) -> None:
        self._around.checkpoint("dot-sent")
        with self._store.write() as unit:
            unit.outbox.sent(row.id, row.attempts, reply, self._around.clock())
        log.info("mail_sent", outbox=row.id, number=row.number, kind=row.kind, attempt=row.attempts)
        self._around.checkpoint("sent")

    def _postpone(self, row: OutboxRow, reply: str) -> None:
        now = self._around.clock()
        match after_refusal(
            attempts=row.attempts, created_at=row.created_at, now=now, reason=reply
        ):
            case Buried(reason=reason):
                self._bury(row, reason)
            case Postponed(next_at=next_at, reason=reason):
                with self._store.write() as unit:
                    unit.outbox.postponed(row.id, row.attempts, next_at, reason)
                log.info("mail_postponed", outbox=row.id, attempt=row.attempts, reason=reason)

    def _unknown(self, row: OutboxRow, reply: str) -> None:
        """The dot went out, no answer came: once more, the same bytes, the same Message-ID.

        Not at once: what broke at the dot would break again. After a restart it is (behaviour).
        """
        if row.resends:
            self._bury(row, f"sent twice without an answer, it may have arrived: {reply}")
            return
        with self._store.write() as unit:
            next_at = self._around.clock() + RESEND_AFTER
            unit.outbox.unknown(row.id, row.attempts, next_at, reply)
        log.warning("mail_unanswered", outbox=row.id, attempt=row.attempts, reason=reply)

    def _bury(self, row: OutboxRow, reply: str) -> None:
        now = self._around.clock()
        with self._store.write() as unit:
            if not unit.outbox.buried(row.id, row.attempts, reply):
                return
            if row.number is not None and row.kind is not NoticeKind.MAIL_FAILED:
                self._tell_technicians(unit, row, reply, now)
            elif row.kind is not NoticeKind.TROUBLE:
                log.error("notice_of_failure_buried", outbox=row.id)
        log.error("mail_buried", outbox=row.id, number=row.number, reason=reply)
        self._around.wake()

    def _tell_technicians(self, unit: Unit, row: OutboxRow, reply: str, now: datetime) -> None:
        settings = self._settings
        assert row.number is not None  # its caller looked
        order = unit.orders.going_on(row.number)
        assert order is not None  # the row points to it, or to one that was merged into it
        event = MailFailed(at=now, actor="workorder", recipient=row.recipient, text=reply)
        occasion = Occasion(kind=NoticeKind.MAIL_FAILED, failed=row.recipient)
        decision = Decision(
            outcome=Outcome.DONE,
            reason="a notice was buried",
            number=order.number,
            events=(event,),
            tellings=(Telling(event=0, occasion=occasion),),
        )
        recorder = Recorder(
            unit,
            settings.policy,
            first_number=settings.first_number,
            now=now,
            rules=settings.rules(),
        )
        recorder.record(decision, Cause())

    def _give_back(self, rows: Sequence[OutboxRow]) -> None:
        with self._store.write() as unit:
            for row in rows:
                unit.outbox.release(row.id, row.attempts)

    def _server_is_away(self, waiting: Sequence[OutboxRow], fault: TransportDownError) -> None:
        """No mail is to blame: all that wait go back untried, unless five days have passed."""
        now = self._around.clock()
        for row in waiting:
            match after_refusal(attempts=1, created_at=row.created_at, now=now, reason=fault.reply):
                case Buried(reason=reason):
                    self._bury(row, reason)
                case Postponed():
                    with self._store.write() as unit:
                        unit.outbox.release(row.id, row.attempts)
