from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from builders import ACME, JANE, MARIA, NOON, OTHER, PAT, PRINTER, SUPPORT, TOM, order
from workorder.core.effects import PLACES, Effect
from workorder.core.events import (
    Assigned,
    CustomerChanged,
    EquipmentChanged,
    Event,
    FollowUpSet,
    LabelsChanged,
    Linked,
    Merged,
    Noted,
    ParticipantChanged,
    PriorityChanged,
    Replied,
    StatusChanged,
    TitleChanged,
    Undone,
)
from workorder.core.fold import fold
from workorder.core.message import Address, Forwarded
from workorder.core.model import Contact, Person, Priority, Status, WorkOrder
from workorder.core.perform import Performance, perform
from workorder.core.scene import Names, PastEvent, PastNotice, Scene
from workorder.core.tags import read_tags
from workorder.core.tags_people import called
from workorder.core.transcript import Verdict
from workorder.core.vocabulary import BUILT_IN, Tag

MORGAN = Contact(id=3, email="morgan@other.example", name="Morgan", customer_id=OTHER.id)


def names(**changes: Any) -> Names:
    values: dict[str, Any] = {
        "technicians": (MARIA, TOM),
        "customers": (ACME, OTHER),
        "customer_names": ("Acme Ltd", "Other Inc"),
        "contacts": (JANE, PAT, MORGAN),
        "domain_owners": (("acme.example", ACME.id),),
        "domains": ("acme.example", "other.example"),
        "equipment": (PRINTER,),
    }
    return Names(**(values | changes))


def scene(work_order: WorkOrder | None = None, **changes: Any) -> Scene:
    return Scene(
        order=work_order or order(),
        technician=MARIA,
        at=NOON,
        today=NOON.date(),
        names=names(**changes),
        vocabulary=BUILT_IN,
        prefix="WO",
        own_addresses=frozenset({SUPPORT}),
    )


def _named(text: str) -> Names:
    """Whom `#customer` names, as the look-up finds them."""
    wanted = text.partition("#customer ")[2].partition("\n")[0]
    (name,) = called(wanted, ["Acme Ltd", "Other Inc"]) or [""]
    found = [customer for customer in (ACME, OTHER) if customer.name == name]
    return names(named_customer=found[0] if found else None)


def done(text: str, work_order: WorkOrder | None = None, **changes: Any) -> Performance:
    """What the tags of `text` do; every line has just the values that its phrase has places for."""
    if "#customer" in text:
        changes = {"named_customer": _named(text).named_customer} | changes
    performance = perform(read_tags("", text, BUILT_IN), scene(work_order, **changes))
    for line in performance.lines:
        assert tuple(value.name for value in line.values) == PLACES.get(line.effect, ())
    return performance


def effects(performance: Performance) -> list[Effect]:
    return [line.effect for line in performance.lines]


def wrong(text: str, work_order: WorkOrder | None = None, **changes: Any) -> list[Effect]:
    """The faults of tags that are not applied; nothing may come of them."""
    performance = done(text, work_order, **changes)
    assert not performance.applied
    assert (performance.events, performance.elsewhere, performance.withdraws) == ((), (), ())
    assert performance.new_contact is None
    assert performance.order == (work_order or order())
    return [line.effect for line in performance.lines if line.verdict is Verdict.WRONG]


OPEN = [status for status in Status if status.is_open]
WAITING = [status for status in OPEN if status is not Status.IN_PROGRESS]


@pytest.mark.parametrize("was", OPEN)
@pytest.mark.parametrize("status", list(Status))
def test_any_open_status_leads_to_any_other(was: Status, status: Status) -> None:
    performance = done(f"#{status.value}", order(status=was))
    assert performance.applied
    assert performance.order.status is status
    expected = Effect.STATUS_SAME if status is was else Effect.STATUS_SET
    assert effects(performance) == [expected]
    assert len(performance.events) == (0 if status is was else 1)


@pytest.mark.parametrize("was", [Status.FINISHED, Status.CANCELLED])
def test_a_closed_work_order_opens_only_by_reopening(was: Status) -> None:
    closed = order(status=was, closed_at=NOON - timedelta(days=40))
    for status in WAITING:
        assert wrong(f"#{status.value}", closed) == [Effect.STATUS_CLOSED]
    for tag in ("reopen", "in progress"):
        performance = done(f"#{tag}", closed)
        assert performance.order.status is Status.IN_PROGRESS
        assert performance.order.closed_at is None


