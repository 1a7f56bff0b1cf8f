"""The tables, and the revision of the migrations that they are the outcome of.

Every look-up of intake and of delivery has its index here; tests hold the migrations to this
page, and the statements to the indexes.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    true,
)

from workorder.core.model import (
    CLOSED,
    Approval,
    BilledBy,
    Notify,
    OpenedBy,
    Priority,
    Status,
    Timer,
)
from workorder.store.columns import Day, Identity, Listed, Moment, Packed, Word
from workorder.store.states import MailState

REVISIONS = ("0001", "0002", "0003", "0004")
"""Every revision of the schema, oldest first; the last one is what this program works with."""

NO_TIMERS = "[]"
"""How a work order is kept on which no timer runs."""

NUMBERS = "work-orders"
"""The counter that work orders are numbered from."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Which revision the database is at; the table is alembic's own."""

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# -- people and things; what was removed stays, so that old work orders keep their names --------

customers = Table(
    "customers",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("language", Text),
    Column("removed_at", Moment),
)
_present = customers.c.removed_at.is_(None)
Index(
    "uq_customers_name_key",
    customers.c.name_key,
    unique=True,
    sqlite_where=_present,
    postgresql_where=_present,
)

domains = Table(
    "domains",
    metadata,
    Column("domain", Text, primary_key=True),
    Column("customer_id", Identity, ForeignKey("customers.id"), nullable=False, index=True),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("customer_id", Identity, ForeignKey("customers.id"), nullable=False, index=True),
    Column("primary", Boolean, nullable=False),
    Column("language", Text),
    Column("proven", Boolean, nullable=False),
    Column("removed_at", Moment),
)
_present = contacts.c.removed_at.is_(None)
Index(
    "uq_contacts_email",
    contacts.c.email,
    unique=True,
    sqlite_where=_present,
    postgresql_where=_present,
)
# Who wrote an old event is found though they were removed.
Index("ix_contacts_email", contacts.c.email)

technicians = Table(
    "technicians",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("notify", Word(Notify), nullable=False),
    Column("timezone", Text),
    Column("removed_at", Moment),
    Column("digest_on", Day),
)
_present = technicians.c.removed_at.is_(None)
Index(
    "uq_technicians_email",
    technicians.c.email,
    unique=True,
    sqlite_where=_present,
    postgresql_where=_present,
)

