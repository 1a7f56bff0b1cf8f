import json
from datetime import datetime, timedelta

import pytest

from store.made import JANE, an_opening
from workorder.core.events import (
    EquipmentChanged,
    Event,
    MailFailed,
    Opened,
    Replied,
    StatusChanged,
)
from workorder.core.model import OpenedBy, Person, Priority, Status
from workorder.core.notice import EquipmentCard, EventCard, OrderCard
from workorder.store.orders import FileRow
from workorder.store.queries import order_json
from workorder.store.unit import Store, Unit


def open_one(
    unit: Unit, *, title: str = "Printer", customer_id: int | None = None, text: str = "It smokes."
) -> int:
    opening = an_opening(customer_id=customer_id, text=text)
    event = Opened(
        at=opening.at,
        actor=opening.actor,
        text=text,
        title=title,
        requester=opening.requester,
        customer_id=customer_id,
        opened_by=OpenedBy.MAIL,
        thread_id="<t@x.example>",
    )
    return unit.orders.open(event, (), first=1001, mail_id=None)[0].number


@pytest.fixture
def full(store: Store, now: datetime) -> dict[str, int]:
    """One work order with everything on it."""
    with store.write() as unit:
        acme = unit.people.add_customer("Acme Ltd")
        unit.people.add_contact("jane@acme.example", name="Jane Roe", customer_id=acme.id)
        printer = unit.people.add_equipment(
            "PRN-2", customer_id=acme.id, name="Printer", serial="X1", location="Hall"
        )
        order, ids = unit.orders.open(
            an_opening(customer_id=acme.id),
            [EquipmentChanged(at=now, actor=JANE.email, text="PRN-2", equipment_id=printer.id)],
            first=1042,
            mail_id=None,
        )
        photo = FileRow(name="photo.jpg", type="image/jpeg", size=12345, sha256="ab" * 32)
        unit.orders.add_files(order.number, ids[0], [photo])
        finished = StatusChanged(
            at=now + timedelta(hours=2),
            actor="maria@northwind.example",
            text="New drum.",
            status=Status.FINISHED,
        )
        _, more = unit.orders.append(order, [finished], mail_id=None)
        unit.people.remove_equipment(printer.id, now)
        unit.people.remove_customer(acme.id, now)
    return {"number": order.number, "opening": ids[0], "finished": more[0]}


def test_the_json_of_a_work_order_is_the_one_that_was_promised(
    store: Store, full: dict[str, int]
) -> None:
    with store.read() as unit:
        view = unit.queries.order(full["number"])
        assert unit.queries.order(1) is None
    assert view is not None
    assert json.loads(json.dumps(order_json(view))) == {
        "number": 1042,
        "title": "Printer does not print",
        "status": "finished",
        "customer": "Acme Ltd",
        "contact": {"name": "Jane Roe", "email": "jane@acme.example"},
        "technician": None,
        "priority": "normal",
        "labels": [],
        "equipment": ["PRN-2"],
        "opened_at": "2026-11-23T12:00:00+00:00",
        "opened_by": "mail",
        "finished_at": "2026-11-23T14:00:00+00:00",
        "follow_up_on": None,
        "worked_minutes": 0,
        "billed_minutes": 0,
        "billed_by": None,
        "participants": ["jane@acme.example"],
        "events": [
            {
                "at": "2026-11-23T12:00:00+00:00",
                "kind": "opened",
                "actor": "jane@acme.example",
                "public": True,
                "text": "It smokes.",
            },
            {
                "at": "2026-11-23T12:00:00+00:00",
                "kind": "equipment",
                "actor": "jane@acme.example",
                "public": True,
                "text": "PRN-2",
            },
            {
                "at": "2026-11-23T14:00:00+00:00",
                "kind": "status",
                "actor": "maria@northwind.example",
                "public": True,
                "text": "New drum.",
            },
        ],
        "times": [],
        "files": [{"name": "photo.jpg", "type": "image/jpeg", "size": 12345}],
    }


def test_a_list_has_the_same_less_events_times_and_files(
    store: Store, full: dict[str, int]
) -> None:
    with store.read() as unit:
        whole = unit.queries.order(full["number"])
        (brief,) = unit.queries.orders()
    assert whole is not None
    assert {**order_json(whole), **order_json(brief)} == order_json(whole)
    assert set(order_json(whole)) - set(order_json(brief)) == {"events", "times", "files"}


