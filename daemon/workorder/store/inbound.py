"""The ledger of inbound mail: what came, and what became of it.

    received -> in-hand -> done | duplicate | ignored | aside | parked | discarded

A fault of ours brings a mail back to received. After an unclean end whatever was in hand is taken
again alone, one mail at a time, and only a try alone counts: the other mails of a batch are not
to blame for the one that ended the process.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from workorder.errors import NotFoundError, RequestError
from workorder.store import inbound_sql as sql
from workorder.store.ledger import (
    AT_ONCE,
    Arrival,
    Ledger,
    LedgerEntry,
    Sighting,
    Tally,
    ToFile,
)
from workorder.store.states import MailState

__all__ = ["Arrival", "Inbound", "LedgerEntry", "MailState", "Sighting", "Tally", "ToFile"]

MAX_ATTEMPTS = 3
MAX_MESSAGE_ID = 512
"""Longer Message-IDs (in characters) are not kept in the ledger; the raw mail has them."""

_MINUTE = timedelta(minutes=1)
_AT_REST = timedelta(0)


class Inbound(Ledger):
    """The ledger as it goes on, within one transaction."""

    __slots__ = ()

    # -- coming in --------------------------------------------------------------------------

    def record(self, mailbox: str, mails: Sequence[Arrival], now: datetime) -> None:
        """Put mails on record as received.

        One that is on record already (by its bytes) only has its place on the server refreshed,
        and is filed away again.
        """
        if mails:
            dialect = self._connection.dialect.name
            rows = [_new_row(mailbox, mail, now) for mail in mails]
            self._connection.execute(sql.RECORD[dialect], rows)

    # -- taking -----------------------------------------------------------------------------

    def take(self, mailbox: str, limit: int, now: datetime) -> tuple[LedgerEntry, ...]:
        """Claim the oldest received mails that are due, at most `limit`.

        While a mail of the mailbox is to be tried alone, it is claimed and no other with it; its
        attempt is counted now, before anything can go wrong with it.
        """
        rows = self._rows(sql.TAKE_ALONE, a_mailbox=mailbox, now=now)
        if not rows:
            rows = self._rows(sql.TAKE, a_mailbox=mailbox, now=now, limit=limit)
        return tuple(sorted((LedgerEntry(**row) for row in rows), key=_by_id))

    def take_back(self, mailbox: str, *, limit: int = MAX_ATTEMPTS) -> tuple[LedgerEntry, ...]:
        """Take back what a process that is no more had in hand; each will be tried alone.

        Returns:
            The mails that are set aside by this: each has ended the process `limit` times while
            it was tried alone. The admin is to be told of them.
        """
        why = f"the program ended {limit} times while this mail alone was in hand"
        spent = self._rows(sql.TAKE_BACK_SPENT, a_mailbox=mailbox, most=limit, why=why)
        self._connection.execute(sql.TAKE_BACK, {"a_mailbox": mailbox})
        return tuple(sorted((LedgerEntry(**row) for row in spent), key=_by_id))

    def put_back(self, entry_id: int) -> None:
        """Give back a mail in hand after a fault of ours: that was no attempt."""
        self._connection.execute(sql.PUT_BACK, {"an_id": entry_id})

    # -- verdicts ---------------------------------------------------------------------------

    def decided(  # noqa: PLR0913 - a row's columns, by name
        self,
        entry_id: int,
        *,
        state: str,
        reason: str,
        number: int | None,
        message_id: str | None,
        sender: str,
        body_hash: str,
        trace: str,
    ) -> None:
        """Record what became of a mail.

        Args:
            entry_id: whose verdict it is.
            state: done, duplicate or ignored.
            reason: one line for a person.
            number: the work order it went to.
            message_id: the mail's own id.
            sender: the one author's address, or ''.
            body_hash: what two copies of one mail share.
            trace: the account of the decision, as JSON.
        """
        too_long = message_id is not None and len(message_id) > MAX_MESSAGE_ID
        self._set(
            entry_id,
            state=MailState(state),
            alone=False,
            reason=reason,
            number=number,
            message_id=None if too_long else message_id,
            sender=sender,
            body_hash=body_hash,
            trace=trace,
        )

    def failed(
        self,
        entry_id: int,
        reason: str,
        now: datetime,
        *,
        limit: int = MAX_ATTEMPTS,
        pause: timedelta = _AT_REST,
    ) -> bool:
        """Record that a mail could not be handled through its own fault.

        It is tried again after `pause`, or set aside when that was its last attempt.

        Returns:
            Whether it was set aside now.

        Raises:
            NotFoundError: there is no such mail.
        """
        entry = self.get(entry_id)
        attempts = entry.attempts if entry.alone else entry.attempts + 1
        aside = attempts >= limit
        self._set(
            entry_id,
            state=MailState.ASIDE if aside else MailState.RECEIVED,
            attempts=attempts,
            alone=False,
            next_at=now + pause,
            reason=reason,
        )
        return aside

    def set_aside(self, entry_id: int, reason: str) -> None:
        """Set a mail aside for a person to look at."""
        self._set(entry_id, state=MailState.ASIDE, alone=False, reason=reason)

    def park(self, entry_id: int, *, sender: str, reason: str) -> None:
        """Put a mail of a flood where it waits for `parked_release`."""
        self._set(entry_id, state=MailState.PARKED, alone=False, sender=sender, reason=reason)

    def parked_release(self, limit_per_sender: int, now: datetime) -> int:
        """Let out the oldest parked mails, of each sender at most so many a minute; how many.

        An entry that was let out has `released_at`: it has waited, and is not to be parked again.
        """
        released = self._connection.execute(
            sql.RELEASE, {"limit": limit_per_sender, "now": now, "lately": now - _MINUTE}
        )
        return released.rowcount

    def retry(self, entry_id: int, now: datetime) -> None:
        """Have a mail that was set aside tried again, from the first attempt.

        A person wants it in: no rule sets it aside again, and no flood parks it.

        Raises:
            NotFoundError: there is no such mail.
            RequestError: it is not set aside.
        """
        self._require_aside(entry_id)
        self._set(
            entry_id,
            state=MailState.RECEIVED,
            attempts=0,
            alone=False,
            released_at=now,
            let_in=True,
            next_at=now,
        )

    def discard(self, entry_id: int, why: str) -> None:
        """Give a mail up that was set aside; its bytes are kept.

        Raises:
            NotFoundError: there is no such mail.
            RequestError: it is not set aside.
        """
        self._require_aside(entry_id)
        self._set(entry_id, state=MailState.DISCARDED, reason=why)

    # -- filing away ------------------------------------------------------------------------

    def filed(self, ids: Sequence[int]) -> None:
        """Note that these mails are seen to be out of the inbox."""
        for start in range(0, len(ids), AT_ONCE):
            self._connection.execute(sql.FILED, {"ids": list(ids[start : start + AT_ONCE])})

    # -- tools ------------------------------------------------------------------------------

    def _set(self, entry_id: int, **columns: object) -> None:
        values = {f"new_{name}": value for name, value in columns.items()}
        changed = self._connection.execute(
            sql.changed(tuple(columns)), {"an_id": entry_id, **values}
        )
        if not changed.rowcount:
            raise NotFoundError(f"mail {entry_id}: there is none")

    def _require_aside(self, entry_id: int) -> None:
        entry = self.get(entry_id)
        if entry.state is not MailState.ASIDE:
            raise RequestError(f"mail {entry_id} is not set aside: it is {entry.state}")


def _by_id(entry: LedgerEntry) -> int:
    return entry.id


def _new_row(mailbox: str, mail: Arrival, now: datetime) -> dict[str, object]:
    return {
        **asdict(mail),
        "mailbox": mailbox,
        "received_at": now,
        "state": MailState.RECEIVED,
        "attempts": 0,
        "alone": False,
        "next_at": now,
        "filed": False,
        "released_at": None,
        "reason": "",
        "message_id": None,
        "sender": "",
        "body_hash": "",
        "number": None,
        "trace": "",
        "let_in": False,
    }
