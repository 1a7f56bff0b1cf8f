from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from store.made import JANE, an_arrival, an_order, decide, in_hand, recorded
from workorder.errors import NotFoundError, RequestError
from workorder.store.inbound import LedgerEntry, MailState, Sighting, Tally
from workorder.store.unit import Store

MINUTE = timedelta(minutes=1)


def entry(store: Store, entry_id: int) -> LedgerEntry:
    with store.read() as unit:
        return unit.inbound.get(entry_id)


def die_and_start_again(store: Store, mailbox: str = "support") -> tuple[LedgerEntry, ...]:
    with store.write() as unit:
        return unit.inbound.take_back(mailbox)


# -- coming in -------------------------------------------------------------------------------


def test_a_mail_is_on_record_once_however_often_it_is_recorded(store: Store, now: datetime) -> None:
    recorded(store, 2)
    recorded(store, 3)
    with store.read() as unit:
        known = unit.inbound.known("support", [an_arrival(i).sha256 for i in range(1, 6)])
        assert unit.inbound.known("billing", [an_arrival(1).sha256]) == {}
        assert unit.inbound.tally("support") == Tally(received=3, unfiled=3)
    assert {sha256: found.uid for sha256, found in known.items()} == {
        an_arrival(i).sha256: i for i in (1, 2, 3)
    }
    one = known[an_arrival(1).sha256]
    assert (one.state, one.attempts, one.size, one.received_at, one.filed) == (
        MailState.RECEIVED,
        0,
        2000,
        now,
        False,
    )


def test_a_known_mail_that_lies_there_again_has_its_place_refreshed_and_nothing_else(
    store: Store, now: datetime
) -> None:
    recorded(store, 1)
    (taken,) = in_hand(store)
    decide(store, taken.id)
    with store.write() as unit:
        unit.inbound.filed([taken.id])
        moved = replace(an_arrival(1), uidvalidity=8, uid=99, truncated=True)
        unit.inbound.record("support", [moved], now + MINUTE)
        (to_file,) = unit.inbound.to_file("support")
    assert (to_file.id, to_file.uidvalidity, to_file.uid, to_file.aside) == (taken.id, 8, 99, False)
    found = entry(store, taken.id)
    assert (found.state, found.received_at, found.truncated) == (MailState.DONE, now, False)


def test_the_same_bytes_in_another_mailbox_are_another_mail(store: Store) -> None:
    recorded(store, 1, mailbox="support")
    recorded(store, 1, mailbox="billing")
    assert len(in_hand(store, mailbox="support")) == 1
    assert len(in_hand(store, mailbox="billing")) == 1


# -- taking ----------------------------------------------------------------------------------


def test_the_oldest_are_taken_first_and_nobody_takes_them_twice(store: Store) -> None:
    recorded(store, 5)
    assert [e.uid for e in in_hand(store, limit=3)] == [1, 2, 3]
    taken = in_hand(store, limit=3)
    assert [(e.uid, e.state, e.attempts) for e in taken] == [
        (4, MailState.IN_HAND, 0),
        (5, MailState.IN_HAND, 0),
    ]
    assert in_hand(store) == ()


def test_after_an_unclean_end_each_is_tried_alone_and_only_that_counts(store: Store) -> None:
    recorded(store, 3)
    assert len(in_hand(store, limit=2)) == 2
    assert die_and_start_again(store) == ()
    (first,) = in_hand(store)
    assert (first.uid, first.attempts, first.alone) == (1, 1, True)
    decide(store, first.id)
    (second,) = in_hand(store)
    assert (second.uid, second.attempts, second.alone) == (2, 1, True)
    decide(store, second.id)
    (third,) = in_hand(store)
    assert (third.uid, third.attempts, third.alone) == (3, 0, False)
    assert not entry(store, first.id).alone


def test_a_mail_that_ends_the_process_three_times_alone_is_set_aside(store: Store) -> None:
    recorded(store, 2)
    in_hand(store)
    for attempt in (1, 2, 3):
        assert die_and_start_again(store) == ()
        (alone,) = in_hand(store)
        assert (alone.uid, alone.attempts) == (1, attempt)
    (aside,) = die_and_start_again(store)
    assert (aside.uid, aside.state, aside.attempts) == (1, MailState.ASIDE, 3)
    assert "ended 3 times" in aside.reason
    assert [e.uid for e in in_hand(store)] == [2]


def test_taking_back_leaves_other_mailboxes_alone(store: Store) -> None:
    recorded(store, 1, mailbox="support")
    recorded(store, 1, mailbox="billing")
    in_hand(store, mailbox="support")
    in_hand(store, mailbox="billing")
    die_and_start_again(store, "support")
    assert len(in_hand(store, mailbox="support")) == 1
    assert in_hand(store, mailbox="billing") == ()