def test_an_unsorted_work_order_has_no_customer(store: Store) -> None:
    with store.write() as unit:
        open_one(unit)
        (view,) = unit.queries.orders()
    assert order_json(view)["customer"] is None


def test_work_orders_are_listed_newest_first_and_narrowed_down(store: Store, now: datetime) -> None:
    with store.write() as unit:
        acme = unit.people.add_customer("Acme Ltd")
        one = open_one(unit, title="Printer jams", text="Paper everywhere, 100% of it")
        two = open_one(unit, title="VPN is slow", customer_id=acme.id)
        three = open_one(unit, title="Printer smokes", customer_id=acme.id)
        order = unit.orders.get(two)
        assert order is not None
        waiting = StatusChanged(at=now, actor="x", status=Status.WAITING_PARTS)
        unit.orders.append(order, [waiting], mail_id=None)

    def numbers(**narrowed: object) -> list[int]:
        with store.read() as unit:
            found = unit.queries.orders(**narrowed)  # type: ignore[arg-type] # any of its keywords
            return [view.number for view in found]

    assert numbers() == [three, two, one]
    assert numbers(limit=2) == [three, two]
    assert numbers(status=Status.WAITING_PARTS) == [two]
    assert numbers(customer=acme.id) == [three, two]
    assert numbers(customer=acme.id, status=Status.IN_PROGRESS) == [three]
    assert numbers(technician=7) == []
    assert numbers(text="printer") == [three, one]
    assert numbers(text="PAPER printer") == [one]
    assert numbers(text="100%") == [one]
    assert numbers(text="a%e") == []
    assert numbers(text="jane@acme") == [three, two, one]


def test_a_notice_shows_the_work_order_and_its_event(
    store: Store, full: dict[str, int], now: datetime
) -> None:
    with store.read() as unit:
        cards = unit.queries.card(full["number"], full["opening"], prefix="WO")
        assert unit.queries.card(1, None, prefix="WO") is None
        assert unit.queries.card(full["number"], 999, prefix="WO") is None
    assert cards is not None
    order, event = cards
    assert order == OrderCard(
        number=1042,
        label="WO-1042",
        title="Printer does not print",
        status=Status.FINISHED,
        priority=Priority.NORMAL,
        customer="Acme Ltd",
        contact_name="Jane Roe",
        contact_email="jane@acme.example",
        technician="",
        opened_at=now,
        opened_by=OpenedBy.MAIL,
        closed_at=now + timedelta(hours=2),
        equipment=(EquipmentCard(tag="PRN-2", name="Printer", serial="X1", location="Hall"),),
        service="It smokes.",
    )
    assert event == EventCard(at=now, actor="Jane Roe", text="It smokes.", files=("photo.jpg",))


def test_without_an_event_a_notice_shows_the_opening(store: Store, full: dict[str, int]) -> None:
    with store.read() as unit:
        opening = unit.queries.card(full["number"], full["opening"], prefix="WO")
        assert unit.queries.card(full["number"], None, prefix="WO") == opening


def test_a_notice_says_what_is_particular_about_its_event(store: Store, now: datetime) -> None:
    with store.write() as unit:
        number = open_one(unit)
        order = unit.orders.get(number)
        assert order is not None
        follower = Opened(
            at=now,
            actor="bob@b.example",
            title="Again",
            requester=Person(name="", email="bob@b.example"),
            customer_id=None,
            opened_by=OpenedBy.MAIL,
            thread_id="<t@b.example>",
            follows=number,
        )
        again, opened = unit.orders.open(follower, (), first=1, mail_id=None)
        more: list[Event] = [
            Replied(at=now, actor="bob@b.example", text="Still", reopened=True),
            MailFailed(at=now, actor="workorder", text="550 no", recipient="eve@e.example"),
        ]
        _, (reply, failed) = unit.orders.append(again, more, mail_id=None)
        unit.people.add_technician("bob@b.example", name="Bob")

        def card(event_id: int) -> EventCard:
            cards = unit.queries.card(again.number, event_id, prefix="JOB")
            assert cards is not None
            return cards[1]

        assert card(opened[0]) == EventCard(at=now, actor="Bob", text="", follows=f"JOB-{number}")
        assert card(reply) == EventCard(at=now, actor="Bob", text="Still", reopened=True)
        assert card(failed) == EventCard(
            at=now, actor="workorder", text="550 no", recipient="eve@e.example", reason="550 no"
        )
