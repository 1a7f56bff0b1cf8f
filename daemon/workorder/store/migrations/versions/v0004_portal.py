"""The portal: logins, sessions and passwords; and when work orders were touched last."""

import json

import sqlalchemy as sa
from alembic import op

from workorder.store.columns import Identity, Moment

revision = "0004"
down_revision = "0003"

_AT_ONCE = 5_000
_NEXT = sa.text(
    "SELECT number, participants FROM orders WHERE number > :last ORDER BY number LIMIT :limit"
)
_OPEN = "(status NOT IN ('cancelled', 'finished'))"


def upgrade() -> None:
    """Add it to the tables that are there."""
    _orders()
    _people()
    _tries()
    _logins()
    _sessions()
    op.create_table(
        "portal_passwords",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("set_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_portal_passwords"),
    )
    op.create_table(
        "portal_posts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_portal_posts"),
    )
    op.create_index("ix_portal_posts_at", "portal_posts", ["at"])


def _orders() -> None:
    op.add_column("orders", sa.Column("touched_at", Moment(), nullable=True))
    # What the clock and mail servers do touches no work order.
    op.execute(
        "UPDATE orders SET touched_at = coalesce((SELECT max(events.at) FROM events"
        " WHERE events.number = orders.number AND events.kind NOT IN"
        " ('reminder', 'open-long', 'mail-failed', 'mail-in-auto')), opened_at)"
    )
    for column in ("customer", "technician"):
        name = f"ix_orders_{column}_status"
        op.create_index(name, "orders", [f"{column}_id", "status", "number"])
        op.drop_index(f"ix_orders_{column}_id", "orders")  # the new one begins with it
    op.create_index(
        "ix_orders_touched_at",
        "orders",
        ["touched_at", "number"],
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )


def _people() -> None:
    op.create_table(
        "order_people",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["number"], ["orders.number"], name="fk_order_people_number"),
        sa.PrimaryKeyConstraint("email", "number", name="pk_order_people"),
    )
    op.create_index("ix_order_people_number", "order_people", ["number"])
    connection = op.get_bind()
    adding = sa.text("INSERT INTO order_people (email, number) VALUES (:email, :number)")
    last = 0
    while rows := connection.execute(_NEXT, {"last": last, "limit": _AT_ONCE}).all():
        last = rows[-1].number
        people = [
            {"email": email, "number": row.number}
            for row in rows
            for email in dict.fromkeys(json.loads(row.participants))
        ]
        if people:
            connection.execute(adding, people)


def _tries() -> None:
    op.create_table(
        "portal_tries",
        sa.Column("id", Identity, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_portal_tries"),
    )
    for column in ("email", "address"):
        op.create_index(f"ix_portal_tries_{column}", "portal_tries", [column, "kind", "at"])
    op.create_index("ix_portal_tries_at", "portal_tries", ["at"])


def _logins() -> None:
    op.create_table(
        "portal_logins",
        sa.Column("id", Identity, nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("browser_hash", sa.Text(), nullable=False),
        sa.Column("next", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_portal_logins"),
        sa.UniqueConstraint("token_hash", name="uq_portal_logins_token_hash"),
    )
    for column in ("browser_hash", "expires_at", "person"):
        op.create_index(f"ix_portal_logins_{column}", "portal_logins", [column])


def _sessions() -> None:
    op.create_table(
        "portal_sessions",
        sa.Column("id", Identity, nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_portal_sessions"),
        sa.UniqueConstraint("secret_hash", name="uq_portal_sessions_secret_hash"),
    )
    for column in ("person", "seen_at"):
        op.create_index(f"ix_portal_sessions_{column}", "portal_sessions", [column])
