"""Composing: what the outbox owes is rendered once, and frozen.

    pending ─ take ─> letters ─> the press (templates, PDF) ─> frozen bytes: ready

Sending (steps.deliver) does the rest.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from workorder.core.calendar import is_open, next_open
from workorder.core.delivery import Buried, Postponed, after_refusal
from workorder.core.notice import (
    Audience,
    Envelope,
    EventCard,
    Letter,
    NoticeKind,
    OrderCard,
)
from workorder.errors import (
    RenderError,
)
from workorder.outbound.press import PressJob, PressResult, Sheet
from workorder.steps.delivery_settings import DeliverySettings
from workorder.steps.surroundings import Surroundings
from workorder.steps.trouble import trouble
from workorder.store.outbox import OutboxRow
from workorder.store.unit import Store, Unit

log = structlog.get_logger()

IN_PRESS = 8  # events
LONGEST_HOLD = timedelta(hours=12)
COMPOSE_LEASE_SECONDS = 120  # longer than a PDF may take

_SHOW_HOURS = frozenset(
    {NoticeKind.OPENED, NoticeKind.FINISHED, NoticeKind.OPEN_LONG, NoticeKind.APPROVAL}
)


class Press(Protocol):
    """Renders letters to mails, in processes of its own."""

    def submit(self, job: PressJob) -> Future[PressResult]:
        """Render one event's notices; the Future may raise RenderError."""


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
            rows = self._held_back(unit, rows, now)
        if not rows:
            return
        self._around.checkpoint("composing")
        with self._store.read() as unit:
            jobs = [(group, self._job(unit, group, now)) for group in _by_event(rows)]
        self._in_press.extend((group, self._press.submit(job)) for group, job in jobs)

    def _held_back(
        self, unit: Unit, rows: Sequence[OutboxRow], now: datetime
    ) -> tuple[OutboxRow, ...]:
        """The notices that may go out; what customers are told out of hours waits, if it shall."""
        calendar = self._settings.rules().calendar
        zone = ZoneInfo(self._settings.policy.timezone)
        if not calendar.customer_mail_waits or is_open(now, calendar, zone):
            return tuple(rows)
        # A day at most: what waits for longer was put there by a wrong clock (store.outbox).
        until = min(next_open(now, calendar, zone), now + LONGEST_HOLD)
        for row in rows:
            if _can_wait(row):
                unit.outbox.hold(row.id, row.attempts, until)
        return tuple(row for row in rows if not _can_wait(row))

    def _job(self, unit: Unit, group: Sequence[OutboxRow], now: datetime) -> PressJob:
        order, event = self._cards(unit, group[0])
        outsiders = _outsiders(unit, group, order)
        bare = replace(order, hours=None, bank=None) if order is not None else None
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
                        order=bare if row.recipient in outsiders else order,
                        event=event,
                        transcript=row.transcript,
                        enclosure=row.enclosure,
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
            row.number,
            row.event_id,
            prefix=prefix,
            notes=row.kind is NoticeKind.FINISHED,
            hours=row.kind in _SHOW_HOURS,
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
                if row.kind is NoticeKind.LOGIN:
                    unit.outbox.forget_enclosure(row.id)
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


def _can_wait(row: OutboxRow) -> bool:
    """Whether it may wait for opening hours: who logs in stands at the door now."""
    return row.audience is Audience.CUSTOMER and row.kind is not NoticeKind.LOGIN


def _outsiders(unit: Unit, rows: Sequence[OutboxRow], order: OrderCard | None) -> frozenset[str]:
    """Who takes part and is none of the customer's: what it costs is no business of theirs."""
    if order is None or (order.hours is None and order.bank is None):
        return frozenset()
    addresses = {row.recipient for row in rows if row.audience is Audience.CUSTOMER}
    customer = unit.people.customer_by_name(order.customer) if order.customer else None
    contacts = (unit.people.contact_by_email(address) for address in addresses)
    own = {c.email for c in contacts if c and customer and c.customer_id == customer.id}
    return frozenset(addresses - own)


def _by_event(rows: Iterable[OutboxRow]) -> list[list[OutboxRow]]:
    ordered = sorted(rows, key=lambda row: (row.event_id or 0, row.id))

    def group_of(row: OutboxRow) -> tuple[int, int]:
        return (row.event_id, 0) if row.event_id is not None else (0, row.id)

    return [list(group) for _, group in groupby(ordered, key=group_of)]
