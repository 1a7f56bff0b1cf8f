"""Folders: opening and making them, and filing mails from one into another.

A server's OK to a MOVE proves nothing: it says OK to a mail that is not there, and some say it to a
user who may not remove mails. What has been filed is what a search does not find any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from workorder.errors import FolderMissingError, MailboxError
from workorder.inbound.imap_client import WiredClient
from workorder.inbound.imap_connection import ImapConnection, RefusedError
from workorder.inbound.imap_fetch import SET, chunks, still_there, uid_set

DELETED = "\\Deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """The folder that is open on a connection. `keeps_keywords`: flags of our own last.

    A mail that comes will have the UID `uidnext` or a larger one; 1 where the server does not say.
    """

    folder: str
    readonly: bool
    uidvalidity: int
    uidnext: int
    count: int
    keeps_keywords: bool


class Manner(Enum):
    """How mails are filed; the first that folder and server allow."""

    FLAG = auto()
    MOVE = auto()
    COPY_AND_EXPUNGE = auto()
    COPY_AND_FLAG = auto()

    @property
    def leaves(self) -> bool:
        """Whether a filed mail stays in the inbox, known by its keyword."""
        return self in {Manner.FLAG, Manner.COPY_AND_FLAG}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Where and how mails of one destination are filed. `folder` '' leaves them in the inbox."""

    folder: str
    keyword: str
    manner: Manner


def filing(folder: str, keyword: str, capabilities: frozenset[str]) -> Filing:
    """Choose the manner of filing."""
    if not folder:
        manner = Manner.FLAG
    elif "MOVE" in capabilities:
        manner = Manner.MOVE
    elif "UIDPLUS" in capabilities:
        manner = Manner.COPY_AND_EXPUNGE
    else:
        # A bare EXPUNGE would take what other clients have marked along: never.
        manner = Manner.COPY_AND_FLAG
    return Filing(folder=folder, keyword=keyword, manner=manner)


def select(connection: ImapConnection, folder: str, *, readonly: bool = False) -> Selected:
    """Open a folder.

    Raises:
        FolderMissingError: there is none of that name.
        MailboxError: the server refuses, the folder is read-only, or the connection was lost.
    """
    try:
        with connection.operation(f"open the folder {folder}") as client:
            said = client.select_folder(folder, readonly)
    except RefusedError as error:
        if exists(connection, folder):
            raise
        raise FolderMissingError(str(connection.error(f"there is no folder {folder}"))) from error
    uidvalidity, flags = said.get(b"UIDVALIDITY"), said.get(b"PERMANENTFLAGS")
    if not uidvalidity:
        raise connection.error(f"the folder {folder} has no UIDVALIDITY: its UIDs may change")
    return Selected(
        folder=folder,
        readonly=readonly,
        uidvalidity=uidvalidity,
        uidnext=said.get(b"UIDNEXT") or 1,
        count=said.get(b"EXISTS", 0),
        keeps_keywords=flags is None or b"\\*" in flags,  # none: all last (RFC 3501 7.1)
    )


def exists(connection: ImapConnection, folder: str) -> bool:
    """Whether there is a folder of that name which can be opened."""
    with connection.operation("list the folders") as client:
        listed = client.list_folders("", folder)
    unusable = {b"\\noselect", b"\\nonexistent"}
    return any(
        (name == folder or name.upper() == folder.upper() == "INBOX")
        and not unusable & {flag.lower() for flag in flags}
        for flags, _, name in listed
    )


def ensure(connection: ImapConnection, folder: str) -> None:
    """Make the folder, and subscribe to it, where there is none.

    Raises:
        MailboxError: the server refuses, or the connection was lost.
    """
    if exists(connection, folder):
        return
    try:
        with connection.operation(f"make the folder {folder}") as client:
            client.create_folder(folder)
    except RefusedError as error:
        if "ALREADYEXISTS" in error.words.upper():
            return
        raise MailboxError(f"{error} ({_separator(connection)})") from error
    with connection.operation(f"subscribe to the folder {folder}") as client:
        client.subscribe_folder(folder)


def _separator(connection: ImapConnection) -> str:
    """What an admin needs to know to choose a name that the server takes."""
    with connection.operation("list the folders") as client:
        listed = client.list_folders("", "")
        spaces = client.namespace().personal if client.has_capability("NAMESPACE") else None
    separator = listed[0][1].decode("ascii", "replace") if listed and listed[0][1] else "none"
    prefix = spaces[0][0] if spaces else ""
    return f"this server's separator is {separator!r}, its prefix {prefix!r}"


def file(connection: ImapConnection, uids: Sequence[int], way: Filing) -> frozenset[int]:
    """File mails away from the selected inbox; return those that are, as a search shows.

    Raises:
        RefusedError: the server refused, and some are still there.
        MailboxError: the connection was lost.
    """
    filed: set[int] = set()
    for some in chunks(uids, SET):
        refusal = _file_some(connection, some, way)
        remaining = f"UNKEYWORD {way.keyword}" if way.manner.leaves else ""
        left = still_there(connection, some, remaining)
        if left and refusal is not None:
            raise refusal
        filed.update(set(some) - left)
    return frozenset(filed)


def _file_some(connection: ImapConnection, uids: Sequence[int], way: Filing) -> RefusedError | None:
    for again in (True, False):
        try:
            with connection.operation("file mails") as client:
                _act(client, uid_set(uids), way)
        except RefusedError as error:
            if not (again and way.folder and not exists(connection, way.folder)):
                return error
            ensure(connection, way.folder)  # somebody removed it since it was opened
        else:
            break
    return None


def _act(client: WiredClient, uids: str, way: Filing) -> None:
    match way.manner:
        case Manner.FLAG:
            client.add_flags(uids, [way.keyword], silent=True)
        case Manner.MOVE:
            client.move(uids, way.folder)
        case Manner.COPY_AND_EXPUNGE:
            _copy_once(client, uids, way)
            client.uid_expunge(uids)
        case Manner.COPY_AND_FLAG:
            _copy_once(client, uids, way)
        case _:
            assert_never(way.manner)


def _copy_once(client: WiredClient, uids: str, way: Filing) -> None:
    """Copy what has not been copied before: where removing fails, copies would pile up."""
    uncopied = client.search(f"UID {uids} UNKEYWORD {way.keyword}")
    if uncopied:
        client.copy(uid_set(uncopied), way.folder)
    client.add_flags(uids, [DELETED, way.keyword], silent=True)
