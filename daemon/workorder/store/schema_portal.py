"""The tables of the portal: who takes part in what, who asked to be let in, who is in.

Secrets are kept as hashes alone: what stands here opens nothing.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from workorder.store.columns import Identity, Moment
from workorder.store.schema_books import metadata

# Who takes part in which work orders, by the address: what a contact may see is found by it.
order_people = Table(
    "order_people",
    metadata,
    Column("email", Text, primary_key=True),
    Column(
        "number",
        BigInteger,
        ForeignKey("orders.number"),
        primary_key=True,
        autoincrement=False,
    ),
)
Index("ix_order_people_number", order_people.c.number)

portal_tries = Table(
    "portal_tries",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
Index("ix_portal_tries_email", portal_tries.c.email, portal_tries.c.kind, portal_tries.c.at)
Index("ix_portal_tries_address", portal_tries.c.address, portal_tries.c.kind, portal_tries.c.at)
Index("ix_portal_tries_at", portal_tries.c.at)

portal_logins = Table(
    "portal_logins",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("person", Text),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("code_hash", Text, nullable=False),
    Column("browser_hash", Text, nullable=False, index=True),
    Column("next", Text, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("wrong", Integer, nullable=False),
    Column("used_at", Moment),
)
Index("ix_portal_logins_person", portal_logins.c.person)

portal_sessions = Table(
    "portal_sessions",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("person", Text, nullable=False, index=True),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
)

portal_passwords = Table(
    "portal_passwords",
    metadata,
    Column("person", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("set_at", Moment, nullable=False),
)

portal_posts = Table(
    "portal_posts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

__all__ = [
    "metadata",
    "order_people",
    "portal_logins",
    "portal_passwords",
    "portal_posts",
    "portal_sessions",
    "portal_tries",
]
