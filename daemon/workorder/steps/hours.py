"""What an admin does with a customer's bank: buying, adjusting, taking back, invoicing."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from workorder.core.bank import Draw, EntryKind, Posting, cover, take, without
from workorder.core.calendar import wall
from workorder.core.decision import Policy
from workorder.core.rules import RuleSet
from workorder.core.subjects import label
from workorder.errors import NotFoundError, RequestError
from workorder.steps.books import Books
from workorder.store.bank import Account, Entry, Reason
from workorder.store.unit import Store, Unit

SHELL = "workorder"
MOST_MINUTES = 100_000 * 60
"""What one entry may hold; more is a slip of the pen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """Hours that a customer bought, in minutes. `day` None: now. `price` is only kept as typed.

    `covers`: old work that was left to invoice is paid out of them, oldest first.
    """

    minutes: int
    note: str = ""
    day: date | None = None
    price: str = ""
    expires_on: date | None = None
    covers: bool = False


class BankDesk:
    """Changes banks on request; each method is one transaction, and tells whom it concerns."""

    def __init__(
        self, *, store: Store, policy: Policy, rules: RuleSet, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._policy = policy
        self._rules = rules
        self._clock = clock
        self._zone = ZoneInfo(policy.timezone)

    def buy(self, customer_id: int, purchase: Purchase) -> Account:
        """Add hours to a bank.

        Raises:
            RequestError: the amount or a day makes no sense.
        """
        now = self._clock()
        today = now.astimezone(self._zone).date()
        _require_amount(purchase.minutes)
        if purchase.expires_on is not None and purchase.expires_on < today:
            raise RequestError(f"{purchase.expires_on.isoformat()} is past: they could not be used")
        if purchase.day is not None and purchase.day > today:
            raise RequestError(f"{purchase.day.isoformat()} is in the future")
        why = Reason(
            at=now,
            recorded_at=now,
            actor=SHELL,
            note=purchase.note,
            price=purchase.price,
            expires_on=purchase.expires_on,
        )
        posting = Posting(kind=EntryKind.BOUGHT, minutes=purchase.minutes)
        with self._store.write() as unit:
            books = self._books(unit, now)
            if purchase.covers:
                _lock(unit, [number for number, _ in unit.bank.uncovered(customer_id)])
            if purchase.day is not None:
                bought_at = wall(purchase.day, 0, self._zone)
                why = replace(why, at=books.counts_at(customer_id, bought_at))

            def post() -> None:
                unit.bank.post(customer_id, posting, why)
                if purchase.covers:
                    _cover_old_work(unit, customer_id, today, now)

            return books.changed(customer_id, post)

    def adjust(self, customer_id: int, minutes: int, note: str) -> Account:
        """Correct a balance by so many minutes, up or down.

        Raises:
            RequestError: there is no note, or more is to be taken than there is.
        """
        _require_amount(abs(minutes))
        if not note.strip():
            raise RequestError("an adjustment needs a note: others will ask why")
        now = self._clock()
        today = now.astimezone(self._zone).date()
        why = Reason(at=now, recorded_at=now, actor=SHELL, note=note)
        with self._store.write() as unit:

            def post() -> None:
                unit.bank.post(customer_id, _adjustment(unit, customer_id, minutes, today), why)

            return self._books(unit, now).changed(customer_id, post)

    def reverse(self, customer_id: int, entry_id: int, note: str) -> Account:
        """Take back an entry: a purchase or adjustment that was none, a cover, an invoice.

        Raises:
            NotFoundError: the customer has no such entry.
            RequestError: it cannot be taken back, or was already.
        """
        now = self._clock()
        with self._store.write() as unit:
            _lock(unit, unit.bank.drawn_by(entry_id))
            unit.bank.hold(customer_id)
            entry = unit.bank.entry(entry_id)
            if entry is None or entry.customer_id != customer_id:
                raise NotFoundError(f"no entry {entry_id} in this bank")
            if unit.bank.is_reversed(entry_id):
                raise RequestError(f"entry {entry_id} was taken back already")
            why = Reason(
                at=now,
                recorded_at=now,
                actor=SHELL,
                note=note,
                number=entry.number,
                reverses=entry_id,
            )
            return self._books(unit, now).changed(
                customer_id, lambda: self._take_back(unit, entry, why)
            )

    def invoiced(self, customer_id: int, numbers: Collection[int] | None, note: str) -> int:
        """Note that what was to be invoiced was; the minutes.

        Args:
            customer_id: whose.
            numbers: the work orders that the invoice names; None: every one that is open now.
            note: for the ledger, the number of the invoice.

        Raises:
            RequestError: there is nothing to invoice, or nothing of a work order that is named.
        """
        now = self._clock()
        with self._store.write() as unit:
            _lock(unit, [order for order, _ in unit.bank.uncovered(customer_id)])
            unit.bank.hold(customer_id)
            open_ = [
                (order, minutes)
                for order, minutes in unit.bank.uncovered(customer_id)
                if numbers is None or order in numbers
            ]
            unknown = {*(numbers or ())} - {order for order, _ in open_}
            if unknown:
                named = ", ".join(label(each, self._policy.prefix) for each in sorted(unknown))
                raise RequestError(f"there is nothing to invoice of {named}")
            if not open_:
                raise RequestError("there is nothing to invoice")
            for order, minutes in open_:
                why = Reason(at=now, recorded_at=now, actor=SHELL, note=note, number=order)
                posting = Posting(kind=EntryKind.INVOICED, minutes=0, to_invoice=-minutes)
                unit.bank.post(customer_id, posting, why)
            return sum(minutes for _, minutes in open_)

    def _books(self, unit: Unit, now: datetime) -> Books:
        return Books(unit, self._policy, self._rules, now=now)

    def _take_back(self, unit: Unit, entry: Entry, why: Reason) -> None:
        match entry.kind:
            case EntryKind.BOUGHT:
                self._take_back_lot(unit, entry, why)
            case EntryKind.ADJUSTED if entry.minutes > 0:
                self._take_back_lot(unit, entry, why)
            case EntryKind.ADJUSTED | EntryKind.COVERED:
                _require_reversible(unit, entry)
                # A cover says what a work order cost, as its opposite does; REVERSED would take
                # all of that back.
                is_cover = entry.kind is EntryKind.COVERED
                draws = tuple(
                    Draw(lot=draw.lot, minutes=-draw.minutes) for draw in unit.bank.draws(entry.id)
                )
                back = Posting(
                    kind=EntryKind.COVERED if is_cover else EntryKind.REVERSED,
                    minutes=-entry.minutes,
                    to_invoice=-entry.to_invoice,
                    draws=draws,
                )
                unit.bank.post(entry.customer_id, back, why)
            case EntryKind.INVOICED:
                again = Posting(kind=EntryKind.INVOICED, minutes=0, to_invoice=-entry.to_invoice)
                unit.bank.post(entry.customer_id, again, why)
            case EntryKind.BILLED | EntryKind.REVERSED:
                which = label(entry.number or 0, self._policy.prefix)
                raise RequestError(
                    f"entry {entry.id} is what a work order costs: write #billed on {which}"
                )
            case EntryKind.EXPIRED:
                self._take_back_expiry(unit, entry, why)
            case _:
                assert_never(entry.kind)

    def _take_back_expiry(self, unit: Unit, entry: Entry, why: Reason) -> None:
        """Hours that a clock wrote off which was ahead are there again."""
        today = why.recorded_at.astimezone(self._zone).date()
        draws = unit.bank.draws(entry.id)
        until = [unit.bank.expires_on(draw.lot) for draw in draws]
        if any(day is None or day < today for day in until):
            raise RequestError("hours that expired stay so: adjust the bank instead")
        back = tuple(Draw(lot=draw.lot, minutes=-draw.minutes) for draw in draws)
        posting = Posting(kind=EntryKind.EXPIRED, minutes=-entry.minutes, draws=back)
        unit.bank.post(entry.customer_id, posting, why)

    def _take_back_lot(self, unit: Unit, entry: Entry, why: Reason) -> None:
        """Work that drew from hours that were never bought draws from others, or is to invoice."""
        bank, customer_id = unit.bank, entry.customer_id
        today = why.recorded_at.astimezone(self._zone).date()
        for number in bank.drawn_by(entry.id):
            charges = bank.charges(customer_id, number)
            lots = bank.lots(customer_id, also=[draw.lot for draw in charges.charged.draws])
            again = Reason(
                at=why.at,
                recorded_at=why.recorded_at,
                actor=why.actor,
                note=why.note,
                number=number,
                reverses=charges.last,
            )
            for posting in without(charges.charged, lots, entry.id, today):
                bank.post(customer_id, posting, again)
        left = next(
            lot.left for lot in bank.lots(customer_id, also=[entry.id]) if lot.id == entry.id
        )
        gone = (Draw(lot=entry.id, minutes=-left),) if left else ()
        bank.post(customer_id, Posting(kind=EntryKind.REVERSED, minutes=-left, draws=gone), why)
        bank.mend_purchases(customer_id)


def _lock(unit: Unit, numbers: Collection[int]) -> None:
    """Hold work orders before a bank, as everybody does who bills: two never wait in a circle."""
    for number in sorted(numbers):
        unit.orders.get(number)


def _require_reversible(unit: Unit, entry: Entry) -> None:
    """What a cover or an adjustment took is still where it can be given back."""
    if entry.kind is EntryKind.COVERED and unit.bank.was_billed_anew(entry):
        raise RequestError(
            f"entry {entry.id} was taken back already, when its work order was billed anew"
        )
    if any(unit.bank.is_reversed(draw.lot) for draw in unit.bank.draws(entry.id)):
        raise RequestError(f"entry {entry.id} took hours of a purchase that was taken back since")


def _require_amount(minutes: int) -> None:
    if not 1 <= minutes <= MOST_MINUTES:
        raise RequestError(f"{minutes} minutes: an entry holds 1 to {MOST_MINUTES}")


def _adjustment(unit: Unit, customer_id: int, minutes: int, today: date) -> Posting:
    if minutes > 0:
        return Posting(kind=EntryKind.ADJUSTED, minutes=minutes)
    draws = take(unit.bank.lots(customer_id), -minutes, today)
    taken = -sum(draw.minutes for draw in draws)
    if taken < -minutes:
        raise RequestError(f"only {taken} minutes are left in the bank")
    return Posting(kind=EntryKind.ADJUSTED, minutes=minutes, draws=draws)


def _cover_old_work(unit: Unit, customer_id: int, today: date, now: datetime) -> None:
    for number, minutes in unit.bank.uncovered(customer_id):
        posting = cover(unit.bank.lots(customer_id), minutes, today) if minutes > 0 else None
        if posting is None:
            continue
        why = Reason(at=now, recorded_at=now, actor=SHELL, number=number)
        unit.bank.post(customer_id, posting, why)
