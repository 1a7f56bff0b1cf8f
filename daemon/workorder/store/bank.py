"""The customers' banks: a ledger that only grows, and the balance that it adds up to.

Whoever writes holds the account's row first: two daemons post one after the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert

from workorder.core.bank import NOT_CHARGED, Charged, Draw, EntryKind, Lot, Posting
from workorder.store import bank_sql as sql
from workorder.store.repository import Repository
from workorder.store.schema_books import bank_draws, bank_entries, bank_lots


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A customer's bank as it stands. `last_bought`: minutes of the latest purchase.

    `stated` is the first day of the last month for which a statement was sent.
    """

    customer_id: int
    balance: int
    to_invoice: int
    last_bought: int
    stated: date | None

    @property
    def is_used(self) -> bool:
        """Whether the customer pays in advance at all."""
        return self.last_bought > 0 or self.balance > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something is posted: for which work order and event, by whom, and in what words.

    `at` is the moment it counts for, `recorded_at` that at which it is written. `price` is as it
    was typed. `reverses` is the id of the entry that it takes back.
    """

    at: datetime
    recorded_at: datetime
    actor: str
    note: str = ""
    number: int | None = None
    event_id: int | None = None
    price: str = ""
    expires_on: date | None = None
    reverses: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charges:
    """What a work order cost a customer, and the id of the entry that says so last.

    `remembered` is what it cost before that was taken back whole.
    """

    charged: Charged
    last: int | None
    remembered: Charged = NOT_CHARGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the ledger; `balance` is what it left."""

    id: int
    customer_id: int
    at: datetime
    recorded_at: datetime
    kind: EntryKind
    minutes: int
    to_invoice: int
    number: int | None
    event_id: int | None
    reverses: int | None
    actor: str
    note: str
    price: str
    expires_on: date | None
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRow:
    """What a purchase brought, and what is left of it."""

    id: int
    bought_at: datetime
    minutes: int
    left: int
    expires_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """An account whose balance is not the sum of its entries, or of what is left of its lots."""

    customer: str
    balance: int
    entries: int
    lots: int


