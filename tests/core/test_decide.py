from datetime import timedelta

import pytest

from builders import (
    ACME,
    JANE,
    MARIA,
    NOON,
    OTHER,
    PAT,
    PRINTER,
    facts,
    mail,
    order,
    people,
    policy,
    sender,
)
from workorder.core.announce import announce
from workorder.core.classify import Classification, MailKind
from workorder.core.correlate import Candidate, Via
from workorder.core.decide import decide
from workorder.core.decision import Decision, FailedNotice, Outcome, Twin
from workorder.core.events import (
    AutoMailReceived,
    EquipmentChanged,
    Linked,
    MailFailed,
    Noted,
    Opened,
    Replied,
    StatusChanged,
    Unproven,
)
from workorder.core.message import (
    Address,
    DeliveryAction,
    DeliveryReport,
    FailedRecipient,
)
from workorder.core.model import OpenedBy, Person, Status, WorkOrder
from workorder.core.notice import Audience, AutoSubmitted, NoticeKind, NoticeRequest
from workorder.core.plan import SHIPPED
from workorder.core.scene import NewContact
from workorder.core.sender import Sender
from workorder.core.tags import read_tags
from workorder.core.trust import DmarcResult, Proof
from workorder.core.vocabulary import BUILT_IN

STRANGER = "eve@evil.example"


def told(decision: Decision, on: WorkOrder) -> dict[str, NoticeRequest]:
    requests = [
        request
        for telling in decision.tellings
        for request in announce(telling.occasion, on, people(), SHIPPED, cause="<a1@acme.example>")
    ]
    return {f"{r.kind} {r.recipient.email}": r for r in requests}


def is_of(kind: MailKind) -> Classification:
    return Classification(kind=kind, reasons=("because",))


def by_number(**changes: object) -> Candidate:
    return Candidate(order=order(**changes), via=Via.BRACKETED_NUMBER)


def technician(*, proven: bool) -> dict[str, object]:
    return {
        "sender": sender(MARIA.email, technician=MARIA),
        "proof": Proof(proven=proven, way=None, reason="as the test says"),
        "mail": mail(authors=(Address(name="", email=MARIA.email),)),
        "reading": read_tags("", mail().new_text, BUILT_IN) if proven else None,
    }


def test_a_contacts_mail_opens_a_work_order_with_the_equipment_it_names() -> None:
    decision = decide(facts(mail=mail(new_text="PRN-2 is jammed")), policy())
    opening = decision.opening
    assert opening is not None
    assert (opening.title, opening.text) == ("Printer does not print", "PRN-2 is jammed")
    assert opening.requester == Person(name="Jane Roe", email=JANE.email)
    assert (opening.customer_id, opening.opened_by) == (ACME.id, OpenedBy.MAIL)
    assert [e.equipment_id for e in decision.events if isinstance(e, EquipmentChanged)] == [
        PRINTER.id
    ]


def test_an_opening_is_told_to_requester_primary_and_technicians_once_each() -> None:
    notices = told(decide(facts(), policy()), order())
    assert sorted(notices) == [
        "opened jane@acme.example",
        "opened maria@northwind.example",
        "opened pat@acme.example",
        "opened tom@northwind.example",
    ]
    assert {r.recipient.email for r in notices.values() if r.with_pdf} == {JANE.email, PAT.email}
    assert {r.auto_submitted for r in notices.values()} == {AutoSubmitted.REPLIED}
    assert not any(r.capped for r in notices.values())


def test_a_requester_who_is_the_primary_contact_has_one_mail() -> None:
    on = order(requester=Person(name="Pat", email=PAT.email), participants=(PAT.email,))
    notices = told(
        decide(facts(sender=sender(PAT.email, contact=PAT, customer=ACME)), policy()), on
    )
    assert sum(r.recipient.email == PAT.email for r in notices.values()) == 1


