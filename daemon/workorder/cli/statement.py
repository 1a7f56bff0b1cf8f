"""`workorder statement`: a customer's month."""

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from workorder.bootstrap import Site
from workorder.cli.days import Month
from workorder.cli.named import the_customer
from workorder.cli.output import json_option, print_json, print_line, print_table, say, write_file
from workorder.cli.site import the_site
from workorder.core.books import EntryLine, JobLine, Statement
from workorder.core.notice import Letter
from workorder.core.said import spelled
from workorder.core.subjects import number_in
from workorder.errors import RequestError
from workorder.steps.papers import statement_paper
from workorder.steps.reports import SendStatement


@click.command()
@click.argument("customer")
@click.option("--month", type=Month(), required=True, metavar="MONTH", help="2026-11.")
@click.option(
    "--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write it as PDF as well."
)
@click.option("--mail", is_flag=True, help="Send it to the primary contacts now.")
@json_option
def statement(customer: str, month: date, pdf: Path | None, mail: bool, as_json: bool) -> None:
    """Show a customer's month: hours bought and used, each job, and what is to be invoiced."""
    with the_site() as site:
        zone = ZoneInfo(site.config.site.timezone)
        if month > site.clock().astimezone(zone).date():
            raise RequestError(f"{month:%Y-%m} is in the future")
        prefix = site.config.numbers.prefix
        with site.store.read() as unit:
            whose = the_customer(unit, customer)
            letter = statement_paper(
                unit,
                whose,
                month,
                site=site.card,
                prefix=prefix,
                language=site.config.site.language,
                now=site.clock(),
            )
        assert letter.enclosure is not None  # a statement's letter encloses it
        assert letter.enclosure.statement is not None
        found = letter.enclosure.statement
        if pdf is not None:
            write_file(pdf, _printed(site, letter))
        if mail:
            told = _send(site)(whose.id, month)
            say(f"the statement goes to {told} primary contact{'s' if told > 1 else ''}")
    if as_json:
        print_json(_json(found, prefix))
    else:
        _print(found, zone)


def _send(site: Site) -> SendStatement:
    return SendStatement(
        store=site.store, policy=site.policy, rules=site.rule_set(), clock=site.clock
    )


def _printed(site: Site, letter: Letter) -> bytes:
    pool = site.pool(1)
    try:
        return pool.pdf(letter)
    finally:
        pool.close()


def _print(found: Statement, zone: ZoneInfo) -> None:
    print_line(f"{found.customer}, {found.month:%Y-%m} ({zone.key})")
    print_line(f"{'Opening':<11} {spelled(found.opening)}")
    rows = [_entry_row(entry, zone) for entry in found.entries]
    if rows:
        click.echo()
    print_table(("DATE", "KIND", "HOURS", "TO INVOICE", "BALANCE", "ORDER", "NOTE"), rows)
    jobs = [_job_row(job) for job in found.jobs]
    if jobs:
        click.echo()
    print_table(("NUMBER", "TITLE", "STATUS", "WORKED", "BILLED", "FROM BANK", "TO INVOICE"), jobs)
    if rows or jobs:
        click.echo()
    print_line(f"{'Closing':<11} {spelled(found.closing)}")
    print_line(f"{'To invoice':<11} {spelled(found.to_invoice_after)}")


def _entry_row(entry: EntryLine, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        f"{entry.at.astimezone(zone):%Y-%m-%d}",
        entry.kind,
        spelled(entry.minutes),
        spelled(entry.to_invoice) if entry.to_invoice else "",
        spelled(entry.balance),
        entry.label,
        entry.note,
    )


def _job_row(job: JobLine) -> tuple[str, ...]:
    lengths = (job.worked, job.billed, job.from_bank, job.to_invoice)
    return (job.label, job.title, job.status, *map(spelled, lengths))


def _json(found: Statement, prefix: str) -> dict[str, Any]:
    return {
        "customer": found.customer,
        "month": f"{found.month:%Y-%m}",
        "opening_minutes": found.opening,
        "closing_minutes": found.closing,
        "to_invoice_before_minutes": found.to_invoice_before,
        "to_invoice_minutes": found.to_invoice_after,
        "entries": [
            {
                "at": entry.at.isoformat(),
                "kind": entry.kind.value,
                "minutes": entry.minutes,
                "to_invoice_minutes": entry.to_invoice,
                "balance_minutes": entry.balance,
                "note": entry.note,
                "number": number_in(entry.label, prefix),
                "expires_on": entry.expires_on and entry.expires_on.isoformat(),
            }
            for entry in found.entries
        ],
        "jobs": [_job_json(job, prefix) for job in found.jobs],
        "year": [
            {
                "month": f"{bar.month:%Y-%m}",
                "bought_minutes": bar.bought,
                "billed_minutes": bar.billed,
            }
            for bar in found.year
        ],
    }


def _job_json(job: JobLine, prefix: str) -> dict[str, Any]:
    return {
        "number": number_in(job.label, prefix),
        "title": job.title,
        "status": job.status.value,
        "worked_minutes": job.worked,
        "billed_minutes": job.billed,
        "from_bank_minutes": job.from_bank,
        "to_invoice_minutes": job.to_invoice,
    }
