"""`workorder report`: hours, waiting, age, and what is to be invoiced."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from workorder.bootstrap import Site
from workorder.cli.days import Day, Month, period, whole_month
from workorder.cli.named import the_customer
from workorder.cli.output import json_option, print_json, print_raw, print_table, write_file
from workorder.cli.site import the_site
from workorder.core.reports import AGES, ALWAYS, By, HoursLine, InvoiceLine
from workorder.core.said import spelled
from workorder.core.spreadsheet import BOM, Cell, csv_lines
from workorder.core.spreadsheet import hours as decimal_hours
from workorder.core.subjects import label

UNSORTED = "(unsorted)"

_DAY = timedelta(days=1)


@click.group()
def report() -> None:
    """Hours, waiting, age, and what is to be invoiced; as a table, JSON or CSV."""


_from = click.option("--from", "first", type=Day(), metavar="DAY", help="The first day [all].")
_to = click.option("--to", "last", type=Day(), metavar="DAY", help="The last day [all].")
_csv = click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Write CSV for spreadsheets; - prints it.",
)
_bom = click.option("--bom", is_flag=True, help="Begin the CSV with the mark Excel knows UTF-8 by.")


@report.command("hours")
@click.option("--by", type=click.Choice([by.value for by in By]), required=True)
@_from
@_to
@_csv
@_bom
@json_option
def hours(
    by: str,
    first: date | None,
    last: date | None,
    csv_file: Path | None,
    bom: bool,
    as_json: bool,
) -> None:
    """Hours worked and billed. By technician only those worked: work orders are billed whole."""
    _one_shape(csv_file, bom=bom, as_json=as_json)
    with the_site() as site:
        zone = _zone(site)
        with site.store.read() as unit:
            lines = unit.reports.hours(By(by), period(first, last, zone), zone=zone)
    if as_json:
        print_json([_hours_json(by, line) for line in lines])
    elif csv_file is not None:
        headings = (by, "worked_hours", "worked_minutes", "billed_hours", "billed_minutes")
        shown = headings[: 3 if by == By.TECHNICIAN else None]
        _put_csv(csv_file, shown, [_hours_cells(line) for line in lines], bom=bom)
    else:
        _print_hours(by, lines)


def _hours_json(by: str, line: HoursLine) -> dict[str, Any]:
    document: dict[str, Any] = {by: line.key, "worked_minutes": line.worked}
    return document if line.billed is None else document | {"billed_minutes": line.billed}


def _hours_cells(line: HoursLine) -> tuple[Cell, ...]:
    worked = (line.key or UNSORTED, decimal_hours(line.worked), line.worked)
    if line.billed is None:
        return worked
    return (*worked, decimal_hours(line.billed), line.billed)


def _print_hours(by: str, lines: Sequence[HoursLine]) -> None:
    headings = (by.upper(), "WORKED") if by == By.TECHNICIAN else (by.upper(), "WORKED", "BILLED")
    rows = [
        (line.key or UNSORTED, spelled(line.worked), spelled(line.billed or 0))[: len(headings)]
        for line in lines
    ]
    if rows:
        worked, billed = (sum(getattr(each, of) or 0 for each in lines) for of in _SUMS)
        rows.append(("(all)", spelled(worked), spelled(billed))[: len(headings)])
    print_table(headings, rows)


_SUMS = ("worked", "billed")


@report.command("waiting")
@_from
@_to
@json_option
def waiting(first: date | None, last: date | None, as_json: bool) -> None:
    """How long work orders stood in each status; those still in it up to now.

    --from and --to choose the stays that began on these days; each counts whole.
    """
    with the_site() as site, site.store.read() as unit:
        lines = unit.reports.stays(site.clock(), period(first, last, _zone(site)))
    if as_json:
        documents = [
            {
                "status": line.status.value,
                "count": line.count,
                "still": line.still,
                "median_minutes": line.median,
                "mean_minutes": line.mean,
                "longest_minutes": line.longest,
            }
            for line in lines
        ]
        print_json(documents)
        return
    rows = [
        (
            line.status,
            str(line.count),
            str(line.still),
            *map(_long, (line.median, line.mean, line.longest)),
        )
        for line in lines
    ]
    print_table(("STATUS", "TIMES", "STILL", "MEDIAN", "MEAN", "LONGEST"), rows)


def _long(minutes: int) -> str:
    """Minutes as days and hours, where it is days: 3 d 4 h."""
    days, rest = divmod(minutes, _DAY // timedelta(minutes=1))
    return f"{days} d {rest // 60} h" if days else spelled(rest)


@report.command("age")
@json_option
def age(as_json: bool) -> None:
    """Open work by status and by days since it was opened, and the oldest of each."""
    with the_site() as site, site.store.read() as unit:
        lines = unit.reports.ages(site.clock())
    if as_json:
        keys = _age_names("under_{}_days", "{}_to_{}_days", "over_{}_days")
        documents = [
            {
                "status": line.status.value,
                "count": line.count,
                **dict(zip(keys, line.counts, strict=True)),
                "oldest": line.oldest,
            }
            for line in lines
        ]
        print_json(documents)
        return
    prefix = site.config.numbers.prefix
    rows = [
        (line.status, *map(str, line.counts), str(line.count), label(line.oldest, prefix))
        for line in lines
    ]
    print_table(("STATUS", *_age_names("<{} D", "{}-{} D", ">{} D"), "ALL", "OLDEST"), rows)


def _age_names(under: str, between: str, over: str) -> list[str]:
    middle = [between.format(*pair) for pair in pairwise(AGES)]
    return [under.format(AGES[0]), *middle, over.format(AGES[-1])]


@report.command("invoice")
@click.option("--customer", metavar="C")
@click.option("--month", type=Month(), metavar="MONTH", help="2026-11: those billed last in it.")
@_csv
@_bom
@json_option
def invoice(
    customer: str | None, month: date | None, csv_file: Path | None, bom: bool, as_json: bool
) -> None:
    """The work orders of which something is to be invoiced.

    Once they are, note each: workorder hours invoiced CUSTOMER NUMBER --note INVOICE.
    """
    _one_shape(csv_file, bom=bom, as_json=as_json)
    with the_site() as site:
        zone = _zone(site)
        with site.store.read() as unit:
            lines = unit.reports.to_invoice(
                customer_id=the_customer(unit, customer).id if customer is not None else None,
                month=whole_month(month, zone) if month is not None else ALWAYS,
            )
    if as_json:
        print_json([_invoice_json(line, zone) for line in lines])
    elif csv_file is not None:
        cells = [_invoice_cells(line, zone) for line in lines]
        _put_csv(csv_file, _INVOICE_HEADINGS, cells, bom=bom)
    else:
        rows = [_invoice_row(line, zone, site.config.numbers.prefix) for line in lines]
        headings = ("CUSTOMER", "NUMBER", "FINISHED", *_LENGTHS, "TITLE")
        print_table([heading.upper().replace("_", " ") for heading in headings], rows)


_LENGTHS = ("worked", "billed", "from_bank", "to_invoice")
_INVOICE_HEADINGS = (
    *("customer", "number", "title", "finished"),
    *(f"{length}_{unit}" for length in _LENGTHS for unit in ("hours", "minutes")),
)


def _lengths(line: InvoiceLine) -> tuple[int, ...]:
    return (line.worked, line.billed, line.from_bank, line.to_invoice)


def _invoice_json(line: InvoiceLine, zone: ZoneInfo) -> dict[str, Any]:
    lengths = zip(_LENGTHS, _lengths(line), strict=True)
    return {
        "customer": line.customer,
        "number": line.number,
        "title": line.title,
        "finished_on": _day(line.finished_at, zone),
        **{f"{name}_minutes": minutes for name, minutes in lengths},
    }


def _invoice_cells(line: InvoiceLine, zone: ZoneInfo) -> tuple[Cell, ...]:
    lengths = [cell for each in _lengths(line) for cell in (decimal_hours(each), each)]
    return (line.customer, line.number, line.title, _day(line.finished_at, zone), *lengths)


def _invoice_row(line: InvoiceLine, zone: ZoneInfo, prefix: str) -> tuple[str, ...]:
    return (
        line.customer,
        label(line.number, prefix),
        _day(line.finished_at, zone) or "(open)",
        *map(spelled, _lengths(line)),
        line.title,
    )


def _day(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return None if moment is None else moment.astimezone(zone).date().isoformat()


def _zone(site: Site) -> ZoneInfo:
    return ZoneInfo(site.config.site.timezone)


def _one_shape(csv_file: Path | None, *, bom: bool, as_json: bool) -> None:
    if csv_file is not None and as_json:
        raise click.UsageError("--csv or --json, not both")
    if bom and csv_file is None:
        raise click.UsageError("--bom goes with --csv")


def _put_csv(
    file: Path, headings: Sequence[str], rows: Sequence[Sequence[Cell]], *, bom: bool
) -> None:
    """Write a CSV file, or print it; its lines end in CRLF in either case."""
    content = "".join([BOM if bom else "", *csv_lines(headings, rows)]).encode()
    if str(file) == "-":
        print_raw(content)
    else:
        write_file(file, content)