def test_a_reply_is_told_to_technicians_and_primary_but_not_to_its_writer() -> None:
    decision = decide(facts(candidates=(by_number(),)), policy())
    assert decision.number == 1042
    assert isinstance(decision.events[0], Replied)
    notices = told(decision, order())
    assert sorted(notices) == [
        "reply maria@northwind.example",
        "reply pat@acme.example",
        "reply tom@northwind.example",
    ]
    assert {r.auto_submitted for r in notices.values()} == {None}
    assert not any(r.with_pdf for r in notices.values())


def test_an_assigned_work_order_is_told_to_its_technician_alone() -> None:
    notices = told(decide(facts(candidates=(by_number(),)), policy()), order(technician_id=1))
    assert "reply maria@northwind.example" in notices
    assert "reply tom@northwind.example" not in notices


def test_a_proven_technicians_reply_goes_to_the_customers_side() -> None:
    decision = decide(facts(**technician(proven=True), candidates=(by_number(),)), policy())
    replied = decision.events[0]
    assert isinstance(replied, Replied)
    assert replied.by_technician
    notices = told(decision, order())
    assert sorted(notices) == ["reply jane@acme.example", "reply pat@acme.example"]
    assert {r.audience for r in notices.values()} == {Audience.CUSTOMER}


def test_an_unproven_technicians_mail_is_an_internal_note_told_to_that_address_alone() -> None:
    decision = decide(facts(**technician(proven=False), candidates=(by_number(),)), policy())
    assert [type(e) for e in decision.events] == [Unproven]
    assert not decision.events[0].public
    assert sorted(told(decision, order())) == ["unproven maria@northwind.example"]


def test_an_unproven_technicians_new_mail_is_not_answered_as_an_opening() -> None:
    decision = decide(facts(**technician(proven=False)), policy())
    assert decision.opening is not None
    assert decision.opening.opened_by is OpenedBy.MAIL
    on = order(
        customer_id=None,
        requester=decision.opening.requester,
        participants=(MARIA.email,),
    )
    requests = [
        r
        for t in decision.tellings
        for r in announce(t.occasion, on, people(customer=None, primaries=()), SHIPPED, cause=None)
    ]
    assert [(r.kind, r.recipient.email) for r in requests] == [
        (NoticeKind.OPENED, "tom@northwind.example"),
        (NoticeKind.UNPROVEN, MARIA.email),
    ]


def test_a_stranger_who_guesses_a_number_gets_a_work_order_of_their_own() -> None:
    decision = decide(
        facts(
            sender=sender(STRANGER),
            mail=mail(authors=(Address(name="", email=STRANGER),), subject="[WO-1042] hi"),
            candidates=(by_number(),),
            equipment=(),
        ),
        policy(),
    )
    assert decision.opening is not None
    assert decision.number is None
    note = decision.events[0]
    assert isinstance(note, Noted)
    assert "WO-1042" in note.text
    assert not note.public


@pytest.mark.parametrize(
    ("dmarc", "answered"),
    [(DmarcResult.PASS, True), (DmarcResult.NONE, False), (DmarcResult.FAIL, False)],
)
def test_a_stranger_is_answered_only_when_dmarc_passed(dmarc: DmarcResult, answered: bool) -> None:
    decision = decide(facts(sender=sender(STRANGER, dmarc=dmarc), equipment=()), policy())
    on = order(
        customer_id=None,
        requester=Person(name="", email=STRANGER),
        participants=(STRANGER,),
    )
    requests = {
        r.recipient.email: r
        for t in decision.tellings
        for r in announce(
            t.occasion, on, people(customer=None, primaries=(), contacts=()), SHIPPED, cause=None
        )
    }
    assert (STRANGER in requests) is answered
    assert MARIA.email in requests
    if answered:
        assert requests[STRANGER].capped
        assert not requests[MARIA.email].capped


def test_a_new_person_of_a_customers_domain_becomes_an_unproven_contact() -> None:
    decision = decide(facts(sender=sender("new@acme.example", customer=ACME)), policy())
    assert decision.new_contact == NewContact(
        name="", email="new@acme.example", customer_id=ACME.id
    )
    assert decision.opening is not None
    assert decision.opening.customer_id == ACME.id