def test_reopening_may_go_on_to_another_status_at_once() -> None:
    performance = done("#waiting parts\n#reopen", order(status=Status.FINISHED, closed_at=NOON))
    assert performance.order.status is Status.WAITING_PARTS
    assert effects(performance) == [Effect.STATUS_SET, Effect.REOPENED]


def test_reopening_what_is_open_changes_nothing_and_says_so() -> None:
    assert effects(done("#reopen")) == [Effect.OPEN_ALREADY]


def test_two_statuses_in_one_mail_are_a_mistake() -> None:
    assert wrong("#waiting parts\n#finished") == [Effect.STATUS_SECOND]


def test_the_same_tag_in_subject_and_text_counts_once() -> None:
    reading = read_tags("Re: [WO-1042] x [finished]", "#finished\nIt works.", BUILT_IN)
    performance = perform(reading, scene())
    assert (performance.applied, len(performance.events)) == (True, 1)


def test_one_wrong_tag_holds_all_of_them() -> None:
    performance = done("#assign tom\n#prioritee high\n#finished")
    assert not performance.applied
    assert [line.verdict for line in performance.lines] == [
        Verdict.HELD,
        Verdict.WRONG,
        Verdict.HELD,
    ]
    assert performance.events == ()


@pytest.mark.parametrize("words", ["tom", "TOM", "tom@northwind.example", "Tom"])
def test_a_technician_is_found_by_name_or_address(words: str) -> None:
    (event,) = done(f"#assign {words}").events
    assert isinstance(event, Assigned)
    assert (event.technician_id, event.was) == (TOM.id, None)


def test_assigning_to_me_nobody_and_whom_it_is_assigned_to() -> None:
    assert done("#assign me").order.technician_id == MARIA.id
    mine = order(technician_id=MARIA.id)
    assert done("#assign nobody", mine).order.technician_id is None
    assert effects(done("#assign me", mine)) == [Effect.ASSIGNED_SAME]


def test_an_unknown_or_ambiguous_technician_is_asked_about() -> None:
    assert wrong("#assign ton") == [Effect.ASSIGN_UNKNOWN]
    two = (replace(MARIA, name="Maria Lopez"), replace(TOM, name="Maria Santos"))
    both = tuple(replace(t, email=f"t{t.id}@northwind.example") for t in two)
    assert wrong("#assign maria", technicians=both) == [Effect.ASSIGN_AMBIGUOUS]


def test_priority_labels_and_title() -> None:
    performance = done("#priority HIGH\n#label VPN, dns\n#title  WO-7 New   title ")
    assert performance.order.priority is Priority.HIGH
    assert performance.order.labels == ("vpn", "dns")
    assert performance.order.title == "New title"
    labelled = order(labels=("vpn", "dns"))
    assert done("#label -vpn, lan", labelled).order.labels == ("dns", "lan")
    assert effects(done("#label vpn", labelled)) == [Effect.LABELS_SAME]
    assert effects(done("#priority normal")) == [Effect.PRIORITY_SAME]
    assert wrong("#priority soon") == [Effect.PRIORITY_UNKNOWN]
    assert wrong("#label two words") == [Effect.LABEL_WRONG]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("3d", date(2026, 11, 26)),
        ("3 days", date(2026, 11, 26)),
        ("2w", date(2026, 12, 7)),
        ("in 1 week", date(2026, 11, 30)),
        ("tomorrow", date(2026, 11, 24)),
    ],
)
def test_a_follow_up_is_a_day_or_so_many_days_from_the_mails_own(words: str, day: date) -> None:
    (event,) = done(f"#followup {words}").events
    assert isinstance(event, FollowUpSet)
    assert event.on == day


def test_a_follow_up_can_be_taken_off_and_must_lie_ahead() -> None:
    waiting = order(follow_up_on=date(2026, 12, 1))
    assert done("#followup off", waiting).order.follow_up_on is None
    assert effects(done("#followup 2026-12-01", waiting)) == [Effect.FOLLOWUP_SAME]
    assert wrong("#followup 2026-11-23") == [Effect.FOLLOWUP_PAST]
    for words in ("someday", "2026-02-30", "0x3", "9999w", "1e9d", "-3d"):
        assert wrong(f"#followup {words}") in ([Effect.FOLLOWUP_WRONG], [Effect.FOLLOWUP_PAST])


