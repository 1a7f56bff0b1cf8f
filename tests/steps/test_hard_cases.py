"""Hard cases of technicians' mail: planted tags, mistaken people, what must not reach others."""

from datetime import timedelta
from pathlib import Path

import pytest

from steps.desk import JANE, MARIA, PAT, TOM, Desk, by_maria, mail, of, told
from workorder import rulefiles
from workorder.core.notice import NoticeKind
from workorder.store.outbox import OutboxRow
from workorder.store.unit import Store

OLA = "ola@other.example"
OF_ACME = '[[rule]]\nname = "r"\nwhen.technician = true\nset.customer = "Acme Ltd"\n'


@pytest.fixture
def desk(small_store: Store) -> Desk:
    with small_store.write() as unit:
        unit.people.add_technician(TOM, name="Tom")
        acme = unit.people.customer_by_name("Acme Ltd")
        assert acme is not None
        unit.people.add_equipment("PRN-2", customer_id=acme.id, serial="SN-1")
        unit.people.add_contact("ann@acme.example", customer_id=acme.id)
        other = unit.people.add_customer("Other Inc", domains=["other.example"])
        unit.people.add_contact(OLA, customer_id=other.id, name="Ola", primary=True)
    return Desk(small_store)


def proven(desk: Desk, email: str) -> bool | None:
    with desk.store.read() as unit:
        contact = unit.people.contact_by_email(email)
    return contact.proven if contact else None


def row_kinds(rows: list[OutboxRow], recipient: str) -> list[NoticeKind]:
    return [row.kind for row in rows if row.recipient == recipient]


# -- planted ----------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", ["Upload [finished] but fails [cancelled]", "[merge 1001] x"])
def test_a_tag_that_a_customer_put_into_the_title_is_none(desk: Desk, subject: str) -> None:
    desk.handles(mail("First."))
    opened = desk.handles(mail("Second.", subject=subject))
    rows = desk.handles(
        by_maria("I look at it.", of(opened, MARIA), subject=f"Re: [WO-1002] {subject}")
    )
    assert told(rows) == [("reply", JANE), ("reply", PAT)]
    assert desk.order(1002).status == "in-progress"


def test_nor_after_the_title_was_changed_nor_in_a_forwarded_subject(desk: Desk) -> None:
    opened = desk.handles(mail("x", subject="Upload [finished]"))
    desk.handles(by_maria("#title Upload", of(opened, MARIA)))
    desk.handles(by_maria("Hello.", of(opened, MARIA), subject="Re: [WO-1001] Upload [finished]"))
    assert desk.order().status == "in-progress"
    forwarded = (
        "#for\n\n---------- Forwarded message ---------\n"
        f"From: Jane <{JANE}>\nDate: Mon, 23 Nov 2026 at 15:02\nSubject: Toner [cancelled]\n"
        f"To: Maria <{MARIA}>\n\nIt is empty.\n"
    )
    desk.handles(by_maria(forwarded, subject="Fwd: Toner [cancelled]"))
    assert desk.order(1002).status == "in-progress"


def test_a_tag_of_the_technicians_own_beside_it_counts(desk: Desk) -> None:
    opened = desk.handles(mail("x", subject="Upload [finished]"))
    subject = "Re: [WO-1001] Upload [finished] [waiting parts]"
    desk.handles(by_maria("Ordered.", of(opened, MARIA), subject=subject))
    assert desk.order().status == "waiting-parts"


def test_a_forged_opening_reaches_no_customer_whatever_rules_and_tags_follow(desk: Desk) -> None:
    desk.rules = rulefiles.load_texts(
        {"intake.toml": OF_ACME},
        Path("rules"),
    )
    forged = mail("Pay to our new account.", sender=MARIA, subject="Invoice")
    rows = desk.handles(forged)
    assert {row.recipient for row in rows} <= {MARIA, TOM}
    rows = desk.handles(by_maria("#customer Acme Ltd\n#finished", subject="Re: [WO-1001] x"))
    with desk.store.read() as unit:
        card = unit.queries.order_card(1001, prefix="WO", notes=True)
    assert "new account" not in repr(card)


