"""What each side reads when a technician changes the status, writes a note or gives work away."""

from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from workorder.core.model import Status
from workorder.core.notice import Audience, Letter, NoteCard, NoticeKind
from workorder.outbound.samples import SAMPLE_ORDER, sample_letter, sample_letters
from workorder.outbound.templates import Templates

TEMPLATES = Templates(Path(__file__).parents[2] / "templates", None)
BODIES = ("body.txt", "body.html")
STATUSES = [NoticeKind(status.value) for status in Status]


def page(shown: Letter, part: str, *, pdf: bool = False, pdf_failed: bool = False) -> str:
    name = f"mail/{shown.template}/{part}"
    return unescape(TEMPLATES.render(name, shown, pdf_attached=pdf, pdf_failed=pdf_failed))


def silent(shown: Letter) -> Letter:
    """The notice of a mail that had tags and not a word."""
    return replace(shown, event=replace(shown.event, text=""))


def note(number: int, text: str, status: Status | None = None) -> NoteCard:
    at = SAMPLE_ORDER.opened_at + timedelta(hours=number)
    return NoteCard(at=at, actor="Maria Lopez", text=text, status=status)


@pytest.mark.parametrize("kind", STATUSES)
@pytest.mark.parametrize("part", BODIES)
def test_a_status_comes_with_the_technicians_words(kind: NoticeKind, part: str) -> None:
    shown = sample_letter(kind, "en")
    assert shown.event.text.splitlines()[0] in page(shown, part)
    assert "Maria Lopez" in page(shown, part)


@pytest.mark.parametrize("kind", STATUSES)
@pytest.mark.parametrize("part", BODIES)
def test_without_words_a_status_is_explained_and_nothing_empty_is_quoted(
    kind: NoticeKind, part: str
) -> None:
    shown = silent(sample_letter(kind, "en"))
    explained = TEMPLATES.phrases("en")(f"{kind}.plain")
    assert explained in page(shown, part)
    assert explained not in page(sample_letter(kind, "en"), part)
    if kind is not NoticeKind.FINISHED:
        assert "(no text)" not in page(shown, part)
        assert "wrote" not in page(shown, part).replace("not written", "")


@pytest.mark.parametrize("part", BODIES)
def test_files_that_came_with_a_status_are_named(part: str) -> None:
    shown = sample_letter(NoticeKind.WAITING_PARTS, "en")
    named = replace(shown, event=replace(shown.event, files=("offer.pdf",), text=""))
    assert "offer.pdf" in page(named, part)


@pytest.mark.parametrize("part", BODIES)
def test_who_is_asked_reads_that_it_is_them_and_all_others_read_who_it_is(part: str) -> None:
    asked = sample_letter(NoticeKind.WAITING_CUSTOMER, "en")
    assert "waiting for your answer" in page(asked, part)
    other = replace(asked, recipient=replace(asked.recipient, email="pat@acme.example"))
    assert "waiting for an answer from Jane Roe" in page(other, part)
    assert "your answer" not in page(other, part)
    for shown in (asked, other):
        assert "that sets the work going again" in page(shown, part)


@pytest.mark.parametrize("part", BODIES)
def test_an_answer_tells_that_work_goes_on(part: str) -> None:
    shown = replace(sample_letter(NoticeKind.REPLY, "en"), audience=Audience.TECHNICIAN)
    answered = replace(shown, event=replace(shown.event, answered=True))
    assert "was Waiting on Customer" in page(answered, part)
    assert "In Progress again" in page(answered, part)
    assert "Waiting on Customer" not in page(shown, part)


@pytest.mark.parametrize("part", BODIES)
@pytest.mark.parametrize("kind", [NoticeKind.FINISHED, NoticeKind.CANCELLED])
def test_a_closed_work_order_says_how_to_have_it_opened_again(kind: NoticeKind, part: str) -> None:
    assert "just reply to this e-mail, and we will" in page(sample_letter(kind, "en"), part)


@pytest.mark.parametrize("part", BODIES)
def test_a_work_order_in_progress_again_after_its_end_says_so(part: str) -> None:
    shown = sample_letter(NoticeKind.IN_PROGRESS, "en")
    again = replace(shown, event=replace(shown.event, reopened=True))
    assert "is open again and in progress" in page(again, part)
    assert "open again" not in page(shown, part)