def test_a_contact_for_whom_only_the_domain_speaks_cannot_join_without_dmarc() -> None:
    newcomer = facts(sender=sender("new@acme.example", customer=ACME), candidates=(by_number(),))
    assert decide(newcomer, policy()).opening is not None
    proven = facts(
        sender=sender("new@acme.example", customer=ACME, dmarc=DmarcResult.PASS),
        candidates=(by_number(),),
    )
    assert decide(proven, policy()).number == 1042


def test_another_customers_contact_does_not_belong() -> None:
    foreign = sender("x@other.example", customer=OTHER, dmarc=DmarcResult.PASS)
    assert decide(facts(sender=foreign, candidates=(by_number(),)), policy()).number is None


def test_of_several_candidates_the_first_usable_one_counts() -> None:
    foreign, own = by_number(number=7, customer_id=2, participants=()), by_number()
    decision = decide(facts(candidates=(foreign, own)), policy())
    assert decision.number == 1042


def closed(days: int) -> Candidate:
    return by_number(status=Status.FINISHED, closed_at=NOON - timedelta(days=days))


def test_a_reply_within_the_reopening_days_opens_it_again() -> None:
    decision = decide(facts(candidates=(closed(14),)), policy())
    replied, status = decision.events
    assert isinstance(replied, Replied)
    assert replied.reopened
    assert isinstance(status, StatusChanged)
    assert status.status is Status.IN_PROGRESS


def test_a_later_reply_opens_a_new_one_that_names_the_old() -> None:
    decision = decide(facts(candidates=(closed(15),)), policy())
    assert decision.opening is not None
    assert decision.opening.follows == 1042
    assert [e.other for e in decision.events if isinstance(e, Linked)] == [1042]


def test_a_vendors_word_on_a_closed_work_order_does_not_reopen_it() -> None:
    vendor = "parts@vendor.example"
    candidate = by_number(
        status=Status.FINISHED,
        closed_at=NOON,
        participants=("jane@acme.example", vendor),
    )
    decision = decide(facts(sender=sender(vendor), candidates=(candidate,)), policy())
    assert [type(e) for e in decision.events] == [Replied]


def test_a_technicians_word_on_a_closed_work_order_does_not_reopen_it() -> None:
    decision = decide(facts(**technician(proven=True), candidates=(closed(1),)), policy())
    assert [type(e) for e in decision.events] == [Replied]


@pytest.mark.parametrize("kind", [MailKind.AUTOMATIC, MailKind.OUT_OF_OFFICE, MailKind.BULK])
def test_automatic_mail_that_belongs_nowhere_opens_nothing(kind: MailKind) -> None:
    decision = decide(facts(classification=is_of(kind)), policy())
    assert decision.outcome is Outcome.IGNORED
    assert decision.opening is None
    assert decision.tellings == ()


def test_an_out_of_office_that_threads_is_recorded_and_told_to_nobody() -> None:
    decision = decide(
        facts(classification=is_of(MailKind.OUT_OF_OFFICE), candidates=(closed(1),)), policy()
    )
    assert [type(e) for e in decision.events] == [AutoMailReceived]
    assert decision.tellings == ()


def test_a_vendors_ticket_system_that_answers_our_notice_is_shown_to_technicians_only() -> None:
    vendor = sender("tickets@vendor.example")
    candidate = Candidate(order=order(), via=Via.NOTICE)
    decision = decide(
        facts(sender=vendor, classification=is_of(MailKind.AUTOMATIC), candidates=(candidate,)),
        policy(),
    )
    on = order()
    notices = told(decision, on)
    technicians = {k: r for k, r in notices.items() if r.audience is Audience.TECHNICIAN}
    assert notices == technicians
    assert all(r.capped and r.auto_submitted is AutoSubmitted.GENERATED for r in notices.values())


