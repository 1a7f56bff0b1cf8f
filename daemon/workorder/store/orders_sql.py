"""The statements on work orders and their events."""

from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, bindparam, case, delete, func, select, update

from workorder.core.model import CLOSED
from workorder.store import schema
from workorder.store.schema import counters, events, files, inbound, orders
from workorder.store.schema_outbox import outbox
from workorder.store.schema_portal import order_people

MOST_BY_MAIL = 200  # a Message-ID that is used again and again must not fill our memory

COLUMNS = (
    orders.c.number,
    orders.c.title,
    orders.c.status,
    orders.c.customer_id,
    orders.c.requester_name,
    orders.c.requester_email,
    orders.c.technician_id,
    orders.c.priority,
    orders.c.labels,
    orders.c.equipment_ids,
    orders.c.participants,
    orders.c.opened_at,
    orders.c.opened_by,
    orders.c.closed_at,
    orders.c.follow_up_on,
    orders.c.thread_id,
    orders.c.service,
    orders.c.merged_into,
    orders.c.alert_key,
    orders.c.touched_at,
    orders.c.worked_minutes,
    orders.c.after_minutes,
    orders.c.billed_minutes,
    orders.c.billed_by,
    orders.c.timers,
    orders.c.silent_since,
    orders.c.reminders,
    orders.c.open_since,
    orders.c.long_notices,
    orders.c.approval,
)
NUMBER: BindParameter[Any] = bindparam("a_number")
GET = select(*COLUMNS).where(orders.c.number == NUMBER)
# On PostgreSQL two daemons may fold onto the same work order; SQLite has one writer anyway.
GET_TO_CHANGE = GET.with_for_update()
NEXT_NUMBER = (
    update(counters)
    .where(counters.c.name == schema.NUMBERS)
    .values(
        value=case(
            (counters.c.value < bindparam("first"), bindparam("first")),
            else_=counters.c.value + 1,
        )
    )
    .returning(counters.c.value)
)
OF_ALERT = (
    select(orders.c.number)
    .where(
        orders.c.alert_key == bindparam("a_key"),
        orders.c.alert_key != "",
        orders.c.status.not_in(sorted(CLOSED)),
    )
    .order_by(orders.c.number.desc())
    .limit(1)
)
ALONE_WITH_KEY = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("a_key"), 0)))
OPEN_OF_TECHNICIAN = (
    select(*COLUMNS)
    .where(
        orders.c.technician_id == bindparam("a_technician"),
        orders.c.status.not_in(sorted(CLOSED)),
    )
    .order_by(orders.c.number.desc())
    .limit(bindparam("limit"))
)
FOLLOWS_MOVE = (events, files, outbox, inbound)
MOVES = tuple(
    update(table)
    .where(table.c.number == bindparam("moved_from"))
    .values(number=bindparam("moved_to"))
    for table in FOLLOWS_MOVE
)


@lru_cache(maxsize=256)
def save(columns: tuple[str, ...]) -> Any:  # noqa: ANN401 - an update
    """Set these columns of a work order, bound as `new_COLUMN`; built once for each set of them."""
    values = {name: bindparam(f"new_{name}", type_=orders.c[name].type) for name in columns}
    return update(orders).where(orders.c.number == NUMBER).values(values)


NO_PEOPLE = delete(order_people).where(order_people.c.number == NUMBER)
LAST_NUMBER = select(counters.c.value).where(counters.c.name == schema.NUMBERS)
HISTORY = (
    select(
        events.c.id,
        events.c.mail_id,
        events.c.kind,
        events.c.at,
        events.c.actor,
        events.c.public,
        events.c.text,
        events.c.data,
    )
    .where(events.c.number == NUMBER)
    .order_by(events.c.id)
)
EVENTS = HISTORY.with_only_columns(
    events.c.kind, events.c.at, events.c.actor, events.c.public, events.c.text, events.c.data
)
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
BY_NOTICE = (
    select(
        outbox.c.message_id,
        outbox.c.number,
        outbox.c.recipient,
        outbox.c.kind,
        outbox.c.spent,
        outbox.c.id.label("outbox_id"),
        events.c.actor,
        events.c.kind.label("event_kind"),
    )
    .select_from(outbox.outerjoin(events, outbox.c.event_id == events.c.id))
    .where(outbox.c.message_id.in_(IDS))
)
BY_MAIL = (
    select(inbound.c.message_id, inbound.c.number)
    .where(inbound.c.message_id.in_(IDS), inbound.c.number.is_not(None))
    .order_by(inbound.c.id)
    .limit(MOST_BY_MAIL)
)
SPEND = update(outbox).where(outbox.c.message_id.in_(IDS)).values(spent=True)
