import csv
import re
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorder.core.spreadsheet import Cell, csv_lines, hours, is_formula

COMPUTED = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://bad.example";"the invoice")',
    "+1",
    "-2",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\tplain",
    " =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\x00=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d2",
    "\uff20SUM(A1)",
    "\ufe661+1",
]


def written(*rows: tuple[Cell, ...]) -> str:
    return "".join(csv_lines(("title", "minutes"), rows)).partition("\r\n")[2]


@pytest.mark.parametrize("text", COMPUTED)
def test_a_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert is_formula(text)
    assert written((text, 1)).startswith("\"'")


@pytest.mark.parametrize(
    "text", ["Printer", "1+1=2", "a@b.example", "WO-1042", "'=1", "\u2212 2", "", "   ", "\u00bf="]
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert not is_formula(text)
    assert written((text, 1)) == f'"{text}",1\r\n'


@pytest.mark.parametrize("text", ["x;=1+1", "x; \uff1d1+1;y", "x\t@SUM(A1)", "x\n-1", "a;b;+1"])
def test_a_formula_behind_what_may_part_cells_elsewhere_is_none_either(text: str) -> None:
    (line,) = csv.reader(StringIO(written(("a", text)), newline=""))
    parts = re.split(r"[;\t\n]", line[1])
    assert not [part for part in parts if is_formula(part)]


def test_our_own_numbers_are_numbers_and_nothing_is_nothing() -> None:
    assert written(("a", -60), ("b", Decimal("-1.50")), (None, None)) == (
        '"a",-60\r\n"b",-1.50\r\n,\r\n'
    )


def test_quotes_and_lines_are_within_their_cell() -> None:
    text = 'He said "no",\r\nand left'
    (line,) = csv.reader(StringIO(written((text, 1)), newline=""))
    assert line == [text, "1"]


def test_the_first_line_names_the_columns() -> None:
    assert list(csv_lines(("customer", "minutes"), [])) == ['"customer","minutes"\r\n']


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_the_text_it_is_one_cell_and_no_formula(text: str) -> None:
    (line,) = csv.reader(StringIO(written((text, 7)), newline=""), strict=True)
    cell, number = line
    assert number == "7"
    assert not is_formula(cell)
    assert cell.replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(0, "0.00"), (1, "0.02"), (20, "0.33"), (40, "0.67"), (90, "1.50"), (-90, "-1.50")],
)
def test_minutes_are_hours_with_two_decimals(minutes: int, shown: str) -> None:
    assert str(hours(minutes)) == shown
