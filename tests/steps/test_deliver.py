from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from builders import policy
from fakes import FakeClock, FakePress, FakeTransport
from workorder.core.calendar import SHIPPED, Calendar, Span
from workorder.core.decision import Decision, Outcome
from workorder.core.events import Opened
from workorder.core.message import Address
from workorder.core.model import OpenedBy, Person
from workorder.core.notice import SiteCard
from workorder.core.rules import BUILT_IN
from workorder.errors import (
    PermanentDeliveryError,
    RenderError,
    TransientDeliveryError,
    TransportDownError,
    UnknownDeliveryError,
)
from workorder.steps.compose import Compose
from workorder.steps.deliver import Send
from workorder.steps.delivery_settings import DeliverySettings
from workorder.steps.record import Cause, Recorder, tell_of_opening
from workorder.steps.surroundings import Surroundings
from workorder.store.outbox import OutboxRow
from workorder.store.states import NoticeState
from workorder.store.unit import Store

JANE, PAT, MARIA = "jane@acme.example", "pat@acme.example", "maria@northwind.example"
EVERYBODY = {JANE, PAT, MARIA}

SETTINGS = DeliverySettings(
    policy=policy(),
    site=SiteCard(
        name="Northwind", support_address="support@northwind.example", portal_url="", timezone="UTC"
    ),
    sender=Address(name="Northwind", email="support@northwind.example"),
    first_number=1001,
    admin_address="admin@northwind.example",
)


class PostRoom:
    """Compose and Send over fakes; one work order was opened."""

    def __init__(self, store: Store, *, calendar: Calendar = SHIPPED) -> None:
        self.store = store
        self.clock = FakeClock()
        self.press = FakePress()
        self.transport = FakeTransport()
        around = Surroundings(clock=self.clock)
        rules = replace(BUILT_IN, calendar=calendar)
        settings = replace(SETTINGS, rules=lambda: rules)
        self.compose = Compose(store, self.press, settings, around)
        self.send = Send(store, self.transport, settings, around)
        self._open()

    def _open(self) -> None:
        opening = Opened(
            at=self.clock.now,
            actor=JANE,
            text="help",
            title="Help",
            requester=Person(name="Jane Roe", email=JANE),
            customer_id=1,
            opened_by=OpenedBy.MAIL,
            thread_id="<t@acme.example>",
        )
        decision = Decision(
            outcome=Outcome.DONE,
            reason="",
            opening=opening,
            tellings=(tell_of_opening(opening, by_mail=True),),
        )
        with self.store.write() as unit:
            recorder = Recorder(unit, policy(), first_number=1001, now=self.clock.now)
            recorder.record(decision, Cause())

    def work(self) -> None:
        while self.compose():
            pass
        while self.send():
            pass

    def rows(self) -> dict[str, OutboxRow]:
        with self.store.read() as unit:
            return {f"{row.kind} {row.recipient}": row for row in unit.outbox.rows()}

    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.transport.sent]


@pytest.fixture
def room(small_store: Store) -> PostRoom:
    return PostRoom(small_store)


def test_each_recipient_has_the_frozen_mail_once(room: PostRoom) -> None:
    room.work()
    room.work()
    assert sorted(room.recipients()) == sorted(EVERYBODY)
    assert {row.state for row in room.rows().values()} == {NoticeState.SENT}


def test_a_postponed_notice_goes_after_its_pause_with_the_same_bytes(room: PostRoom) -> None:
    room.transport.faults = [TransientDeliveryError("451 later")] * 3
    room.work()
    assert room.transport.sent == []
    room.clock.advance(timedelta(minutes=2))
    room.work()
    assert set(room.recipients()) == EVERYBODY


def test_a_refused_notice_is_buried_and_the_technicians_are_told(room: PostRoom) -> None:
    room.transport.faults = [PermanentDeliveryError("550 no such user")]
    room.work()
    room.work()
    rows = room.rows()
    (buried,) = [row for row in rows.values() if row.state is NoticeState.BURIED]
    assert buried.error == "550 no such user"
    assert f"mail-failed {MARIA}" in rows or buried.recipient == MARIA
    with room.store.read() as unit:
        view = unit.queries.order(1001)
    assert view is not None
    assert view.detail is not None
    assert view.detail.events[-1].kind == "mail-failed"
    assert view.detail.events[-1].text == "550 no such user"


