"""Delivery: the frozen mails of the outbox are sent until they are accepted.

    ready ─ take (lease) ─> MAIL, RCPT, DATA ─ note: transmitting ─ dot ─> sent | postponed | buried

A kill leaves a row in one of these states; `take_back` at the next start says what each means.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from workorder.core.audience import Occasion
from workorder.core.decision import Decision, Outcome, Telling
from workorder.core.delivery import Buried, Postponed, after_refusal
from workorder.core.events import MailFailed
from workorder.core.notice import (
    NoticeKind,
)
from workorder.errors import (
    PermanentDeliveryError,
    TransientDeliveryError,
    TransportDownError,
    UnknownDeliveryError,
)
from workorder.steps.delivery_settings import DeliverySettings
from workorder.steps.record import Cause, Recorder
from workorder.steps.surroundings import Surroundings
from workorder.store.outbox import OutboxRow
from workorder.store.unit import Store, Unit

log = structlog.get_logger()

SEND_ROWS = 20
RESEND_AFTER = timedelta(minutes=10)
# Longer than a server may think about the final dot (RFC 5321 4.5.3.2.6).
SEND_LEASE_SECONDS = 900


class Transport(Protocol):
    """Speaks to the SMTP server, one mail and one recipient at a time."""

    def send(
        self, sender: str, recipient: str, body: bytes, *, before_dot: Callable[[], None]
    ) -> str:
        """Send, calling `before_dot` when only the final dot is missing; the server's answer.

        Raises a DeliveryError that says what is to be done next.
        """


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
