"""The tables of hours: time worked, and the customers' banks.

Entries, draws and times are only ever added: the database itself refuses to change or to delete
one. What `bank_accounts` and `bank_lots` hold is the sum of them, kept so that a balance is one
row; `Bank.check` proves it.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    event,
    literal_column,
)

from workorder.core.bank import EntryKind
from workorder.store.columns import Day, Identity, Moment, Word
from workorder.store.schema_outbox import metadata

times = Table(
    "times",
    metadata,
    Column("event_id", Identity, ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("technician", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("stopped_at", Moment, nullable=False),
    Column("minutes", Integer, nullable=False),
)
Index("ix_times_started_at", times.c.started_at)

bank_accounts = Table(
    "bank_accounts",
    metadata,
    Column(
        "customer_id",
        Identity,
        ForeignKey("customers.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("balance", Integer, nullable=False),
    Column("to_invoice", Integer, nullable=False),
    Column("last_bought", Integer, nullable=False),
    Column("stated", Day),
)

bank_entries = Table(
    "bank_entries",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("customer_id", Identity, ForeignKey("customers.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("kind", Word(EntryKind), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("to_invoice", Integer, nullable=False),
    Column("number", BigInteger, ForeignKey("orders.number")),
    Column("event_id", Identity, ForeignKey("events.id")),
    Column("reverses", Identity, ForeignKey("bank_entries.id")),
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("price", Text, nullable=False),
    Column("expires_on", Day),
    Column("balance", Integer, nullable=False),
)
Index("ix_bank_entries_customer_id", bank_entries.c.customer_id, bank_entries.c.at)
_of_order = bank_entries.c.number.is_not(None)
Index(
    "ix_bank_entries_number",
    bank_entries.c.number,
    bank_entries.c.customer_id,
    sqlite_where=_of_order,
    postgresql_where=_of_order,
)

bank_lots = Table(
    "bank_lots",
    metadata,
    Column(
        "entry_id",
        Identity,
        ForeignKey("bank_entries.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("customer_id", Identity, ForeignKey("customers.id"), nullable=False),
    Column("expires_on", Day),
    Column("remaining", Integer, nullable=False),
)
HAS_SOME = bank_lots.c.remaining > literal_column("0")
Index(
    "ix_bank_lots_customer_id",
    bank_lots.c.customer_id,
    sqlite_where=HAS_SOME,
    postgresql_where=HAS_SOME,
)
# Of one customer, what was written off: nothing of it remains.
Index("ix_bank_lots_until", bank_lots.c.customer_id, bank_lots.c.expires_on)
Index(
    "ix_bank_lots_expires_on",
    bank_lots.c.expires_on,
    sqlite_where=HAS_SOME,
    postgresql_where=HAS_SOME,
)

bank_draws = Table(
    "bank_draws",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("entry_id", Identity, ForeignKey("bank_entries.id"), nullable=False, index=True),
    Column("lot_id", Identity, ForeignKey("bank_lots.entry_id"), nullable=False, index=True),
    Column("minutes", Integer, nullable=False),
)

ONLY_ADDED = (times, bank_entries, bank_draws)
"""The tables of which no row is ever changed or deleted."""

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table}: rows are only ever added'); END
"""
_FUNCTION = """
CREATE OR REPLACE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ': rows are only ever added'; END $$
"""
_NO_CHANGE = (
    "CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION only_added()"
)
_NOT_EMPTIED = (
    "CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION only_added()"
)


def guards(table: str, dialect: str) -> tuple[str, ...]:
    """The statements by which a database refuses to change or delete rows of a table."""
    if dialect == "sqlite":
        return tuple(_SQLITE.format(table=table, verb=verb) for verb in ("UPDATE", "DELETE"))
    return (_FUNCTION, _NO_CHANGE.format(table=table), _NOT_EMPTIED.format(table=table))


for _table in ONLY_ADDED:
    for _dialect in ("sqlite", "postgresql"):
        for _statement in guards(_table.name, _dialect):
            _guard = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call] # the library says no types here
            event.listen(_table, "after_create", _guard)

__all__ = [
    "HAS_SOME",
    "ONLY_ADDED",
    "bank_accounts",
    "bank_draws",
    "bank_entries",
    "bank_lots",
    "guards",
    "metadata",
    "times",
]
