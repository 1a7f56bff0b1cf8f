"""Finding and fetching mails in the selected folder.

Commands are made of numbers and of words of this program alone; no byte of a mail ever enters one.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from imapclient.datetime_util import (
    parse_to_datetime,
)

from workorder.inbound.imap_client import WiredClient
from workorder.inbound.imap_connection import ImapConnection, RefusedError
from workorder.inbound.mail_values import Fetched, Listed, Stored

WINDOW = 40_000
"""Mails searched at a time: their UIDs fit into the line of 1 MB that imaplib reads at most."""

SET = 500
"""UIDs named in one command: servers take lines of 8,000 bytes (RFC 7162 section 4)."""

ROWS = 5_000
"""Rows of sizes asked for at a time."""

HEADER_LIMIT = 256 * 1024
"""Bytes of header that are fetched of a mail too large to be fetched whole."""

UID = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
DATE = re.compile(rb'\bINTERNALDATE "([^"]*)"')


def search(
    connection: ImapConnection, criteria: str, count: int, most: int | None = None
) -> Sequence[int]:
    """Find the UIDs of mails in the selected folder, oldest first.

    Args:
        connection: with the folder selected.
        criteria: search keys (RFC 3501 6.4.4) of this program's own words; '' for all.
        count: how many mails are in the folder.
        most: be content with the first so many.
    """
    found = array("Q")
    for first in range(1, count + 1, WINDOW):
        window = f"{first}:{min(first + WINDOW - 1, count)} {criteria}".rstrip()
        if count <= WINDOW:
            # All of a small folder needs no window, which pymap takes for UIDs against RFC 3501.
            window = criteria or "ALL"
        with connection.operation("search the folder") as client:
            found.extend(sorted(client.search(window)))
        if most is not None and len(found) >= most:
            return found[:most]
    return found


def still_there(
    connection: ImapConnection, uids: Sequence[int], criteria: str = ""
) -> frozenset[int]:
    """Those of `uids` that are in the selected folder (and match `criteria`)."""
    there: set[int] = set()
    for some in chunks(uids, SET):
        with connection.operation("search the folder") as client:
            there.update(client.search(f"UID {uid_set(some)} {criteria}".rstrip()))
    return frozenset(there)


def sizes(connection: ImapConnection, uids: Sequence[int]) -> Iterator[Listed]:
    """The sizes of those of `uids` that exist."""
    for row in _rows(connection, uids, "(RFC822.SIZE)"):
        uid, size = UID.search(row), SIZE.search(row)
        if uid and size:  # else it is news of a mail's flags that nobody asked for
            yield Listed(uid=int(uid[1]), size=int(size[1]))


def stored(connection: ImapConnection, uids: Sequence[int], now: datetime) -> Iterator[Stored]:
    """The sizes and dates of arrival of those of `uids` that exist."""
    for row in _rows(connection, uids, "(RFC822.SIZE INTERNALDATE)"):
        uid, size, date = UID.search(row), SIZE.search(row), DATE.search(row)
        if uid and size:
            at = arrival(date[1] if date else None, now)
            yield Stored(uid=int(uid[1]), size=int(size[1]), internaldate=at)


def bodies(
    connection: ImapConnection, uids: Sequence[int], seconds: float, now: datetime
) -> tuple[Fetched, ...]:
    """Fetch mails whole, without marking them as read; what is gone is left out.

    Raises:
        RefusedError: the server gives none of them.
        MailboxError: the connection was lost.
    """
    try:
        return _bodies(connection, uids, seconds, now)
    except RefusedError:
        # One mail that another client removed may cost the whole answer (RFC 2180 section 4.1).
        if len(uids) == 1:
            raise
    fetched: list[Fetched] = []
    refusal: RefusedError | None = None
    for uid in uids:
        try:
            fetched += _bodies(connection, (uid,), seconds, now)
        except RefusedError as error:
            refusal = error
    if refusal is not None and not fetched:
        raise refusal
    return tuple(fetched)


def head(
    connection: ImapConnection, uid: int, limit: int, seconds: float, now: datetime
) -> Fetched | None:
    """Fetch a mail's header and the first `limit` bytes of its text; None if it is gone."""
    items = (
        "RFC822.SIZE",
        "INTERNALDATE",
        f"BODY.PEEK[HEADER]<0.{HEADER_LIMIT}>",
        f"BODY.PEEK[TEXT]<0.{limit}>",
    )
    with connection.operation("fetch a mail's beginning", seconds) as client:
        item = client.fetch([uid], items).get(uid, {})
    header, text = item.get(b"BODY[HEADER]<0>"), item.get(b"BODY[TEXT]<0>")
    if header is None:
        return None
    if not header.endswith(b"\r\n\r\n"):  # cut: what follows must not be read as a header
        header += b"\r\n\r\n"
    return _fetched(uid, header + (text or b""), item, now)


def uid_set(uids: Sequence[int]) -> str:
    """Write UIDs as an IMAP sequence-set, runs shortened: 1:3,7."""
    runs: list[list[int]] = []
    for uid in sorted(int(uid) for uid in uids):
        if runs and uid <= runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(f"{a}:{b}" if a != b else f"{a}" for a, b in runs)


def chunks(uids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Cut a sequence into pieces of at most `size`."""
    for start in range(0, len(uids), size):
        yield uids[start : start + size]


def arrival(octets: bytes | None, now: datetime) -> datetime:
    """Read an INTERNALDATE; where a server gives none that makes sense, it is `now`."""
    if octets is None:
        return now
    try:
        return _utc(parse_to_datetime(octets, normalise=False), now)
    except ValueError:
        return now


def _utc(moment: object, now: datetime) -> datetime:
    if not isinstance(moment, datetime):
        return now
    try:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except OverflowError:  # the years 1 and 9999, an hour off
        return now


def _bodies(
    connection: ImapConnection, uids: Sequence[int], seconds: float, now: datetime
) -> tuple[Fetched, ...]:
    fetched: list[Fetched] = []
    for some in chunks(uids, SET):
        with connection.operation("fetch mails", seconds) as client:
            items = client.fetch(list(some), ("BODY.PEEK[]", "RFC822.SIZE", "INTERNALDATE"))
        for uid, item in items.items():
            raw = item.get(b"BODY[]")
            if raw is not None:  # nothing, or NIL, for a mail that another client removed
                fetched.append(_fetched(uid, raw, item, now))
    return tuple(fetched)


def _fetched(uid: int, raw: bytes, item: dict[bytes, Any], now: datetime) -> Fetched:
    size = item.get(b"RFC822.SIZE")
    return Fetched(
        uid=uid,
        raw=raw,
        internaldate=_utc(item.get(b"INTERNALDATE"), now),
        size=size if isinstance(size, int) else len(raw),
    )


def _rows(connection: ImapConnection, uids: Sequence[int], items: str) -> Iterator[bytes]:
    """One line of answer a mail. IMAPClient's parser costs 30 times what is needed here."""
    for some in chunks(uids, ROWS):
        with connection.operation("list the folder") as client:
            rows = [row for part in chunks(some, SET) for row in _fetch_rows(client, part, items)]
        yield from rows


def _fetch_rows(client: WiredClient, uids: Sequence[int], items: str) -> list[bytes]:
    typ, rows = client.imap.uid("FETCH", uid_set(uids), items)
    if typ != "OK":
        raise client.Error(f"fetch failed: {(rows[0] or b'').decode('ascii', 'replace')}")
    return [row for row in rows if isinstance(row, bytes)]