def test_automatic_mail_under_a_technicians_address_is_kept_and_told_to_nobody(desk: Desk) -> None:
    desk.handles(mail())
    forged = mail(
        "Pay here.", sender=MARIA, subject="Re: [WO-1001] x", Auto_Submitted="auto-generated"
    )
    assert desk.handles(forged) == []
    assert desk.events()[-1].kind == "unproven"


# -- mistaken people --------------------------------------------------------------------------


def test_a_technician_vouches_for_whom_they_answer_and_for_nobody_before(desk: Desk) -> None:
    opened = desk.handles(mail(sender="ceo@acme.example"))
    assert proven(desk, "ceo@acme.example") is False
    desk.handles(by_maria(f"#for {JANE}\n\nHello Jane.", of(opened, MARIA)))
    assert proven(desk, "ceo@acme.example") is False


def test_a_mistyped_address_is_asked_about_on_a_customers_work_order_too(desk: Desk) -> None:
    opened = desk.handles(mail())
    rows = desk.handles(by_maria("#for jane@acmee.example\n\nHello.", of(opened, MARIA)))
    assert told(rows) == [("transcript", MARIA)]
    assert proven(desk, "jane@acmee.example") is None


def test_a_work_order_in_which_a_customer_wrote_becomes_nobody_elses(desk: Desk) -> None:
    opened = desk.handles(mail("PRN-2 shows our salaries."))
    for tag in ("#customer Other Inc", f"#for {OLA}"):
        assert told(desk.handles(by_maria(tag, of(opened, MARIA)))) == [("transcript", MARIA)]
    assert desk.order().customer == "Acme Ltd"


def test_a_work_order_given_to_the_wrong_customer_leaves_their_things_and_people_behind(
    desk: Desk,
) -> None:
    opened = desk.handles(by_maria("#customer Acme Ltd\n\nThe toner of PRN-2 is empty."))
    desk.handles(by_maria("#cc ann@acme.example, v@parts.example", of(opened, MARIA)))
    assert desk.order().equipment == ("PRN-2",)
    rows = desk.handles(by_maria("#customer Other Inc\n\nIt comes on Friday.", of(opened, MARIA)))
    order = desk.order()
    assert (order.customer, order.equipment) == ("Other Inc", ())
    assert order.participants == ("v@parts.example", OLA)
    assert told(rows) == [("reply", OLA), ("reply", "v@parts.example"), ("transcript", MARIA)]


def test_a_new_contact_under_a_rules_customer_is_no_fault(desk: Desk) -> None:
    desk.rules = rulefiles.load_texts(
        {"intake.toml": OF_ACME},
        Path("rules"),
    )
    desk.handles(by_maria("#for sam@gmail.com\n#equipment PRN-2\n\nCalled."))
    order = desk.order()
    assert (order.customer, order.contact.email) == ("Acme Ltd", "sam@gmail.com")
    assert order.equipment == ("PRN-2",)


# -- undo -------------------------------------------------------------------------------------


def test_undo_passes_over_what_the_technician_did_not_do(desk: Desk) -> None:
    opened = desk.handles(mail())
    desk.handles(by_maria("#priority high", of(opened, MARIA)))
    desk.handles(mail("#finished", sender=MARIA, subject="Re: [WO-1001] x"))
    rows = desk.handles(by_maria("#undo", of(opened, MARIA)))
    assert desk.order().priority == "normal"
    with desk.store.read() as unit:
        unproven = [row for row in unit.outbox.rows() if row.kind is NoticeKind.UNPROVEN]
    assert {row.state for row in unproven} == {"pending"}
    assert of(rows, MARIA).transcript is not None


