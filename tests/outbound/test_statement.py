"""A customer's month in a mail and as a PDF, and the hours in the PDF of a work order."""

import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from outbound.letters import HOSTILE, SHIPPED, job, letter, overriding, sheet
from workorder.core.books import HoursCard, Statement
from workorder.core.notice import Letter, NoticeKind
from workorder.errors import RenderError
from workorder.outbound.pdf import render_pdf
from workorder.outbound.press import press
from workorder.outbound.sample_books import (
    SAMPLE_HOURS,
    SAMPLE_STATEMENT,
    owing_statement,
    quiet_statement,
)
from workorder.outbound.samples import sample_letter
from workorder.outbound.templates import Templates

TEMPLATES = Templates(SHIPPED, None)
BODIES = ("body.txt", "body.html")


def statement_letter(statement: Statement, language: str = "en") -> Letter:
    shown = sample_letter(NoticeKind.STATEMENT, language)
    assert shown.enclosure is not None
    return replace(shown, enclosure=replace(shown.enclosure, statement=statement))


def pages(shown: Letter, templates: Templates = TEMPLATES) -> list[str]:
    """The text of each page, white space folded."""
    pdf = PdfReader(BytesIO(render_pdf(shown, templates)), strict=True)
    return [" ".join(page.extract_text().split()) for page in pdf.pages]


def printed(statement: Statement, language: str = "en") -> str:
    return " ".join(pages(statement_letter(statement, language)))


def mail(statement: Statement, part: str, *, attached: bool = True) -> str:
    text = TEMPLATES.render(
        f"mail/statement/{part}",
        statement_letter(statement),
        pdf_attached=attached,
        pdf_failed=not attached,
    )
    return " ".join(text.replace("&nbsp;", " ").split())


def test_it_says_whose_month_it_is_and_how_it_went() -> None:
    (text,) = pages(statement_letter(SAMPLE_STATEMENT))
    for words in (
        "Northwind IT Services",
        "Statement of hours Acme Ltd November 2026",
        "Balance at the start",
        "9 h 15 min",
        "+5 h",
        "\u22128 h",
        "+15 min",
        "Balance at the end",
        "6 h 30 min",
        "WO-1047 New laptop for Sales",
        "Purchase · good until Nov 13, 2027",
        "Invoice 2026-311",
        "Correction · WO-1038",
        "Page 1 of 1",
    ):
        assert words in text


def test_its_jobs_are_added_up() -> None:
    assert "All together 14 h 47 min 8 h 8 h 0 min" in printed(SAMPLE_STATEMENT)
    owing = printed(owing_statement(9))
    assert "All together 44 h 21 min 24 h 0 min 24 h" in owing
    assert "To invoice at the start 4 h" in owing
    assert "To invoice at the end 24 h" in owing
    assert "To invoice at the" not in printed(SAMPLE_STATEMENT)


def test_the_twelve_months_can_be_read_without_their_bars() -> None:
    text = printed(SAMPLE_STATEMENT)
    assert "Dec 2025 10 h 3 h 30 min" in " ".join(text.replace("\xa0", " ").split())
    assert "Nov 2026 5 h 8 h" in " ".join(text.replace("\xa0", " ").split())
    assert "May 2026 5 h –" in " ".join(text.replace("\xa0", " ").split())


def bars(statement: Statement) -> list[float]:
    """How long the bars are, in the order of the months; bought before billed."""
    pdf = PdfReader(BytesIO(render_pdf(statement_letter(statement), TEMPLATES)))
    content = pdf.pages[0].get_contents()
    assert content is not None
    drawn = re.findall(
        r"n [\d.-]+ [\d.-]+ ([\d.]+) (5|-5) re f", content.get_data().decode("latin-1")
    )
    return [float(width) for width, _ in drawn]


def test_a_bar_is_as_long_as_its_hours_are_many() -> None:
    year = tuple(replace(bar, bought=0, billed=0) for bar in SAMPLE_STATEMENT.year)
    three = (
        replace(year[0], bought=600),
        replace(year[1], bought=300, billed=150),
        *year[2:],
    )
    longest, half, quarter = bars(replace(SAMPLE_STATEMENT, year=three))
    assert half == pytest.approx(longest / 2, abs=1)
    assert quarter == pytest.approx(longest / 4, abs=1)
    assert bars(replace(SAMPLE_STATEMENT, year=year)) == []


def test_a_month_in_which_nothing_happened_says_so() -> None:
    text = printed(quiet_statement())
    assert "Nothing was billed in this month" in text
    assert "Nothing was bought or corrected in this month" in text
    assert "All together" not in text
    assert "Other entries" not in text


def test_ninety_jobs_run_over_pages_with_their_heading() -> None:
    texts = pages(statement_letter(owing_statement(90)))
    count = len(texts)
    assert count >= 3
    assert re.findall(r"WO-(2\d{3})", " ".join(texts)) == [str(n) for n in range(2001, 2091)]
    for number, text in enumerate(texts, 1):
        assert f"Page {number} of {count}" in text
    assert all("Work order Worked Billed" in text for text in texts[:-1])


