from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from store.made import JANE, a_notice, an_order, capped
from workorder.core.message import Address
from workorder.errors import NotFoundError, RequestError
from workorder.store.outbox import NewNotice, NoticeState, OutboxRow
from workorder.store.unit import Store

LEASE = 60.0
MINUTE = timedelta(minutes=1)


def add(store: Store, *notices: NewNotice, at: datetime) -> tuple[int, ...]:
    with store.write() as unit:
        return unit.outbox.add(notices, at)


def to_compose(store: Store, at: datetime, *, limit: int = 10) -> tuple[OutboxRow, ...]:
    with store.write() as unit:
        return unit.outbox.take_to_compose(limit, at, LEASE)


def to_send(store: Store, at: datetime, *, limit: int = 10) -> tuple[OutboxRow, ...]:
    with store.write() as unit:
        return unit.outbox.take_to_send(limit, at, LEASE)


def row(store: Store, row_id: int) -> OutboxRow:
    with store.read() as unit:
        return unit.outbox.get(row_id)


def frozen(store: Store, at: datetime, *names: str) -> tuple[int, ...]:
    """Ready notices."""
    ids = add(store, *map(a_notice, names), at=at)
    for taken in to_compose(store, at):
        with store.write() as unit:
            assert unit.outbox.freeze(taken.id, taken.attempts, f"mail {taken.id}".encode())
    return ids


# -- writing ---------------------------------------------------------------------------------


def test_a_notice_is_kept_as_it_was_asked_for(store: Store, now: datetime) -> None:
    number, event_id = an_order(store)
    notice = a_notice("one", number=number, event_id=event_id)
    (row_id,) = add(store, notice, at=now)
    found = row(store, row_id)
    request = notice.request
    assert (found.number, found.event_id, found.mail_id) == (number, event_id, None)
    assert found.address == request.recipient == Address(name="Jane Roe", email=JANE.email)
    assert (found.kind, found.audience, found.language, found.with_pdf) == (
        request.kind,
        request.audience,
        request.language,
        request.with_pdf,
    )
    assert (found.auto_submitted, found.in_reply_to, found.refs, found.detail) == (
        request.auto_submitted,
        request.in_reply_to,
        request.references,
        request.detail,
    )
    assert (found.state, found.message_id, found.created_at, found.next_at, found.body) == (
        NoticeState.PENDING,
        notice.message_id,
        now,
        now,
        None,
    )


def test_the_same_key_is_written_once(store: Store, now: datetime) -> None:
    (one,) = add(store, a_notice("one"), at=now)
    again = replace(a_notice("one"), message_id="<other@northwind.example>")
    (two,) = add(store, again, a_notice("two"), at=now)
    assert row(store, one).message_id == "<one@northwind.example>"
    assert row(store, two).key == "two"
    assert add(store, at=now) == ()


# -- composing -------------------------------------------------------------------------------


def test_the_notices_of_one_event_are_composed_together(store: Store, now: datetime) -> None:
    number, first = an_order(store)
    number_too, second = an_order(store)
    names = ["a", "b", "c"]
    of_first = [a_notice(f"1{n}", number=number, event_id=first) for n in names]
    of_second = [a_notice(f"2{n}", number=number_too, event_id=second) for n in names]
    mixed = [n for pair in zip(of_first, of_second, strict=True) for n in pair]
    add(store, a_notice("alone"), *mixed, a_notice("last"), at=now)
    assert [r.key for r in to_compose(store, now, limit=1)] == ["alone"]
    assert [r.key for r in to_compose(store, now, limit=1)] == ["1a", "1b", "1c"]
    assert [r.key for r in to_compose(store, now, limit=5)] == ["2a", "2b", "2c", "last"]
    assert to_compose(store, now) == ()


def test_an_event_with_very_many_notices_is_not_torn_apart(store: Store, now: datetime) -> None:
    number, event_id = an_order(store)
    add(
        store,
        *(a_notice(f"{i}", number=number, event_id=event_id) for i in range(75)),
        at=now,
    )
    assert len(to_compose(store, now, limit=1)) == 75


def test_frozen_bytes_are_what_is_sent_each_time(store: Store, now: datetime) -> None:
    (row_id,) = frozen(store, now, "one")
    (first,) = to_send(store, now)
    assert (first.body, first.attempts, first.state) == (
        f"mail {row_id}".encode(),
        1,
        NoticeState.SENDING,
    )
    with store.write() as unit:
        assert unit.outbox.postponed(row_id, first.attempts, now + MINUTE, "451 later")
    assert to_send(store, now) == ()
    (second,) = to_send(store, now + MINUTE)
    assert (second.body, second.attempts, second.error) == (first.body, 2, "451 later")


def test_what_cannot_be_composed_waits_or_is_buried(store: Store, now: datetime) -> None:
    (row_id,) = add(store, a_notice("one"), at=now)
    (taken,) = to_compose(store, now)
    with store.write() as unit:
        assert unit.outbox.compose_failed(row_id, taken.attempts, "odd", next_at=now + MINUTE)
    assert to_compose(store, now) == ()
    (again,) = to_compose(store, now + MINUTE)
    assert (again.attempts, again.error) == (2, "odd")
    with store.write() as unit:
        assert unit.outbox.compose_failed(row_id, again.attempts, "odder", next_at=None)
    assert (row(store, row_id).state, row(store, row_id).error) == (NoticeState.BURIED, "odder")


