"""Looking into the ledger of inbound mail; `inbound` is where it is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from workorder.errors import NotFoundError
from workorder.store import inbound_sql as sql
from workorder.store.repository import Repository
from workorder.store.states import MailState

AT_ONCE = 500
"""How many ids go into one statement."""

_FOR_EVER = datetime.max.replace(tzinfo=UTC)
_TO_ASIDE_FOLDER = frozenset({MailState.ASIDE, MailState.DISCARDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A mail as the server lists it, its bytes already on disk. `size` in bytes."""

    uidvalidity: int
    uid: int
    sha256: str
    size: int
    internaldate: datetime
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """A mail on record. `attempts` counts failures; `alone`: it is to be tried by itself.

    `released_at`: when it was let out of the parking place, after a flood. `let_in`: a person had
    it tried again, so that no rule turns it down any more.
    """

    id: int
    mailbox: str
    uidvalidity: int
    uid: int
    sha256: str
    size: int
    internaldate: datetime
    received_at: datetime
    truncated: bool
    state: MailState
    attempts: int
    alone: bool
    next_at: datetime
    filed: bool
    released_at: datetime | None
    reason: str
    message_id: str | None
    sender: str
    body_hash: str
    number: int | None
    trace: str
    let_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToFile:
    """A mail that is decided and still lies in the inbox; `aside`: for the aside folder."""

    id: int
    uidvalidity: int
    uid: int
    aside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many mails of a mailbox are in each state; `unfiled` counts over all of them."""

    received: int = 0
    in_hand: int = 0
    done: int = 0
    duplicate: int = 0
    ignored: int = 0
    aside: int = 0
    parked: int = 0
    discarded: int = 0
    unfiled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What is known of a recorded mail without its content; `size` in bytes."""

    size: int
    internaldate: datetime
    sha256: str
    state: MailState


class Ledger(Repository):
    """The ledger as it stands, within one transaction."""

    __slots__ = ()

    def known(self, mailbox: str, sha256s: Sequence[str]) -> dict[str, LedgerEntry]:
        """Which of these mails are on record, by hash."""
        found: dict[str, LedgerEntry] = {}
        for start in range(0, len(sha256s), AT_ONCE):
            hashes = list(sha256s[start : start + AT_ONCE])
            rows = self._rows(sql.KNOWN, a_mailbox=mailbox, hashes=hashes)
            found.update((row["sha256"], LedgerEntry(**row)) for row in rows)
        return found

    def newest(self, limit: int) -> tuple[LedgerEntry, ...]:
        """The last mails that were decided on, oldest first."""
        return tuple(LedgerEntry(**row) for row in reversed(self._rows(sql.NEWEST, limit=limit)))

    def latest(self, most: int) -> tuple[LedgerEntry, ...]:
        """The mails of all mailboxes that came last, whatever became of them, the newest first."""
        return tuple(LedgerEntry(**row) for row in self._rows(sql.LATEST, limit=most))

    def of_order(self, number: int) -> tuple[LedgerEntry, ...]:
        """The mails that went to a work order, in the order in which they came."""
        return tuple(LedgerEntry(**row) for row in self._rows(sql.OF_ORDER, a_number=number))

    def get(self, entry_id: int) -> LedgerEntry:
        """The mail of that id.

        Raises:
            NotFoundError: there is no such mail.
        """
        rows = self._rows(sql.GET, an_id=entry_id)
        if not rows:
            raise NotFoundError(f"mail {entry_id}: there is none")
        return LedgerEntry(**rows[0])

    def aside(self) -> tuple[LedgerEntry, ...]:
        """The mails that are set aside, oldest first."""
        return tuple(LedgerEntry(**row) for row in self._rows(sql.ASIDE))

    def twin(
        self, mailbox: str, message_id: str, sender: str, body_hash: str, own_id: int
    ) -> LedgerEntry | None:
        """Another copy of the same mail that was decided on, the first of them.

        Args:
            mailbox: where to look.
            message_id: equal in all copies, and so are
            sender: the author's address and
            body_hash: the words.
            own_id: the entry that is asked about; it is no twin of itself.
        """
        rows = self._rows(
            sql.TWIN,
            a_mailbox=mailbox,
            a_message_id=message_id,
            a_sender=sender,
            a_hash=body_hash,
            an_id=own_id,
        )
        return LedgerEntry(**rows[0]) if rows else None

    def message_id_reused(self, mailbox: str, message_id: str, own_id: int) -> bool:
        """Whether another mail that was decided on bears this Message-ID."""
        parameters = {"a_mailbox": mailbox, "a_message_id": message_id, "an_id": own_id}
        return bool(self._connection.execute(sql.REUSED, parameters).scalar())

    def from_sender_since(self, sender: str, since: datetime, until: datetime | None = None) -> int:
        """How many of a sender's mails that arrived after `since`, and by `until`, are decided.

        Counts to 10,000 and no further.
        """
        until = until or _FOR_EVER
        parameters = {"a_sender": sender, "since": since, "until": until}
        return int(self._connection.execute(sql.FROM_SENDER, parameters).scalar_one())

    def tally(self, mailbox: str) -> Tally:
        """How many mails are in each state."""
        counts = self._connection.execute(sql.TALLY, {"a_mailbox": mailbox})
        by_state = {state.value.replace("-", "_"): count for state, count in counts}
        unfiled = self._connection.execute(sql.COUNT_UNFILED, {"a_mailbox": mailbox}).scalar_one()
        return Tally(**by_state, unfiled=unfiled)

    def sightings(self, mailbox: str) -> Iterator[Sighting]:
        """Every recorded mail of a mailbox, oldest first, without loading them all at once."""
        rows = self._connection.execution_options(yield_per=1000).execute(
            sql.SIGHTINGS, {"a_mailbox": mailbox}
        )
        for row in rows.mappings():
            yield Sighting(**row)

    def to_file(self, mailbox: str) -> tuple[ToFile, ...]:
        """The mails that are decided, or wait elsewhere, and still lie in the inbox."""
        return tuple(
            ToFile(
                id=row["id"],
                uidvalidity=row["uidvalidity"],
                uid=row["uid"],
                aside=row["state"] in _TO_ASIDE_FOLDER,
            )
            for row in self._rows(sql.TO_FILE, a_mailbox=mailbox)
        )
