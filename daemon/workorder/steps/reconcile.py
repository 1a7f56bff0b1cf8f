"""The audit of intake: every mail in a mailbox's folders is recorded or set aside."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workorder.inbound.mail_values import Fetched, FolderRole, Stored
from workorder.store.ledger import LedgerEntry, Sighting
from workorder.store.states import MailState
from workorder.store.unit import Store

FETCH_MAILS = 20
FETCH_BYTES = 40_000_000
"""What is fetched at once of mails that only their content can tell."""

LARGEST = 40_000_000


class AuditedMailbox(Protocol):
    """What an audit needs of a mailbox; it changes nothing there."""

    @property
    def name(self) -> str:
        """The mailbox's name in the configuration."""

    def open(self) -> None:
        """Connect, unless connected."""

    def inventory(self, role: FolderRole) -> Iterator[Stored]:
        """All mails of a role."""

    def fetch_from(self, role: FolderRole, uids: Sequence[int]) -> tuple[Fetched, ...]:
        """Mails of a role, whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a mailbox holds against what is on record.

    `recorded` and `set_aside` count the mails in the done and aside folders that the ledger knows
    as decided or as set aside; `waiting` those in the inbox, not filed yet; `unknown` names mails
    in the done and aside folders that the ledger has never seen; `undecided` counts ledger rows.
    `gone` are on record, and whole in our files, though somebody removed them from the server.
    """

    mailbox: str
    on_server: int
    recorded: int
    set_aside: int
    waiting: int
    undecided: int
    gone: int
    unknown: tuple[str, ...]

    @property
    def balances(self) -> bool:
        """Whether mailbox = recorded + set aside, with nothing left to do."""
        return (
            self.on_server == self.recorded + self.set_aside
            and not self.unknown
            and not self.undecided
        )


@dataclass(frozen=True, slots=True)
class _Key:
    """What a mail keeps when it is moved (RFC 6851 section 3.3), and whether it is set aside."""

    size: int
    arrived: int
    aside: bool


class _Ledger:
    """The rows of one mailbox as they were at the beginning, each for one mail on the server."""

    def __init__(self, mailbox: str, store: Store) -> None:
        self._mailbox = mailbox
        self._store = store
        with store.read() as unit:
            tally = unit.inbound.tally(mailbox)
            self._rows = Counter(_key_of(row) for row in unit.inbound.sightings(mailbox))
        self._sizes = frozenset(key.size for key in self._rows)
        self.undecided = tally.received + tally.in_hand

    @property
    def unmatched(self) -> int:
        """Rows that no mail was found for."""
        return self._rows.total()

    def claim(self, mail: Stored, *, aside: bool) -> bool | None:
        """Match a mail by size and date; whether its row is set aside, None if there is no row.

        Of rows alike, one with the wanted `aside` goes first.
        """
        for state in (aside, not aside):
            key = _Key(mail.size, _second(mail.internaldate), state)
            if self._rows[key] > 0:
                self._rows[key] -= 1
                return state
        return None

    def claim_content(self, mail: Fetched) -> bool | None:
        """Match a mail by its bytes, as the ledger is now; two copies of a mail share a row."""
        sha256 = hashlib.sha256(mail.raw).hexdigest()
        with self._store.read() as unit:
            entry = unit.inbound.known(self._mailbox, [sha256]).get(sha256)
        if entry is None:
            return None
        key = _key_of(entry)
        if self._rows[key] > 0:
            self._rows[key] -= 1
        return key.aside

    def has_size(self, size: int) -> bool:
        """Whether a mail of just this size is on record."""
        return size in self._sizes


def _key_of(row: Sighting | LedgerEntry) -> _Key:
    return _Key(row.size, _second(row.internaldate), row.state is MailState.ASIDE)


def _second(moment: datetime) -> int:
    return int(moment.timestamp())  # servers tell whole seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holding:
    """What a folder holds, by what the ledger says of it."""

    recorded: int
    set_aside: int
    unknown: tuple[str, ...]


def reconcile(mailbox: AuditedMailbox, store: Store, *, largest: int = LARGEST) -> Account:
    """Compare a mailbox's folders with the ledger.

    Args:
        mailbox: whose folders.
        store: whose ledger.
        largest: of larger mails (in bytes) intake reads the head alone; their size has to do.

    Raises:
        MailboxError: the server is away or refuses.
        StorageError: the database is.
    """
    mailbox.open()
    ledger = _Ledger(mailbox.name, store)
    waiting = 0
    for mail in mailbox.inventory(FolderRole.INBOX):
        waiting += 1
        ledger.claim(mail, aside=False)
    done = _holding(mailbox, FolderRole.DONE, ledger, largest)
    aside = _holding(mailbox, FolderRole.ASIDE, ledger, largest)
    recorded = done.recorded + aside.recorded
    set_aside = done.set_aside + aside.set_aside
    unknown = (*done.unknown, *aside.unknown)
    return Account(
        mailbox=mailbox.name,
        on_server=waiting + recorded + set_aside + len(unknown),
        recorded=recorded,
        set_aside=set_aside,
        waiting=waiting,
        undecided=ledger.undecided,
        gone=ledger.unmatched,
        unknown=unknown,
    )


def _holding(mailbox: AuditedMailbox, role: FolderRole, ledger: _Ledger, largest: int) -> _Holding:
    states: Counter[bool] = Counter()
    unknown: list[str] = []
    strangers: list[Stored] = []
    for mail in mailbox.inventory(role):
        state = ledger.claim(mail, aside=role is FolderRole.ASIDE)
        if state is None:
            strangers.append(mail)
        else:
            states[state] += 1
    for uid, state in _looked_into(mailbox, role, strangers, ledger, largest):
        if state is None:
            unknown.append(f"{role} UID {uid}")
        else:
            states[state] += 1
    return _Holding(recorded=states[False], set_aside=states[True], unknown=tuple(unknown))


def _looked_into(
    mailbox: AuditedMailbox,
    role: FolderRole,
    strangers: Sequence[Stored],
    ledger: _Ledger,
    largest: int,
) -> Iterator[tuple[int, bool | None]]:
    """Of mails whose size and date no row has: the UID, and what `claim` would have said."""
    for mail in strangers:
        if mail.size > largest:
            yield mail.uid, False if ledger.has_size(mail.size) else None
    for batch in _batches(mail for mail in strangers if mail.size <= largest):
        for fetched in mailbox.fetch_from(role, batch):
            yield fetched.uid, ledger.claim_content(fetched)


def _batches(mails: Iterable[Stored]) -> Iterator[list[int]]:
    """UIDs to fetch at once, bounded in number and in bytes."""
    batch: list[int] = []
    size = 0
    for mail in mails:
        if batch and (len(batch) == FETCH_MAILS or size + mail.size > FETCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(mail.uid)
        size += mail.size
    if batch:
        yield batch
