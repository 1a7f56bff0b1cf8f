"""What technicians' mails do, through the whole of intake."""

from datetime import timedelta

import pytest

from steps.desk import JANE, MARIA, PAT, SUPPORT, TOM, Desk, by_maria, mail, of, told
from workorder.core.notice import NoticeKind
from workorder.core.transcript import Verdict
from workorder.store.outbox import OutboxRow
from workorder.store.unit import Store

VENDOR = "tickets@parts.example"


@pytest.fixture
def desk(either_store: Store) -> Desk:
    with either_store.write() as unit:
        unit.people.add_technician(TOM, name="Tom")
        acme = unit.people.customer_by_name("Acme Ltd")
        assert acme is not None
        unit.people.add_equipment("PRN-2", customer_id=acme.id, name="Front desk printer")
    return Desk(either_store)


@pytest.fixture
def opened(desk: Desk) -> list[OutboxRow]:
    """The notices of WO-1001, which Jane opened."""
    return desk.handles(mail())


def verdicts(row: OutboxRow) -> list[tuple[str, Verdict]]:
    assert row.transcript is not None
    return [(line.written, line.verdict) for line in row.transcript.lines]


def test_a_mail_without_tags_is_a_public_reply_without_a_transcript(
    desk: Desk, opened: list[OutboxRow]
) -> None:
    rows = desk.handles(by_maria("I come at 11.", of(opened, MARIA)))
    assert told(rows) == [("reply", JANE), ("reply", PAT)]
    assert all(row.auto_submitted is None for row in rows)


def test_an_internal_note_stays_with_the_technicians(desk: Desk, opened: list[OutboxRow]) -> None:
    desk.handles(by_maria("#assign tom", of(opened, MARIA)))
    rows = desk.handles(by_maria("#internal\nHe pays late.", of(opened, MARIA)))
    assert told(rows) == [("note", TOM), ("transcript", MARIA)]
    note = desk.events()[-1]
    assert (note.kind, note.public, note.text) == ("note", False, "He pays late.")


def test_who_is_assigned_by_another_is_told(desk: Desk, opened: list[OutboxRow]) -> None:
    rows = desk.handles(by_maria("#assign tom", of(opened, MARIA)))
    assert told(rows) == [("note", TOM), ("transcript", MARIA)]
    assert told(desk.handles(by_maria("#assign me", of(opened, MARIA)))) == [("transcript", MARIA)]


def test_a_status_told_without_its_internal_words(desk: Desk, opened: list[OutboxRow]) -> None:
    rows = desk.handles(by_maria("#internal\n#waiting parts\nHe pays late.", of(opened, MARIA)))
    assert told(rows) == [("transcript", MARIA), ("waiting-parts", JANE), ("waiting-parts", PAT)]
    status = next(event for event in desk.events() if event.kind == "status")
    assert (status.text, status.public) == ("", True)


def test_cancelled_is_told_only_with_words(desk: Desk, opened: list[OutboxRow]) -> None:
    assert told(desk.handles(by_maria("#cancelled", of(opened, MARIA)))) == [("transcript", MARIA)]
    rows = desk.handles(by_maria("#reopen", of(opened, MARIA)))
    assert told(rows) == [("in-progress", JANE), ("in-progress", PAT), ("transcript", MARIA)]
    rows = desk.handles(by_maria("#cancelled\nIt was a duplicate.", of(opened, MARIA)))
    assert ("cancelled", JANE) in told(rows)


def test_the_same_status_with_words_is_a_reply(desk: Desk, opened: list[OutboxRow]) -> None:
    rows = desk.handles(by_maria("#in progress\nI am on my way.", of(opened, MARIA)))
    assert told(rows) == [("reply", JANE), ("reply", PAT), ("transcript", MARIA)]
    assert verdicts(of(rows, MARIA)) == [("#in progress", Verdict.NOTHING)]


