"""Outgoing mails as they are kept, and what people do with them; `outbox` is how they go out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from workorder.core.books import Enclosure
from workorder.core.message import Address
from workorder.core.notice import Audience, AutoSubmitted, NoticeKind, NoticeRequest
from workorder.core.scene import PastNotice
from workorder.core.transcript import Transcript
from workorder.errors import NotFoundError, RequestError
from workorder.store import outbox_sql as sql
from workorder.store.repository import Repository
from workorder.store.schema_outbox import outbox
from workorder.store.states import NoticeState

_GONE = frozenset({NoticeState.SENDING, NoticeState.TRANSMITTING, NoticeState.SENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """A notice to be written. The same `key` is written once, whoever asks again."""

    number: int | None
    event_id: int | None
    mail_id: int | None
    request: NoticeRequest
    message_id: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A notice as it is kept. `body`: its frozen bytes, only in what `take_to_send` gives.

    `attempts` is the fence of the claim that gave this row. `resends`: how often it had to be
    sent again because nobody knew whether it was sent. `template`: the folder that words it; '' is
    that of its kind.
    """

    id: int
    number: int | None
    event_id: int | None
    mail_id: int | None
    kind: NoticeKind
    audience: Audience
    recipient_name: str
    recipient: str
    language: str
    with_pdf: bool
    auto_submitted: AutoSubmitted | None
    in_reply_to: str | None
    refs: tuple[str, ...]
    detail: str
    capped: bool
    message_id: str
    key: str
    state: NoticeState
    attempts: int
    resends: int
    next_at: datetime
    lease_until: datetime | None
    error: str
    reply: str
    spent: bool
    created_at: datetime
    sent_at: datetime | None
    bounced_at: datetime | None
    template: str
    transcript: Transcript | None
    enclosure: Enclosure | None = None
    body: bytes | None = None

    @property
    def address(self) -> Address:
        """To whom it goes."""
        return Address(name=self.recipient_name, email=self.recipient)


class Notices(Repository):
    """The outgoing mail as it stands, within one transaction."""

    __slots__ = ()

    def bounced(self, row_id: int, now: datetime) -> OutboxRow | None:
        """Note that a notice came back; the first time counts. None: there is no such notice."""
        rows = self._whole(sql.BOUNCED, an_id=row_id, now=now)
        return rows[0] if rows else None

    def capped_since(self, recipient: str | None, since: datetime) -> int:
        """How many capped notices were written since, to one address or (None) to all."""
        parameters: dict[str, object] = {"since": since}
        if recipient is None:
            return self._count(sql.CAPPED_SINCE, parameters)
        return self._count(sql.CAPPED_SINCE_TO, {**parameters, "to": recipient})

    def capped_for_order(self, number: int, recipient: str) -> int:
        """How many capped notices about a work order were written to an address."""
        return self._count(sql.CAPPED_FOR_ORDER, {"a_number": number, "to": recipient})

    def rows(
        self,
        *,
        state: NoticeState | None = None,
        number: int | None = None,
        limit: int | None = None,
    ) -> tuple[OutboxRow, ...]:
        """Notices, newest first."""
        statement = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
        if state is not None:
            statement = statement.where(outbox.c.state == state)
        if number is not None:
            statement = statement.where(outbox.c.number == number)
        return tuple(OutboxRow(**row) for row in self._rows(statement))

    def get(self, row_id: int) -> OutboxRow:
        """The notice of that id, with its bytes if there are any.

        Raises:
            NotFoundError: there is none.
        """
        rows = self._whole(sql.GET, an_id=row_id)
        if not rows:
            raise NotFoundError(f"outgoing mail {row_id}: there is none")
        body = self._connection.execute(sql.BODIES, {"ids": [row_id]}).one_or_none()
        return replace(rows[0], body=None if body is None else body.body)

    def about(self, event_ids: Sequence[int], *, locked: bool) -> tuple[PastNotice, ...]:
        """What was, or is to be, told of these events; not what was given up.

        With `locked`, in a unit that writes, nobody sends or withdraws them meanwhile.
        """
        statement = sql.ABOUT_LOCKED if locked else sql.ABOUT
        found = self._rows(statement, events=list(event_ids)) if event_ids else []
        return tuple(
            PastNotice(
                outbox_id=row["id"],
                event_id=row["event_id"],
                recipient=row["recipient"],
                gone=row["state"] in _GONE,
            )
            for row in found
        )

    def withdraw(self, ids: Sequence[int]) -> None:
        """Give up notices that are not on their way yet; what is, is not touched."""
        if ids:
            self._connection.execute(sql.WITHDRAW, {"ids": list(ids)})
            self._connection.execute(sql.DROP_WITHDRAWN, {"ids": list(ids)})

    def withdraw_of(self, number: int, kind: NoticeKind) -> None:
        """Give up the notices of a kind about a work order that are not on their way yet."""
        found = self._rows(sql.WAITING_OF, a_number=number, kind=kind)
        self.withdraw([row["id"] for row in found])

    def waiting(self) -> int:
        """How many notices are not sent yet, and will be tried again by themselves."""
        return int(self._connection.execute(sql.WAITING).scalar_one())

    def retry(self, row_id: int, now: datetime) -> None:
        """Have a buried or waiting notice tried now: its frozen bytes, or composed if it has none.

        Raises:
            NotFoundError: there is none.
            RequestError: it was sent, was discarded, or is on its way.
        """
        row = self.get(row_id)
        if not self._connection.execute(sql.RETRY, {"an_id": row_id, "now": now}).rowcount:
            raise RequestError(f"outgoing mail {row_id} does not wait: it is {row.state}")

    def discard(self, row_id: int) -> None:
        """Give up a notice that was not sent.

        Raises:
            NotFoundError: there is none.
            RequestError: it was sent, or is on its way.
        """
        row = self.get(row_id)
        if not self._connection.execute(sql.DISCARD, {"an_id": row_id}).rowcount:
            raise RequestError(f"outgoing mail {row_id} cannot be discarded: it is {row.state}")
        self._connection.execute(sql.DROP_BODY, {"an_id": row_id})

    def _whole(self, statement: Any, **parameters: object) -> tuple[OutboxRow, ...]:  # noqa: ANN401 - any statement that returns whole rows
        rows = (OutboxRow(**row) for row in self._rows(statement, **parameters))
        return tuple(sorted(rows, key=lambda row: row.id))

    def _count(self, statement: Any, parameters: dict[str, object]) -> int:  # noqa: ANN401 - any count
        return int(self._connection.execute(statement, parameters).scalar_one())
