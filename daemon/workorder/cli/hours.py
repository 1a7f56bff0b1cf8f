"""`workorder hours`: the customers' banks of prepaid hours."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import click

from workorder.bootstrap import Site
from workorder.cli.days import Day
from workorder.cli.named import the_customer
from workorder.cli.orders import number_argument
from workorder.cli.output import json_option, print_json, print_line, print_table, row_id, say
from workorder.cli.site import the_site
from workorder.core.durations import hours_given
from workorder.core.said import spelled
from workorder.core.subjects import label
from workorder.errors import RequestError
from workorder.steps.hours import Purchase
from workorder.store.bank import Account, Entry


class _Amount(click.ParamType[int]):
    """Hours: 10, -1.5, 90m, 7h30m."""

    name = "hours"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Turn it into minutes."""
        minutes = hours_given(value)
        if minutes is None:
            self.fail(f"{value}: no amount of hours, such as 10, 1.5, 90m or 7h30m", param, ctx)
        return minutes


# "-2" is an amount and no option.
_SIGNED = {"ignore_unknown_options": True}


def _numbers(
    context: click.Context, argument: click.Parameter, values: tuple[str, ...]
) -> tuple[int, ...]:
    return tuple(number_argument(context, argument, value) for value in values)


@click.group()
def hours() -> None:
    """The customers' banks of prepaid hours."""


@hours.command("buy")
@click.argument("customer")
@click.argument("amount", type=_Amount(), metavar="HOURS")
@click.option("--note", default="", help="For the ledger: an order's number, for example.")
@click.option("--date", "day", type=Day(), metavar="DAY", help="When they were bought [now].")
@click.option("--price", default="", help="Kept as typed.")
@click.option("--expires", type=Day(), metavar="DAY", help="The last day on which they are good.")
@click.option("--cover", is_flag=True, help="Pay old work with them that was left to invoice.")
def buy(
    customer: str,
    amount: int,
    note: str,
    day: date | None,
    price: str,
    expires: date | None,
    cover: bool,
) -> None:
    """Add hours that a customer bought."""
    purchase = Purchase(
        minutes=amount, note=note, day=day, price=price, expires_on=expires, covers=cover
    )
    with the_site() as site:
        customer_id, name = _whose(site, customer)
        _say_balance(name, site.bank_desk().buy(customer_id, purchase))


@hours.command("adjust", context_settings=_SIGNED)
@click.argument("customer")
@click.argument("amount", type=_Amount(), metavar="HOURS")
@click.option("--note", required=True, help="Why; the ledger keeps it.")
def adjust(customer: str, amount: int, note: str) -> None:
    """Correct a balance, up or (-2) down, by an entry of its own."""
    with the_site() as site:
        customer_id, name = _whose(site, customer)
        _say_balance(name, site.bank_desk().adjust(customer_id, amount, note))


@hours.command("reverse")
@click.argument("customer")
@click.argument("entry", type=row_id)
@click.option("--note", required=True, help="Why; the ledger keeps it.")
def reverse(customer: str, entry: int, note: str) -> None:
    """Take back an entry (its id is in `hours show`) by another one."""
    with the_site() as site:
        customer_id, name = _whose(site, customer)
        _say_balance(name, site.bank_desk().reverse(customer_id, entry, note))


@hours.command("invoiced")
@click.argument("customer")
@click.argument("numbers", nargs=-1, callback=_numbers)
@click.option("--all", "everything", is_flag=True, help="All that is open now, instead.")
@click.option("--note", required=True, help="The invoice's number.")
def invoiced(customer: str, numbers: tuple[int, ...], everything: bool, note: str) -> None:
    """Note that what was to be invoiced was: of the work orders that the invoice names.

    What was billed since the invoice was written is not on it: so each is named, or --all given.
    """
    if everything == bool(numbers):
        raise click.UsageError("name the work orders of the invoice, or give --all")
    with the_site() as site:
        customer_id, name = _whose(site, customer)
        minutes = site.bank_desk().invoiced(customer_id, None if everything else numbers, note)
    say(f"{name}: {spelled(minutes)} invoiced")


@hours.command("show")
@click.argument("customer")
@json_option
def show(customer: str, as_json: bool) -> None:
    """Show a bank: its balance, what is to be invoiced, and every entry."""
    with the_site() as site:
        customer_id, name = _whose(site, customer)
        with site.store.read() as unit:
            account = unit.bank.account(customer_id)
            entries = unit.bank.entries(customer_id)
            lots = unit.bank.lot_rows(customer_id)
        prefix = site.config.numbers.prefix
    balance, open_ = (account.balance, account.to_invoice) if account else (0, 0)
    if as_json:
        document = {
            "customer": name,
            "balance_minutes": balance,
            "to_invoice_minutes": open_,
            "entries": [_entry_json(entry) for entry in entries],
            "lots": [
                {
                    "entry": lot.id,
                    "left_minutes": lot.left,
                    "expires_on": lot.expires_on and lot.expires_on.isoformat(),
                }
                for lot in lots
            ],
        }
        print_json(document)
        return
    print_line(f"{name}: {spelled(balance)} left, {spelled(open_)} to invoice")
    zone = ZoneInfo(site.config.site.timezone)
    rows = [_row(entry, prefix, zone) for entry in entries]
    print_table(("ID", "DATE", "KIND", "HOURS", "TO INVOICE", "BALANCE", "ORDER", "NOTE"), rows)


@hours.command("check")
def check() -> None:
    """Prove that every balance is the sum of its entries, and of what is left of purchases."""
    with the_site() as site, site.store.read() as unit:
        wrong = unit.bank.check()
    for each in wrong:
        say(
            f"{each.customer}: balance {each.balance} min, entries {each.entries} min,"
            f" purchases {each.lots} min"
        )
    if wrong:
        raise RequestError(f"{len(wrong)} banks do not add up")
    say("every balance is the sum of its entries")


def _whose(site: Site, name: str) -> tuple[int, str]:
    with site.store.read() as unit:
        found = the_customer(unit, name)
    return found.id, found.name


def _say_balance(name: str, account: Account) -> None:
    rest = f", {spelled(account.to_invoice)} to invoice" if account.to_invoice else ""
    say(f"{name}: {spelled(account.balance)} left{rest}")


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "kind": entry.kind.value,
        "minutes": entry.minutes,
        "to_invoice_minutes": entry.to_invoice,
        "balance_minutes": entry.balance,
        "note": entry.note,
        "number": entry.number,
        "actor": entry.actor,
        "price": entry.price,
        "expires_on": entry.expires_on and entry.expires_on.isoformat(),
        "reverses": entry.reverses,
    }


def _row(entry: Entry, prefix: str, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        str(entry.id),
        f"{entry.at.astimezone(zone):%Y-%m-%d}",
        entry.kind,
        spelled(entry.minutes),
        spelled(entry.to_invoice) if entry.to_invoice else "",
        spelled(entry.balance),
        label(entry.number, prefix) if entry.number is not None else "",
        entry.note,
    )