def test_a_wrong_tag_leaves_everything_as_it_was(desk: Desk, opened: list[OutboxRow]) -> None:
    before = desk.order()
    rows = desk.handles(by_maria("#assign tom\n#finisht\n\nAll done.", of(opened, MARIA)))
    assert told(rows) == [("transcript", MARIA)]
    assert desk.order() == before
    transcript = of(rows, MARIA).transcript
    assert transcript is not None
    assert not transcript.applied
    assert transcript.said == "#assign tom\n#finisht\n\nAll done."
    assert desk.entries()[-1].number == 1001


def waiting(desk: Desk, opened: list[OutboxRow]) -> OutboxRow:
    """The notice that asks Jane."""
    rows = desk.handles(by_maria("#waiting customer\nMay I come?", of(opened, MARIA)))
    return of(rows, JANE)


def answer(text: str, to: OutboxRow, **headers: str) -> bytes:
    return mail(text, subject="Re: [WO-1001] Printer", In_Reply_To=to.message_id, **headers)


def test_an_answer_sets_it_in_progress_and_tells_the_technician(
    desk: Desk, opened: list[OutboxRow]
) -> None:
    asked = waiting(desk, opened)
    rows = desk.handles(answer("Yes, please.", asked))
    assert desk.order().status == "in-progress"
    assert told(rows) == [("reply", MARIA), ("reply", PAT), ("reply", TOM)]


def test_what_is_no_answer_changes_no_status(desk: Desk, opened: list[OutboxRow]) -> None:
    asked = waiting(desk, opened)
    away = answer("I am out of the office.", asked, Auto_Submitted="auto-replied")
    vendor = by_maria(f"#cc {VENDOR}", of(opened, MARIA))
    desk.handles(vendor)
    by_vendor = mail("It is in the post.", sender=VENDOR, subject="Re: [WO-1001] Printer")
    desk.handles(away, by_vendor)
    assert desk.order().status == "waiting-customer"


def test_a_late_reply_names_the_old_work_order_and_a_reply_in_time_reopens_it(
    desk: Desk, opened: list[OutboxRow]
) -> None:
    finished = of(desk.handles(by_maria("#finished\nDone.", of(opened, MARIA))), JANE)
    desk.clock.advance(timedelta(days=13))
    desk.handles(answer("It is broken again.", finished))
    assert desk.order().status == "in-progress"
    desk.handles(by_maria("#finished\nDone.", of(opened, MARIA)))
    desk.clock.advance(timedelta(days=15))
    desk.handles(answer("And once more.", finished))
    assert desk.order().status == "finished"
    linked = next(event for event in desk.events(1002) if event.kind == "linked")
    assert "WO-1001" in linked.text


# -- opening for somebody else ----------------------------------------------------------------


def test_for_opens_a_work_order_of_the_contact(desk: Desk) -> None:
    rows = desk.handles(by_maria(f"#for {JANE}\n#priority high\n\nPRN-2 is out of toner."))
    assert told(rows) == [("opened", JANE), ("opened", PAT), ("opened", TOM), ("transcript", MARIA)]
    order = desk.order()
    assert (order.opened_by, order.customer, order.contact.email) == (
        "technician",
        "Acme Ltd",
        JANE,
    )
    assert (order.equipment, order.priority, order.participants) == (("PRN-2",), "high", (JANE,))
    assert desk.events()[0].text == "PRN-2 is out of toner."
    assert of(rows, JANE).with_pdf


def test_customer_opens_a_work_order_of_the_primary_contact(desk: Desk) -> None:
    rows = desk.handles(by_maria("#customer acme ltd\n#assign me\n\nThey called."))
    assert told(rows) == [("opened", PAT), ("transcript", MARIA)]
    assert desk.order().contact.email == PAT


def test_a_new_mail_without_whose_it_is_opens_an_unsorted_work_order(desk: Desk) -> None:
    rows = desk.handles(by_maria("#label vpn\nThe line is down."))
    assert told(rows) == [("opened", MARIA), ("opened", TOM), ("transcript", MARIA)]
    assert (desk.order().customer, desk.order().labels) == (None, ("vpn",))