@pytest.mark.parametrize("part", BODIES)
def test_finished_sums_up_what_was_asked_for_and_what_was_done(part: str) -> None:
    text = page(sample_letter(NoticeKind.FINISHED, "en"), part, pdf=True)
    for fact in (
        "prints only blank pages",
        "VNB3K12345",
        "November 25, 2026",
        "A new one is ordered",
        "Please come before noon",
        "has all details and everything that was written",
    ):
        assert fact in text
    assert text.count("The drum unit is changed") == (1 if part == "body.txt" else 2)  # preview
    assert "could not be made" in page(
        sample_letter(NoticeKind.FINISHED, "en"), part, pdf_failed=True
    )


@pytest.mark.parametrize("part", BODIES)
def test_of_a_long_history_finished_shows_the_end_and_says_so(part: str) -> None:
    shown = sample_letter(NoticeKind.FINISHED, "en")
    notes = tuple(note(n, f"Step {n} is done.") for n in range(30))
    text = page(replace(shown, order=replace(SAMPLE_ORDER, notes=notes)), part)
    assert "Step 9 is done." not in text
    assert "Step 10 is done." in text
    assert "Step 29 is done." in text
    assert "Earlier notes are left out" in text


@pytest.mark.parametrize("part", BODIES)
def test_who_gets_work_reads_that_it_is_theirs_and_what_it_is(part: str) -> None:
    shown = sample_letter(NoticeKind.NOTE, "en")
    for name in ("Maria Lopez", "maria@northwind.example"):
        given = replace(shown, event=replace(shown.event, assigned=name, text=""))
        assert "Tom Berg gave you work order" in page(given, part)
        assert "prints only blank pages" in page(given, part)
        assert "(no text)" not in page(given, part)
    other = replace(shown, event=replace(shown.event, assigned="Bo Chen"))
    assert "to Bo Chen." in page(other, part)
    assert shown.event.text in page(other, part)


@pytest.mark.parametrize("part", BODIES)
def test_an_internal_note_says_that_an_answer_stays_inside(part: str) -> None:
    text = page(sample_letter(NoticeKind.NOTE, "en"), part)
    assert "wrote an internal note" in text
    assert "A reply to this e-mail stays inside" in text
    assert "goes to everybody" not in text


@pytest.mark.parametrize("part", BODIES)
def test_work_given_away_warns_that_an_answer_is_public(part: str) -> None:
    shown = sample_letter(NoticeKind.NOTE, "en")
    text = page(replace(shown, event=replace(shown.event, assigned="Bo Chen")), part)
    assert "A reply to this e-mail goes to everybody on the customer's side" in text
    assert "#internal" in text
    assert "stays inside" not in text


@pytest.mark.parametrize(
    ("language", "wrong"), [("en", ("your company", "your firm")), ("es", ("su empresa",))]
)
def test_nothing_in_the_customers_wording_is_wrong_for_a_vendor_who_takes_part(
    language: str, wrong: tuple[str, ...]
) -> None:
    for shown in sample_letters(language):
        if shown.audience is Audience.CUSTOMER:
            for part in BODIES:
                assert not [word for word in wrong if word in page(shown, part).lower()]


@pytest.mark.parametrize("part", BODIES)
def test_a_technician_is_not_told_that_they_will_hear_from_us(part: str) -> None:
    for shown in sample_letters("en"):
        if shown.kind in STATUSES and shown.audience is Audience.TECHNICIAN:
            assert "hear from us" not in page(shown, part)
            assert "Acme Ltd" in page(shown, part) or "not known" in page(shown, part)


@pytest.mark.parametrize("part", BODIES)
@pytest.mark.parametrize(
    ("ways", "reply", "dmarc"),
    [
        (("dmarc", "reply"), True, True),
        (("dmarc",), False, True),
        (("reply",), True, False),
        (("dmarc+reply",), False, True),
        (("header",), False, False),
    ],
)
def test_an_unproven_mail_names_the_ways_of_proof_that_count_here(
    part: str, ways: tuple[str, ...], reply: bool, dmarc: bool
) -> None:
    sample = sample_letter(NoticeKind.UNPROVEN, "en")
    text = page(replace(sample, event=replace(sample.event, ways=ways)), part)
    assert ("an answer to it shows that it comes from you" in text) is reply
    assert ("What passes DMARC" in text) is dmarc
    assert "[trust]" in text
    assert "dmarc=fail" in text
