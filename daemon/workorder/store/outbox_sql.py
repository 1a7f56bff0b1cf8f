"""The statements of the outbox. A claim is one UPDATE, and every later one is fenced by it."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from workorder.store.repository import claimed
from workorder.store.schema_outbox import CAPPED, bodies, outbox
from workorder.store.states import NoticeState

_c = outbox.c
_ID: BindParameter[Any] = bindparam("an_id")
_NOW: BindParameter[Any] = bindparam("now", type_=_c.next_at.type)
_LEASE: BindParameter[Any] = bindparam("lease", type_=_c.lease_until.type)
CLAIMED = (NoticeState.COMPOSING, NoticeState.SENDING, NoticeState.TRANSMITTING)


def _adding(dialect: Any) -> Any:  # noqa: ANN401 - both dialects' insert, alike in all but type
    return dialect.insert(outbox).on_conflict_do_nothing(index_elements=[_c.key]).returning(_c.id)


ADD = {"sqlite": _adding(sqlite), "postgresql": _adding(postgresql)}

ALL = select(outbox)
GET = ALL.where(_c.id == _ID)
BODIES = select(bodies).where(bodies.c.outbox_id.in_(bindparam("ids", expanding=True)))
FORGET_ENCLOSURE = update(outbox).where(_c.id == _ID).values(enclosure=None)
DROP_BODY = delete(bodies).where(bodies.c.outbox_id == _ID)


def _due(state: NoticeState) -> Any:  # noqa: ANN401 - a select, to be narrowed down
    return (
        select(_c.id, _c.event_id)
        .where(_c.state == state, _c.next_at <= _NOW)
        .order_by(_c.next_at, _c.id)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )


def _still(state: NoticeState) -> ColumnElement[bool]:
    """Whether a row whose id is known is in a state, asked so that no index is of use.

    SQLite would rather walk through all rows of that state, and look for the ids among them.
    """
    return func.coalesce(_c.state, literal_column("''")) == state


PENDING = _due(NoticeState.PENDING)
TAKE_TO_COMPOSE = (
    update(outbox)
    .where(
        _c.id.in_(
            union_all(
                select(_c.id).where(_c.id.in_(bindparam("ids", expanding=True))),
                select(_c.id).where(_c.event_id.in_(bindparam("events", expanding=True))),
            )
        ),
        _still(NoticeState.PENDING),
        _c.next_at <= _NOW,
    )
    .values(state=NoticeState.COMPOSING, attempts=_c.attempts + 1, lease_until=_LEASE)
    .returning(*_c)
)
TAKE_TO_SEND = (
    update(outbox)
    .where(
        _c.id.in_(claimed(_due(NoticeState.READY), "due")),
        _still(NoticeState.READY),
    )
    .values(state=NoticeState.SENDING, attempts=_c.attempts + 1, lease_until=_LEASE)
    .returning(*_c)
)


@lru_cache(maxsize=64)
def fenced(states: tuple[NoticeState, ...], columns: tuple[str, ...]) -> Any:  # noqa: ANN401 - an update
    """Change a row that is still ours: in one of `states`, and claimed by this attempt.

    The new values are bound as `new_COLUMN`; built once for each set of columns, for building a
    statement costs more than running it.
    """
    ours = (_c.id == _ID, _c.attempts == bindparam("attempt"), _c.state.in_(states))
    values = {name: bindparam(f"new_{name}", type_=_c[name].type) for name in columns}
    return update(outbox).where(*ours).values(values)


KEEP_BODY = insert(bodies)
RESENT = update(outbox).where(_c.id == _ID).values(resends=_c.resends + 1)
_GIVEN_BACK = {
    "state": case(
        (_c.state == NoticeState.COMPOSING, NoticeState.PENDING),
        else_=NoticeState.READY,
    ),
    "resends": _c.resends + case((_c.state == NoticeState.TRANSMITTING, 1), else_=0),
    "next_at": _NOW,
    "lease_until": null(),
}
TAKE_BACK = update(outbox).where(_c.state.in_(CLAIMED)).values(_GIVEN_BACK)
TAKE_BACK_EXPIRED = (
    update(outbox)
    .where(_c.lease_until.is_not(None), _c.lease_until < _NOW, _c.state.in_(CLAIMED))
    .values(_GIVEN_BACK)
)
# A clock that was set back must not leave a notice waiting for years.
TAKE_BACK_FROM_FUTURE = (
    update(outbox)
    .where(
        _c.state.in_((NoticeState.PENDING, NoticeState.READY)),
        _c.next_at > bindparam("latest", type_=_c.next_at.type),
    )
    .values(next_at=_NOW)
)


BOUNCED = (
    update(outbox)
    .where(_c.id == _ID)
    .values(bounced_at=func.coalesce(_c.bounced_at, _NOW))
    .returning(*_c)
)
_COUNT = select(func.count()).select_from(outbox)
_CREATED_SINCE = and_(CAPPED, _c.created_at >= bindparam("since", type_=_c.created_at.type))
CAPPED_SINCE = _COUNT.where(_CREATED_SINCE)
CAPPED_SINCE_TO = _COUNT.where(_CREATED_SINCE, _c.recipient == bindparam("to"))
CAPPED_FOR_ORDER = _COUNT.where(
    CAPPED, _c.number == bindparam("a_number"), _c.recipient == bindparam("to")
)
DISCARD = (
    update(outbox)
    .where(
        _c.id == _ID,
        _c.state.in_((NoticeState.PENDING, NoticeState.READY, NoticeState.BURIED)),
    )
    .values(state=NoticeState.DISCARDED, lease_until=null())
)
# The press may have it: what it makes is then not kept, for the claim is lost.
_TO_WITHDRAW = (NoticeState.PENDING, NoticeState.COMPOSING, NoticeState.READY)
ABOUT = (
    select(_c.id, _c.event_id, _c.recipient, _c.state)
    .where(
        _c.event_id.in_(bindparam("events", expanding=True)),
        _c.state.not_in((NoticeState.BURIED, NoticeState.DISCARDED)),
    )
    .order_by(_c.id)
)
WITHDRAW = (
    update(outbox)
    .where(_c.id.in_(bindparam("ids", expanding=True)), _c.state.in_(_TO_WITHDRAW))
    .values(state=NoticeState.DISCARDED, lease_until=null())
)
WAITING_OF = select(_c.id).where(
    _c.number == bindparam("a_number"),
    _c.kind == bindparam("kind", type_=_c.kind.type),
    _c.state.in_(_TO_WITHDRAW),
)
ABOUT_LOCKED = ABOUT.with_for_update()
DROP_WITHDRAWN = delete(bodies).where(
    bodies.c.outbox_id.in_(
        select(_c.id).where(
            _c.id.in_(bindparam("ids", expanding=True)), _still(NoticeState.DISCARDED)
        )
    )
)
WAITING = select(func.count()).where(_c.state.in_((NoticeState.PENDING, NoticeState.READY)))
RETRY = (
    update(outbox)
    .where(
        _c.id == _ID,
        _c.state.in_((NoticeState.BURIED, NoticeState.READY, NoticeState.PENDING)),
    )
    .values(
        state=case(
            (
                select(bodies.c.outbox_id).where(bodies.c.outbox_id == _c.id).exists(),
                NoticeState.READY,
            ),
            else_=NoticeState.PENDING,
        ),
        attempts=0,
        next_at=_NOW,
        # The five days of trying begin anew.
        created_at=_NOW,
    )
)