equipment = Table(
    "equipment",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("customer_id", Identity, ForeignKey("customers.id"), nullable=False),
    Column("tag", Text, nullable=False),
    Column("tag_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("serial", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("removed_at", Moment),
)
_present = equipment.c.removed_at.is_(None)
Index(
    "uq_equipment_customer_id_tag_key",
    equipment.c.customer_id,
    equipment.c.tag_key,
    unique=True,
    sqlite_where=_present,
    postgresql_where=_present,
)

# A host that an alert names is looked for among everybody's.
Index("ix_equipment_tag_key", equipment.c.tag_key)

# -- rules; the last good ones, for a start while the files are wrong ----------------------------

rule_files = Table(
    "rule_files",
    metadata,
    Column("name", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

# -- inbound mail -------------------------------------------------------------------------------

inbound = Table(
    "inbound",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("mailbox", Text, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("internaldate", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("truncated", Boolean, nullable=False),
    Column("state", Word(MailState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("alone", Boolean, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("filed", Boolean, nullable=False),
    Column("released_at", Moment),
    Column("reason", Text, nullable=False),
    Column("message_id", Text),
    Column("sender", Text, nullable=False),
    Column("body_hash", Text, nullable=False),
    Column("number", BigInteger, ForeignKey("orders.number")),
    Column("trace", Text, nullable=False),
    Column("let_in", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("mailbox", "sha256"),
)
# The same predicates stand in the queries, word for word: SQLite takes a partial index only then.
# Each is for one kind of question alone. An index over all states would be taken for others too,
# and walk through every mail that was ever done.
_SETTLED = (MailState.DONE, MailState.DUPLICATE, MailState.IGNORED, MailState.DISCARDED)
OPEN = inbound.c.state.not_in([literal_column(f"'{state}'") for state in _SETTLED])
Index(
    "ix_inbound_open",
    inbound.c.state,
    inbound.c.mailbox,
    inbound.c.id,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
UNFILED = inbound.c.filed == false()
Index(
    "ix_inbound_unfiled",
    inbound.c.mailbox,
    inbound.c.state,
    inbound.c.id,
    sqlite_where=UNFILED,
    postgresql_where=UNFILED,
)
ALONE = inbound.c.alone == true()
Index(
    "ix_inbound_alone",
    inbound.c.mailbox,
    inbound.c.id,
    sqlite_where=ALONE,
    postgresql_where=ALONE,
)
_known_id = inbound.c.message_id.is_not(None)
Index(
    "ix_inbound_message_id",
    inbound.c.message_id,
    inbound.c.sender,
    inbound.c.body_hash,
    sqlite_where=_known_id,
    postgresql_where=_known_id,
)
Index("ix_inbound_sender", inbound.c.sender, inbound.c.internaldate)
_was_released = inbound.c.released_at.is_not(None)
Index(
    "ix_inbound_released_at",
    inbound.c.released_at,
    sqlite_where=_was_released,
    postgresql_where=_was_released,
)
_has_number = inbound.c.number.is_not(None)
Index(
    "ix_inbound_number",
    inbound.c.number,
    sqlite_where=_has_number,
    postgresql_where=_has_number,
)

# -- work orders --------------------------------------------------------------------------------

orders = Table(
    "orders",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("status", Word(Status), nullable=False),
    Column("customer_id", Identity, ForeignKey("customers.id")),
    Column("requester_name", Text, nullable=False),
    Column("requester_email", Text, nullable=False, index=True),
    Column("technician_id", Identity, ForeignKey("technicians.id")),
    Column("priority", Word(Priority), nullable=False),
    Column("labels", Listed, nullable=False),
    Column("equipment_ids", Listed, nullable=False),
    Column("participants", Listed, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("opened_by", Word(OpenedBy), nullable=False),
    Column("closed_at", Moment),
    Column("follow_up_on", Day),
    Column("thread_id", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("worked_minutes", Integer, nullable=False),
    Column("billed_minutes", Integer, nullable=False),
    Column("billed_by", Word(BilledBy)),
    Column("merged_into", BigInteger),
    Column("alert_key", Text, nullable=False, server_default=""),
    Column("after_minutes", Integer, nullable=False, server_default="0"),
    Column("timers", Packed(tuple[Timer, ...]), nullable=False, server_default=NO_TIMERS),
    Column("silent_since", Moment),
    Column("reminders", Integer, nullable=False, server_default="0"),
    Column("open_since", Moment),
    Column("long_notices", Integer, nullable=False, server_default="0"),
    Column("approval", Word(Approval), nullable=False, server_default=Approval.NONE.value),
    Column("touched_at", Moment),
)
# What the clock looks for, in the order in which it becomes due.
for _clock in (orders.c.silent_since, orders.c.open_since, orders.c.follow_up_on):
    Index(
        f"ix_orders_{_clock.name}",
        _clock,
        orders.c.number,
        sqlite_where=_clock.is_not(None),
        postgresql_where=_clock.is_not(None),
    )
TIMED = orders.c.timers != literal_column(f"'{NO_TIMERS}'")
Index("ix_orders_timers", orders.c.number, sqlite_where=TIMED, postgresql_where=TIMED)
Index("ix_orders_status", orders.c.status, orders.c.number)
# What the portal lists: a customer's, a technician's, and what nobody has touched for longest.
Index("ix_orders_customer_status", orders.c.customer_id, orders.c.status, orders.c.number)
Index("ix_orders_technician_status", orders.c.technician_id, orders.c.status, orders.c.number)
STILL_OPEN = orders.c.status.not_in([literal_column(f"'{status}'") for status in sorted(CLOSED)])
Index(
    "ix_orders_touched_at",
    orders.c.touched_at,
    orders.c.number,
    sqlite_where=STILL_OPEN,
    postgresql_where=STILL_OPEN,
)
_by_alert = orders.c.alert_key != ""
Index(
    "ix_orders_alert_key",
    orders.c.alert_key,
    orders.c.number,
    sqlite_where=_by_alert,
    postgresql_where=_by_alert,
)

events = Table(
    "events",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("number", BigInteger, ForeignKey("orders.number"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("mail_id", Identity, ForeignKey("inbound.id")),
)
Index("ix_events_number", events.c.number, events.c.id)

files = Table(
    "files",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("number", BigInteger, ForeignKey("orders.number"), nullable=False),
    Column("event_id", Identity, ForeignKey("events.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
)
Index("ix_files_number", files.c.number, files.c.id)
