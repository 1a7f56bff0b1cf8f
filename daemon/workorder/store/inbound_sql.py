"""The statements of the ledger of inbound mail."""

from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, case, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workorder.store.repository import claimed
from workorder.store.schema import ALONE, OPEN, UNFILED, inbound
from workorder.store.states import MailState

DECIDED = (MailState.DONE, MailState.DUPLICATE, MailState.IGNORED)
_TO_FILE = (*DECIDED, MailState.ASIDE, MailState.PARKED, MailState.DISCARDED)
_MOST_COUNTED = 10_000  # a flood is a flood long before; its count must not grow with it

_c = inbound.c
_ID: BindParameter[Any] = bindparam("an_id")
_MAILBOX: BindParameter[Any] = bindparam("a_mailbox")
_NOW: BindParameter[Any] = bindparam("now", type_=_c.next_at.type)


def _recording(dialect: Any) -> Any:  # noqa: ANN401 - both dialects' insert, alike in all but type
    row = dialect.insert(inbound)
    return row.on_conflict_do_update(
        index_elements=[_c.mailbox, _c.sha256],
        set_={
            "uidvalidity": row.excluded.uidvalidity,
            "uid": row.excluded.uid,
            "filed": False,
        },
    )


RECORD = {"sqlite": _recording(sqlite), "postgresql": _recording(postgresql)}
ALL = select(inbound)
GET = ALL.where(_c.id == _ID)
KNOWN = ALL.where(_c.mailbox == _MAILBOX, _c.sha256.in_(bindparam("hashes", expanding=True)))
NEWEST = (
    ALL.where(_c.state.in_((*DECIDED, MailState.ASIDE)), _c.trace != "")
    .order_by(_c.id.desc())
    .limit(bindparam("limit"))
)
LATEST = ALL.order_by(_c.id.desc()).limit(bindparam("limit"))
OF_ORDER = ALL.where(_c.number == bindparam("a_number")).order_by(_c.id)
_FIRST_ALONE = (
    select(_c.id)
    .where(_c.mailbox == _MAILBOX, ALONE, _c.state == MailState.RECEIVED, _c.next_at <= _NOW)
    .order_by(_c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_OLDEST = (
    select(_c.id)
    .where(OPEN, _c.state == MailState.RECEIVED, _c.mailbox == _MAILBOX, _c.next_at <= _NOW)
    .order_by(_c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
TAKE_ALONE = (
    update(inbound)
    .where(_c.id.in_(claimed(_FIRST_ALONE, "first_alone")), _c.state == MailState.RECEIVED)
    .values(state=MailState.IN_HAND, attempts=_c.attempts + 1)
    .returning(*_c)
)
TAKE = (
    update(inbound)
    .where(_c.id.in_(claimed(_OLDEST, "oldest")), _c.state == MailState.RECEIVED)
    .values(state=MailState.IN_HAND)
    .returning(*_c)
)
_IN_HAND = and_(OPEN, _c.mailbox == _MAILBOX, _c.state == MailState.IN_HAND)
TAKE_BACK_SPENT = (
    update(inbound)
    .where(_IN_HAND, ALONE, _c.attempts >= bindparam("most"))
    .values(state=MailState.ASIDE, alone=False, reason=bindparam("why"))
    .returning(*_c)
)
TAKE_BACK = update(inbound).where(_IN_HAND).values(state=MailState.RECEIVED, alone=True)
UPDATE = update(inbound).where(_c.id == _ID)


@lru_cache(maxsize=64)
def changed(columns: tuple[str, ...]) -> Any:  # noqa: ANN401 - an update
    """Change a row; the new values are bound as `new_COLUMN`. Built once a set of columns."""
    return UPDATE.values({name: bindparam(f"new_{name}", type_=_c[name].type) for name in columns})


PUT_BACK = UPDATE.where(_c.state == MailState.IN_HAND).values(
    state=MailState.RECEIVED, attempts=_c.attempts - case((ALONE, 1), else_=0)
)
TO_FILE = (
    select(_c.id, _c.uidvalidity, _c.uid, _c.state)
    .where(_c.mailbox == _MAILBOX, UNFILED, _c.state.in_(_TO_FILE))
    .order_by(_c.id)
)
TWIN = (
    ALL.where(
        _c.message_id == bindparam("a_message_id"),
        _c.sender == bindparam("a_sender"),
        _c.body_hash == bindparam("a_hash"),
        _c.mailbox == _MAILBOX,
        _c.id != _ID,
        _c.state.in_(DECIDED),
    )
    .order_by(_c.id)
    .limit(1)
)
REUSED = select(
    exists().where(
        _c.message_id == bindparam("a_message_id"),
        _c.mailbox == _MAILBOX,
        _c.id != _ID,
        _c.state.in_(DECIDED),
    )
)
FROM_SENDER = select(func.count()).select_from(
    select(_c.id)
    .where(
        _c.sender == bindparam("a_sender"),
        _c.internaldate > bindparam("since"),
        _c.internaldate <= bindparam("until"),
        _c.state.in_(DECIDED),
    )
    .limit(_MOST_COUNTED)
    .subquery()
)
_JUST_RELEASED = select(_c.sender).where(_c.released_at > bindparam("lately"))
_PARKED = (
    select(
        _c.id,
        func.row_number().over(partition_by=_c.sender, order_by=_c.id).label("place"),
    )
    .where(OPEN, _c.state == MailState.PARKED, _c.sender.not_in(_JUST_RELEASED))
    .subquery()
)
RELEASE = (
    update(inbound)
    .where(
        _c.id.in_(select(_PARKED.c.id).where(_PARKED.c.place <= bindparam("limit"))),
        _c.state == MailState.PARKED,
    )
    .values(state=MailState.RECEIVED, released_at=_NOW, next_at=_NOW)
)
TALLY = select(_c.state, func.count()).where(_c.mailbox == _MAILBOX).group_by(_c.state)
COUNT_UNFILED = select(func.count()).where(_c.mailbox == _MAILBOX, UNFILED)
ASIDE = ALL.where(OPEN, _c.state == MailState.ASIDE).order_by(_c.id)
SIGHTINGS = (
    select(_c.size, _c.internaldate, _c.sha256, _c.state)
    .where(_c.mailbox == _MAILBOX)
    .order_by(_c.id)
)
FILED = update(inbound).where(_c.id.in_(bindparam("ids", expanding=True))).values(filed=True)
