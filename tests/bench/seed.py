"""Filling a database with years of work orders, straight into its tables."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, update

from workorder.core.model import OpenedBy, Priority, Status
from workorder.core.notice import Audience, NoticeKind
from workorder.store import schema, schema_outbox
from workorder.store.engine import open_engine
from workorder.store.states import MailState, NoticeState

EVENTS_EACH = 5
NOTICES_EACH = 3
_AT_ONCE = 5000
_START = datetime(2020, 1, 1, tzinfo=UTC)


def fill(database: Path, count: int, *, first: int) -> None:
    """Store `count` finished and open work orders with events, mails and sent notices.

    They are numbered from `first`; the counter goes on behind them.
    """
    engine = open_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        for start in range(0, count, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, count))
            tables: list[tuple[Table, list[dict[str, Any]]]] = [
                (schema.orders, [order_row(n, first) for n in numbers]),
                (schema.inbound, [_mail(n, first) for n in numbers]),
                (schema.events, [_event(n, first, k) for n in numbers for k in range(EVENTS_EACH)]),
                (
                    schema_outbox.outbox,
                    [_notice(n, first, k) for n in numbers for k in range(NOTICES_EACH)],
                ),
            ]
            for table, rows in tables:
                connection.execute(insert(table), rows)
        connection.execute(
            update(schema.counters)
            .where(schema.counters.c.name == schema.NUMBERS)
            .values(value=first + count - 1)
        )
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _at(n: int) -> datetime:
    return _START + timedelta(minutes=15 * n)


def order_row(n: int, first: int) -> dict[str, Any]:
    is_open = n % 50 == 0
    return {
        "number": first + n,
        "title": f"Job number {n}",
        "status": Status.IN_PROGRESS if is_open else Status.FINISHED,
        "customer_id": 1 + n % 20,
        "requester_name": f"Person {n % 100}",
        "requester_email": f"person{n % 5}@customer{n % 20}.example",
        "technician_id": None,
        "priority": Priority.NORMAL,
        "labels": (),
        "equipment_ids": (),
        "participants": (f"person{n % 5}@customer{n % 20}.example",),
        "opened_at": _at(n),
        "opened_by": OpenedBy.MAIL,
        "closed_at": None if is_open else _at(n + 100),
        "follow_up_on": None,
        "thread_id": f"<seed-{n}@client.example>",
        "service": f"What was asked for in job {n}.",
        "worked_minutes": 0,
        "billed_minutes": 0,
        "billed_by": None,
    }


def _mail(n: int, first: int) -> dict[str, Any]:
    return {
        "id": n + 1,
        "mailbox": "support",
        "uidvalidity": 1,
        "uid": n + 1,
        "sha256": f"{n:064x}",
        "size": 6000,
        "internaldate": _at(n),
        "received_at": _at(n),
        "truncated": False,
        "state": MailState.DONE,
        "attempts": 0,
        "alone": False,
        "next_at": _at(n),
        "filed": True,
        "released_at": None,
        "reason": "opens a work order",
        "message_id": f"<seed-{n}@client.example>",
        "sender": f"person{n % 5}@customer{n % 20}.example",
        "body_hash": f"{n:064x}",
        "number": first + n,
        "trace": "[]",
    }


def _event(n: int, first: int, k: int) -> dict[str, Any]:
    return {
        "id": n * EVENTS_EACH + k + 1,
        "number": first + n,
        "at": _at(n + k),
        "kind": "reply",
        "actor": f"person{n % 5}@customer{n % 20}.example",
        "public": True,
        "text": f"Something was written about job {n}, and more of it, {k}.",
        "data": json.dumps({"by_technician": False, "reopened": False}),
        "mail_id": n + 1,
    }


def _notice(n: int, first: int, k: int) -> dict[str, Any]:
    return {
        "id": n * NOTICES_EACH + k + 1,
        "number": first + n,
        "event_id": n * EVENTS_EACH + k + 1,
        "mail_id": n + 1,
        "kind": NoticeKind.OPENED,
        "audience": Audience.CUSTOMER,
        "recipient_name": "",
        "recipient": f"person{k}@customer{n % 20}.example",
        "language": "en",
        "with_pdf": True,
        "auto_submitted": None,
        "in_reply_to": None,
        "refs": (),
        "detail": "",
        "capped": False,
        "message_id": f"<wo-{n}-{k}@northwind.example>",
        "key": f"{n}:{k}",
        "state": NoticeState.SENT,
        "attempts": 1,
        "resends": 0,
        "next_at": _at(n),
        "lease_until": None,
        "error": "",
        "reply": "250 OK",
        "spent": False,
        "created_at": _at(n),
        "sent_at": _at(n),
        "bounced_at": None,
    }