def test_undoing_an_opening_leaves_its_notices_alone(desk: Desk) -> None:
    opened = desk.handles(by_maria(f"#for {JANE}\n#priority high\n\nCalled."))
    desk.handles(by_maria("#undo", of(opened, MARIA)))
    assert desk.order().priority == "normal"
    with desk.store.read() as unit:
        rows = [row for row in unit.outbox.rows() if row.kind is NoticeKind.OPENED]
    assert {row.state for row in rows} == {"pending"}


def test_undo_stands_without_words(desk: Desk) -> None:
    opened = desk.handles(mail())
    desk.handles(by_maria("#priority high", of(opened, MARIA)))
    rows = desk.handles(by_maria("#undo\n\nsorry, wrong one", of(opened, MARIA)))
    assert told(rows) == [("transcript", MARIA)]
    assert desk.order().priority == "high"


# -- merging and linking ----------------------------------------------------------------------


def test_a_chain_of_merges_leads_to_the_last(desk: Desk) -> None:
    a, b = desk.handles(mail("a", subject="A")), desk.handles(mail("b", subject="B"))
    desk.handles(mail("c", subject="C"))
    d = desk.handles(mail("d", subject="D"))
    desk.handles(by_maria("#merge 1002", of(a, MARIA)), by_maria("#merge 1003", of(b, MARIA)))
    desk.handles(by_maria("#merge 1001", of(d, MARIA)))
    assert {"a", "b", "c", "d"} <= {event.text for event in desk.events(1003)}
    desk.handles(mail("late", subject="Re: [WO-1001] A"))
    assert desk.events(1003)[-1].text == "late"


def test_what_was_told_to_a_customer_is_not_merged_into_a_strangers_work_order(desk: Desk) -> None:
    desk.handles(mail("Hello", sender="eve@evil.example", subject="x"))
    opened = desk.handles(mail())
    rows = desk.handles(by_maria("#merge 1001\n\nHello", of(opened, MARIA)))
    assert told(rows) == [("transcript", MARIA)]


def test_open_work_is_not_merged_into_what_is_closed(desk: Desk) -> None:
    first, second = desk.handles(mail(subject="A")), desk.handles(mail(subject="B"))
    desk.handles(by_maria("#finished", of(first, MARIA)))
    rows = desk.handles(by_maria("#merge 1001", of(second, MARIA)))
    assert told(rows) == [("transcript", MARIA)]
    assert desk.order(1002).status == "in-progress"


def test_the_one_that_goes_on_takes_what_it_lacks(desk: Desk) -> None:
    desk.handles(mail(subject="A"))
    second = desk.handles(mail(subject="B"))
    desk.handles(by_maria("#assign tom\n#followup 3d", of(second, MARIA)))
    desk.handles(by_maria("#merge 1001", of(second, MARIA)))
    order = desk.order(1001)
    assert order.technician == TOM
    assert order.follow_up_on is not None


def test_a_link_is_named_on_both_sides_and_once(desk: Desk) -> None:
    desk.handles(mail(subject="A"))
    second = desk.handles(mail(subject="B"))
    for _ in range(2):
        desk.handles(by_maria("#link WO-1001", of(second, MARIA)))
    for number in (1001, 1002):
        assert [e.kind for e in desk.events(number)].count("linked") == 1


# -- and more ---------------------------------------------------------------------------------


def test_thanks_with_the_photo_that_was_asked_for_are_an_answer(desk: Desk) -> None:
    desk.rules = rulefiles.load(Path(__file__).parents[2] / "rules")
    desk.handles(mail())
    desk.handles(by_maria("#waiting customer\nPlease send a photo.", subject="Re: [WO-1001] x"))
    head, _, body = mail("Thanks!", subject="Re: [WO-1001] x").partition(b"Content-Type")
    with_photo = (
        head + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/plain\r\n\r\nThanks!\r\n--b\r\n"
        b'Content-Type: image/png; name="photo.png"\r\n'
        b'Content-Disposition: attachment; filename="photo.png"\r\n\r\nPNG\r\n--b--\r\n'
    )
    assert body
    desk.handles(with_photo)
    assert desk.order().status == "in-progress"


