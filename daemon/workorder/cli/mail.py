"""`workorder mail`: the mail that came in, and what is to become of what was set aside."""

import json
from collections.abc import Sequence
from typing import Any

import click

from workorder.cli.output import (
    iso,
    json_option,
    print_fields,
    print_json,
    print_line,
    print_raw,
    print_table,
    row_id,
    say,
)
from workorder.cli.site import the_site
from workorder.store.inbound import LedgerEntry


@click.group()
def mail() -> None:
    """Mail that came in, and what was set aside."""


def mail_json(entry: LedgerEntry) -> dict[str, Any]:
    """A mail of the ledger as JSON; `size` in bytes."""
    return {
        "id": entry.id,
        "mailbox": entry.mailbox,
        "state": entry.state.value,
        "attempts": entry.attempts,
        "reason": entry.reason,
        "sender": entry.sender,
        "message_id": entry.message_id,
        "received_at": iso(entry.received_at),
        "size": entry.size,
        "number": entry.number,
    }


@mail.command()
@json_option
def aside(as_json: bool) -> None:
    """List the mail that was set aside, oldest first."""
    with the_site() as site, site.store.read() as unit:
        _print_mails(unit.inbound.aside(), as_json=as_json)


@mail.command("list")
@click.option("--last", metavar="N", type=click.IntRange(1), default=50, show_default=True)
@json_option
def list_mails(last: int, as_json: bool) -> None:
    """List the mail that came in last, newest first, and what became of it."""
    with the_site() as site, site.store.read() as unit:
        _print_mails(unit.inbound.latest(last), as_json=as_json)


def _print_mails(entries: Sequence[LedgerEntry], *, as_json: bool) -> None:
    if as_json:
        print_json([mail_json(entry) for entry in entries])
        return
    rows = [
        (
            str(entry.id),
            entry.mailbox,
            f"{entry.received_at:%Y-%m-%d %H:%M} UTC",
            entry.sender or "-",
            entry.state,
            str(entry.number or "-"),
            entry.reason,
        )
        for entry in entries
    ]
    print_table(("ID", "MAILBOX", "RECEIVED", "FROM", "STATE", "NUMBER", "REASON"), rows)


@mail.command()
@click.argument("mail_id", metavar="ID", type=row_id)
@click.option("--raw", is_flag=True, help="Print the mail itself, byte for byte.")
@json_option
def show(mail_id: int, raw: bool, as_json: bool) -> None:
    """Show what is known of a mail that came in, and why it became what it is."""
    with the_site() as site:
        with site.store.read() as unit:
            entry = unit.inbound.get(mail_id)
        if raw:
            print_raw(site.store.files.raw(entry.sha256))
            return
    document = mail_json(entry) | {
        "internaldate": iso(entry.internaldate),
        "truncated": entry.truncated,
        "filed": entry.filed,
        "sha256": entry.sha256,
    }
    trace = [{"stage": stage, "text": text} for stage, text in json.loads(entry.trace or "[]")]
    if as_json:
        print_json(document | {"trace": trace})
        return
    print_fields(document)
    for line in trace:
        print_line(f"  {line['stage']}: {line['text']}")


@mail.command()
@click.argument("mail_id", metavar="ID", type=row_id)
def retry(mail_id: int) -> None:
    """Have a mail that was set aside tried again, from the first attempt."""
    with the_site() as site, site.store.write() as unit:
        unit.inbound.retry(mail_id, site.clock())
    say(f"mail {mail_id} is tried again with the next mail that is taken in")


@mail.command()
@click.argument("mail_id", metavar="ID", type=row_id)
@click.option("--why", required=True, metavar="TEXT", help="Kept with the mail.")
def discard(mail_id: int, why: str) -> None:
    """Give up a mail that was set aside; it is kept, and listed no more."""
    reason = " ".join(why.split())
    if not reason:
        raise click.BadParameter("say why", param_hint="--why")
    with the_site() as site, site.store.write() as unit:
        unit.inbound.discard(mail_id, reason)
    say(f"mail {mail_id} is discarded")
