"""The outbox: every outgoing mail, from the decision to write it until somebody took it.

    pending -> composing -> ready -> sending -> transmitting -> sent | buried | discarded

`attempts` grows with every claim and is the fence: whoever claimed with an older one has lost the
row, and is told so. It starts anew when the bytes are frozen, so that a ready row counts tries to
send. Postponed rows are ready with `next_at` in the future.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from workorder.store import outbox_sql as sql
from workorder.store.notices import NewNotice, Notices, OutboxRow
from workorder.store.states import NoticeState

__all__ = ["NewNotice", "NoticeState", "Outbox", "OutboxRow"]

LONGEST_WAIT = timedelta(days=1)
"""Nothing is postponed for longer; what waits longer was put there by a wrong clock."""

_NOTICES_OF_AN_EVENT = 20  # a first guess at how many rows to look at for one event
_CLAIMED_TO_SEND = (NoticeState.SENDING, NoticeState.TRANSMITTING)


class Outbox(Notices):
    """The outgoing mail, within one transaction."""

    __slots__ = ()

    def add(self, notices: Sequence[NewNotice], now: datetime) -> tuple[int, ...]:
        """Write notices to be composed; the ids of those that were not there already."""
        if not notices:
            return ()
        statement = sql.ADD[self._connection.dialect.name]
        rows = [_new_row(notice, now) for notice in notices]
        return tuple(sorted(self._connection.execute(statement, rows).scalars()))

    # -- composing --------------------------------------------------------------------------

    def take_to_compose(
        self, limit_events: int, now: datetime, lease_seconds: float
    ) -> tuple[OutboxRow, ...]:
        """Claim the notices of the oldest events, all of one event together.

        Args:
            limit_events: of how many events; a notice without an event counts as one.
            now: which are due.
            lease_seconds: after which another may take them (`take_back_expired`).
        """
        due = self._connection.execute(
            sql.PENDING, {"now": now, "limit": limit_events * _NOTICES_OF_AN_EVENT}
        ).all()
        # A notice without an event is a group by itself, named by its own id.
        groups = dict.fromkeys(
            (None, row.id) if row.event_id is None else (row.event_id, None) for row in due
        )
        oldest = [*groups][:limit_events]
        if not oldest:
            return ()
        parameters = {
            "ids": [row_id for _, row_id in oldest if row_id is not None],
            "events": [event_id for event_id, _ in oldest if event_id is not None],
            "now": now,
            "lease": now + timedelta(seconds=lease_seconds),
        }
        return self._whole(sql.TAKE_TO_COMPOSE, **parameters)

    def freeze(self, row_id: int, attempt: int, body: bytes) -> bool:
        """Keep the bytes that every try sends: the notice is ready. False: no longer ours."""
        ours = self._change(
            row_id,
            attempt,
            (NoticeState.COMPOSING,),
            state=NoticeState.READY,
            attempts=0,
            lease_until=None,
            error="",
        )
        if ours:
            self._connection.execute(sql.KEEP_BODY, {"outbox_id": row_id, "body": body})
        return ours

    def forget_enclosure(self, row_id: int) -> None:
        """What a notice encloses is in its bytes now, and goes with them when it was sent."""
        self._connection.execute(sql.FORGET_ENCLOSURE, {"an_id": row_id})

    def compose_failed(
        self, row_id: int, attempt: int, error: str, *, next_at: datetime | None
    ) -> bool:
        """Record that a notice could not be composed. False: no longer ours.

        Args:
            row_id: whose.
            attempt: the fence.
            error: one line for a person.
            next_at: when to try again; None buries it.
        """
        outcome: dict[str, object] = {"state": NoticeState.BURIED}
        if next_at is not None:
            outcome = {"state": NoticeState.PENDING, "next_at": next_at}
        return self._change(
            row_id, attempt, (NoticeState.COMPOSING,), lease_until=None, error=error, **outcome
        )

    def hold(self, row_id: int, attempt: int, until: datetime) -> bool:
        """Give a claimed notice back untried, not to be composed before `until`."""
        return self._change(
            row_id,
            attempt,
            (NoticeState.COMPOSING,),
            state=NoticeState.PENDING,
            attempts=attempt - 1,
            next_at=until,
            lease_until=None,
        )

    # -- sending ----------------------------------------------------------------------------

    def take_to_send(
        self, limit: int, now: datetime, lease_seconds: float
    ) -> tuple[OutboxRow, ...]:
        """Claim the ready notices that are due longest, with their bytes."""
        lease = now + timedelta(seconds=lease_seconds)
        rows = self._whole(sql.TAKE_TO_SEND, limit=limit, now=now, lease=lease)
        if not rows:
            return ()
        found = self._connection.execute(sql.BODIES, {"ids": [row.id for row in rows]})
        frozen = {row.outbox_id: row.body for row in found}
        return tuple(replace(row, body=frozen[row.id]) for row in rows)

    def transmitting(self, row_id: int, attempt: int) -> bool:
        """Note that the bytes go out now; from here on it may have been sent."""
        return self._change(row_id, attempt, (NoticeState.SENDING,), state=NoticeState.TRANSMITTING)

    def sent(
        self, row_id: int, attempt: int, reply: str, now: datetime, *, keep: bool = False
    ) -> bool:
        """Record that the server took it, with its answer; its bytes go unless they are kept."""
        ours = self._change(
            row_id,
            attempt,
            _CLAIMED_TO_SEND,
            state=NoticeState.SENT,
            lease_until=None,
            error="",
            reply=reply,
            sent_at=now,
        )
        if ours and not keep:
            self._connection.execute(sql.DROP_BODY, {"an_id": row_id})
        return ours

    def postponed(self, row_id: int, attempt: int, next_at: datetime, error: str) -> bool:
        """Record that the server would not take it now."""
        return self._change(
            row_id,
            attempt,
            _CLAIMED_TO_SEND,
            state=NoticeState.READY,
            next_at=next_at,
            lease_until=None,
            error=error,
        )

    def unknown(self, row_id: int, attempt: int, next_at: datetime, error: str) -> bool:
        """Record that nobody knows whether it was sent: the same bytes go again at `next_at`."""
        ours = self.postponed(row_id, attempt, next_at, error)
        if ours:
            self._connection.execute(sql.RESENT, {"an_id": row_id})
        return ours

    def buried(self, row_id: int, attempt: int, error: str) -> bool:
        """Record that it is not sent any more unless a person asks; its bytes are kept."""
        return self._change(
            row_id,
            attempt,
            sql.CLAIMED,
            state=NoticeState.BURIED,
            lease_until=None,
            error=error,
        )

    def release(self, row_id: int, attempt: int) -> bool:
        """Give a claimed notice back untried, as if it had not been claimed."""
        state = {NoticeState.COMPOSING: NoticeState.PENDING, NoticeState.SENDING: NoticeState.READY}
        return any(
            self._change(
                row_id, attempt, (held,), state=free, attempts=attempt - 1, lease_until=None
            )
            for held, free in state.items()
        )

    # -- taking back ------------------------------------------------------------------------

    def take_back(self, now: datetime) -> int:
        """At the start of the only process: free what a dead one had claimed; how many."""
        self._mend_clock(now)
        return self._connection.execute(sql.TAKE_BACK, {"now": now}).rowcount

    def take_back_expired(self, now: datetime) -> int:
        """Free what was claimed longer ago than its lease; how many."""
        self._mend_clock(now)
        return self._connection.execute(sql.TAKE_BACK_EXPIRED, {"now": now}).rowcount

    def _change(
        self, row_id: int, attempt: int, states: tuple[NoticeState, ...], **columns: object
    ) -> bool:
        values = {f"new_{name}": value for name, value in columns.items()}
        changed = self._connection.execute(
            sql.fenced(states, tuple(columns)), {"an_id": row_id, "attempt": attempt, **values}
        )
        return changed.rowcount == 1

    def _mend_clock(self, now: datetime) -> None:
        self._connection.execute(
            sql.TAKE_BACK_FROM_FUTURE, {"now": now, "latest": now + LONGEST_WAIT}
        )


def _new_row(notice: NewNotice, now: datetime) -> dict[str, object]:
    request = notice.request
    return {
        "number": notice.number,
        "event_id": notice.event_id,
        "mail_id": notice.mail_id,
        "kind": request.kind,
        "audience": request.audience,
        "recipient_name": request.recipient.name,
        "recipient": request.recipient.email,
        "language": request.language,
        "with_pdf": request.with_pdf,
        "auto_submitted": request.auto_submitted,
        "in_reply_to": request.in_reply_to,
        "refs": request.references,
        "detail": request.detail,
        "capped": request.capped,
        "message_id": notice.message_id,
        "key": notice.key,
        "state": NoticeState.PENDING,
        "attempts": 0,
        "resends": 0,
        "next_at": now,
        "lease_until": None,
        "error": "",
        "reply": "",
        "spent": False,
        "created_at": now,
        "sent_at": None,
        "bounced_at": None,
        "template": request.template,
        "transcript": request.transcript,
        "enclosure": request.enclosure,
    }