def test_who_is_assigned_in_an_opening_is_told_once(desk: Desk) -> None:
    rows = desk.handles(by_maria(f"#for {JANE}\n#assign tom\n\nCalled."))
    assert row_kinds(rows, TOM) == [NoticeKind.OPENED]


def test_parked_mail_of_a_flood_is_still_refused(desk: Desk) -> None:
    desk.rules = rulefiles.load_texts(
        {"intake.toml": '[[rule]]\nname = "r"\nwhen.domain = "evil.example"\nrefuse = "no"\n'},
        Path("rules"),
    )
    spam = [mail(f"Win {n}", sender="eve@evil.example", subject=f"{n}") for n in range(205)]
    desk.handles(*spam)
    desk.clock.advance(timedelta(minutes=2))
    with desk.store.write() as unit:
        assert unit.inbound.parked_release(200, desk.clock.now) > 0
    while desk.intake():
        pass
    assert desk.orders() == []


def test_for_alone_on_an_answer_keeps_what_was_passed_on(desk: Desk) -> None:
    opened = desk.handles(mail())
    text = (
        "#for\n\nsee below\n\n---------- Forwarded message ---------\n"
        f"From: Jane <{JANE}>\nDate: Mon, 23 Nov 2026 at 15:02\nSubject: Toner\n"
        f"To: Maria <{MARIA}>\n\nThe tray is empty, too.\n"
    )
    desk.handles(by_maria(text, of(opened, MARIA), subject="Fwd: [WO-1001] Toner"))
    assert "The tray is empty, too." in desk.events()[-1].text


def test_a_page_of_misplaced_tags_makes_no_endless_transcript(desk: Desk) -> None:
    opened = desk.handles(mail())
    rows = desk.handles(by_maria("Hello\n" + "#finished\n" * 20_000, of(opened, MARIA)))
    transcript = of(rows, MARIA).transcript
    assert transcript is not None
    assert len(transcript.lines) <= 40
    assert len(transcript.said) <= 100_000


# -- what stays inside ------------------------------------------------------------------------

SECRET = "He pays late."


def outside(desk: Desk) -> str:
    """All that customers and strangers can read of what was sent or is to be sent."""
    shown = []
    with desk.store.read() as unit:
        for row in unit.outbox.rows():
            if not row.recipient.endswith("@northwind.example"):
                cards = unit.queries.card(row.number or 0, row.event_id, prefix="WO", notes=True)
                shown.append(repr(cards))
    return "".join(shown)


@pytest.mark.parametrize(
    "lines",
    [
        f"- #internal\n{SECRET}",
        f"1. #internal {SECRET}",
        f"\u2022\u00a0#internal\n{SECRET}",
        f"[#internal]\n{SECRET}",
        f"`#internal`\n{SECRET}",
        f"\u201c#internal\u201d\n{SECRET}",
        f"##internal\n{SECRET}",
        f"#waiting vendor #internal\n{SECRET}",
        f"#finished, #internal\n{SECRET}",
        f"#title x #internal\n{SECRET}",
        f"#assign tom; #internal {SECRET}",
    ],
)
def test_a_note_stays_inside_however_a_client_dresses_its_tag(desk: Desk, lines: str) -> None:
    opened = desk.handles(mail())
    desk.handles(by_maria(lines, of(opened, MARIA)))
    assert SECRET not in outside(desk)


def test_an_answer_to_a_note_stays_inside_and_reaches_who_wrote_it(desk: Desk) -> None:
    opened = desk.handles(mail())
    desk.handles(by_maria("#assign tom", of(opened, MARIA)))
    note = of(desk.handles(by_maria(f"#internal\n{SECRET}", of(opened, MARIA))), TOM)
    answer = mail(
        f"I know: {SECRET}", sender=TOM, subject="Re: [WO-1001] x", In_Reply_To=note.message_id
    )
    assert told(desk.handles(answer)) == [("note", MARIA)]
    assert SECRET not in outside(desk)
    # A status with its words is for the customer, whatever was answered.
    public = mail(
        "#waiting parts\n\nThe drum is ordered.",
        sender=TOM,
        subject="Re: [WO-1001] x",
        In_Reply_To=note.message_id,
    )
    assert ("waiting-parts", JANE) in told(desk.handles(public))


