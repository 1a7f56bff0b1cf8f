"""What each side reads of hours, of banks, and of what the calendar makes due."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from outbound.letters import SHIPPED
from workorder.core.books import BankCard, HoursCard
from workorder.core.model import Status
from workorder.core.notice import Audience, EventCard, Letter, NoticeKind, OrderCard
from workorder.outbound.sample_books import EMPTY_BANK, SAMPLE_BANK, SAMPLE_HOURS
from workorder.outbound.samples import SAMPLE_ORDER, sample_letter, sample_letters
from workorder.outbound.templates import Templates

TEMPLATES = Templates(SHIPPED, None)
BODIES = ("body.txt", "body.html")
NEW = (
    *(NoticeKind.REMINDER, NoticeKind.OPEN_LONG, NoticeKind.FOLLOW_UP, NoticeKind.APPROVAL),
    *(NoticeKind.BANK_LOW, NoticeKind.BALANCE, NoticeKind.STATEMENT),
    *(NoticeKind.TIMER_LONG, NoticeKind.DIGEST),
)
_TAGS = re.compile(r"<[^>]*>")


def page(shown: Letter, part: str, *, pdf_failed: bool = False) -> str:
    """What is read: without the marks of HTML, and with every blank the same."""
    text = TEMPLATES.render(f"mail/{shown.kind}/{part}", shown, pdf_failed=pdf_failed)
    if part.endswith(".html"):
        text = unescape(_TAGS.sub("", text.partition("</head>")[2]))
    return " ".join(text.split())


def notice(
    kind: NoticeKind, audience: Audience = Audience.CUSTOMER, *, order: Any = None, **event: Any
) -> Letter:
    """The sample of a kind for one side; `order` and `event` are what differs."""
    samples = (one for one in sample_letters("en") if (one.kind, one.audience) == (kind, audience))
    shown = next(samples)
    card = shown.order and replace(shown.order, **(order or {}))
    return replace(shown, order=card, event=replace(shown.event, **event))


def bank_notice(kind: NoticeKind, bank: BankCard, audience: Audience, mark: int = 480) -> Letter:
    shown = notice(kind, audience)
    assert shown.enclosure is not None
    return replace(shown, enclosure=replace(shown.enclosure, bank=bank, mark=mark))


def finished(audience: Audience, hours: HoursCard | None) -> Letter:
    return notice(NoticeKind.FINISHED, audience, order={"hours": hours})


def text_of(event: EventCard) -> str:
    assert event.asked is not None
    return event.asked.text


def order_of(shown: Letter) -> OrderCard:
    assert shown.order is not None
    return shown.order


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_customer_is_shown_no_tags(language: str) -> None:
    for shown in sample_letters(language):
        if shown.audience is Audience.CUSTOMER and shown.kind in {*NEW, NoticeKind.FINISHED}:
            for part in BODIES:
                assert "#" not in page(shown, part)


def test_what_is_about_a_bank_a_month_or_a_day_has_a_subject_of_its_own() -> None:
    subjects = {
        (one.kind, TEMPLATES.render(f"mail/{one.kind}/subject.txt", one))
        for one in sample_letters("en")
        if one.order is None and one.enclosure is not None
    }
    assert subjects == {
        (NoticeKind.BANK_LOW, "Acme Ltd: 6 h 30 min left in your bank of hours"),
        (NoticeKind.BANK_LOW, "Acme Ltd: no hours left in your bank"),
        (NoticeKind.BANK_LOW, "Acme Ltd: 6 h 30 min left in the bank of hours"),
        (NoticeKind.BANK_LOW, "Acme Ltd: no hours left in the bank"),
        (NoticeKind.BALANCE, "Acme Ltd: your bank of hours"),
        (NoticeKind.STATEMENT, "Acme Ltd: your hours in November 2026"),
        (NoticeKind.DIGEST, "Your work orders on Thursday, December 3, 2026"),
        (NoticeKind.LOGIN, "402917 is your login code for Northwind IT Services"),
        (NoticeKind.LOGIN, "Your password for Northwind IT Services was changed"),
    }


@pytest.mark.parametrize("part", BODIES)
def test_a_reminder_repeats_the_question_with_who_asked_and_when(part: str) -> None:
    shown = notice(NoticeKind.REMINDER)
    text = page(shown, part)
    assert text_of(shown.event) in text
    assert "Maria Lopez asked on Nov 30, 2026, 7:00 AM" in text
    assert "that sets the work going again" in text
    assert "This is reminder" not in text
    assert "This is reminder 2" in page(notice(NoticeKind.REMINDER, count=2), part)


@pytest.mark.parametrize("part", BODIES)
def test_all_but_who_is_asked_read_whose_answer_is_waited_for(part: str) -> None:
    shown = notice(NoticeKind.REMINDER, order={"contact_email": "pat@acme.example"})
    assert "still waits for an answer from Jane Roe" in page(shown, part)
    assert "your answer" not in page(shown, part)


@pytest.mark.parametrize("part", BODIES)
def test_a_question_that_was_not_written_down_is_said_to_be_so(part: str) -> None:
    text = page(notice(NoticeKind.REMINDER, asked=None), part)
    assert "was not written down" in text
    assert "asked on" not in text


@pytest.mark.parametrize("part", BODIES)
@pytest.mark.parametrize(("count", "often"), [(1, "once"), (3, "3 times")])
def test_a_technician_is_told_that_reminding_was_in_vain(part: str, count: int, often: str) -> None:
    shown = notice(NoticeKind.REMINDER, Audience.TECHNICIAN, gave_up=True, count=count)
    text = page(shown, part)
    assert f"has been reminded {often} and has not answered" in text
    assert "No more reminders will be sent" in text
    assert text_of(shown.event) in text


@pytest.mark.parametrize("part", BODIES)
@pytest.mark.parametrize("kind", [NoticeKind.OPEN_LONG, NoticeKind.FOLLOW_UP])
def test_where_it_stands_comes_with_the_last_words_and_the_hours(
    part: str, kind: NoticeKind
) -> None:
    for audience in (Audience.CUSTOMER, Audience.TECHNICIAN):
        text = page(notice(kind, audience), part)
        assert "The drum is worn out" in text
        assert "Waiting Parts" in text
        assert "3 h 25 min" in text
        assert "old errors" not in text
    assert "What was written last" not in page(notice(kind, last_word=None), part)


@pytest.mark.parametrize("part", BODIES)
@pytest.mark.parametrize("kind", [NoticeKind.OPEN_LONG, NoticeKind.FOLLOW_UP])
def test_where_an_answer_is_awaited_the_question_stands_there_once(
    part: str, kind: NoticeKind
) -> None:
    asked = notice(NoticeKind.REMINDER).event.asked
    waiting = {"status": Status.WAITING_CUSTOMER}
    text = page(notice(kind, order=waiting, asked=asked, last_word=asked), part)
    body = text.partition("Maria Lopez asked on")[2]
    assert body.count("May I switch") == 1
    assert "that sets the work going again" in text


@pytest.mark.parametrize("part", BODIES)
def test_a_long_open_work_order_says_for_how_long_and_whether_it_was_told_before(
    part: str,
) -> None:
    shown = notice(NoticeKind.OPEN_LONG)
    assert "open for 9 days" in page(shown, part)
    assert "told you so before" not in page(shown, part)
    again = notice(NoticeKind.OPEN_LONG, count=2)
    assert "told you so before" in page(again, part)
    technician = notice(NoticeKind.OPEN_LONG, Audience.TECHNICIAN, count=2)
    assert "notice 2 of this kind" in page(technician, part)
    day = timedelta(days=1)
    young = notice(NoticeKind.OPEN_LONG, at=order_of(shown).opened_at + day)
    assert "open for a day" in page(young, part)


@pytest.mark.parametrize("part", BODIES)
def test_a_follow_up_names_its_day_and_what_it_is_about(part: str) -> None:
    for audience in (Audience.CUSTOMER, Audience.TECHNICIAN):
        text = page(notice(NoticeKind.FOLLOW_UP, audience), part)
        assert "Thursday, December 3, 2026" in text
        assert "prints only blank pages" in text
        assert ("#followup 3d" in text) is (audience is Audience.TECHNICIAN)


@pytest.mark.parametrize("part", BODIES)
def test_an_approval_says_who_asked_for_what_and_how_to_agree(part: str) -> None:
    owing = replace(EMPTY_BANK, to_invoice=75)
    order = {"bank": owing, "contact_email": "pat@acme.example", "contact_name": "Pat Doe"}
    text = page(notice(NoticeKind.APPROVAL, order=order), part)
    assert "Pat Doe asked for work, and Acme Ltd has no hours left" in text
    assert "prints only blank pages" in text
    assert "1 h 15 min" in text
    assert "with the word approve, alone on the first line" in text
    own = notice(NoticeKind.APPROVAL, order={"bank": owing})
    assert "You asked for work" in page(own, part)


@pytest.mark.parametrize("part", BODIES)
@pytest.mark.parametrize("kind", [NoticeKind.BANK_LOW, NoticeKind.BALANCE])
def test_a_bank_is_shown_purchase_by_purchase(part: str, kind: NoticeKind) -> None:
    text = page(bank_notice(kind, replace(SAMPLE_BANK, to_invoice=45), Audience.CUSTOMER), part)
    for fact in ("6 h 30 min", "45 min", "Feb 6, 2026", "1 h 30 min", "10 h", "Dec 31, 2026"):
        assert fact in text
    assert "no end" in text or "without end" in text
    alone = replace(SAMPLE_BANK, lots=SAMPLE_BANK.lots[:1])
    assert "is used first" in text
    assert "is used first" not in page(bank_notice(kind, alone, Audience.CUSTOMER), part)


@pytest.mark.parametrize("part", BODIES)
def test_each_side_reads_what_to_do_about_a_low_bank(part: str) -> None:
    customer = page(bank_notice(NoticeKind.BANK_LOW, SAMPLE_BANK, Audience.CUSTOMER), part)
    assert "has fallen to 8 h or less" in customer
    assert customer.count("just reply to this e-mail") == 1
    assert "workorder" not in customer
    admin = page(bank_notice(NoticeKind.BANK_LOW, SAMPLE_BANK, Audience.ADMIN), part)
    assert "workorder hours buy" in admin
    assert "just reply" not in admin


@pytest.mark.parametrize("part", BODIES)
@pytest.mark.parametrize("balance", [0, -30])
def test_an_empty_bank_is_said_to_be_empty(part: str, balance: int) -> None:
    bank = replace(EMPTY_BANK, balance=balance)
    for audience in (Audience.CUSTOMER, Audience.ADMIN):
        text = page(bank_notice(NoticeKind.BANK_LOW, bank, audience), part)
        assert "Acme Ltd has no hours left in its bank; further work will be invoiced" in text
        assert "Hours that are left" not in text


@pytest.mark.parametrize("part", BODIES)
def test_a_technician_is_warned_of_an_empty_bank_and_the_customer_is_not(part: str) -> None:
    warning = "Acme Ltd has no hours left in its bank"
    for bank, asks in (
        (EMPTY_BANK, False),
        (EMPTY_BANK, True),
        (SAMPLE_BANK, False),
        (None, False),
    ):
        card = {"bank": bank, "asks_approval": asks}
        text = page(notice(NoticeKind.OPENED, Audience.TECHNICIAN, order=card), part)
        assert (warning in text) is (bank is EMPTY_BANK)
        assert ("has been asked to approve" in text) is asks
        assert warning not in page(notice(NoticeKind.OPENED, order=card), part)


@pytest.mark.parametrize("part", BODIES)
def test_an_approval_reaches_the_technician_in_the_first_line(part: str) -> None:
    text = page(notice(NoticeKind.REPLY, Audience.TECHNICIAN, approves=True), part)
    assert "Jane Roe approved the work on WO-1042." in text
    assert "approved" not in page(notice(NoticeKind.REPLY, Audience.TECHNICIAN), part)


@pytest.mark.parametrize("part", BODIES)
@pytest.mark.parametrize("audience", [Audience.CUSTOMER, Audience.TECHNICIAN])
def test_finished_says_what_was_worked_and_billed_and_what_is_left(
    part: str, audience: Audience
) -> None:
    text = page(finished(audience, SAMPLE_HOURS), part)
    labels = ("Worked", "3 h 25 min", "Billed", "2 h", "Balance afterwards", "6 h 30 min")
    for fact in labels:
        assert fact in text
    assert "invoice" not in text
    owing = replace(SAMPLE_HOURS, billed=480, balance_after=0, to_invoice=75)
    assert "1 h 15 min will be invoiced" in page(finished(audience, owing), part)
    without = replace(SAMPLE_HOURS, balance_after=None, to_invoice=120)
    text = page(finished(audience, without), part)
    assert "To invoice" in text
    assert "Balance" not in text
    assert "bank" not in text
    open_still = replace(SAMPLE_HOURS, billed=None, balance_after=None)
    assert "illed" not in page(finished(audience, open_still), part)
    for nothing in (None, HoursCard(worked=0, billed=None)):
        assert "Worked" not in page(finished(audience, nothing), part)


@pytest.mark.parametrize("part", BODIES)
def test_who_billed_it_is_the_technicians_to_know(part: str) -> None:
    by_rule = replace(SAMPLE_HOURS, by_rule=True, rule="Printers")
    told = page(finished(Audience.TECHNICIAN, by_rule), part)
    assert "billed by the rule “Printers”" in told
    assert "#billed 30m" in told
    assert "as assessed by the technician" in page(
        finished(Audience.TECHNICIAN, SAMPLE_HOURS), part
    )
    customers = page(finished(Audience.CUSTOMER, by_rule), part)
    assert "Printers" not in customers
    assert "assessed" not in customers


@pytest.mark.parametrize("part", BODIES)
def test_a_long_timer_says_since_when_and_how_to_stop_it(part: str) -> None:
    since = datetime(2026, 12, 2, 14, 0, tzinfo=UTC)
    at = since + timedelta(hours=20, minutes=12)
    text = page(notice(NoticeKind.TIMER_LONG, Audience.TECHNICIAN, since=since, at=at), part)
    assert "since Dec 2, 2026, 9:00 AM" in text
    assert "20 h 12 min" in text
    for tag in ("#stop ", "#stop yesterday 17:00", "#stop 0"):
        assert tag in text or tag.strip() in text
    assert "Nothing of it is billed" in text


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_tags_that_stop_a_timer_are_tags_of_the_language(language: str) -> None:
    words = TEMPLATES.phrases(language)
    spelt = {"en": "#stop", "es": "#parar"}[language]
    for way in ("now", "then", "none"):
        assert words(f"timer-long.tag-{way}").startswith(spelt)


@pytest.mark.parametrize("part", BODIES)
def test_a_digest_lists_a_technicians_day(part: str) -> None:
    text = page(sample_letter(NoticeKind.DIGEST, "en"), part)
    heads = ("Timers that run", "Follow-ups that are due", "what waits longest first", "Nobody's")
    places = [text.rindex(head) for head in heads]
    assert places == sorted(places)
    assert "running since Dec 2, 2026" in text
    assert "due Dec 3, 2026" in text
    assert "Waiting Parts since Nov 27, 2026" in text
    assert "4 more are open" in text


@pytest.mark.parametrize("part", BODIES)
def test_a_digest_shows_no_heading_without_lines(part: str) -> None:
    shown = sample_letter(NoticeKind.DIGEST, "en")
    assert shown.enclosure is not None
    assert shown.enclosure.digest is not None
    quiet = replace(shown.enclosure.digest, timers=(), due=(), waiting=(), more=0)
    text = page(replace(shown, enclosure=replace(shown.enclosure, digest=quiet)), part)
    assert "No open work order is yours" in text
    assert "Nobody's yet" in text
    for head in ("Timers", "Follow-ups", "longest", "not listed"):
        assert head not in text


def test_the_notes_of_times_are_in_no_mail_to_a_customer() -> None:
    secret = "the server's log is full of old errors"
    assert SAMPLE_HOURS.times[0].note == secret
    order = replace(SAMPLE_ORDER, hours=SAMPLE_HOURS)
    for shown in sample_letters("en"):
        if shown.audience is Audience.CUSTOMER and shown.order:
            for part in BODIES:
                assert secret not in page(replace(shown, order=order), part)
