"""`list`, `show`, `pdf`, `open`: work orders at the shell."""

import json
import sys
from pathlib import Path

import click

from workorder.cli.named import the_customer, the_technician
from workorder.cli.output import json_option, print_json, print_line, print_table, write_file
from workorder.cli.site import the_site
from workorder.core.events import Billed
from workorder.core.model import BilledBy, Status
from workorder.core.said import said, spelled
from workorder.core.subjects import MAX_DIGITS, label
from workorder.errors import NotFoundError
from workorder.steps.papers import order_paper
from workorder.steps.requests import OpenRequest
from workorder.store.ledger import LedgerEntry
from workorder.store.queries import OrderDetail, OrderView, TimeView, order_json


@click.command("list")
@click.option("--status", type=click.Choice([status.value for status in Status]))
@click.option("--customer", metavar="NAME")
@click.option("--technician", metavar="EMAIL")
@click.option("--text", metavar="WORDS", help="Words of the title or of what was written.")
@json_option
def list_orders(
    status: str | None,
    customer: str | None,
    technician: str | None,
    text: str | None,
    as_json: bool,
) -> None:
    """List work orders, newest first."""
    with the_site() as site, site.store.read() as unit:
        views = unit.queries.orders(
            status=Status(status) if status else None,
            customer=the_customer(unit, customer).id if customer else None,
            technician=the_technician(unit, technician).id if technician else None,
            text=text,
        )
    if as_json:
        print_json([order_json(view) for view in views])
        return
    prefix = site.config.numbers.prefix
    rows = [
        (
            label(view.number, prefix),
            view.status,
            view.customer or "(unsorted)",
            view.contact.email,
            view.title,
        )
        for view in views
    ]
    print_table(("NUMBER", "STATUS", "CUSTOMER", "CONTACT", "TITLE"), rows)


def number_argument(_context: click.Context, _argument: click.Parameter, value: str) -> int:
    """Read a work order's number in any of the ways people write it."""
    digits = value.rpartition("-")[2].lstrip("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        raise click.BadParameter(f"{value}: not a work order's number, such as 1042 or WO-1042")
    return int(digits)


@click.command()
@click.argument("number", callback=number_argument)
@click.option("--why", is_flag=True, help="Also why each of its mails became what it did.")
@json_option
def show(number: int, why: bool, as_json: bool) -> None:
    """Show a work order with its history."""
    with the_site() as site, site.store.read() as unit:
        view = unit.queries.order(number)
        mails = unit.inbound.of_order(number) if why else ()
    if view is None:
        raise NotFoundError(f"no work order {label(number, site.config.numbers.prefix)}")
    if as_json:
        print_json(order_json(view) | ({"why": [_why_json(mail) for mail in mails]} if why else {}))
        return
    _print_order(view, site.config.numbers.prefix)
    for mail in mails:
        click.echo()
        print_line(f"Mail {mail.id} from {mail.sender or 'nobody'}: {mail.state}, {mail.reason}")
        for stage, text in json.loads(mail.trace or "[]"):
            print_line(f"    {stage}: {text}")


def _why_json(mail: LedgerEntry) -> dict[str, object]:
    """Why a mail became what it did, as it was kept then."""
    trace = json.loads(mail.trace or "[]")
    return {
        "mail": mail.id,
        "sender": mail.sender,
        "received_at": mail.received_at.isoformat(),
        "outcome": mail.state.value,
        "reason": mail.reason,
        "trace": [{"stage": stage, "text": text} for stage, text in trace],
    }


def _print_order(view: OrderView, prefix: str) -> None:
    assert view.detail is not None  # it was asked for by its number
    lines = (
        ("", f"{label(view.number, prefix)}  {view.title}"),
        ("Status", view.status),
        ("Customer", view.customer or "(unsorted)"),
        ("Contact", f"{view.contact.name} <{view.contact.email}>".strip()),
        ("Technician", view.technician or "(nobody yet)"),
        ("Priority", view.priority),
        ("Equipment", ", ".join(view.equipment) or "-"),
        ("Opened", f"{view.opened_at:%Y-%m-%d %H:%M} UTC by {view.opened_by}"),
        ("Follow-up", f"{view.follow_up_on or '-'}"),
        ("Worked", spelled(view.worked_minutes)),
        *(("Timer", _running(time)) for time in view.detail.times if time.stopped_at is None),
        ("Billed", _billed(view, view.detail)),
        ("Files", ", ".join(file.name for file in view.detail.files) or "-"),
    )
    for name, text in lines:
        print_line(f"{name:<11} {text}".strip() if name else text)
    for event in view.detail.events:
        side = "" if event.public else "  [internal]"
        click.echo()
        print_line(f"{event.at:%Y-%m-%d %H:%M} UTC  {event.kind}  {event.actor}{side}")
        told = [said(event.fact)] if event.fact is not None else []
        for line in (*told, *event.text.splitlines()):
            print_line(f"    {line}")


def _running(time: TimeView) -> str:
    note = f": {time.note}" if time.note else ""
    return f"{time.technician} since {time.started_at:%Y-%m-%d %H:%M} UTC{note}"


def _billed(view: OrderView, detail: OrderDetail) -> str:
    """The minutes billed, and who said so."""
    facts = [event.fact for event in detail.events if isinstance(event.fact, Billed)]
    match view.billed_by:
        case None:
            return "-"
        case BilledBy.RULE:
            rule = facts[-1].rule if facts else ""
            return f"{spelled(view.billed_minutes)}, {f'by the rule {rule}' if rule else 'no rule'}"
        case _:
            who = f", {facts[-1].actor}" if facts else ""
            return f"{spelled(view.billed_minutes)} by its technician{who}"


@click.command()
@click.argument("number", callback=number_argument)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def pdf(number: int, file: Path) -> None:
    """Write the customer's PDF of a work order as it stands now."""
    with the_site() as site:
        prefix = site.config.numbers.prefix
        with site.store.read() as unit:
            letter = order_paper(
                unit,
                number,
                site=site.card,
                prefix=prefix,
                language=site.config.site.language,
            )
        if letter is None:
            raise NotFoundError(f"no work order {label(number, prefix)}")
        pool = site.pool(1)
        try:
            content = pool.pdf(letter)
        finally:
            pool.close()
    write_file(file, content)


@click.command("open")
@click.option("--contact", required=True, metavar="EMAIL", help="On whose behalf.")
@click.option("--title", required=True)
@click.option("--text", default="", help="The service requested; - reads it from stdin.")
@click.option("--equipment", multiple=True, metavar="TAG")
@click.option("--as", "technician", metavar="EMAIL", help="The technician who took the call.")
@json_option
def open_order(
    contact: str,
    title: str,
    text: str,
    equipment: tuple[str, ...],
    technician: str | None,
    as_json: bool,
) -> None:
    """Open a work order on a contact's behalf; the notices go out as for a mail."""
    words = sys.stdin.read() if text == "-" else text
    request = OpenRequest(
        contact=contact, title=title, text=words, equipment=equipment, technician=technician
    )
    with the_site() as site:
        order = site.open_order()(request)
        if as_json:
            with site.store.read() as unit:
                view = unit.queries.order(order.number)
            assert view is not None  # it was opened a moment ago
            print_json(order_json(view))
            return
        click.echo(label(order.number, site.config.numbers.prefix))