def test_automatic_mail_of_a_stranger_with_a_guessed_number_changes_nothing() -> None:
    decision = decide(
        facts(
            sender=sender(STRANGER),
            classification=is_of(MailKind.AUTOMATIC),
            candidates=(by_number(),),
        ),
        policy(),
    )
    assert decision.outcome is Outcome.IGNORED
    assert decision.events == ()


def test_our_own_mail_is_ignored_whatever_it_says() -> None:
    decision = decide(
        facts(classification=is_of(MailKind.OWN), candidates=(by_number(),)), policy()
    )
    assert (decision.outcome, decision.events) == (Outcome.IGNORED, ())


def test_a_second_copy_does_nothing() -> None:
    decision = decide(facts(twin=Twin(mail_id=3, number=1042)), policy())
    assert (decision.outcome, decision.number, decision.events) == (Outcome.DUPLICATE, 1042, ())


def report(action: DeliveryAction) -> DeliveryReport:
    return DeliveryReport(
        recipients=(
            FailedRecipient(
                email=JANE.email, action=action, status="5.1.1", diagnostic="user unknown"
            ),
        )
    )


def bounce(action: DeliveryAction, notice: FailedNotice | None) -> Decision:
    return decide(
        facts(
            classification=is_of(MailKind.BOUNCE),
            mail=mail(report=report(action)),
            failed_notice=notice,
        ),
        policy(),
    )


OUR_NOTICE = FailedNotice(outbox_id=9, number=1042, recipient=JANE.email, kind=NoticeKind.OPENED)


def test_a_bounce_of_our_notice_is_put_on_its_work_order_and_told_to_technicians() -> None:
    decision = bounce(DeliveryAction.FAILED, OUR_NOTICE)
    failed = decision.events[0]
    assert isinstance(failed, MailFailed)
    assert (failed.recipient, failed.text) == (JANE.email, "5.1.1 user unknown")
    assert decision.bounced == 9
    assert sorted(told(decision, order())) == [
        "mail-failed maria@northwind.example",
        "mail-failed tom@northwind.example",
    ]


def test_a_delayed_notice_has_not_failed() -> None:
    decision = bounce(DeliveryAction.DELAYED, OUR_NOTICE)
    assert (decision.events, decision.bounced) == ((), None)


def test_a_bounce_of_somebody_elses_mail_is_ignored() -> None:
    assert bounce(DeliveryAction.FAILED, None).outcome is Outcome.IGNORED


def test_a_bounced_telling_of_a_bounce_is_recorded_and_told_to_nobody() -> None:
    again = FailedNotice(
        outbox_id=10, number=1042, recipient=MARIA.email, kind=NoticeKind.MAIL_FAILED
    )
    decision = bounce(DeliveryAction.FAILED, again)
    assert len(decision.events) == 1
    assert decision.tellings == ()


def test_a_mail_without_one_author_opens_an_unsorted_work_order_in_nobodys_name() -> None:
    nobody = Sender(
        address=None,
        technician=None,
        contact=None,
        customer=None,
        dmarc=sender().dmarc,
    )
    two = mail(
        authors=(Address(name="", email=MARIA.email), Address(name="", email=STRANGER)),
        from_header_count=2,
    )
    decision = decide(
        facts(sender=nobody, mail=two, candidates=(by_number(),), equipment=()), policy()
    )
    opening = decision.opening
    assert isinstance(opening, Opened)
    assert opening.requester == Person(name="", email="")
    assert opening.customer_id is None
    on = order(customer_id=None, requester=opening.requester, participants=())
    requests = announce(
        decision.tellings[0].occasion,
        on,
        people(customer=None, primaries=(), contacts=()),
        SHIPPED,
        cause=None,
    )
    assert {r.recipient.email for r in requests} == {MARIA.email, "tom@northwind.example"}


def test_the_account_names_class_sender_candidates_and_outcome() -> None:
    decision = decide(facts(candidates=(by_number(),)), policy())
    stages = [line.stage for line in decision.trace]
    assert stages == ["mail is", "sender", "DMARC", "candidate", "so"]