def test_more_jobs_than_fit_are_counted_and_still_added_up() -> None:
    one = SAMPLE_STATEMENT.jobs[0]
    jobs = tuple(replace(one, label=f"WO-{n}", title="x") for n in range(3000, 3510))
    text = printed(replace(SAMPLE_STATEMENT, jobs=jobs))
    assert "WO-3499" in text
    assert "WO-3500" not in text
    assert "10 more work orders are not shown here" in text
    assert "1020 h" in text


def test_big_and_negative_numbers_and_long_names_stay_on_the_paper() -> None:
    taken_back = replace(
        SAMPLE_STATEMENT.jobs[0], title="A long title " * 15, worked=1_234_567, billed=-60
    )
    odd = replace(
        SAMPLE_STATEMENT,
        customer="The Extraordinarily Long Named Company of Somewhere and Elsewhere " * 3,
        opening=-5_430,
        closing=12_345_678,
        jobs=(replace(taken_back, from_bank=-60),),
    )
    text = printed(odd, "es")
    for words in ("\u221290 h", "205761 h", "\u22121 h", "20576 h", "Extracto de horas"):
        assert words in text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_keeps_a_statement_from_being_made(text: str) -> None:
    jobs = tuple(replace(one, title=text, label=text[:30]) for one in SAMPLE_STATEMENT.jobs)
    entries = tuple(replace(one, note=text, label=text[:30]) for one in SAMPLE_STATEMENT.entries)
    odd = replace(SAMPLE_STATEMENT, customer=text[:500], jobs=jobs, entries=entries)
    assert "Balance at the end" in printed(odd)


def test_a_wrong_page_is_a_render_error_that_names_the_month(tmp_path: Path) -> None:
    page = "<div>" * 400 + "deep"
    templates = Templates(SHIPPED, overriding(tmp_path, "pdf/statement.html", page))
    with pytest.raises(RenderError, match=r"^the statement 2026-11: RenderLimitError"):
        render_pdf(statement_letter(SAMPLE_STATEMENT), templates)


def test_a_wrong_statement_page_is_found_by_the_check(tmp_path: Path, few: Path) -> None:
    own = overriding(tmp_path, "pdf/statement.html", "<p>\n{{ it.colour }}</p>")
    problems = Templates(few, own).problems()
    assert [problem for problem in problems if "statement.html:2:" in problem]


def test_two_statements_of_a_job_are_two_files() -> None:
    other = replace(SAMPLE_STATEMENT, month=date(2026, 10, 1))
    shown = (statement_letter(SAMPLE_STATEMENT), statement_letter(other))
    result = press(job(*(sheet(one) for one in shown)), TEMPLATES)
    names = [re.findall(rb'filename="([^"]+)"', one) for one in result.mails]
    assert names == [[b"Statement-2026-11.pdf"], [b"Statement-2026-10.pdf"]]
    assert result.pdf_problem == ""


@pytest.mark.parametrize("part", BODIES)
def test_the_mail_has_the_month_in_short(part: str) -> None:
    text = mail(SAMPLE_STATEMENT, part)
    for words in ("9 h 15 min", "+5 h", "+15 min", "\u22128 h", "6 h 30 min", "WO-1051"):
        assert words in text
    assert "14\xa0h 47\xa0min".replace("\xa0", " ") in text.replace("\xa0", " ")
    assert "The attached file has every entry" in text
    assert "To invoice" not in text
    assert "To invoice at the end" in mail(owing_statement(3), part)
    assert "Nothing was billed" in mail(quiet_statement(), part)
    assert "80 more work orders are not shown here" in mail(owing_statement(100), part)
    failed = mail(SAMPLE_STATEMENT, part, attached=False)
    assert "could not be made" in failed
    assert "The attached file" not in failed


def order_page(hours: HoursCard | None) -> str:
    return " ".join(pages(letter(hours=hours)))


def test_a_work_orders_pdf_has_its_hours_and_not_what_technicians_noted() -> None:
    text = order_page(replace(SAMPLE_HOURS, billed=480, to_invoice=75, balance_after=0))
    for words in (
        "Worked 3 h 25 min Billed 8 h From bank 6 h 45 min To invoice 1 h 15 min",
        "Balance afterwards 0 min",
        "Nov 24, 2026 Maria Lopez 25 min",
        "Nov 25, 2026 Maria Lopez 3 h",
    ):
        assert words in text
    assert "old errors" not in text


def test_a_work_order_without_a_bank_says_nothing_of_one() -> None:
    text = order_page(replace(SAMPLE_HOURS, balance_after=None, to_invoice=120))
    assert "To invoice 2 h" in text
    assert "bank" not in text
    assert "Balance" not in text


def test_where_nothing_was_worked_or_billed_nothing_is_said_of_hours() -> None:
    for nothing in (None, HoursCard(worked=0, billed=None), HoursCard(worked=0, billed=0)):
        assert "Hours" not in order_page(nothing)
    assert "Worked 0 min Billed 1 h" in order_page(HoursCard(worked=0, billed=60))


def test_of_very_many_stretches_of_work_the_last_are_shown() -> None:
    one = SAMPLE_HOURS.times[0]
    times = tuple(
        replace(one, started_at=one.started_at + timedelta(days=n), minutes=n) for n in range(400)
    )
    text = order_page(replace(SAMPLE_HOURS, times=times))
    assert "the earliest is left out" in text
    assert text.count("Maria Lopez") == 301  # with that of the work order
    assert "6 h 39 min" in text
