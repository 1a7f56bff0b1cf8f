"""What people are shown of hours and banks, read from the books."""

from collections.abc import Iterable, Mapping
from datetime import date, tzinfo
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select

from workorder.core.bank import EntryKind
from workorder.core.books import (
    BankCard,
    EntryLine,
    HoursCard,
    JobLine,
    LotCard,
    MonthBar,
    Statement,
    TimeCard,
)
from workorder.core.calendar import month_start, months_back, next_month
from workorder.core.events import Billed
from workorder.core.model import BilledBy, Timer
from workorder.core.subjects import label
from workorder.store import bank_sql as sql
from workorder.store.bank import Bank, Entry
from workorder.store.codec import EventRow, from_row
from workorder.store.schema import customers, events, orders
from workorder.store.schema_books import bank_entries, times

CHART_MONTHS = 12
_CHARGES = frozenset({EntryKind.BILLED, EntryKind.REVERSED})
_NUMBER: BindParameter[Any] = bindparam("a_number")
_TIMES = (
    select(
        times.c.technician,
        times.c.started_at,
        times.c.stopped_at,
        func.sum(times.c.minutes).label("minutes"),
        func.max(events.c.text).label("note"),
    )
    .join_from(times, events, times.c.event_id == events.c.id)
    .where(events.c.number == _NUMBER)
    .group_by(times.c.technician, times.c.started_at, times.c.stopped_at)
    .having(func.sum(times.c.minutes) > 0)
    .order_by(times.c.started_at, times.c.technician)
)
_LAST_BILLED = (
    select(
        events.c.kind, events.c.at, events.c.actor, events.c.public, events.c.text, events.c.data
    )
    .where(events.c.number == _NUMBER, events.c.kind == Billed.kind)
    .order_by(events.c.id.desc())
    .limit(1)
)
_BALANCE_THEN = select(bank_entries.c.balance).where(bank_entries.c.id == bindparam("an_id"))
_NAME = select(customers.c.name).where(customers.c.id == bindparam("a_customer"))
_JOBS = select(orders.c.number, orders.c.title, orders.c.status, orders.c.worked_minutes).where(
    orders.c.number.in_(bindparam("numbers", expanding=True))
)