def test_equipment_is_the_customers_by_tag_serial_or_name() -> None:
    for words in ("prn-2", "SN12345", "front desk printer"):
        assert done(f"#equipment {words}").order.equipment_ids == (PRINTER.id,)
    serviced = order(equipment_ids=(PRINTER.id,))
    assert effects(done("#equipment PRN-2", serviced)) == [Effect.EQUIPMENT_SAME]
    assert done("#equipment -PRN-2", serviced).order.equipment_ids == ()
    assert wrong("#equipment PRN-3") == [Effect.EQUIPMENT_UNKNOWN]
    assert wrong("#equipment PRN-2", order(customer_id=OTHER.id)) == [Effect.EQUIPMENT_UNKNOWN]
    assert wrong("#equipment PRN-2", order(customer_id=None)) == [Effect.EQUIPMENT_UNSORTED]


UNSORTED = order(customer_id=None, requester=Person(name="", email=MARIA.email), participants=())


def test_an_unsorted_work_order_gets_its_customer_and_the_primary_contact() -> None:
    performance = done("#customer acme ltd", UNSORTED)
    assert performance.order.customer_id == ACME.id
    assert performance.order.requester.email == PAT.email
    assert PAT.email in performance.order.participants


def test_a_stranger_stays_the_contact_of_the_customer_they_turn_out_to_be_of() -> None:
    stranger = Person(name="Sam", email="sam@free.example")
    asked = order(customer_id=None, requester=stranger, participants=(stranger.email,))
    performance = done("#customer Acme Ltd", asked)
    assert (performance.order.customer_id, performance.order.requester) == (ACME.id, stranger)


def test_an_unknown_customer_is_asked_about_with_the_nearest_names() -> None:
    performance = done("#customer Acne")
    assert [line.effect for line in performance.lines] == [Effect.CUSTOMER_UNKNOWN]
    assert performance.lines[0].values[1].text == "Acme Ltd"


def test_for_takes_a_contact_and_their_customer() -> None:
    performance = done("#for jane@acme.example", UNSORTED)
    assert performance.order.requester == Person(name="Jane Roe", email=JANE.email)
    assert performance.order.customer_id == ACME.id
    assert effects(performance) == [Effect.FOR_SET]


def test_for_makes_a_contact_of_a_new_person_of_a_customers_domain() -> None:
    performance = done("#for <new@acme.example>", UNSORTED)
    assert performance.new_contact is not None
    assert (performance.new_contact.email, performance.new_contact.proven) == (
        "new@acme.example",
        True,
    )


def test_for_and_customer_together_make_a_contact_of_anybody() -> None:
    performance = done("#for sam@free.example\n#customer Acme Ltd", UNSORTED)
    assert performance.new_contact is not None
    assert performance.new_contact.customer_id == ACME.id
    assert performance.order.requester.email == "sam@free.example"


def test_for_somebody_unknown_opens_unsorted_unless_it_is_a_typing_error() -> None:
    performance = done("#for sam@free.example", UNSORTED)
    assert (performance.order.customer_id, effects(performance)) == (None, [Effect.FOR_UNSORTED])
    assert wrong("#for jane@acmee.example", UNSORTED) == [Effect.FOR_NEAR]


def test_for_is_refused_where_it_names_nobody_or_one_of_us() -> None:
    assert wrong("#for jane", UNSORTED) == [Effect.FOR_WRONG]
    assert wrong("#for jane@acme\uff0eexample", UNSORTED) == [Effect.FOR_WRONG]
    assert wrong(f"#for {SUPPORT}", UNSORTED) == [Effect.FOR_US]
    assert wrong(f"#for {TOM.email}", UNSORTED) == [Effect.FOR_US]
    assert wrong("#for", UNSORTED) == [Effect.FOR_NOBODY]
    assert wrong("#for morgan@other.example\n#customer Acme Ltd", UNSORTED) == [Effect.CUSTOMER_FOR]


def passed_on(*emails: str) -> Forwarded:
    authors = tuple(Address(name="", email=email) for email in emails)
    return Forwarded(authors=authors, own_text="", text="Help", subject="Printer")


def test_for_alone_takes_who_wrote_the_forwarded_mail_and_no_technician() -> None:
    forwarded = passed_on(TOM.email, JANE.email)
    performance = done("#for", UNSORTED, forwarded=forwarded)
    assert performance.order.requester.email == JANE.email
    assert effects(performance) == [Effect.FOR_FORWARDED]
    assert wrong("#for", UNSORTED, forwarded=passed_on(TOM.email)) == [Effect.FOR_UNCLEAR]
    assert wrong("#for", UNSORTED, forwarded=passed_on()) == [Effect.FOR_UNCLEAR]


