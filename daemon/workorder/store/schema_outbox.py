"""The tables of outgoing mail; the predicates here stand in the queries, word for word."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    true,
)

from workorder.core.books import Enclosure
from workorder.core.notice import Audience, AutoSubmitted, NoticeKind
from workorder.core.transcript import Transcript
from workorder.store.columns import Identity, Listed, Moment, Packed, Word
from workorder.store.schema import metadata
from workorder.store.states import NoticeState

outbox = Table(
    "outbox",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("number", BigInteger, ForeignKey("orders.number")),
    Column("event_id", Identity, ForeignKey("events.id")),
    Column("mail_id", Identity, ForeignKey("inbound.id")),
    Column("kind", Word(NoticeKind), nullable=False),
    Column("audience", Word(Audience), nullable=False),
    Column("recipient_name", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("with_pdf", Boolean, nullable=False),
    Column("auto_submitted", Word(AutoSubmitted)),
    Column("in_reply_to", Text),
    Column("refs", Listed, nullable=False),
    Column("detail", Text, nullable=False),
    Column("capped", Boolean, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("key", Text, nullable=False, unique=True),
    Column("state", Word(NoticeState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("resends", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("error", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("spent", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("bounced_at", Moment),
    Column("template", Text, nullable=False, server_default=""),
    Column("transcript", Packed(Transcript)),
    Column("enclosure", Packed(Enclosure)),
)
Index("ix_outbox_due", outbox.c.state, outbox.c.next_at, outbox.c.id)
_leased = outbox.c.lease_until.is_not(None)
Index(
    "ix_outbox_lease_until",
    outbox.c.lease_until,
    sqlite_where=_leased,
    postgresql_where=_leased,
)
Index("ix_outbox_event_id", outbox.c.event_id)
Index("ix_outbox_number", outbox.c.number, outbox.c.recipient)
CAPPED = outbox.c.capped == true()
Index(
    "ix_outbox_capped",
    outbox.c.created_at,
    sqlite_where=CAPPED,
    postgresql_where=CAPPED,
)
Index(
    "ix_outbox_capped_recipient",
    outbox.c.recipient,
    outbox.c.created_at,
    sqlite_where=CAPPED,
    postgresql_where=CAPPED,
)

# Apart from its row: what is written thrice while a mail goes out must not move its bytes thrice.
bodies = Table(
    "bodies",
    metadata,
    Column("outbox_id", Identity, ForeignKey("outbox.id"), primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

__all__ = ["CAPPED", "bodies", "metadata", "outbox"]