@pytest.mark.parametrize("tag", ["#for", f"#for {JANE}", "#customer Acme Ltd", ""])
def test_words_above_a_forwarded_mail_stay_inside_whatever_tag_stands_on_top(
    desk: Desk, tag: str
) -> None:
    text = (
        f"{tag}\n\n{SECRET}\n\n---------- Forwarded message ---------\n"
        f"From: Jane <{JANE}>\nDate: Mon, 23 Nov 2026 at 15:02\nSubject: Toner\n"
        f"To: Maria <{MARIA}>\n\nThe toner is empty.\n"
    )
    opened = desk.handles(by_maria(text, subject="Fwd: Toner"))
    desk.handles(by_maria("#customer Acme Ltd", of(opened, MARIA)) if not tag else mail())
    desk.handles(by_maria("#finished", of(opened, MARIA)))
    assert SECRET not in outside(desk)
    assert "The toner is empty." in desk.events()[0].text
    assert SECRET in next(event.text for event in desk.events() if event.kind == "note")


def test_words_that_were_taken_back_before_they_went_out_are_shown_to_nobody(desk: Desk) -> None:
    opened = desk.handles(mail())
    desk.handles(by_maria(SECRET, of(opened, MARIA)))
    desk.handles(by_maria("#undo", of(opened, MARIA)))
    desk.handles(by_maria("#finished\nDone.", of(opened, MARIA)))
    with desk.store.read() as unit:
        card = unit.queries.order_card(1001, prefix="WO", notes=True)
    assert SECRET not in repr(card)


def test_the_finished_pdf_holds_what_was_asked_in_a_merged_work_order(desk: Desk) -> None:
    desk.handles(mail())
    second = desk.handles(mail("The scanner is broken, too.", sender=PAT, subject="Scanner"))
    desk.handles(by_maria("#merge WO-1001", of(second, MARIA)))
    with desk.store.read() as unit:
        card = unit.queries.order_card(1001, prefix="WO", notes=True)
    assert card is not None
    (note,) = [note for note in card.notes if "scanner" in note.text]
    assert note.by_customer


def test_a_question_in_a_new_work_order_stands_in_its_notice(desk: Desk) -> None:
    rows = desk.handles(by_maria(f"#for {JANE}\n#waiting customer\n\nWhich printer is it?"))
    asked = of([row for row in rows if row.kind is NoticeKind.WAITING_CUSTOMER], JANE)
    with desk.store.read() as unit:
        cards = unit.queries.card(1001, asked.event_id, prefix="WO")
    assert cards is not None
    assert cards[1].text == "Which printer is it?"


def test_tags_under_a_number_that_there_is_not_open_nothing(desk: Desk) -> None:
    rows = desk.handles(by_maria("#finished\n\nDone.", subject="Re: [WO-9999] Printer"))
    assert told(rows) == [("transcript", MARIA)]
    assert desk.orders() == []


def test_who_left_is_told_no_more(desk: Desk) -> None:
    opened = desk.handles(mail())
    desk.handles(by_maria("#assign tom", of(opened, MARIA)))
    with desk.store.write() as unit:
        tom = unit.people.technician_by_email(TOM)
        jane = unit.people.contact_by_email(JANE)
        assert tom is not None
        assert jane is not None
        unit.people.remove_technician(tom.id, desk.clock.now)
        unit.people.remove_contact(jane.id, desk.clock.now)
    rows = desk.handles(mail("And the tray?", sender=PAT, subject="Re: [WO-1001] x"))
    assert told(rows) == [("reply", MARIA)]


