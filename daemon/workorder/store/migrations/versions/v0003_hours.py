"""Timers, worked and billed hours, the customers' banks, and the clocks of work orders."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from workorder.store.columns import Identity, Moment
from workorder.store.schema_books import guards

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add it to the tables that are there; what is open or waits is so since it became so."""
    _orders()
    op.add_column("technicians", sa.Column("digest_on", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("enclosure", sa.Text(), nullable=True))
    _times()
    _accounts()
    _entries()
    _lots()
    for table in ("times", "bank_entries", "bank_draws"):
        for statement in guards(table, op.get_bind().dialect.name):
            op.execute(statement)


def _orders() -> None:
    added: tuple[sa.Column[Any], ...] = (
        sa.Column("after_minutes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("timers", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("silent_since", Moment(), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("open_since", Moment(), nullable=True),
        sa.Column("long_notices", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("approval", sa.Text(), nullable=False, server_default="none"),
    )
    for column in added:
        op.add_column("orders", column)
    op.execute(
        "UPDATE orders SET open_since = opened_at WHERE status NOT IN ('finished', 'cancelled')"
    )
    op.execute(
        "UPDATE orders SET silent_since = coalesce((SELECT max(events.at) FROM events"
        " WHERE events.number = orders.number AND events.kind = 'status'), opened_at)"
        " WHERE status = 'waiting-customer'"
    )
    for name, where in (
        ("silent_since", "silent_since IS NOT NULL"),
        ("open_since", "open_since IS NOT NULL"),
        ("follow_up_on", "follow_up_on IS NOT NULL"),
    ):
        _partial(f"ix_orders_{name}", "orders", [name, "number"], where)
    _partial("ix_orders_timers", "orders", ["number"], "timers != '[]'")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def _times() -> None:
    op.create_table(
        "times",
        sa.Column("event_id", Identity, autoincrement=False, nullable=False),
        sa.Column("technician", sa.Text(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("stopped_at", Moment(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_times_event_id"),
        sa.PrimaryKeyConstraint("event_id", name="pk_times"),
    )
    op.create_index("ix_times_started_at", "times", ["started_at"])


def _accounts() -> None:
    op.create_table(
        "bank_accounts",
        sa.Column("customer_id", Identity, autoincrement=False, nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("to_invoice", sa.Integer(), nullable=False),
        sa.Column("last_bought", sa.Integer(), nullable=False),
        sa.Column("stated", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_bank_accounts_customer_id"
        ),
        sa.PrimaryKeyConstraint("customer_id", name="pk_bank_accounts"),
    )


def _entries() -> None:
    op.create_table(
        "bank_entries",
        sa.Column("id", Identity, nullable=False),
        sa.Column("customer_id", Identity, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("to_invoice", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("event_id", Identity, nullable=True),
        sa.Column("reverses", Identity, nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("price", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Text(), nullable=True),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name="fk_bank_entries_customer_id"
        ),
        sa.ForeignKeyConstraint(["number"], ["orders.number"], name="fk_bank_entries_number"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_bank_entries_event_id"),
        sa.ForeignKeyConstraint(["reverses"], ["bank_entries.id"], name="fk_bank_entries_reverses"),
        sa.PrimaryKeyConstraint("id", name="pk_bank_entries"),
    )
    op.create_index("ix_bank_entries_customer_id", "bank_entries", ["customer_id", "at"])
    _partial(
        "ix_bank_entries_number", "bank_entries", ["number", "customer_id"], "number IS NOT NULL"
    )


def _lots() -> None:
    op.create_table(
        "bank_lots",
        sa.Column("entry_id", Identity, autoincrement=False, nullable=False),
        sa.Column("customer_id", Identity, nullable=False),
        sa.Column("expires_on", sa.Text(), nullable=True),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["bank_entries.id"], name="fk_bank_lots_entry_id"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_bank_lots_customer_id"),
        sa.PrimaryKeyConstraint("entry_id", name="pk_bank_lots"),
    )
    for column in ("customer_id", "expires_on"):
        _partial(f"ix_bank_lots_{column}", "bank_lots", [column], "remaining > 0")
    op.create_index("ix_bank_lots_until", "bank_lots", ["customer_id", "expires_on"])
    op.create_table(
        "bank_draws",
        sa.Column("id", Identity, nullable=False),
        sa.Column("entry_id", Identity, nullable=False),
        sa.Column("lot_id", Identity, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["bank_entries.id"], name="fk_bank_draws_entry_id"),
        sa.ForeignKeyConstraint(["lot_id"], ["bank_lots.entry_id"], name="fk_bank_draws_lot_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bank_draws"),
    )
    for column in ("entry_id", "lot_id"):
        op.create_index(f"ix_bank_draws_{column}", "bank_draws", [column])
