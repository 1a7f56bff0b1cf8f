"""What technicians' tags, rule files and alerts need."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add it to the tables that are there."""
    op.add_column("orders", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.add_column("orders", sa.Column("alert_key", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_orders_alert_key",
        "orders",
        ["alert_key", "number"],
        sqlite_where=sa.text("alert_key != ''"),
        postgresql_where=sa.text("alert_key != ''"),
    )
    op.add_column(
        "inbound", sa.Column("let_in", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("ix_equipment_tag_key", "equipment", ["tag_key"])
    op.create_table(
        "rule_files",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_rule_files"),
    )
    op.add_column("outbox", sa.Column("template", sa.Text(), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("transcript", sa.Text(), nullable=True))