def test_who_asked_is_not_taken_off_by_cc(desk: Desk) -> None:
    opened = desk.handles(mail())
    rows = desk.handles(by_maria(f"#cc -{JANE}", of(opened, MARIA)))
    assert told(rows) == [("transcript", MARIA)]
    assert desk.order().participants == (JANE,)


def test_words_above_a_forward_with_for_stay_inside_though_its_subject_bears_a_number(
    desk: Desk,
) -> None:
    desk.handles(mail())
    text = (
        f"#for\n\n{SECRET}\n\n---------- Forwarded message ---------\nFrom: Jane <{JANE}>\n"
        f"Date: Mon, 23 Nov 2026 at 15:02\nSubject: Re: [WO-1001] x\nTo: Maria <{MARIA}>\n\nMore.\n"
    )
    desk.handles(by_maria(text, subject="Fwd: Re: [WO-1001] x"))
    assert SECRET not in outside(desk)
    assert "More." in desk.events()[-1].text


@pytest.mark.parametrize("line", [f"#interal {SECRET}", f"#Internl\n{SECRET}"])
def test_a_misspelt_note_below_prose_is_asked_about(desk: Desk, line: str) -> None:
    opened = desk.handles(mail())
    desk.handles(by_maria(f"Hi Jane,\n{line}", of(opened, MARIA)))
    assert SECRET not in outside(desk)


@pytest.mark.parametrize("word", ["Resolved", "Closed", "finished"])
def test_no_tag_comes_out_of_a_forwarded_subject(desk: Desk, word: str) -> None:
    desk.handles(mail())
    desk.handles(by_maria("FYI", subject=f"Fwd: [{word}] Ticket 55 [WO-1001]"))
    assert desk.order().status == "in-progress"


def test_an_empty_mail_tells_nobody_anything(desk: Desk) -> None:
    opened = desk.handles(mail())
    assert desk.handles(by_maria("\n-- \nMaria\n", of(opened, MARIA))) == []


def test_a_strangers_work_order_sorted_by_mistake_can_be_sorted_again(desk: Desk) -> None:
    opened = desk.handles(mail("Hello", sender="sam@free.example"))
    desk.handles(by_maria("#customer Acme", of(opened, MARIA)))
    assert desk.order().customer == "Acme Ltd"
    desk.handles(by_maria("#customer Other", of(opened, MARIA)))
    assert desk.order().customer == "Other Inc"


@pytest.mark.parametrize(
    "line",
    [
        "#cc desk@parts.example<mailto:desk@parts.example>",
        "#cc Desk <desk@parts.example>",
        "#cc desk@parts.example.",
        "#cc <desk@parts.example>;",
    ],
)
def test_an_address_is_read_as_mail_clients_dress_it(desk: Desk, line: str) -> None:
    opened = desk.handles(mail())
    desk.handles(by_maria(line, of(opened, MARIA)))
    assert desk.order().participants == (JANE, "desk@parts.example")


def test_a_contact_is_named_with_their_name_too(desk: Desk) -> None:
    desk.handles(by_maria(f"#for Jane Roe <{JANE}>\n\nCalled."))
    assert desk.order().contact.email == JANE


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("#assign @tom", "technician", TOM),
        ("#assign Tom.", "technician", TOM),
        ("#priority High!", "priority", "high"),
        ("#followup 1w.", "follow_up_on", "2026-11-30"),
    ],
)
def test_punctuation_around_a_word_does_not_matter(
    desk: Desk, line: str, field: str, value: str
) -> None:
    opened = desk.handles(mail())
    desk.handles(by_maria(line, of(opened, MARIA)))
    assert str(getattr(desk.order(), field)) == value


def test_status_with_a_status_behind_it_is_asked_about(desk: Desk) -> None:
    opened = desk.handles(mail())
    rows = desk.handles(by_maria("#status finished\n\nAll done.", of(opened, MARIA)))
    assert told(rows) == [("transcript", MARIA)]
    transcript = of(rows, MARIA).transcript
    assert transcript is not None
    assert "finished" in [value.text for value in transcript.lines[0].values]