def test_five_days_of_refusals_bury_a_notice(room: PostRoom) -> None:
    room.transport.faults = [TransientDeliveryError("451 later")] * 200
    for _ in range(50):
        room.work()
        room.clock.advance(timedelta(hours=4))
    opened = [row for key, row in room.rows().items() if key.startswith("opened")]
    assert {row.state for row in opened} == {NoticeState.BURIED}
    assert all("five days" in row.error for row in opened)


def test_an_unanswered_dot_is_repeated_once_and_no_more(room: PostRoom) -> None:
    room.transport.faults = [UnknownDeliveryError("no answer")]
    room.work()
    assert len(room.recipients()) == 2
    room.clock.advance(timedelta(minutes=10))
    room.work()
    assert len(room.recipients()) == 3
    assert sorted(row.resends for row in room.rows().values()) == [0, 0, 1]


def test_a_second_unanswered_dot_leaves_the_matter_to_a_person(room: PostRoom) -> None:
    room.transport.faults = [UnknownDeliveryError("no answer")] * 6
    room.work()
    room.clock.advance(timedelta(minutes=10))
    room.work()
    opened = [row for key, row in room.rows().items() if key.startswith("opened")]
    assert {row.state for row in opened} == {NoticeState.BURIED}
    assert all("may have arrived" in row.error for row in opened)


def test_a_server_that_is_away_costs_no_notice_an_attempt(room: PostRoom) -> None:
    room.transport.faults = [TransportDownError("cannot reach smtp.example:587")]
    with pytest.raises(TransportDownError):
        room.work()
    states = {(row.state, row.attempts) for row in room.rows().values()}
    assert states == {(NoticeState.READY, 0)}
    room.work()
    assert set(room.recipients()) == EVERYBODY


def test_a_template_that_fails_keeps_the_notices_and_tells_the_admin_once(room: PostRoom) -> None:
    room.press.fault = RenderError("mail/opened/body.txt:3: 'foo' is undefined")
    room.work()
    room.clock.advance(timedelta(minutes=2))
    room.work()
    rows = room.rows()
    assert {rows[f"opened {email}"].state for email in EVERYBODY} == {NoticeState.PENDING}
    assert [key for key in rows if key.startswith("trouble")] == ["trouble admin@northwind.example"]
    room.press.fault = None
    room.clock.advance(timedelta(hours=1))
    room.work()
    assert set(room.recipients()) == EVERYBODY | {"admin@northwind.example"}


def test_a_pdf_that_failed_goes_without_it_and_the_admin_is_told(room: PostRoom) -> None:
    room.press.pdf_problem = "took over 20 s"
    while room.compose():
        room.press.pdf_problem = ""
    room.work()
    assert set(room.recipients()) == EVERYBODY | {"admin@northwind.example"}


def test_what_customers_are_told_out_of_hours_waits_where_it_shall(small_store: Store) -> None:
    day = (Span(start=8 * 60, end=17 * 60),)
    office = Calendar(week=(day,) * 5 + ((), ()), customer_mail_waits=True)
    room = PostRoom(small_store, calendar=office)
    friday_night = datetime(2026, 11, 28, 1, tzinfo=UTC)  # eight in the evening in New York
    room.clock.now = friday_night
    room.work()
    assert room.recipients() == [MARIA]
    while room.clock.now < datetime(2026, 11, 30, 13, tzinfo=UTC) - timedelta(hours=1):
        room.clock.advance(timedelta(hours=1))
        room.work()
    assert room.recipients() == [MARIA]
    room.clock.now = datetime(2026, 11, 30, 13, tzinfo=UTC)  # Monday at eight
    room.work()
    assert sorted(room.recipients()) == sorted(EVERYBODY)
    assert all(row.attempts == 1 for row in room.rows().values())
