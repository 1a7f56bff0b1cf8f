"""People and things from CSV files (RFC 4180): all rows, or none and each bad row named."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from workorder.core.model import Customer
from workorder.core.spreadsheet import is_formula
from workorder.errors import NotFoundError, RequestError
from workorder.store.unit import Store, Unit

Row = Mapping[str, str]

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_TRUE = frozenset({"yes", "y", "true", "1", "x"})
_FALSE = frozenset({"no", "n", "false", "0", ""})


def import_customers(store: Store, file: Path) -> int:
    """Add a customer a row; how many. Raises RequestError naming every bad row."""
    return _import(store, file, ("name",), ("domains", "language"), _add_customer)


def import_contacts(store: Store, file: Path) -> int:
    """Add a contact a row; how many. Raises RequestError naming every bad row."""
    optional = ("name", "primary", "language")
    return _import(store, file, ("email", "customer"), optional, _add_contact)


def import_equipment(store: Store, file: Path) -> int:
    """Add a piece of equipment a row; how many. Raises RequestError naming every bad row."""
    optional = ("name", "serial", "location")
    return _import(store, file, ("tag", "customer"), optional, _add_equipment)


def _add_customer(unit: Unit, row: Row) -> None:
    domains = row["domains"].replace(",", " ").replace(";", " ").split()
    unit.people.add_customer(row["name"], language=row["language"] or None, domains=domains)


def _add_contact(unit: Unit, row: Row) -> None:
    unit.people.add_contact(
        row["email"],
        customer_id=_customer(unit, row).id,
        name=row["name"],
        primary=_truth(row["primary"]),
        language=row["language"] or None,
    )


def _add_equipment(unit: Unit, row: Row) -> None:
    unit.people.add_equipment(
        row["tag"],
        customer_id=_customer(unit, row).id,
        name=row["name"],
        serial=row["serial"],
        location=row["location"],
    )


def _customer(unit: Unit, row: Row) -> Customer:
    customer = unit.people.customer_by_name(row["customer"])
    if customer is None:
        raise NotFoundError(f"no customer {row['customer']!r}")
    return customer


def _truth(word: str) -> bool:
    folded = word.casefold()
    if folded not in _TRUE | _FALSE:
        raise RequestError(f"primary is {word!r}: write yes or no")
    return folded in _TRUE


def _import(
    store: Store,
    file: Path,
    required: Sequence[str],
    optional: Sequence[str],
    add: Callable[[Unit, Row], None],
) -> int:
    table = _read(file)
    _check_columns(file, table.columns, required, optional)
    blank = dict.fromkeys((*required, *optional), "")
    problems: list[str] = []
    with store.write() as unit:
        for line, cells in table.rows:
            try:
                add(unit, blank | _named(table.columns, cells))
            except RequestError as problem:
                problems.append(f"{file.name}:{line}: {problem}")
        if problems:  # undoes the good rows as well
            raise RequestError("nothing was imported; " + "; ".join(problems))
    return len(table.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A CSV file: its columns' names, and each row with the line on which it begins."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def _read(file: Path) -> _Table:
    try:
        text = file.read_bytes().decode("utf-8-sig")
        rows = list(_rows(text))
    except OSError as fault:
        raise RequestError(f"cannot read {file}: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise RequestError(f"{file.name} is not UTF-8: save it as CSV UTF-8") from fault
    except csv.Error as fault:
        raise RequestError(f"{file.name} is no CSV file: {fault}") from fault
    columns = tuple(name.casefold() for name in rows[0][1]) if rows else ()
    return _Table(columns=columns, rows=tuple(rows[1:]))


def _rows(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every row that is not blank, its cells without the white space around them."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    line = 1
    for row in reader:
        cells = tuple(cell.strip() for cell in row)
        if any(cells):
            yield line, cells
        line = reader.line_num + 1


def _separator(text: str) -> str:
    """What parts the columns: some spreadsheets write semicolons or tabs."""
    heading = text.lstrip().partition("\n")[0]
    return max(",;\t", key=heading.count)


def _named(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if any(cells[len(columns) :]):
        raise RequestError("more cells than columns")
    if any(_CONTROL.search(cell) for cell in cells):
        raise RequestError("a control character")
    # What a spreadsheet did not compute here it would elsewhere, and nobody is called so.
    if formula := next((cell for cell in cells if len(cell) > 1 and is_formula(cell)), None):
        raise RequestError(f"{formula[:40]!r} is a formula: write the value itself")
    return dict(zip(columns, cells, strict=False))


def _check_columns(
    file: Path, given: Sequence[str], required: Sequence[str], optional: Sequence[str]
) -> None:
    known = (*required, *optional)
    problems = [f'column "{name}" is missing' for name in required if name not in given]
    for name, times in Counter(given).items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f' (did you mean "{near[0]}"?)' if near else ""
            problems.append(f'unknown column "{name}"{hint}')
        elif times > 1:
            problems.append(f'column "{name}" comes twice')
    if problems:
        raise RequestError(f"{file.name}:1: {'; '.join(problems)}")