# -- sending ---------------------------------------------------------------------------------


def test_a_notice_goes_out_step_by_step(store: Store, now: datetime) -> None:
    (row_id,) = frozen(store, now, "one")
    (taken,) = to_send(store, now)
    with store.write() as unit:
        assert unit.outbox.transmitting(row_id, taken.attempts)
    assert row(store, row_id).state is NoticeState.TRANSMITTING
    with store.write() as unit:
        assert unit.outbox.sent(row_id, taken.attempts, "250 queued", now)
    sent = row(store, row_id)
    assert (sent.state, sent.reply, sent.sent_at, sent.body, sent.lease_until) == (
        NoticeState.SENT,
        "250 queued",
        now,
        None,
        None,
    )


def test_sent_bytes_stay_where_they_are_asked_to(store: Store, now: datetime) -> None:
    (row_id,) = frozen(store, now, "one")
    (taken,) = to_send(store, now)
    with store.write() as unit:
        assert unit.outbox.sent(row_id, taken.attempts, "250", now, keep=True)
    assert row(store, row_id).body == f"mail {row_id}".encode()


def test_the_oldest_due_are_sent_first_and_nobody_sends_them_twice(
    store: Store, now: datetime
) -> None:
    ids = frozen(store, now, "a", "b", "c")
    assert [r.id for r in to_send(store, now, limit=2)] == [*ids[:2]]
    assert [r.id for r in to_send(store, now)] == [ids[2]]
    assert to_send(store, now) == ()


def test_a_claim_that_was_lost_changes_nothing(store: Store, now: datetime) -> None:
    (row_id,) = frozen(store, now, "one")
    (old,) = to_send(store, now)
    late = now + timedelta(seconds=LEASE + 1)
    with store.write() as unit:
        assert unit.outbox.take_back_expired(now) == 0
        assert unit.outbox.take_back_expired(late) == 1
    (new,) = to_send(store, late)
    assert new.attempts == old.attempts + 1
    with store.write() as unit:
        outbox = unit.outbox
        assert not outbox.transmitting(row_id, old.attempts)
        assert not outbox.sent(row_id, old.attempts, "250", now)
        assert not outbox.postponed(row_id, old.attempts, now, "no")
        assert not outbox.unknown(row_id, old.attempts, now, "no")
        assert not outbox.buried(row_id, old.attempts, "no")
        assert not outbox.release(row_id, old.attempts)
        assert not outbox.freeze(row_id, old.attempts, b"other")
        assert not outbox.compose_failed(row_id, old.attempts, "no", next_at=None)
    assert row(store, row_id) == new
    with store.write() as unit:
        assert unit.outbox.transmitting(row_id, new.attempts)
        assert unit.outbox.sent(row_id, new.attempts, "250", now)
        assert not unit.outbox.sent(row_id, new.attempts, "250", now)
        assert not unit.outbox.postponed(row_id, new.attempts, now, "no")


def test_a_composer_that_lost_its_claim_freezes_nothing(store: Store, now: datetime) -> None:
    (row_id,) = add(store, a_notice("one"), at=now)
    (old,) = to_compose(store, now)
    late = now + timedelta(seconds=LEASE + 1)
    with store.write() as unit:
        unit.outbox.take_back_expired(late)
    (new,) = to_compose(store, late)
    with store.write() as unit:
        assert not unit.outbox.freeze(row_id, old.attempts, b"old")
        assert unit.outbox.freeze(row_id, new.attempts, b"new")
        assert not unit.outbox.freeze(row_id, new.attempts, b"again")
    (ready,) = to_send(store, late)
    assert (ready.body, ready.attempts) == (b"new", 1)


def test_what_is_released_was_never_tried(store: Store, now: datetime) -> None:
    (row_id,) = frozen(store, now, "one")
    (taken,) = to_send(store, now)
    with store.write() as unit:
        assert unit.outbox.release(row_id, taken.attempts)
    (again,) = to_send(store, now)
    assert again.attempts == 1
    (other,) = add(store, a_notice("two"), at=now)
    (composing,) = to_compose(store, now)
    with store.write() as unit:
        assert unit.outbox.release(other, composing.attempts)
    back = row(store, other)
    assert (back.state, back.attempts) == (NoticeState.PENDING, 0)


def test_what_may_have_been_sent_goes_again_and_that_is_noted(store: Store, now: datetime) -> None:
    (row_id,) = frozen(store, now, "one")
    (taken,) = to_send(store, now)
    with store.write() as unit:
        unit.outbox.transmitting(row_id, taken.attempts)
        assert unit.outbox.unknown(row_id, taken.attempts, now + MINUTE, "connection lost")
    assert to_send(store, now) == ()
    (again,) = to_send(store, now + MINUTE)
    assert (again.resends, again.body) == (1, taken.body)


