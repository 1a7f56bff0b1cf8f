"""CSV that a spreadsheet opens as what it is: words stay words, our own numbers are numbers.

A title or a name comes from a stranger's mail, and a spreadsheet computes whatever begins like a
formula (`=cmd|...`); an apostrophe before it makes it text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from unicodedata import category, normalize

Cell = str | int | Decimal | None

BOM = "\ufeff"
"""What spreadsheets of one vendor take as the sign of UTF-8, and of nothing else."""

_FORMULA = frozenset("=+-@")
_AT_ONCE = frozenset("\t\r\n")
_PARTS = re.compile(r"(?<=[;\t\r\n])")
_UNSEEN = frozenset({"C", "Z"})  # general categories: controls, marks of direction, white space


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might compute a cell, or let it begin another one.

    Full-width and small forms of the signs count as the signs; what nobody sees before one does
    not hide it.
    """
    return text[:1] in _AT_ONCE or _begins_with_sign(text)


def _begins_with_sign(text: str) -> bool:
    for sign in text:
        if category(sign)[0] not in _UNSEEN:
            return normalize("NFKC", sign)[:1] in _FORMULA
    return False


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180), each with its CRLF; None is an empty cell."""
    for row in chain((headings,), rows):
        yield ",".join(map(_cell, row)) + "\r\n"


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    return '"' + _guarded(value).replace('"', '""') + '"'


def _guarded(text: str) -> str:
    """A text with an apostrophe wherever a spreadsheet might begin to compute.

    Where the comma is the decimal mark it parts cells at semicolons, ours too: behind a quoted
    cell it no longer knows the quotes of the next, and "x;=1+1" becomes two cells.
    """
    inner = "".join(f"'{part}" if _begins_with_sign(part) else part for part in _PARTS.split(text))
    return f"'{inner}" if text[:1] in _AT_ONCE else inner


def hours(minutes: int) -> Decimal:
    """Minutes as hours with two decimals, as invoices have them; half of one counts away from 0."""
    sign = -1 if minutes < 0 else 1
    return sign * Decimal((abs(minutes) * 100 + 30) // 60).scaleb(-2)
