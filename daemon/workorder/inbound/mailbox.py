"""A mailbox on an IMAP server: what waits in it, the bytes of it, and filing it away."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from workorder.config import MailboxConfig
from workorder.errors import MailboxError
from workorder.inbound import imap_fetch, imap_folders
from workorder.inbound.imap_connection import ImapConnection, Limits
from workorder.inbound.imap_folders import Filing, Selected
from workorder.inbound.imap_idle import SLICE, Ended, idle
from workorder.inbound.mail_values import (
    Destination,
    Fetched,
    FolderRole,
    Listed,
    Listing,
    Stored,
)

__all__ = [
    "Destination",
    "Fetched",
    "FolderRole",
    "ImapMailbox",
    "Limits",
    "Listed",
    "Listing",
    "Stored",
]

KEYWORDS = {Destination.DONE: "WorkOrderDone", Destination.ASIDE: "WorkOrderAside"}
"""The flags of mails that were filed and yet are in the inbox."""

WAITING = " ".join(f"UNKEYWORD {keyword}" for keyword in KEYWORDS.values())


def utc_now() -> datetime:
    """The time of day, aware."""
    return datetime.now(UTC)


class ImapMailbox:
    """One configured mailbox; belongs to one thread.

    After a MailboxError that is no RefusedError the connection is closed; `open` makes a new one.

    Args:
        config: the mailbox as the admin configured it.
        limits: how long things may take.
        now: the time, for servers that do not say when a mail arrived.
    """

    def __init__(
        self,
        config: MailboxConfig,
        *,
        limits: Limits | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._config = config
        self._limits = limits or Limits()
        self._now = now
        self._connection = ImapConnection(config, self._limits)
        self._selected: Selected | None = None
        self._can_idle = False

    @property
    def name(self) -> str:
        """The mailbox's name in the configuration."""
        return self._config.name

    def open(self) -> None:
        """Connect and log in, look that the inbox is there, make the folders for filed mail.

        Does nothing on an open connection.

        Raises:
            LoginRefusedError: the server refuses user or password.
            FolderMissingError: the inbox is not there.
            MailboxError: anything else, with the reason.
        """
        if self._connection.connected:
            return
        self._connection.open()
        try:
            self._select_inbox()
            for destination in Destination:
                if folder := self._filing(destination).folder:
                    imap_folders.ensure(self._connection, folder)
        except BaseException:
            self._connection.close()
            raise
        self._can_idle = self._config.idle and "IDLE" in self._connection.capabilities

    def close(self) -> None:
        """Log out and close the connection; never raises."""
        self._connection.close()

    def listing(self, *, most: int | None = None) -> Listing:
        """List the mails that wait in the inbox, oldest first.

        Args:
            most: be content with so many of them; all without it.

        Raises:
            MailboxError: the connection was lost or refused, or is not open.
        """
        selected = self._select_inbox()
        self._connection.news = False
        criteria = WAITING if self._leaves else ""
        uids = imap_fetch.search(self._connection, criteria, selected.count, most)
        mails = tuple(imap_fetch.sizes(self._connection, uids))
        return Listing(uidvalidity=selected.uidvalidity, mails=mails)

    def fetch(self, uids: Sequence[int], uidvalidity: int) -> tuple[Fetched, ...]:
        """Fetch mails from the inbox, unmarked; one that is gone is left out.

        Args:
            uids: one batch; its size in memory is the caller's choice.
            uidvalidity: of the listing that the UIDs come from.

        Raises:
            MailboxError: UIDVALIDITY is another now, or the connection was lost or refused.
        """
        self._in_inbox(uidvalidity)
        return imap_fetch.bodies(self._connection, uids, self._limits.transfer, self._now())

    def fetch_head(self, uid: int, limit: int, uidvalidity: int | None = None) -> Fetched | None:
        """Fetch the header and the first `limit` bytes of the text of a mail; None if it is gone.

        Raises:
            MailboxError: UIDVALIDITY is another now, or the connection was lost or refused.
        """
        self._in_inbox(uidvalidity)
        seconds = self._limits.transfer
        return imap_fetch.head(self._connection, uid, limit, seconds, self._now())

    def file(
        self, uids: Sequence[int], destination: Destination, uidvalidity: int | None = None
    ) -> frozenset[int]:
        """File mails away; return those that have truly left the inbox (or bear their flag).

        A mail that was not in the inbox any more counts as filed.

        Raises:
            MailboxError: UIDVALIDITY is another now, the server refused, or the connection was
                lost: any of the mails may have been filed all the same.
        """
        self._in_inbox(uidvalidity)
        return imap_folders.file(self._connection, uids, self._filing(destination))

    def wait(self, seconds: float, stop: Callable[[], bool]) -> None:
        """Wait for new mail: until the server tells of some, `seconds` are over, or `stop()`.

        Args:
            seconds: how long to wait at most.
            stop: asked at least once a second.

        Raises:
            MailboxError: the connection is dead.
        """
        until = time.monotonic() + seconds
        self._in_inbox(None)
        while not (self._connection.news or stop()):
            left = until - time.monotonic()
            if left <= 0:
                break
            if self._wait_once(min(left, self._limits.idle), stop):
                break
        self._connection.news = False

    def inventory(self, role: FolderRole) -> Iterator[Stored]:
        """Go through all mails of a role, for an audit; changes nothing on the server.

        Raises:
            MailboxError: the connection was lost or refused.
        """
        selected, criteria = self._examine(role)
        uids = imap_fetch.search(self._connection, criteria, selected.count)
        for some in imap_fetch.chunks(uids, imap_fetch.ROWS):
            self._examine(role)  # others may have used the connection since
            yield from tuple(imap_fetch.stored(self._connection, some, self._now()))

    def fetch_from(self, role: FolderRole, uids: Sequence[int]) -> tuple[Fetched, ...]:
        """Fetch mails of a role, for an audit; changes nothing on the server.

        Raises:
            MailboxError: the connection was lost or refused.
        """
        self._examine(role)
        return imap_fetch.bodies(self._connection, uids, self._limits.transfer, self._now())

    def probe(self) -> tuple[str, ...]:
        """Try the mailbox on a connection of its own and say, a line each, what was found.

        Makes no folder and moves no mail.

        Raises:
            LoginRefusedError, FolderMissingError, MailboxError: as `open`.
        """
        trial = ImapMailbox(self._config, limits=self._limits, now=self._now)
        trial._connection.open()
        try:
            return trial._findings()
        finally:
            trial.close()

    def _findings(self) -> tuple[str, ...]:
        selected = self._select_inbox()
        config, can = self._config, self._connection.capabilities
        lines = [
            f"{config.host}:{config.port}: logged in as {config.user} ({config.security.value})",
            f"folder {config.folder}: {selected.count} mails",
        ]
        for way in map(self._filing, Destination):
            if not way.folder:
                lines.append(f"{way.keyword}: a flag on mails that stay in {config.folder}")
            elif imap_folders.exists(self._connection, way.folder):
                lines.append(f"folder {way.folder}: is there")
            else:
                lines.append(f"folder {way.folder}: will be made")
        offers = [word for word in ("IDLE", "MOVE", "UIDPLUS") if word in can]
        lines.append(f"server offers {', '.join(offers) or 'neither IDLE nor MOVE nor UIDPLUS'}")
        return tuple(lines)

    def _wait_once(self, seconds: float, stop: Callable[[], bool]) -> bool:
        """Wait one IDLE, or one pause between polls; whether there is news."""
        if self._can_idle:
            with self._connection.operation("wait for mail") as client:
                ended = idle(client.wire, seconds, stop)
            if ended is Ended.REFUSED:  # though it offers IDLE: poll, on this connection
                self._can_idle = False
            if ended is not Ended.QUIET:
                return ended is Ended.NEWS
        else:
            _nap(seconds, stop)
        if not stop():
            with self._connection.operation("poll for mail") as client:
                client.noop()
        return self._connection.news

    def _filing(self, destination: Destination) -> Filing:
        match destination:
            case Destination.DONE:
                folder = self._config.done_folder
            case Destination.ASIDE:
                folder = self._config.aside_folder
        return imap_folders.filing(folder, KEYWORDS[destination], self._connection.capabilities)

    @property
    def _leaves(self) -> bool:
        return any(self._filing(destination).manner.leaves for destination in Destination)

    def _select_inbox(self) -> Selected:
        self._selected = None
        selected = imap_folders.select(self._connection, self._config.folder)
        if self._leaves and not selected.keeps_keywords:
            raise self._connection.error(
                f"the folder {selected.folder} keeps no keywords, by which filed mails would be "
                "known: name a done_folder and an aside_folder on a server with MOVE or UIDPLUS"
            )
        self._selected = selected
        return selected

    def _in_inbox(self, uidvalidity: int | None) -> None:
        selected = self._selected
        if selected is None or selected.readonly or not self._connection.connected:
            selected = self._select_inbox()
        if uidvalidity is not None and uidvalidity != selected.uidvalidity:
            raise MailboxError(
                f"mailbox {self.name}: UIDVALIDITY of {selected.folder} was {uidvalidity} and is "
                f"{selected.uidvalidity}: its mails have new UIDs"
            )

    def _examine(self, role: FolderRole) -> tuple[Selected, str]:
        """Open a role's folder read-only; the folder, and what to search for in it."""
        if role is FolderRole.INBOX:
            folder, criteria = self._config.folder, WAITING if self._leaves else ""
        else:
            way = self._filing(Destination(role.value))
            folder = way.folder or self._config.folder
            criteria = "" if way.folder else f"KEYWORD {way.keyword}"
        self._selected = imap_folders.select(self._connection, folder, readonly=True)
        return self._selected, criteria


def _nap(seconds: float, stop: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not stop() and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, SLICE))