@pytest.mark.parametrize("text", ["#help", "#status", "#help\n#status"])
def test_a_question_alone_opens_nothing(desk: Desk, text: str) -> None:
    assert told(desk.handles(by_maria(text))) == [("transcript", MARIA)]
    assert desk.orders() == []


def test_a_wrong_tag_on_a_new_mail_opens_nothing(desk: Desk) -> None:
    rows = desk.handles(by_maria("#for jane@acme.exampel\n\nShe called."))
    assert told(rows) == [("transcript", MARIA)]
    assert desk.orders() == []
    assert of(rows, MARIA).number is None


FORWARDED = f"""\
#for

She is in a hurry, and grumpy.

---------- Forwarded message ---------
From: Jane Roe <{JANE}>
Date: Mon, 23 Nov 2026 at 15:02
Subject: Toner
To: Maria <{MARIA}>

Hello Maria, the toner of PRN-2 is nearly empty.
Jane
"""


def test_a_forwarded_mail_is_its_authors_and_the_words_above_it_stay_inside(desk: Desk) -> None:
    rows = desk.handles(by_maria(FORWARDED, subject="Fwd: Toner"))
    assert told(rows) == [("opened", JANE), ("opened", PAT), ("opened", TOM), ("transcript", MARIA)]
    order = desk.order()
    assert (order.title, order.contact.email) == ("Toner", JANE)
    opening = desk.events()[0]
    assert "toner of PRN-2" in opening.text
    assert "grumpy" not in opening.text
    note = next(event for event in desk.events() if event.kind == "note")
    assert note.text == "She is in a hurry, and grumpy."
    shown = [line for line in verdicts(of(rows, MARIA)) if line[0] == "#for"]
    assert shown == [("#for", Verdict.DONE)]


def test_what_colleagues_wrote_on_the_way_of_a_forwarded_mail_stays_inside_too(desk: Desk) -> None:
    text = f"""\
#for

---------- Forwarded message ---------
From: Tom <{TOM}>
Date: Mon, 23 Nov 2026 at 15:30
Subject: Fwd: Toner
To: Maria <{MARIA}>

They never pay on time. Can you take it?

---------- Forwarded message ---------
From: Jane Roe <{JANE}>
Date: Mon, 23 Nov 2026 at 15:02
Subject: Toner
To: Tom <{TOM}>

Hello Tom, the toner is nearly empty.
"""
    desk.handles(by_maria(text, subject="Fwd: Toner"))
    opening = desk.events()[0]
    assert desk.order().contact.email == JANE
    assert opening.text == "Hello Tom, the toner is nearly empty."
    note = next(event for event in desk.events() if event.kind == "note")
    assert "They never pay on time." in note.text


def test_a_forwarded_mail_without_for_is_shown_as_it_is(desk: Desk) -> None:
    opened = desk.handles(mail())
    words = FORWARDED.removeprefix("#for\n")
    desk.handles(by_maria(f"#waiting vendor\n{words}", of(opened, MARIA)))
    status = next(event for event in desk.events() if event.kind == "status")
    assert "toner of PRN-2" in status.text


def test_a_new_person_of_the_customer_becomes_a_contact_whom_the_technician_vouches_for(
    desk: Desk,
) -> None:
    desk.handles(by_maria("#for new@acme.example\n\nCalled about the VPN."))
    with desk.store.read() as unit:
        contact = unit.people.contact_by_email("new@acme.example")
    assert contact is not None
    assert contact.proven


def test_a_technicians_answer_vouches_for_a_contact_whom_only_the_domain_knew(desk: Desk) -> None:
    rows = desk.handles(mail(sender="new@acme.example"))
    with desk.store.read() as unit:
        contact = unit.people.contact_by_email("new@acme.example")
    assert contact is not None
    assert not contact.proven
    desk.handles(by_maria("#internal\nWho is that?", of(rows, MARIA)))
    with desk.store.read() as unit:
        assert unit.people.contact_by_id(contact.id) == contact
    desk.handles(by_maria("I will look at it.", of(rows, MARIA)))
    with desk.store.read() as unit:
        known = unit.people.contact_by_id(contact.id)
    assert known is not None
    assert known.proven


