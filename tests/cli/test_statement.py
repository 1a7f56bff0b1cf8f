"""`workorder statement`: a customer's month, on the screen, as PDF and by mail."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from cli.shell import Shell

ACME = "Acme Ltd"
MARIA = "maria@northwind.example"
ARGUMENTS = ("statement", ACME, "--month")


@pytest.fixture
def month() -> str:
    """This month in the site's zone."""
    return f"{datetime.now(UTC).astimezone(ZoneInfo('America/New_York')):%Y-%m}"


@pytest.fixture
def billed(settled: Shell) -> Shell:
    """A site where 1 hour was bought, and 90 minutes of two hours' work were billed."""
    settled.must("hours", "buy", ACME, "1", "--note", "Order 77")
    settled.must("open", "--contact", "jane@acme.example", "--title", "Monitor flickers")
    tags = "#worked 2h\n#billed 90m\n#finished\nNew cable."
    settled.must("do", "1001", "--as", MARIA, tags)
    return settled


def test_the_json_of_a_statement_is_the_one_that_was_promised(billed: Shell, month: str) -> None:
    found = billed.json(*ARGUMENTS, month)
    (entry,), (job,) = found.pop("entries"), found.pop("jobs")
    year = found.pop("year")
    assert found == {
        "customer": ACME,
        "month": month,
        "opening_minutes": 0,
        "closing_minutes": 0,
        "to_invoice_before_minutes": 0,
        "to_invoice_minutes": 30,
    }
    assert datetime.fromisoformat(entry.pop("at")).utcoffset() is not None
    assert entry == {
        "kind": "bought",
        "minutes": 60,
        "to_invoice_minutes": 0,
        "balance_minutes": 60,
        "note": "Order 77",
        "number": None,
        "expires_on": None,
    }
    assert job == {
        "number": 1001,
        "title": "Monitor flickers",
        "status": "finished",
        "worked_minutes": 120,
        "billed_minutes": 90,
        "from_bank_minutes": 60,
        "to_invoice_minutes": 30,
    }
    assert len(year) == 12
    assert year[-1] == {"month": month, "bought_minutes": 60, "billed_minutes": 90}


def test_a_statement_is_shown_with_its_entries_and_jobs(billed: Shell, month: str) -> None:
    lines = billed.must(*ARGUMENTS, month).splitlines()
    assert lines[0] == f"Acme Ltd, {month} (America/New_York)"
    shown = [" ".join(line.split()) for line in lines]
    assert "Opening 0 min" in shown
    assert any(line.endswith("bought 1 h 1 h Order 77") for line in shown)
    assert "WO-1001 Monitor flickers finished 2 h 1 h 30 min 1 h 30 min" in shown
    assert shown[-2:] == ["Closing 0 min", "To invoice 30 min"]


def test_a_month_in_which_nothing_happened_says_so(settled: Shell) -> None:
    lines = settled.must("statement", ACME, "--month", "2025-01").splitlines()
    assert [line.split(maxsplit=1)[-1] for line in lines[1:]] == [
        "0 min",
        "0 min",
        "invoice  0 min",
    ]
    assert settled.json("statement", ACME, "--month", "2025-01")["jobs"] == []


def test_a_statement_is_written_as_pdf_in_the_language_of_its_reader(
    billed: Shell, month: str, tmp_path: Path
) -> None:
    file = tmp_path / "statement.pdf"
    result = billed.run(*ARGUMENTS, month, "--pdf", str(file))
    assert (result.code, result.err) == (0, f"wrote {file}\n")
    page = "".join(page.extract_text() for page in PdfReader(file).pages)
    for fact in (ACME, "WO-1001", "Monitor flickers", "Order 77"):
        assert fact in page
    billed.must("contact", "set", "pat@acme.example", "--language", "es")
    billed.must(*ARGUMENTS, month, "--pdf", str(file))
    assert page != "".join(page.extract_text() for page in PdfReader(file).pages)


def test_a_statement_is_mailed_to_the_primary_contacts_as_often_as_it_is_asked_for(
    billed: Shell, month: str
) -> None:
    for _ in range(2):
        result = billed.run(*ARGUMENTS, month, "--mail")
        assert (result.code, result.err) == (0, "the statement goes to 1 primary contact\n")
    mails = [row for row in billed.json("outbox", "list") if row["event"] == "statement"]
    assert [row["recipient"] for row in mails] == ["pat@acme.example"] * 2


def test_a_statement_nobody_is_there_to_read_is_not_mailed(billed: Shell, month: str) -> None:
    billed.must("contact", "set", "pat@acme.example", "--no-primary")
    reason = billed.fails(*ARGUMENTS, month, "--mail")
    assert reason == "no primary contact to send it to: workorder contact set EMAIL --primary"
    assert billed.run(*ARGUMENTS, month).code == 0


def test_a_statement_of_a_month_to_come_is_refused(settled: Shell) -> None:
    assert settled.fails(*ARGUMENTS, "2120-01") == "2120-01 is in the future"


@pytest.mark.parametrize("wrong", ["2026-13", "2026", "11-2026", "2026-11-01", "2026-1", "0001-01"])
def test_what_is_no_month_is_wrong_usage(settled: Shell, wrong: str) -> None:
    result = settled.run(*ARGUMENTS, wrong)
    assert (result.code, result.out) == (2, b"")
    assert f"{wrong}: no month, such as 2026-11" in result.err


def test_the_customer_of_a_statement_has_to_be_there(settled: Shell, month: str) -> None:
    assert "did you mean acme ltd?" in settled.fails("statement", "Acme Lt", "--month", month)