# -- taking back -----------------------------------------------------------------------------


def test_a_new_process_takes_back_at_once_what_a_dead_one_had(store: Store, now: datetime) -> None:
    sending, transmitting = frozen(store, now, "sending", "transmitting")
    for taken in to_send(store, now):
        if taken.id == transmitting:
            with store.write() as unit:
                unit.outbox.transmitting(taken.id, taken.attempts)
    (composing,) = add(store, a_notice("composing"), at=now)
    to_compose(store, now)
    with store.write() as unit:
        assert unit.outbox.take_back(now) == 3
    states = {
        i: (row(store, i).state, row(store, i).resends) for i in (composing, sending, transmitting)
    }
    assert states == {
        composing: (NoticeState.PENDING, 0),
        sending: (NoticeState.READY, 0),
        transmitting: (NoticeState.READY, 1),
    }
    assert [r.id for r in to_send(store, now)] == [sending, transmitting]


def test_a_clock_that_was_set_back_leaves_nothing_waiting_for_years(
    store: Store, now: datetime
) -> None:
    (row_id,) = frozen(store, now + timedelta(days=3650), "one")
    assert to_send(store, now) == ()
    with store.write() as unit:
        unit.outbox.take_back_expired(now)
    assert [r.id for r in to_send(store, now)] == [row_id]


# -- afterwards ------------------------------------------------------------------------------


def test_a_bounce_is_noted_once(store: Store, now: datetime) -> None:
    (row_id,) = frozen(store, now, "one")
    with store.write() as unit:
        first = unit.outbox.bounced(row_id, now)
        second = unit.outbox.bounced(row_id, now + MINUTE)
        assert unit.outbox.bounced(999, now) is None
    assert first is not None
    assert second is not None
    assert first.bounced_at == second.bounced_at == now
    assert first.recipient == JANE.email


def test_capped_notices_are_counted(store: Store, now: datetime) -> None:
    number, _ = an_order(store)
    eve = "eve@evil.example"
    add(
        store,
        capped(a_notice("one", number=number), eve),
        capped(a_notice("two")),
        a_notice("three", number=number),
        at=now,
    )
    with store.read() as unit:
        outbox = unit.outbox
        assert outbox.capped_since(None, now) == 2
        assert outbox.capped_since(None, now + MINUTE) == 0
        assert outbox.capped_since(eve, now) == 1
        assert outbox.capped_since("bob@b.example", now) == 0
        assert outbox.capped_for_order(number, eve) == 1
        assert outbox.capped_for_order(number, JANE.email) == 0


def test_notices_are_listed_newest_first(store: Store, now: datetime) -> None:
    number, _ = an_order(store)
    add(store, a_notice("one", number=number), a_notice("two"), a_notice("three"), at=now)
    to_compose(store, now, limit=1)
    with store.read() as unit:
        rows = unit.outbox.rows
        assert [r.key for r in rows()] == ["three", "two", "one"]
        assert [r.key for r in rows(limit=2)] == ["three", "two"]
        assert [r.key for r in rows(state=NoticeState.PENDING)] == ["three", "two"]
        assert [r.key for r in rows(number=number)] == ["one"]


def test_a_buried_notice_can_be_tried_again_and_has_five_days_anew(
    store: Store, now: datetime
) -> None:
    (row_id,) = frozen(store, now, "one")
    (taken,) = to_send(store, now)
    later = now + timedelta(days=6)
    with store.write() as unit:
        with pytest.raises(RequestError, match=f"outgoing mail {row_id} does not wait: it is send"):
            unit.outbox.retry(row_id, later)
        assert unit.outbox.buried(row_id, taken.attempts, "550 no such user")
        assert unit.outbox.get(row_id).error == "550 no such user"
        unit.outbox.retry(row_id, later)
    (again,) = to_send(store, later)
    assert (again.body, again.attempts, again.created_at) == (taken.body, 1, later)


def test_a_notice_buried_before_it_had_bytes_is_composed_again(store: Store, now: datetime) -> None:
    (row_id,) = add(store, a_notice("one"), at=now)
    (taken,) = to_compose(store, now)
    with store.write() as unit:
        unit.outbox.buried(row_id, taken.attempts, "odd")
        unit.outbox.retry(row_id, now)
    assert [r.id for r in to_compose(store, now)] == [row_id]


def test_what_was_not_sent_can_be_discarded(store: Store, now: datetime) -> None:
    ready, sent = frozen(store, now, "one", "two")
    taken = {r.id: r for r in to_send(store, now)}
    with store.write() as unit:
        unit.outbox.release(ready, taken[ready].attempts)
        unit.outbox.sent(sent, taken[sent].attempts, "250", now)
        unit.outbox.discard(ready)
        with pytest.raises(RequestError, match="cannot be discarded: it is sent"):
            unit.outbox.discard(sent)
        with pytest.raises(NotFoundError, match="outgoing mail 99: there is none"):
            unit.outbox.discard(99)
    gone = row(store, ready)
    assert (gone.state, gone.body) == (NoticeState.DISCARDED, None)
    assert to_send(store, now) == ()
