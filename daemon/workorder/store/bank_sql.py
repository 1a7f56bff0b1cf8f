"""The statements of the banks."""

from typing import Any

from sqlalchemy import (
    BindParameter,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from workorder.core.bank import EntryKind
from workorder.store.schema import customers
from workorder.store.schema_books import (
    HAS_SOME,
    bank_accounts,
    bank_draws,
    bank_entries,
    bank_lots,
)

_a, _e, _l, _d = bank_accounts.c, bank_entries.c, bank_lots.c, bank_draws.c
_CUSTOMER: BindParameter[Any] = bindparam("a_customer")
_NUMBER: BindParameter[Any] = bindparam("a_number")
_CHARGES = (EntryKind.BILLED, EntryKind.COVERED, EntryKind.REVERSED)


def _opening(dialect: Any) -> Any:  # noqa: ANN401 - both dialects' insert, alike in all but type
    new = {"customer_id": _CUSTOMER, "balance": 0, "to_invoice": 0, "last_bought": 0}
    return dialect.insert(bank_accounts).values(new).on_conflict_do_nothing()


OPEN = {"sqlite": _opening(sqlite), "postgresql": _opening(postgresql)}
ACCOUNT = select(bank_accounts).where(_a.customer_id == _CUSTOMER)
HOLD = ACCOUNT.with_for_update()
SET_ACCOUNT = (
    update(bank_accounts)
    .where(_a.customer_id == _CUSTOMER)
    .values(
        balance=bindparam("a_balance"),
        to_invoice=bindparam("an_invoice"),
        last_bought=bindparam("a_purchase"),
    )
)

LOTS = (
    select(_l.entry_id.label("id"), _l.remaining.label("left"), _l.expires_on)
    .where(
        _l.customer_id == _CUSTOMER,
        or_(HAS_SOME, _l.entry_id.in_(bindparam("ids", expanding=True))),
    )
    .order_by(_l.entry_id)
)
LOT_ROWS = (
    select(
        _l.entry_id.label("id"),
        _e.at.label("bought_at"),
        _e.minutes,
        _l.remaining.label("left"),
        _l.expires_on,
    )
    .join_from(bank_lots, bank_entries, _l.entry_id == _e.id)
    .where(_l.customer_id == _CUSTOMER, HAS_SOME)
    .order_by(_l.expires_on.is_(None), _l.expires_on, _l.entry_id)
)
CHANGE_LOT = (
    update(bank_lots)
    .where(_l.entry_id == bindparam("a_lot"))
    .values(remaining=_l.remaining + bindparam("change"))
)

_OF_ORDER = (_e.number == _NUMBER, _e.customer_id == _CUSTOMER, _e.kind.in_(_CHARGES))
CHARGED = select(
    func.coalesce(func.sum(_e.minutes), 0).label("minutes"),
    func.coalesce(func.sum(_e.to_invoice), 0).label("to_invoice"),
    func.max(_e.id).label("last"),
).where(*_OF_ORDER)
CHARGED_DRAWS = (
    select(_d.lot_id.label("lot"), func.sum(_d.minutes).label("minutes"))
    .join_from(bank_draws, bank_entries, _d.entry_id == _e.id)
    .where(*_OF_ORDER)
    .group_by(_d.lot_id)
    .order_by(_d.lot_id)
)

ENTRY = select(bank_entries).where(_e.id == bindparam("an_id"))
DRAWS = (
    select(_d.lot_id.label("lot"), _d.minutes)
    .where(_d.entry_id == bindparam("an_id"))
    .order_by(_d.id)
)
TAKEN_BACK_SINCE = (
    select(_e.id)
    .where(
        _e.number == _NUMBER,
        _e.customer_id == _CUSTOMER,
        _e.kind == EntryKind.REVERSED,
        _e.id > bindparam("an_id"),
    )
    .limit(1)
)
EXPIRED = (
    select(_l.entry_id.label("lot"), func.sum(_d.minutes).label("minutes"))
    .join_from(bank_lots, bank_draws, _d.lot_id == _l.entry_id)
    .join(bank_entries, _d.entry_id == _e.id)
    .where(
        _l.customer_id == _CUSTOMER,
        _l.expires_on >= bindparam("good_on", type_=_l.expires_on.type),
        _l.expires_on < bindparam("before", type_=_l.expires_on.type),
        _e.kind == EntryKind.EXPIRED,
    )
    .group_by(_l.entry_id)
    .having(func.sum(_d.minutes) < 0)
    .order_by(_l.entry_id)
)
EXPIRES_ON = select(_l.expires_on).where(_l.entry_id == bindparam("a_lot"))
_taken_back = bank_entries.alias("taken_back")
LATEST_PURCHASE = (
    select(_e.minutes)
    .where(
        _e.customer_id == _CUSTOMER,
        _e.kind == EntryKind.BOUGHT,
        ~exists().where(_taken_back.c.reverses == _e.id),
    )
    .order_by(_e.id.desc())
    .limit(1)
)
SET_PURCHASE = (
    update(bank_accounts)
    .where(_a.customer_id == _CUSTOMER)
    .values(last_bought=bindparam("a_purchase"))
)
KINDS = select(_e.id, _e.kind).where(_e.id.in_(bindparam("ids", expanding=True)))
REVERSED_BY = select(_e.id).where(_e.reverses == bindparam("an_id")).limit(1)
ENTRIES = select(bank_entries).where(_e.customer_id == _CUSTOMER).order_by(_e.at, _e.id)
FIRST_RECORDED = (
    select(_e.recorded_at).where(_e.customer_id == _CUSTOMER).order_by(_e.recorded_at).limit(1)
)
SUMS_BEFORE = select(
    func.coalesce(func.sum(_e.minutes), 0).label("minutes"),
    func.coalesce(func.sum(_e.to_invoice), 0).label("to_invoice"),
).where(_e.customer_id == _CUSTOMER, _e.at < bindparam("a_moment", type_=_e.at.type))
UNCOVERED = (
    select(_e.number, func.sum(_e.to_invoice).label("to_invoice"))
    .where(_e.customer_id == _CUSTOMER, _e.number.is_not(None))
    .group_by(_e.number)
    .having(func.sum(_e.to_invoice) != 0)
    .order_by(func.min(_e.id))
)
DRAWN_BY = (
    select(_e.number)
    .join_from(bank_draws, bank_entries, _d.entry_id == _e.id)
    .where(_d.lot_id == bindparam("a_lot"), _e.number.is_not(None))
    .group_by(_e.number)
    .having(func.sum(_d.minutes) < 0)
    .order_by(_e.number)
)

EXPIRING = (
    select(_l.customer_id)
    .where(HAS_SOME, _l.expires_on < bindparam("a_day", type_=_l.expires_on.type))
    .order_by(_l.expires_on)
    .limit(bindparam("limit"))
)
_MONTH: BindParameter[Any] = bindparam("a_month", type_=_a.stated.type)
TO_BE_STATED = (
    select(_a.customer_id)
    .where(or_(_a.stated.is_(None), _a.stated < _MONTH))
    .order_by(_a.customer_id)
    .limit(bindparam("limit"))
)
UNSTATE = update(bank_accounts).where(_a.stated > _MONTH).values(stated=_MONTH)
STATED = update(bank_accounts).where(_a.customer_id == _CUSTOMER).values(stated=_MONTH)

_by_entries = (
    select(
        _e.customer_id,
        func.sum(_e.minutes).label("minutes"),
        func.sum(_e.to_invoice).label("to_invoice"),
    )
    .group_by(_e.customer_id)
    .subquery("by_entries")
)
_by_lots = (
    select(_l.customer_id, func.sum(_l.remaining).label("minutes"))
    .group_by(_l.customer_id)
    .subquery("by_lots")
)
_by_draws = (
    select(_d.lot_id, func.sum(_d.minutes).label("minutes"))
    .group_by(_d.lot_id)
    .subquery("by_draws")
)
_bad_lot = exists().where(
    _l.customer_id == _a.customer_id,
    _l.entry_id == _by_draws.c.lot_id,
    or_(_l.remaining != _by_draws.c.minutes, _l.remaining < 0),
)
_entries_sum = func.coalesce(_by_entries.c.minutes, 0)
_lots_sum = func.coalesce(_by_lots.c.minutes, 0)
CHECK = (
    select(
        customers.c.name.label("customer"),
        _a.balance,
        _entries_sum.label("entries"),
        _lots_sum.label("lots"),
    )
    .join_from(bank_accounts, customers, _a.customer_id == customers.c.id)
    .outerjoin(_by_entries, _by_entries.c.customer_id == _a.customer_id)
    .outerjoin(_by_lots, _by_lots.c.customer_id == _a.customer_id)
    .where(
        or_(
            _a.balance != _entries_sum,
            _a.balance != _lots_sum,
            _a.to_invoice != func.coalesce(_by_entries.c.to_invoice, 0),
            _bad_lot,
        )
    )
    .order_by(customers.c.name)
)
