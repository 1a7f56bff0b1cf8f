"""Mails as a mailbox holds them: where they lie, how big they are, their bytes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Destination(StrEnum):
    """Where a mail is filed when it has been dealt with."""

    DONE = "done"
    ASIDE = "aside"


class FolderRole(StrEnum):
    """What a folder is for. Of one folder with several roles each role has its own mails."""

    INBOX = "inbox"
    DONE = "done"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A mail that waits in the inbox; `size` in bytes as the server counts them."""

    uid: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The mails that wait, oldest first; their UIDs mean something only with `uidvalidity`."""

    uidvalidity: int
    mails: tuple[Listed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A mail with its bytes, or with the beginning of them. `internaldate` is aware UTC.

    `size` is that of the whole mail as the server counts it; some servers count wrong.
    """

    uid: int
    raw: bytes = field(repr=False)
    internaldate: datetime
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A mail in one of the folders, for an inventory."""

    uid: int
    size: int
    internaldate: datetime
