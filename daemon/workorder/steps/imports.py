"""People and things from CSV files (RFC 4180): all rows, or none and each bad row named."""

import csv
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from workorder.core.model import Customer
from workorder.errors import NotFoundError, RequestError
from workorder.store.unit import Store, Unit

Row = Mapping[str, str]

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
    rows = _rows(file, required, optional)
    problems: list[str] = []
    with store.write() as unit:
        for line, row in rows:
            try:
                add(unit, row)
            except RequestError as problem:
                problems.append(f"{file.name}:{line}: {problem}")
        if problems:  # undoes the good rows as well
            raise RequestError("nothing was imported; " + "; ".join(problems))
    return len(rows)


def _rows(file: Path, required: Sequence[str], optional: Sequence[str]) -> list[tuple[int, Row]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, restkey="", restval="", strict=True)
            _check_columns(file, reader.fieldnames or (), required, optional)
            blank = dict.fromkeys((*required, *optional), "")
            return [(reader.line_num, blank | _stripped(row)) for row in reader]
    except OSError as fault:
        raise RequestError(f"cannot read {file}: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise RequestError(f"{file.name} is not UTF-8: save it as CSV UTF-8") from fault
    except csv.Error as fault:
        raise RequestError(f"{file.name} is no CSV file: {fault}") from fault


def _stripped(row: Mapping[str, str | list[str]]) -> dict[str, str]:
    if "" in row:
        raise csv.Error("a row has more cells than the first line has columns")
    return {key.strip().casefold(): str(value).strip() for key, value in row.items()}


def _check_columns(
    file: Path, given: Sequence[str], required: Sequence[str], optional: Sequence[str]
) -> None:
    known = (*required, *optional)
    names = [name.strip().casefold() for name in given]
    problems = [f'column "{name}" is missing' for name in required if name not in names]
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f' (did you mean "{near[0]}"?)' if near else ""
            problems.append(f'unknown column "{name}"{hint}')
    if problems:
        raise RequestError(f"{file.name}:1: {'; '.join(problems)}")