def test_participants_come_and_go() -> None:
    performance = done("#cc vendor@parts.example, Second@Parts.example")
    assert performance.order.participants[-2:] == ("vendor@parts.example", "second@parts.example")
    assert done("#cc -vendor@parts.example", performance.order).order.participants[-1] == (
        "second@parts.example"
    )
    assert effects(done("#cc jane@acme.example")) == [Effect.CC_SAME]
    assert wrong("#cc vendor") == [Effect.CC_WRONG]
    assert wrong(f"#cc {SUPPORT}") == [Effect.CC_US]


@pytest.mark.parametrize(
    "argument",
    [
        "-<vendor@parts.example>",
        "-Vendor <vendor@parts.example>",
        "-vendor@parts.example <mailto:vendor@parts.example>",
    ],
)
def test_a_minus_takes_a_participant_off_however_the_address_is_dressed(argument: str) -> None:
    order = done("#cc vendor@parts.example, old-vendor@parts.example").order
    assert order.participants[-2:] == ("vendor@parts.example", "old-vendor@parts.example")
    assert done(f"#cc {argument}", order).order.participants[-1:] == ("old-vendor@parts.example",)
    assert "vendor@parts.example" not in done(f"#cc {argument}", order).order.participants


def test_one_half_address_among_participants_is_told() -> None:
    assert wrong("#cc vendor@parts.example, second@") == [Effect.CC_WRONG]


def test_a_link_names_the_other_work_order() -> None:
    other = order(number=1040)
    (event,) = done("#link WO-1040", orders=((1040, other),)).events
    assert isinstance(event, Linked)
    assert event.other == 1040
    assert wrong("#link 1042", orders=((1042, order()),)) == [Effect.LINK_ITSELF]
    assert wrong("#link WO-1040") == [Effect.NUMBER_UNKNOWN]
    assert wrong("#link the other one") == [Effect.NUMBER_WRONG]


def test_a_merge_ends_this_work_order_and_the_other_goes_on_with_all_of_it() -> None:
    other = order(number=1040, participants=("pat@acme.example",), labels=("old",))
    this = order(
        equipment_ids=(1,), labels=("vpn",), participants=("jane@acme.example", "v@p.example")
    )
    performance = done("#merge WO-1040\n#priority high", this, orders=((1040, other),))
    assert performance.order.number == 1040
    assert performance.moves_from == 1042
    assert performance.order.participants == (
        "pat@acme.example",
        "jane@acme.example",
        "v@p.example",
    )
    assert performance.order.equipment_ids == (1,)
    assert performance.order.labels == ("old", "vpn")
    assert performance.order.priority is Priority.HIGH
    (there,) = performance.elsewhere
    ended = fold(this, there.events)
    assert (ended.merged_into, ended.status) == (1040, Status.CANCELLED)
    assert not any(event.public for event in there.events)


def test_what_cannot_be_merged_is_told_why() -> None:
    assert wrong("#merge 1042", orders=((1042, order()),)) == [Effect.MERGE_ITSELF]
    foreign = order(number=1040, customer_id=OTHER.id)
    assert wrong("#merge 1040", orders=((1040, foreign),)) == [Effect.MERGE_CUSTOMER]
    assert wrong("#merge 1040", order(number=0), orders=((1040, foreign),)) == [Effect.MERGE_NEW]


def test_merging_into_a_merged_work_order_goes_to_the_one_that_goes_on() -> None:
    going_on = order(number=1041)
    assert done("#merge 1040", orders=((1040, going_on),)).order.number == 1041


# -- taking back ------------------------------------------------------------------------------


def history(*events: Event, mail_id: int = 7) -> tuple[PastEvent, ...]:
    return tuple(
        PastEvent(event_id=100 + mail_id * 10 + i, mail_id=mail_id, event=event)
        for i, event in enumerate(events)
    )


BEFORE = NOON - timedelta(hours=1)
BY: dict[str, Any] = {"at": BEFORE, "actor": MARIA.email}