class BookCards(Bank):
    """The cards, within one transaction."""

    __slots__ = ()

    def bank_card(self, customer_id: int | None) -> BankCard | None:
        """A customer's bank; None where nothing was ever bought or given."""
        account = self.account(customer_id) if customer_id is not None else None
        if account is None or not account.is_used:
            return None
        return self._card(account.customer_id, account.balance, account.to_invoice)

    def balance_card(self, customer_id: int) -> BankCard:
        """The same, of whoever asks: a bank that never was is an empty one."""
        account = self.account(customer_id)
        balance, open_ = (account.balance, account.to_invoice) if account else (0, 0)
        return self._card(customer_id, balance, open_)

    def _card(self, customer_id: int, balance: int, to_invoice: int) -> BankCard:
        lots = tuple(
            LotCard(
                bought_at=lot.bought_at,
                minutes=lot.minutes,
                left=lot.left,
                expires_on=lot.expires_on,
            )
            for lot in self.lot_rows(customer_id)
        )
        name = str(self._rows(_NAME, a_customer=customer_id)[0]["name"])
        return BankCard(customer=name, balance=balance, to_invoice=to_invoice, lots=lots)

    def times(self, number: int, running: tuple[Timer, ...] = ()) -> tuple[TimeCard, ...]:
        """The stretches of work of a work order; what was taken back is not among them."""
        done = tuple(TimeCard(**row) for row in self._rows(_TIMES, a_number=number))
        still = tuple(
            TimeCard(
                technician=timer.technician,
                started_at=timer.started_at,
                stopped_at=None,
                minutes=0,
                note=timer.note,
            )
            for timer in running
        )
        return done + still

    def hours_card(self, number: int, row: Mapping[str, Any]) -> HoursCard:
        """The hours of a work order, of whose row the columns are given."""
        billed_by, customer_id = row["billed_by"], row["customer_id"]
        card = HoursCard(
            worked=row["worked_minutes"],
            billed=row["billed_minutes"] if billed_by is not None else None,
            by_rule=billed_by is BilledBy.RULE,
            rule=self._rule(number) if billed_by is BilledBy.RULE else "",
            times=self.times(number),
        )
        return card if customer_id is None else self._with_bank(card, number, customer_id)

    def _with_bank(self, card: HoursCard, number: int, customer_id: int) -> HoursCard:
        account = self.account(customer_id)
        charges = self.charges(customer_id, number)
        if account is None:
            return card
        balance = account.balance
        if charges.last is not None:
            balance = int(self._rows(_BALANCE_THEN, an_id=charges.last)[0]["balance"])
        return HoursCard(
            worked=card.worked,
            billed=card.billed,
            by_rule=card.by_rule,
            rule=card.rule,
            balance_after=balance if account.is_used else None,
            to_invoice=charges.charged.uncovered,
            times=card.times,
        )

    def _rule(self, number: int) -> str:
        rows = self._rows(_LAST_BILLED, a_number=number)
        event = from_row(EventRow(**rows[0])) if rows else None
        return event.rule if isinstance(event, Billed) else ""

    # -- statements -------------------------------------------------------------------------

    def statement(self, customer_id: int, month: date, *, zone: tzinfo, prefix: str) -> Statement:
        """A customer's month, from its first moment in `zone` to its last."""
        start, end = month_start(month, zone), month_start(next_month(month), zone)
        opening, to_invoice = self.sums_before(customer_id, start)
        entries = self.entries(customer_id, start=start, end=end)
        return Statement(
            customer=str(self._rows(_NAME, a_customer=customer_id)[0]["name"]),
            month=month.replace(day=1),
            opening=opening,
            closing=opening + sum(entry.minutes for entry in entries),
            to_invoice_before=to_invoice,
            to_invoice_after=to_invoice + sum(entry.to_invoice for entry in entries),
            entries=tuple(
                _line(entry, balance, prefix)
                for entry, balance in _with_balances(entries, opening)
                if not _is_charge(entry)
            ),
            jobs=self._jobs(entries, prefix),
            year=self._year(customer_id, month, zone),
        )

    def _jobs(self, entries: tuple[Entry, ...], prefix: str) -> tuple[JobLine, ...]:
        """The work orders that a month's charges are of; those that cancel out are not listed."""
        taken: dict[int, tuple[int, int]] = {}
        for entry in entries:
            if _is_charge(entry) and entry.number is not None:
                bank, open_ = taken.get(entry.number, (0, 0))
                taken[entry.number] = (bank - entry.minutes, open_ + entry.to_invoice)
        numbers = [number for number, sums in taken.items() if sums != (0, 0)]
        rows = {row["number"]: row for row in self._rows(_JOBS, numbers=numbers)}
        return tuple(
            JobLine(
                label=label(number, prefix),
                title=rows[number]["title"],
                status=rows[number]["status"],
                worked=rows[number]["worked_minutes"],
                billed=sum(taken[number]),
                from_bank=taken[number][0],
                to_invoice=taken[number][1],
            )
            for number in sorted(numbers)
        )

    def _year(self, customer_id: int, month: date, zone: tzinfo) -> tuple[MonthBar, ...]:
        months = months_back(month, CHART_MONTHS)
        start, end = month_start(months[0], zone), month_start(next_month(month), zone)
        bought = dict.fromkeys(months, 0)
        billed = dict.fromkeys(months, 0)
        entries = self.entries(customer_id, start=start, end=end)
        kinds = self._kinds({entry.reverses for entry in entries if entry.reverses is not None})
        for entry in entries:
            of = entry.at.astimezone(zone).date().replace(day=1)
            if _is_charge(entry):
                billed[of] += entry.to_invoice - entry.minutes
            elif EntryKind.BOUGHT in {entry.kind, kinds.get(entry.reverses)}:
                bought[of] += entry.minutes
        return tuple(
            MonthBar(month=each, bought=bought[each], billed=billed[each]) for each in months
        )

    def _kinds(self, ids: Iterable[int]) -> dict[int | None, EntryKind]:
        return {row["id"]: row["kind"] for row in self._rows(sql.KINDS, ids=sorted(ids))}


def _is_charge(entry: Entry) -> bool:
    """Whether an entry says what a work order cost, or takes that back."""
    return entry.kind in _CHARGES and entry.number is not None


def _with_balances(entries: tuple[Entry, ...], opening: int) -> list[tuple[Entry, int]]:
    """Each entry with the balance after it, in the order of the moments they count for."""
    found = []
    for entry in entries:
        opening += entry.minutes
        found.append((entry, opening))
    return found


def _line(entry: Entry, balance: int, prefix: str) -> EntryLine:
    return EntryLine(
        at=entry.at,
        kind=entry.kind,
        minutes=entry.minutes,
        to_invoice=entry.to_invoice,
        balance=balance,
        label=label(entry.number, prefix) if entry.number is not None else "",
        note=entry.note,
        expires_on=entry.expires_on,
    )