class Bank(Repository):
    """The banks, within one transaction."""

    __slots__ = ()

    def account(self, customer_id: int) -> Account | None:
        """A customer's account; None where nothing was ever posted."""
        rows = self._rows(sql.ACCOUNT, a_customer=customer_id)
        return Account(**rows[0]) if rows else None

    def hold(self, customer_id: int) -> Account:
        """The account, opened if there is none, and nobody else's until the transaction ends."""
        self._connection.execute(
            sql.OPEN[self._connection.dialect.name], {"a_customer": customer_id}
        )
        return Account(**self._rows(sql.HOLD, a_customer=customer_id)[0])

    def lots(self, customer_id: int, *, also: Iterable[int] = ()) -> tuple[Lot, ...]:
        """The lots with something left, and those of the ids in `also` whatever is left."""
        rows = self._rows(sql.LOTS, a_customer=customer_id, ids=[*also])
        return tuple(Lot(**row) for row in rows)

    def lot_rows(self, customer_id: int) -> tuple[LotRow, ...]:
        """The lots with something left, for people."""
        return tuple(LotRow(**row) for row in self._rows(sql.LOT_ROWS, a_customer=customer_id))

    def charges(self, customer_id: int, number: int) -> Charges:
        """What a work order cost this customer so far."""
        totals = self._rows(sql.CHARGED, a_customer=customer_id, a_number=number)[0]
        if totals["last"] is None:
            return Charges(charged=NOT_CHARGED, last=None)
        draws = self._rows(sql.CHARGED_DRAWS, a_customer=customer_id, a_number=number)
        charged = Charged(
            minutes=-int(totals["minutes"]),
            uncovered=int(totals["to_invoice"]),
            draws=tuple(
                Draw(lot=row["lot"], minutes=int(row["minutes"])) for row in draws if row["minutes"]
            ),
        )
        remembered = NOT_CHARGED if charged.total else self._remembered(totals["last"])
        return Charges(charged=charged, last=totals["last"], remembered=remembered)

    def _remembered(self, entry_id: int) -> Charged:
        """What was taken back by the last entry of a work order that costs nothing now."""
        entry = self.entry(entry_id)
        if entry is None or entry.kind is not EntryKind.REVERSED:
            return NOT_CHARGED
        return Charged(minutes=entry.minutes, uncovered=-entry.to_invoice)

    def post(self, customer_id: int, posting: Posting, why: Reason) -> int:
        """Write an entry with its draws; the account must be held. Returns its id.

        BOUGHT, and ADJUSTED upwards, make a lot of their own.
        """
        account = self.hold(customer_id)
        balance = account.balance + posting.minutes
        entry_id = self._insert(
            bank_entries, _entry_row(customer_id, posting, why) | {"balance": balance}
        )
        draws = posting.draws
        if makes_lot(posting):
            lot = {
                "entry_id": entry_id,
                "customer_id": customer_id,
                "expires_on": why.expires_on,
                "remaining": 0,
            }
            self._connection.execute(insert(bank_lots), lot)
            draws = (Draw(lot=entry_id, minutes=posting.minutes),)
        self._draw(entry_id, draws)
        is_first_gift = makes_lot(posting) and not account.last_bought
        is_purchase = posting.kind is EntryKind.BOUGHT or is_first_gift
        bought = posting.minutes if is_purchase else account.last_bought
        self._connection.execute(
            sql.SET_ACCOUNT,
            {
                "a_customer": customer_id,
                "a_balance": balance,
                "an_invoice": account.to_invoice + posting.to_invoice,
                "a_purchase": bought,
            },
        )
        return entry_id

    def _draw(self, entry_id: int, draws: Sequence[Draw]) -> None:
        if not draws:
            return
        rows = [{"entry_id": entry_id, "lot_id": d.lot, "minutes": d.minutes} for d in draws]
        self._connection.execute(insert(bank_draws), rows)
        changes = [{"a_lot": draw.lot, "change": draw.minutes} for draw in draws]
        self._connection.execute(sql.CHANGE_LOT, changes)

    def entry(self, entry_id: int) -> Entry | None:
        """The entry of that id."""
        rows = self._rows(sql.ENTRY, an_id=entry_id)
        return Entry(**rows[0]) if rows else None

    def draws(self, entry_id: int) -> tuple[Draw, ...]:
        """From which lots an entry took, or to which it gave."""
        rows = self._rows(sql.DRAWS, an_id=entry_id)
        return tuple(Draw(**row) for row in rows)

    def was_billed_anew(self, entry: Entry) -> bool:
        """Whether all that a work order cost was taken back since an entry about it."""
        rows = self._rows(
            sql.TAKEN_BACK_SINCE,
            a_customer=entry.customer_id,
            a_number=entry.number,
            an_id=entry.id,
        )
        return bool(rows)

    def expired(self, customer_id: int, good_on: date, before: date) -> tuple[Draw, ...]:
        """What was written off of lots that were good on a day, and are not since `before`."""
        rows = self._rows(sql.EXPIRED, a_customer=customer_id, good_on=good_on, before=before)
        return tuple(Draw(lot=row["lot"], minutes=int(row["minutes"])) for row in rows)

    def expires_on(self, lot_id: int) -> date | None:
        """The last day on which a lot is good; None: it does not expire."""
        rows = self._rows(sql.EXPIRES_ON, a_lot=lot_id)
        day: date | None = rows[0]["expires_on"] if rows else None
        return day

    def mend_purchases(self, customer_id: int) -> None:
        """Find the latest purchase anew, after one was taken back."""
        rows = self._rows(sql.LATEST_PURCHASE, a_customer=customer_id)
        bought = rows[0]["minutes"] if rows else 0
        self._connection.execute(
            sql.SET_PURCHASE, {"a_customer": customer_id, "a_purchase": bought}
        )

    def mend_statements(self, month: date) -> None:
        """Let months be stated again that a wrong clock took for past."""
        self._connection.execute(sql.UNSTATE, {"a_month": month})

    def is_reversed(self, entry_id: int) -> bool:
        """Whether another entry takes this one back."""
        return bool(self._rows(sql.REVERSED_BY, an_id=entry_id))

    def entries(
        self, customer_id: int, *, start: datetime | None = None, end: datetime | None = None
    ) -> tuple[Entry, ...]:
        """A customer's entries in the order of the moments they count for; `end` is not in it."""
        statement = sql.ENTRIES
        if start is not None:
            statement = statement.where(bank_entries.c.at >= start)
        if end is not None:
            statement = statement.where(bank_entries.c.at < end)
        return tuple(Entry(**row) for row in self._rows(statement, a_customer=customer_id))

    def sums_before(self, customer_id: int, moment: datetime) -> tuple[int, int]:
        """Balance, and what was to be invoiced, of all that counts for a time before `moment`."""
        row = self._rows(sql.SUMS_BEFORE, a_customer=customer_id, a_moment=moment)[0]
        return int(row["minutes"]), int(row["to_invoice"])

    def uncovered(self, customer_id: int) -> tuple[tuple[int, int], ...]:
        """The work orders of which something is to be invoiced, and how much; oldest first."""
        rows = self._rows(sql.UNCOVERED, a_customer=customer_id)
        return tuple((row["number"], int(row["to_invoice"])) for row in rows)

    def drawn_by(self, lot_id: int) -> tuple[int, ...]:
        """The work orders that drew from a lot and did not give all of it back."""
        return tuple(row["number"] for row in self._rows(sql.DRAWN_BY, a_lot=lot_id))

    def expiring(self, day: date, limit: int) -> tuple[int, ...]:
        """The customers who have hours that were good only until before `day`."""
        rows = self._rows(sql.EXPIRING, a_day=day, limit=limit)
        return tuple(dict.fromkeys(row["customer_id"] for row in rows))

    def to_be_stated(self, month: date, limit: int) -> tuple[int, ...]:
        """The customers who had no statement for `month` yet."""
        rows = self._rows(sql.TO_BE_STATED, a_month=month, limit=limit)
        return tuple(row["customer_id"] for row in rows)

    def first_recorded(self, customer_id: int) -> datetime | None:
        """When the first entry of a customer was written."""
        rows = self._rows(sql.FIRST_RECORDED, a_customer=customer_id)
        moment: datetime | None = rows[0]["recorded_at"] if rows else None
        return moment

    def stated(self, customer_id: int, month: date) -> None:
        """Note that the statement of `month` was sent, or that there is nothing to state."""
        self._connection.execute(sql.STATED, {"a_customer": customer_id, "a_month": month})

    def check(self) -> tuple[Discrepancy, ...]:
        """Every account that does not add up: entries, draws and balance must say the same."""
        return tuple(Discrepancy(**row) for row in self._rows(sql.CHECK))


def makes_lot(posting: Posting) -> bool:
    """Whether a posting brings hours that can be drawn from."""
    is_gift = posting.kind is EntryKind.ADJUSTED and posting.minutes > 0
    return posting.kind is EntryKind.BOUGHT or (is_gift and not posting.draws)


def _entry_row(customer_id: int, posting: Posting, why: Reason) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "at": why.at,
        "recorded_at": why.recorded_at,
        "kind": posting.kind,
        "minutes": posting.minutes,
        "to_invoice": posting.to_invoice,
        "number": why.number,
        "event_id": why.event_id,
        "reverses": why.reverses,
        "actor": why.actor,
        "note": why.note,
        "price": why.price,
        "expires_on": why.expires_on,
    }


__all__ = ["Account", "Bank", "Discrepancy", "Entry", "LotRow", "Reason"]
