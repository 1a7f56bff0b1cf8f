"""`workorder report`: as tables, JSON and CSV; and what `show` tells of hours."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cli.shell import Shell

ACME = "Acme Ltd"
MARIA = "maria@northwind.example"
FORMULA = "=cmd|' /C calc'!A0"


@pytest.fixture
def busy(settled: Shell) -> Shell:
    """A finished work order that is to be invoiced in part, and one on which a timer runs."""
    settled.must("hours", "buy", ACME, "1")
    for title in (FORMULA, "VPN is slow"):
        settled.must("open", "--contact", "jane@acme.example", "--title", title)
    settled.must("do", "1001", "--as", MARIA, "#worked 2h\n#billed 100m\n#finished\nDone.")
    settled.must(
        "do", "1002", "--as", MARIA, "#start a patch\n#followup 3d\n#waiting parts\nOrdered."
    )
    return settled


def today() -> datetime:
    return datetime.now(UTC).astimezone(ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("by", "key", "billed"),
    [
        ("customer", ACME, {"billed_minutes": 100}),
        ("technician", MARIA, {}),
        ("month", f"{today():%Y-%m}", {"billed_minutes": 100}),
    ],
)
def test_hours_are_reported_by_what_is_asked(
    busy: Shell, by: str, key: str, billed: dict[str, int]
) -> None:
    assert busy.json("report", "hours", "--by", by) == [{by: key, "worked_minutes": 120} | billed]
    heading, line, total = busy.must("report", "hours", "--by", by).splitlines()
    spelled = "2 h  1 h 40 min" if billed else "2 h"
    assert heading.split() == [by.upper(), "WORKED", *(["BILLED"] if billed else [])]
    assert " ".join(line.split()) == f"{key} {' '.join(spelled.split())}"
    assert total.startswith("(all)")


def test_hours_are_reported_of_days_both_of_which_count(busy: Shell) -> None:
    day = f"{today():%Y-%m-%d}"
    before = f"{today() - timedelta(days=2):%Y-%m-%d}"
    report = ("report", "hours", "--by", "customer")
    assert busy.json(*report, "--from", before, "--to", day) != []
    assert busy.json(*report, "--to", before) == []
    assert busy.must(*report, "--to", before) == ""
    assert busy.run(*report, "--from", day, "--to", before).code == 2


def test_hours_as_csv_have_numbers_that_are_numbers(busy: Shell) -> None:
    result = busy.run("report", "hours", "--by", "customer", "--csv", "-")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        b'"customer","worked_hours","worked_minutes","billed_hours","billed_minutes"\r\n'
        b'"Acme Ltd",2.00,120,1.67,100\r\n'
    )
    by_technician = busy.must("report", "hours", "--by", "technician", "--csv", "-")
    assert by_technician.splitlines() == [
        '"technician","worked_hours","worked_minutes"',
        f'"{MARIA}",2.00,120',
    ]


def test_waiting_is_reported_by_status(busy: Shell) -> None:
    found = busy.json("report", "waiting")
    assert [(row["status"], row["count"], row["still"]) for row in found] == [
        ("in-progress", 2, 0),
        ("waiting-parts", 1, 1),
    ]
    assert {"median_minutes", "mean_minutes", "longest_minutes"} <= set(found[0])
    heading, *lines = busy.must("report", "waiting").splitlines()
    assert heading.split() == ["STATUS", "TIMES", "STILL", "MEDIAN", "MEAN", "LONGEST"]
    assert lines[1].split() == ["waiting-parts", "1", "1", *["0", "min"] * 3]
    assert busy.json("report", "waiting", "--to", "2020-01-01") == []


def test_the_age_of_open_work_is_reported_with_the_oldest(busy: Shell) -> None:
    (found,) = busy.json("report", "age")
    assert found == {
        "status": "waiting-parts",
        "count": 1,
        "under_1_days": 1,
        "1_to_3_days": 0,
        "3_to_7_days": 0,
        "7_to_30_days": 0,
        "over_30_days": 0,
        "oldest": 1002,
    }
    _, line = busy.must("report", "age").splitlines()
    assert line.split() == ["waiting-parts", "1", "0", "0", "0", "0", "1", "WO-1002"]


def test_what_is_to_be_invoiced_is_reported_until_it_is(busy: Shell) -> None:
    assert busy.json("report", "invoice") == [
        {
            "customer": ACME,
            "number": 1001,
            "title": FORMULA,
            "finished_on": f"{today():%Y-%m-%d}",
            "worked_minutes": 120,
            "billed_minutes": 100,
            "from_bank_minutes": 60,
            "to_invoice_minutes": 40,
        }
    ]
    _, line = busy.must("report", "invoice", "--customer", ACME).splitlines()
    assert "WO-1001" in line
    assert "1 h 40 min" in line
    assert busy.json("report", "invoice", "--month", "2025-01") == []
    assert len(busy.json("report", "invoice", "--month", f"{today():%Y-%m}")) == 1
    busy.must("hours", "invoiced", ACME, "1001", "--note", "INV-7")
    assert busy.json("report", "invoice") == []
    assert busy.must("report", "invoice") == ""


def test_an_invoice_as_csv_computes_nothing_that_a_stranger_wrote(
    busy: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "invoice.csv"
    result = busy.run("report", "invoice", "--csv", str(file), "--bom")
    assert (result.code, result.out, result.err) == (0, b"", f"wrote {file}\n")
    content = file.read_bytes()
    assert content.startswith(b'\xef\xbb\xbf"customer","number"')
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[1] == (
        f'"Acme Ltd",1001,"\'{FORMULA}","{today():%Y-%m-%d}",2.00,120,1.67,100,1.00,60,0.67,40'
    )
    (row,) = csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""))
    assert (row["title"], row["to_invoice_minutes"]) == (f"'{FORMULA}", "40")


@pytest.mark.parametrize(
    "wrong",
    [
        ("hours",),
        ("hours", "--by", "colour"),
        ("hours", "--by", "month", "--from", "2026-02-30"),
        ("hours", "--by", "month", "--to", "9999-12-31"),
        ("hours", "--by", "month", "--csv", "-", "--json"),
        ("invoice", "--bom"),
        ("invoice", "--month", "May"),
    ],
)
def test_a_report_that_makes_no_sense_is_wrong_usage(
    settled: Shell, wrong: tuple[str, ...]
) -> None:
    result = settled.run("report", *wrong)
    assert (result.code, result.out) == (2, b"")
    assert "Usage: " in result.err


def test_a_work_order_is_shown_with_its_hours(busy: Shell) -> None:
    done, waits = (busy.must("show", number).splitlines() for number in ("1001", "1002"))
    assert "Worked      2 h" in done
    assert f"Billed      1 h 40 min by its technician, {MARIA}" in done
    assert "    2 h written down" in done
    assert "    1 h 40 min billed by assessment, 2 h worked" in done
    (timer,) = [line for line in waits if line.startswith("Timer")]
    assert timer.startswith(f"Timer       {MARIA} since 20")
    assert timer.endswith(": a patch")
    (follow_up,) = [line for line in waits if line.startswith("Follow-up")]
    assert follow_up.split()[1] > f"{today():%Y-%m-%d}"
    assert "Billed      -" in waits
    assert any("timer started, runs since" in line for line in waits)


def test_a_work_order_is_shown_with_the_rule_that_billed_it(settled: Shell) -> None:
    settled.must("open", "--contact", "jane@acme.example", "--title", "Monitor flickers")
    settled.must("do", "1001", "--as", MARIA, "#worked 2h\n#finished\nDone.")
    whole = settled.json("show", "1001")
    assert (whole["worked_minutes"], whole["billed_by"]) == (120, "rule")
    (line,) = [one for one in settled.must("show", "1001").splitlines() if one.startswith("Billed")]
    assert "by the rule" in line
    settled.must("do", "1001", "--as", MARIA, "#undo")
    assert "    taken back: 2 h" in settled.must("show", "1001").splitlines()
