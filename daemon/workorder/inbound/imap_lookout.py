"""Watching a mailbox for a mail of one's own: what comes into its folders, headers alone.

Commands are made of numbers and configured folder names; no byte of a mail ever enters one. The
folders are opened read-only: nothing is marked, moved or made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workorder.config import MailboxConfig
from workorder.errors import FolderMissingError
from workorder.inbound import imap_folders
from workorder.inbound.imap_connection import ImapConnection, Limits, RefusedError
from workorder.inbound.imap_fetch import HEADER_LIMIT, chunks

BATCH = 50
"""Heads fetched at once."""

MOST = 1_000
"""New mails of a folder that are looked at in one go, the newest; a flood must not hold us up."""

_ITEM = f"BODY.PEEK[HEADER]<0.{HEADER_LIMIT}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A mail that came: in which folder it lies, and its headers as the wire has them.

    `filed`: that folder is the one for what has been dealt with.
    """

    folder: str
    filed: bool
    head: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """From which UID on the mails of a folder are new."""

    uidvalidity: int
    uidnext: int


class ImapLookout:
    """Watches the inbox of one mailbox, and the folder into which a daemon files its mails.

    Args:
        config: the mailbox.
        limits: how long things may take.
    """

    def __init__(self, config: MailboxConfig, *, limits: Limits | None = None) -> None:
        self._config = config
        self._limits = limits or Limits()
        self._connection = ImapConnection(config, self._limits)
        self._marks: dict[str, _Mark] = {}

    @property
    def name(self) -> str:
        """The mailbox's name in the configuration."""
        return self._config.name

    def open(self) -> None:
        """Connect, log in, and note what is there already.

        Raises:
            LoginRefusedError: the server refuses user or password.
            FolderMissingError: the inbox is not there.
            MailboxError: anything else, with the reason.
        """
        self._connection.open()
        try:
            self._marks[self._config.folder] = self._now_in(self._config.folder)
            if self._config.done_folder:
                self._marks[self._config.done_folder] = self._now_in_done()
        except BaseException:
            self._connection.close()
            raise

    def arrivals(self) -> Iterator[Seen]:
        """The mails that came since `open`, or since the last time all were taken.

        Raises:
            MailboxError: the connection was lost or refused.
        """
        for folder in self._marks:
            try:
                yield from self._new_in(folder)
            except FolderMissingError:
                if folder == self._config.folder:
                    raise

    def close(self) -> None:
        """Log out and close the connection; never raises."""
        self._connection.close()

    def _now_in(self, folder: str) -> _Mark:
        selected = imap_folders.select(self._connection, folder, readonly=True)
        return _Mark(uidvalidity=selected.uidvalidity, uidnext=selected.uidnext)

    def _now_in_done(self) -> _Mark:
        try:
            return self._now_in(self._config.done_folder)
        except FolderMissingError:
            return _Mark(uidvalidity=0, uidnext=1)  # should it be made, all in it will be new

    def _new_in(self, folder: str) -> Iterator[Seen]:
        mark, now = self._marks[folder], self._now_in(folder)
        is_same = mark.uidvalidity in {0, now.uidvalidity}
        first = mark.uidnext if is_same else 1
        with self._connection.operation("search the folder") as client:
            # `n:*` names the last mail too when its UID is smaller (RFC 3501 6.4.8).
            found = [uid for uid in client.search(f"UID {first}:*") if uid >= first]
        for uids in chunks(sorted(found)[-MOST:], BATCH):
            for head in self._heads(uids):
                yield Seen(folder=folder, filed=folder != self._config.folder, head=head)
        last = max(found, default=first - 1)
        self._marks[folder] = _Mark(uidvalidity=now.uidvalidity, uidnext=last + 1)

    def _heads(self, uids: Sequence[int]) -> Iterator[bytes]:
        try:
            with self._connection.operation("fetch headers", self._limits.transfer) as client:
                items = client.fetch(list(uids), (_ITEM,))
        except RefusedError:
            # One mail that a daemon moved meanwhile may cost the whole answer (RFC 2180 4.1).
            for alone in uids if len(uids) > 1 else ():
                yield from self._heads((alone,))
            return
        for item in items.values():
            if head := item.get(b"BODY[HEADER]<0>"):
                yield head