def test_a_fault_of_ours_is_no_attempt(store: Store) -> None:
    recorded(store, 1)
    (taken,) = in_hand(store)
    with store.write() as unit:
        unit.inbound.put_back(taken.id)
    assert entry(store, taken.id).attempts == 0
    in_hand(store)
    die_and_start_again(store)
    (alone,) = in_hand(store)
    assert alone.attempts == 1
    with store.write() as unit:
        unit.inbound.put_back(alone.id)
    back = entry(store, alone.id)
    assert (back.state, back.attempts, back.alone) == (MailState.RECEIVED, 0, True)


def test_what_is_decided_cannot_be_put_back(store: Store) -> None:
    recorded(store, 1)
    (taken,) = in_hand(store)
    decide(store, taken.id)
    with store.write() as unit:
        unit.inbound.put_back(taken.id)
    assert entry(store, taken.id).state is MailState.DONE


# -- failing ---------------------------------------------------------------------------------


def test_the_third_failure_sets_a_mail_aside(store: Store, now: datetime) -> None:
    recorded(store, 1)
    outcomes = []
    for _ in range(3):
        (taken,) = in_hand(store)
        with store.write() as unit:
            outcomes.append(unit.inbound.failed(taken.id, "no From", now))
    assert outcomes == [False, False, True]
    assert in_hand(store) == ()
    with store.read() as unit:
        (aside,) = unit.inbound.aside()
    assert (aside.attempts, aside.reason, aside.state) == (3, "no From", MailState.ASIDE)


def test_a_failure_alone_is_not_counted_twice(store: Store, now: datetime) -> None:
    recorded(store, 1)
    in_hand(store)
    die_and_start_again(store)
    (alone,) = in_hand(store)
    with store.write() as unit:
        assert not unit.inbound.failed(alone.id, "no From", now, limit=2)
    found = entry(store, alone.id)
    assert (found.attempts, found.alone, found.state) == (1, False, MailState.RECEIVED)


def test_a_failed_mail_rests_for_its_pause(store: Store, now: datetime) -> None:
    recorded(store, 2)
    taken = in_hand(store, limit=1)[0]
    with store.write() as unit:
        unit.inbound.failed(taken.id, "odd", now, pause=MINUTE)
    assert [e.uid for e in in_hand(store)] == [2]
    with store.write() as unit:
        assert [e.uid for e in unit.inbound.take("support", 9, now + MINUTE)] == [1]


# -- verdicts --------------------------------------------------------------------------------


def test_a_verdict_is_kept_whole(store: Store) -> None:
    number, _ = an_order(store)
    recorded(store, 1)
    (taken,) = in_hand(store)
    with store.write() as unit:
        unit.inbound.decided(
            taken.id,
            state="done",
            reason="opens a work order",
            number=number,
            message_id="<a@x.example>",
            sender="jane@acme.example",
            body_hash="ff",
            trace='[["classify","a person"]]',
        )
    found = entry(store, taken.id)
    assert found == replace(
        taken,
        state=MailState.DONE,
        reason="opens a work order",
        number=number,
        message_id="<a@x.example>",
        sender="jane@acme.example",
        body_hash="ff",
        trace='[["classify","a person"]]',
    )


def test_a_message_id_of_unreasonable_length_is_not_kept(store: Store) -> None:
    recorded(store, 1)
    (taken,) = in_hand(store)
    decide(store, taken.id, message_id=f"<{'x' * 100_000}@x.example>")
    assert entry(store, taken.id).message_id is None


def test_a_mail_that_is_not_there_has_no_verdict(store: Store) -> None:
    with pytest.raises(NotFoundError, match="mail 77: there is none"):
        decide(store, 77)
    with store.read() as unit, pytest.raises(NotFoundError, match="mail 77: there is none"):
        unit.inbound.get(77)


def test_only_what_is_aside_can_be_retried_or_discarded(store: Store, now: datetime) -> None:
    recorded(store, 2)
    one, two = in_hand(store)
    with store.write() as unit:
        with pytest.raises(RequestError, match=f"mail {one.id} is not set aside: it is in-hand"):
            unit.inbound.retry(one.id, now)
        with pytest.raises(RequestError, match="is not set aside"):
            unit.inbound.discard(one.id, "spam")
        unit.inbound.set_aside(one.id, "odd")
        unit.inbound.set_aside(two.id, "odder")
        assert [e.reason for e in unit.inbound.aside()] == ["odd", "odder"]
        unit.inbound.retry(one.id, now)
        unit.inbound.discard(two.id, "spam")
        assert unit.inbound.aside() == ()
    assert [(e.id, e.attempts) for e in in_hand(store)] == [(one.id, 0)]
    gone = entry(store, two.id)
    assert (gone.state, gone.reason) == (MailState.DISCARDED, "spam")


