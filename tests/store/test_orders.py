import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from store.made import JANE, a_notice, an_opening, an_order, decide, in_hand, recorded
from workorder.core.events import EquipmentChanged, Replied, StatusChanged
from workorder.core.fold import fold, opened
from workorder.core.model import Status
from workorder.store.orders import FileRow
from workorder.store.unit import Store


def test_numbers_begin_with_the_first_and_go_up_by_one(store: Store) -> None:
    with store.write() as unit:
        numbers = [
            unit.orders.open(an_opening(), (), first=1001, mail_id=None)[0].number for _ in range(3)
        ]
        later = unit.orders.open(an_opening(), (), first=5000, mail_id=None)[0].number
        never_back = unit.orders.open(an_opening(), (), first=1, mail_id=None)[0].number
    assert (*numbers, later, never_back) == (1001, 1002, 1003, 5000, 5001)


def _open_and_be_interrupted(store: Store) -> None:
    with store.write() as unit:
        unit.orders.open(an_opening(), (), first=1001, mail_id=None)
        raise KeyboardInterrupt


def test_a_number_whose_work_order_was_not_committed_is_given_again(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt):
        _open_and_be_interrupted(store)
    assert an_order(store)[0] == 1001


def test_a_work_order_is_kept_as_its_events_make_it(store: Store, now: datetime) -> None:
    more = [EquipmentChanged(at=now, actor=JANE.email, text="PRN-2", equipment_id=4)]
    with store.write() as unit:
        order, ids = unit.orders.open(an_opening(), more, first=1001, mail_id=None)
    assert order == fold(opened(1001, an_opening()), more)
    assert len(ids) == 2
    assert ids[0] < ids[1]
    finished = StatusChanged(
        at=now + timedelta(hours=1), actor="m@n.example", status=Status.FINISHED
    )
    with store.write() as unit:
        found = unit.orders.get(1001)
        assert found == order
        after, more_ids = unit.orders.append(
            found, [finished, Replied(at=now, actor="x")], mail_id=None
        )
    assert after.closed_at == finished.at
    assert more_ids[0] > ids[1]
    with store.read() as unit:
        assert unit.orders.get(1001) == after
        assert unit.orders.events(1001) == (
            an_opening(),
            *more,
            finished,
            Replied(at=now, actor="x"),
        )
        assert unit.orders.get(1002) is None


def test_work_orders_that_are_changed_at_once_lose_nothing(store: Store, now: datetime) -> None:
    number, _ = an_order(store)
    start = threading.Barrier(4)

    def add(thread: int) -> None:
        start.wait()
        for i in range(5):
            with store.write() as unit:
                order = unit.orders.get(number)
                assert order is not None
                piece = EquipmentChanged(at=now, actor="x", equipment_id=100 * thread + i)
                unit.orders.append(order, [piece], mail_id=None)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(4)))
    with store.read() as unit:
        order = unit.orders.get(number)
    assert order is not None
    assert len(order.equipment_ids) == 20


def test_our_notices_are_found_by_the_ids_that_a_mail_refers_to(
    store: Store, now: datetime
) -> None:
    number, event_id = an_order(store)
    with store.write() as unit:
        ids = unit.outbox.add(
            [a_notice("one", number=number, event_id=event_id), a_notice("two")], now
        )
        unit.orders.spend(["<two@northwind.example>", "<unknown@northwind.example>"])
        asked = ["<two@northwind.example>", "<x@y.example>", "<one@northwind.example>"]
        two, one = unit.orders.by_notice(asked)
        assert unit.orders.by_notice([]) == ()
    assert (one.number, one.recipient, one.spent, one.outbox_id) == (
        number,
        JANE.email,
        False,
        ids[0],
    )
    assert (two.number, two.spent, two.outbox_id) == (None, True, ids[1])


def test_recorded_mails_are_found_by_the_ids_that_a_mail_refers_to(store: Store) -> None:
    first, _ = an_order(store)
    second, _ = an_order(store)
    recorded(store, 4)
    entries = in_hand(store)
    decide(store, entries[0].id, number=first, message_id="<a@x.example>")
    decide(store, entries[1].id, number=second, message_id="<a@x.example>", body_hash="other")
    decide(store, entries[2].id, number=second, message_id="<b@x.example>")
    decide(store, entries[3].id, state="ignored", message_id="<c@x.example>")
    with store.read() as unit:
        found = unit.orders.by_mail(["<c@x.example>", "<b@x.example>", "<a@x.example>"])
        assert unit.orders.by_mail([]) == ()
    assert found == (("<b@x.example>", second), ("<a@x.example>", first), ("<a@x.example>", second))


def test_files_stand_on_their_event(store: Store) -> None:
    number, event_id = an_order(store)
    photo = FileRow(name="photo.jpg", type="image/jpeg", size=12345, sha256="ab" * 32)
    with store.write() as unit:
        unit.orders.add_files(number, event_id, [photo])
        unit.orders.add_files(number, event_id, [])
        view = unit.queries.order(number)
    assert view is not None
    assert view.detail is not None
    (file,) = view.detail.files
    assert (file.event_id, file.name, file.type, file.size, file.sha256) == (
        event_id,
        photo.name,
        photo.type,
        photo.size,
        photo.sha256,
    )
