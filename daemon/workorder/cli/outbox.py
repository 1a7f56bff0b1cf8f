"""`workorder outbox`: the mail that goes out, from the decision to write it to the end."""

from typing import Any

import click

from workorder.cli.output import (
    iso,
    json_option,
    print_fields,
    print_json,
    print_raw,
    print_table,
    row_id,
    say,
)
from workorder.cli.site import the_site
from workorder.errors import RequestError
from workorder.store.outbox import OutboxRow
from workorder.store.states import NoticeState


@click.group()
def outbox() -> None:
    """Mail that goes out."""


def outbox_json(row: OutboxRow) -> dict[str, Any]:
    """An outgoing mail as JSON; `event` is its X-WorkOrder-Event."""
    return {
        "id": row.id,
        "number": row.number,
        "event": row.kind.value,
        "recipient": row.recipient,
        "state": row.state.value,
        "attempts": row.attempts,
        "next_at": iso(row.next_at),
        "error": row.error,
        "reply": row.reply,
        "created_at": iso(row.created_at),
        "sent_at": iso(row.sent_at),
        "bounced_at": iso(row.bounced_at),
        "message_id": row.message_id,
    }


@outbox.command("list")
@click.option("--state", type=click.Choice([state.value for state in NoticeState]))
@json_option
def list_(state: str | None, as_json: bool) -> None:
    """List outgoing mail, newest first."""
    with the_site() as site, site.store.read() as unit:
        rows = unit.outbox.rows(state=NoticeState(state) if state else None)
    if as_json:
        print_json([outbox_json(row) for row in rows])
        return
    lines = [
        (
            str(row.id),
            "" if row.number is None else str(row.number),
            row.kind.value,
            row.recipient,
            "bounced" if row.bounced_at else row.state.value,
            row.error or row.reply,
        )
        for row in rows
    ]
    print_table(("ID", "NUMBER", "EVENT", "RECIPIENT", "STATE", "WORDS"), lines)


@outbox.command()
@click.argument("notice_id", metavar="ID", type=row_id)
@click.option("--raw", is_flag=True, help="Print its frozen bytes, kept until it is sent.")
@json_option
def show(notice_id: int, raw: bool, as_json: bool) -> None:
    """Show an outgoing mail and how it fared."""
    with the_site() as site, site.store.read() as unit:
        row = unit.outbox.get(notice_id)
    if raw:
        if row.body is None:
            raise RequestError(f"outgoing mail {notice_id} has no bytes: it is {row.state}")
        print_raw(row.body)
        return
    document = outbox_json(row) | {
        "audience": row.audience.value,
        "language": row.language,
        "with_pdf": row.with_pdf,
        "detail": row.detail,
        "resends": row.resends,
        "mail_id": row.mail_id,
    }
    if as_json:
        print_json(document)
        return
    print_fields(document)


@outbox.command()
@click.argument("notice_id", metavar="ID", type=row_id)
def retry(notice_id: int) -> None:
    """Have a buried mail tried again."""
    with the_site() as site, site.store.write() as unit:
        unit.outbox.retry(notice_id, site.clock())
    say(f"outgoing mail {notice_id} is tried again")


@outbox.command()
@click.argument("notice_id", metavar="ID", type=row_id)
def discard(notice_id: int) -> None:
    """Give up a mail that was not sent."""
    with the_site() as site, site.store.write() as unit:
        unit.outbox.discard(notice_id)
    say(f"outgoing mail {notice_id} is discarded")