# -- filing away -----------------------------------------------------------------------------


def test_what_is_decided_is_to_be_filed_until_it_is_seen_to_be_gone(store: Store) -> None:
    recorded(store, 6)
    done, ignored, aside, parked, discarded, _open = in_hand(store)
    decide(store, done.id)
    decide(store, ignored.id, state="ignored")
    with store.write() as unit:
        unit.inbound.set_aside(aside.id, "odd")
        unit.inbound.park(parked.id, sender="x@y.example", reason="flood")
        unit.inbound.set_aside(discarded.id, "odd")
        unit.inbound.discard(discarded.id, "spam")
        to_file = {row.id: row.aside for row in unit.inbound.to_file("support")}
        assert to_file == {
            done.id: False,
            ignored.id: False,
            aside.id: True,
            parked.id: False,
            discarded.id: True,
        }
        assert unit.inbound.to_file("billing") == ()
        unit.inbound.filed([done.id, aside.id, discarded.id])
        unit.inbound.filed([])
        assert [row.id for row in unit.inbound.to_file("support")] == [ignored.id, parked.id]
        assert unit.inbound.tally("support") == Tally(
            done=1, ignored=1, aside=1, parked=1, discarded=1, in_hand=1, unfiled=3
        )


def test_reconciling_sees_every_mail_of_a_mailbox(store: Store, now: datetime) -> None:
    recorded(store, 3)
    recorded(store, 1, mailbox="billing")
    with store.read() as unit:
        seen = list(unit.inbound.sightings("support"))
    assert seen == [
        Sighting(
            size=2000,
            internaldate=now,
            sha256=an_arrival(i).sha256,
            state=MailState.RECEIVED,
        )
        for i in (1, 2, 3)
    ]


# -- twins, floods ---------------------------------------------------------------------------


def test_a_second_copy_of_a_mail_finds_the_first_that_was_decided(store: Store) -> None:
    recorded(store, 3)
    one, two, three = in_hand(store)
    decide(store, two.id, message_id="<a@x.example>")
    with store.read() as unit:
        ledger = unit.inbound

        def twin(
            own_id: int, mailbox: str = "support", sender: str = JANE.email, body: str = "same"
        ) -> int | None:
            found = ledger.twin(mailbox, "<a@x.example>", sender, body, own_id)
            return None if found is None else found.id

        assert twin(three.id) == two.id
        assert twin(one.id) == two.id  # decided first, though it came later
        assert twin(two.id) is None
        assert twin(three.id, mailbox="billing") is None
        assert twin(three.id, sender="eve@evil.example") is None
        assert twin(three.id, body="other") is None
        assert ledger.message_id_reused("support", "<a@x.example>", three.id)
        assert not ledger.message_id_reused("support", "<a@x.example>", two.id)
        assert not ledger.message_id_reused("support", "<b@x.example>", three.id)
        assert not ledger.message_id_reused("billing", "<a@x.example>", three.id)


def test_what_is_aside_is_nobodys_twin(store: Store) -> None:
    recorded(store, 2)
    one, two = in_hand(store)
    decide(store, one.id, message_id="<a@x.example>")
    with store.write() as unit:
        unit.inbound.set_aside(one.id, "odd")
        assert unit.inbound.twin("support", "<a@x.example>", JANE.email, "same", two.id) is None


def test_a_senders_mails_are_counted_by_when_they_arrived(store: Store, now: datetime) -> None:
    recorded(store, 3)
    for taken in in_hand(store, limit=2):
        decide(store, taken.id)
    with store.read() as unit:
        count = unit.inbound.from_sender_since
        assert count(JANE.email, now - MINUTE) == 2
        assert count(JANE.email, now) == 0
        assert count(JANE.email, now - 2 * MINUTE, until=now - MINUTE) == 0
        assert count(JANE.email, now - 2 * MINUTE, until=now) == 2
        assert count("eve@evil.example", now - MINUTE) == 0


def test_a_flood_is_let_out_by_so_many_of_each_sender_a_minute(store: Store, now: datetime) -> None:
    recorded(store, 5)
    with store.write() as unit:
        for taken in unit.inbound.take("support", 9, now):
            sender = "eve@evil.example" if taken.uid < 5 else "bob@b.example"
            unit.inbound.park(taken.id, sender=sender, reason="flood")
        assert unit.inbound.parked_release(2, now) == 3
        assert unit.inbound.parked_release(2, now + timedelta(seconds=59)) == 0
        released = unit.inbound.take("support", 9, now)
    assert [(e.uid, e.released_at) for e in released] == [(1, now), (2, now), (5, now)]
    with store.write() as unit:
        assert unit.inbound.parked_release(2, now + 2 * MINUTE) == 2