# -- merging, linking, taking part, taking back -----------------------------------------------


def test_a_merged_work_order_lives_on_in_the_other(desk: Desk, opened: list[OutboxRow]) -> None:
    second = desk.handles(mail("It is the printer again.", sender=PAT, subject="Printer again"))
    rows = desk.handles(by_maria("#merge WO-1001\n\nI put the two together.", of(second, MARIA)))
    assert told(rows) == [("reply", JANE), ("reply", PAT), ("transcript", MARIA)]
    assert {row.number for row in rows} == {1001}
    first, ended = desk.order(1001), desk.order(1002)
    assert PAT in first.participants
    assert [event.kind for event in desk.events(1002)] == ["merged", "status"]
    assert ended.status == "cancelled"
    texts = [event.text for event in desk.events(1001)]
    assert "It is the printer again." in texts
    later = mail("One more thing.", sender=PAT, subject="Re: [WO-1002] Printer again")
    answers = mail(
        "And this.", sender=PAT, subject="no number", In_Reply_To=of(second, PAT).message_id
    )
    desk.handles(later, answers)
    texts = [event.text for event in desk.events(1001)]
    assert texts[-2:] == ["One more thing.", "And this."]
    assert len(desk.orders()) == 2
    # A technician's answer to a notice of the merged one still proves them.
    proven = mail(
        "#label merged", sender=MARIA, subject="x", In_Reply_To=of(second, MARIA).message_id
    )
    desk.handles(proven)
    assert desk.order(1001).labels == ("merged",)
    assert of(opened, MARIA).number == 1001


def test_a_vendor_takes_part_and_is_heard(desk: Desk, opened: list[OutboxRow]) -> None:
    desk.handles(by_maria(f"#cc {VENDOR}", of(opened, MARIA)))
    rows = desk.handles(by_maria("#waiting vendor\nPlease send a drum.", of(opened, MARIA)))
    assert ("waiting-vendor", VENDOR) in told(rows)
    rows = desk.handles(mail("It is in the post.", sender=VENDOR, subject="RE: [WO-1001] Printer"))
    assert told(rows) == [("reply", JANE), ("reply", MARIA), ("reply", PAT), ("reply", TOM)]
    assert desk.order().status == "waiting-vendor"


def test_undo_takes_back_what_can_be_and_says_what_cannot(
    desk: Desk, opened: list[OutboxRow]
) -> None:
    desk.handles(by_maria("#finished\n#assign tom\n#label vpn\n\nDone.", of(opened, MARIA)))
    rows = desk.handles(by_maria("#undo", of(opened, MARIA)))
    assert told(rows) == [("transcript", MARIA)]
    order = desk.order()
    assert (order.status, order.technician, order.labels) == ("in-progress", None, ())
    with desk.store.read() as unit:
        finished = [row for row in unit.outbox.rows() if row.kind is NoticeKind.FINISHED]
    assert {row.state for row in finished} == {"discarded"}
    assert told(desk.handles(by_maria("#undo", of(opened, MARIA)))) == [("transcript", MARIA)]
    assert desk.order().status == "in-progress"


def test_a_mail_shown_to_others_proves_nothing_later(desk: Desk, opened: list[OutboxRow]) -> None:
    transcript = of(desk.handles(by_maria("#label vpn", of(opened, MARIA))), MARIA)
    shown = by_maria("See below.", transcript, To=f"{SUPPORT}, {JANE}")
    desk.handles(shown)
    forged = mail("#finished", sender=MARIA, subject="[WO-1001]", In_Reply_To=transcript.message_id)
    assert told(desk.handles(forged)) == [("unproven", MARIA)]
    assert desk.order().status == "in-progress"


def test_a_command_takes_effect_when_its_mail_was_written(
    desk: Desk, opened: list[OutboxRow]
) -> None:
    desk.handles(
        by_maria("#followup 3d", of(opened, MARIA), Date="Mon, 23 Nov 2026 03:30:00 +0000")
    )
    # It is still Sunday for her, in New York.
    assert str(desk.order().follow_up_on) == "2026-11-25"
