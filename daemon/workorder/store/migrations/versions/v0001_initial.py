"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from workorder.store.columns import Identity, Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    _people()
    _orders()
    _inbound()
    _events()
    _outbox()
    op.execute("INSERT INTO counters (name, value) VALUES ('work-orders', 0)")


def _where(predicate: str) -> dict[str, Any]:
    """Make an index partial; PostgreSQL has words for true and false, and no numbers."""
    words = predicate.replace("= 1", "= true").replace("= 0", "= false")
    return {"sqlite_where": sa.text(predicate), "postgresql_where": sa.text(words)}


def _people() -> None:
    """People and things."""
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "customers",
        sa.Column("id", Identity, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("removed_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    op.create_index(
        "uq_customers_name_key",
        "customers",
        ["name_key"],
        unique=True,
        **_where("removed_at IS NULL"),
    )
    op.create_table(
        "technicians",
        sa.Column("id", Identity, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("notify", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("removed_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_technicians"),
    )
    op.create_index(
        "uq_technicians_email",
        "technicians",
        ["email"],
        unique=True,
        **_where("removed_at IS NULL"),
    )
    op.create_table(
        "contacts",
        sa.Column("id", Identity, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("customer_id", Identity, nullable=False),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("removed_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_contacts_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_customer_id", "contacts", ["customer_id"])
    op.create_index(
        "uq_contacts_email", "contacts", ["email"], unique=True, **_where("removed_at IS NULL")
    )
    op.create_index("ix_contacts_email", "contacts", ["email"])
    op.create_table(
        "domains",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("customer_id", Identity, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_domains_customer_id"),
        sa.PrimaryKeyConstraint("domain", name="pk_domains"),
    )
    op.create_index("ix_domains_customer_id", "domains", ["customer_id"])
    op.create_table(
        "equipment",
        sa.Column("id", Identity, nullable=False),
        sa.Column("customer_id", Identity, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("tag_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("removed_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_equipment_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_equipment"),
    )
    op.create_index(
        "uq_equipment_customer_id_tag_key",
        "equipment",
        ["customer_id", "tag_key"],
        unique=True,
        **_where("removed_at IS NULL"),
    )


def _orders() -> None:
    """Work orders."""
    op.create_table(
        "orders",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("customer_id", Identity, nullable=True),
        sa.Column("requester_name", sa.Text(), nullable=False),
        sa.Column("requester_email", sa.Text(), nullable=False),
        sa.Column("technician_id", Identity, nullable=True),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("equipment_ids", sa.Text(), nullable=False),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("closed_at", Moment, nullable=True),
        sa.Column("follow_up_on", sa.Text(), nullable=True),
        sa.Column("thread_id", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("worked_minutes", sa.Integer(), nullable=False),
        sa.Column("billed_minutes", sa.Integer(), nullable=False),
        sa.Column("billed_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_orders_customer_id"),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technicians.id"], name="fk_orders_technician_id"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_orders"),
    )
    op.create_index("ix_orders_customer_id", "orders", ["customer_id"])
    op.create_index("ix_orders_requester_email", "orders", ["requester_email"])
    op.create_index("ix_orders_status", "orders", ["status", "number"])
    op.create_index("ix_orders_technician_id", "orders", ["technician_id"])


def _inbound() -> None:
    """The ledger of inbound mail."""
    op.create_table(
        "inbound",
        sa.Column("id", Identity, nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("internaldate", Moment, nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("next_at", Moment, nullable=False),
        sa.Column("filed", sa.Boolean(), nullable=False),
        sa.Column("released_at", Moment, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("trace", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["orders.number"], name="fk_inbound_number"),
        sa.PrimaryKeyConstraint("id", name="pk_inbound"),
        sa.UniqueConstraint("mailbox", "sha256", name="uq_inbound_mailbox_sha256"),
    )
    op.create_index("ix_inbound_alone", "inbound", ["mailbox", "id"], **_where("alone = 1"))
    op.create_index(
        "ix_inbound_message_id",
        "inbound",
        ["message_id", "sender", "body_hash"],
        **_where("message_id IS NOT NULL"),
    )
    op.create_index("ix_inbound_number", "inbound", ["number"], **_where("number IS NOT NULL"))
    op.create_index(
        "ix_inbound_released_at", "inbound", ["released_at"], **_where("released_at IS NOT NULL")
    )
    op.create_index("ix_inbound_sender", "inbound", ["sender", "internaldate"])
    op.create_index(
        "ix_inbound_open",
        "inbound",
        ["state", "mailbox", "id"],
        **_where("(state NOT IN ('done', 'duplicate', 'ignored', 'discarded'))"),
    )
    op.create_index(
        "ix_inbound_unfiled", "inbound", ["mailbox", "state", "id"], **_where("filed = 0")
    )


def _events() -> None:
    """What happened to work orders, and their files."""
    op.create_table(
        "events",
        sa.Column("id", Identity, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("mail_id", Identity, nullable=True),
        sa.ForeignKeyConstraint(["mail_id"], ["inbound.id"], name="fk_events_mail_id"),
        sa.ForeignKeyConstraint(["number"], ["orders.number"], name="fk_events_number"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_number", "events", ["number", "id"])
    op.create_table(
        "files",
        sa.Column("id", Identity, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("event_id", Identity, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_files_event_id"),
        sa.ForeignKeyConstraint(["number"], ["orders.number"], name="fk_files_number"),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
    )
    op.create_index("ix_files_number", "files", ["number", "id"])


def _outbox() -> None:
    """Outgoing mail."""
    op.create_table(
        "outbox",
        sa.Column("id", Identity, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("event_id", Identity, nullable=True),
        sa.Column("mail_id", Identity, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("with_pdf", sa.Boolean(), nullable=False),
        sa.Column("auto_submitted", sa.Text(), nullable=True),
        sa.Column("in_reply_to", sa.Text(), nullable=True),
        sa.Column("refs", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("capped", sa.Boolean(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("resends", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment, nullable=False),
        sa.Column("lease_until", Moment, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("spent", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("sent_at", Moment, nullable=True),
        sa.Column("bounced_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_outbox_event_id"),
        sa.ForeignKeyConstraint(["mail_id"], ["inbound.id"], name="fk_outbox_mail_id"),
        sa.ForeignKeyConstraint(["number"], ["orders.number"], name="fk_outbox_number"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sa.UniqueConstraint("message_id", name="uq_outbox_message_id"),
    )
    op.create_index("ix_outbox_capped", "outbox", ["created_at"], **_where("capped = 1"))
    op.create_index(
        "ix_outbox_capped_recipient", "outbox", ["recipient", "created_at"], **_where("capped = 1")
    )
    op.create_index("ix_outbox_due", "outbox", ["state", "next_at", "id"])
    op.create_index("ix_outbox_event_id", "outbox", ["event_id"])
    op.create_index(
        "ix_outbox_lease_until", "outbox", ["lease_until"], **_where("lease_until IS NOT NULL")
    )
    op.create_index("ix_outbox_number", "outbox", ["number", "recipient"])
    op.create_table(
        "bodies",
        sa.Column("outbox_id", Identity, autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_bodies_outbox_id"),
        sa.PrimaryKeyConstraint("outbox_id", name="pk_bodies"),
    )