def test_undo_reverses_all_that_the_last_mail_did() -> None:
    start = order(title="Old", labels=("lan",), follow_up_on=date(2026, 12, 24))
    events: tuple[Event, ...] = (
        StatusChanged(**BY, status=Status.WAITING_PARTS, was=Status.IN_PROGRESS),
        Assigned(**BY, technician_id=TOM.id, was=None),
        PriorityChanged(**BY, priority=Priority.HIGH, was=Priority.NORMAL),
        LabelsChanged(**BY, added=("vpn",), removed=("lan",)),
        TitleChanged(**BY, title="New", was="Old"),
        EquipmentChanged(**BY, text="PRN-2", equipment_id=1),
        ParticipantChanged(**BY, email="v@p.example"),
        FollowUpSet(**BY, on=date(2026, 12, 1), was=date(2026, 12, 24)),
        CustomerChanged(
            **BY,
            customer_id=OTHER.id,
            requester=Person(name="Morgan", email=MORGAN.email),
            was_customer_id=ACME.id,
            was_requester=start.requester,
        ),
    )
    after = fold(start, events)
    assert after != start
    performance = done("#undo", after, history=history(*events))
    # That somebody took it back is news of its own.
    assert replace(performance.order, touched_at=start.touched_at) == start
    assert {line.verdict for line in performance.lines} == {Verdict.DONE}
    assert len(performance.lines) == len(events)
    assert performance.lines[0].written == "#undo"
    assert {line.written for line in performance.lines[1:]} == {""}
    assert isinstance(performance.events[-1], Undone)


def test_undo_leaves_what_somebody_changed_since() -> None:
    mine = StatusChanged(**BY, status=Status.WAITING_PARTS, was=Status.IN_PROGRESS)
    performance = done("#undo", order(status=Status.FINISHED), history=history(mine))
    assert effects(performance) == [Effect.UNDO_CHANGED_SINCE]
    assert performance.order.status is Status.FINISHED


def test_undo_says_of_words_that_were_sent_that_they_are_out_and_withdraws_the_others() -> None:
    replied = Replied(**BY, text="I come at 11.", by_technician=True)
    notices = (
        PastNotice(outbox_id=1, event_id=170, recipient=JANE.email, gone=True),
        PastNotice(outbox_id=2, event_id=170, recipient=PAT.email, gone=False),
    )
    performance = done("#undo", history=history(replied), notices=notices)
    assert effects(performance) == [
        Effect.UNDO_WORDS_KEPT,
        Effect.UNDO_WORDS_SENT,
        Effect.UNDO_WORDS_WITHDRAWN,
    ]
    assert performance.withdraws == (2,)


def test_undo_takes_the_mail_before_when_the_last_was_taken_back() -> None:
    first = history(Assigned(**BY, technician_id=TOM.id, was=None), mail_id=7)
    second = history(PriorityChanged(**BY, priority=Priority.HIGH, was=Priority.NORMAL), mail_id=8)
    back = history(
        PriorityChanged(**BY, priority=Priority.NORMAL, was=Priority.HIGH),
        Undone(**BY, undoes=second[0].event_id),
        mail_id=9,
    )
    current = order(technician_id=TOM.id)
    performance = done("#undo", current, history=(*first, *second, *back))
    assert performance.order.technician_id is None


def test_undo_is_of_ones_own_mail_alone_and_stands_alone() -> None:
    toms = history(Noted(at=BEFORE, actor=TOM.email, text="x"))
    assert wrong("#undo", history=toms) == [Effect.UNDO_NOTHING]
    own = history(Noted(**BY, text="x"))
    assert wrong("#undo\n#finished", history=own) == [Effect.UNDO_ALONE]


def test_a_merge_cannot_be_taken_back() -> None:
    merged = Merged(**BY, other=1041, into=1042)
    performance = done("#undo", history=history(merged))
    assert effects(performance) == [Effect.UNDO_NOT_POSSIBLE]


# -- looking ----------------------------------------------------------------------------------


def test_status_tells_how_it_stands_and_help_every_tag() -> None:
    assert effects(done("#status")) == [Effect.STATUS_IS]
    performance = done("#help")
    assert [line.explains for line in performance.lines] == list(Tag)
    assert performance.events == ()


def test_status_without_a_work_order_lists_the_technicians_own() -> None:
    own = (order(number=1001), order(number=1002))
    assert effects(done("#status", order(number=0), own_orders=own)) == [Effect.STATUS_IS] * 2
    assert effects(done("#status", order(number=0))) == [Effect.STATUS_NONE]


def test_status_shows_what_the_other_tags_of_the_mail_left() -> None:
    performance = done("#status\n#finished")
    shown = {value.name: value.text for value in performance.lines[0].values}
    assert shown["status"] == "status.finished"
