"""A customer's bank of prepaid hours: what each event does to it, in whole minutes.

The ledger is append-only. An entry changes the balance by `minutes` and what is to be invoiced by
`to_invoice`; its draws say of which purchases the minutes were taken, or to which they went back.
A correction is an entry of its own that reverses another.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry of the ledger is; the values are those of the JSON."""

    BOUGHT = "bought"
    BILLED = "billed"
    REVERSED = "reversed"
    ADJUSTED = "adjusted"
    EXPIRED = "expired"
    COVERED = "covered"
    """Old work that was to be invoiced is paid out of hours that were bought since."""
    INVOICED = "invoiced"
    """What was to be invoiced was: it is no longer waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Hours of one purchase that are left. `id` is its entry's; it is good up to `expires_on`."""

    id: int
    left: int
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Minutes that a lot gains (a purchase, a correction) or, below zero, loses."""

    lot: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """An entry to be written; BOUGHT, and ADJUSTED upwards, make a lot of their own."""

    kind: EntryKind
    minutes: int
    to_invoice: int = 0
    draws: tuple[Draw, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What a work order cost a customer so far, all its entries together.

    `minutes` came from the bank, `uncovered` was left to invoice, `draws` are the lots' part.
    """

    minutes: int = 0
    uncovered: int = 0
    draws: tuple[Draw, ...] = ()

    @property
    def total(self) -> int:
        """Minutes billed."""
        return self.minutes + self.uncovered


NOT_CHARGED = Charged()


def in_order(lots: Iterable[Lot], day: date) -> list[Lot]:
    """The lots that are good on `day`, in the order in which they are drawn from.

    What expires first goes first, what never expires last; then the oldest purchase.
    """
    good = [lot for lot in lots if lot.left > 0 and _is_good(lot, day)]
    return sorted(good, key=lambda lot: (lot.expires_on or date.max, lot.id))


def _is_good(lot: Lot, day: date) -> bool:
    return lot.expires_on is None or lot.expires_on >= day


def take(lots: Iterable[Lot], minutes: int, day: date) -> tuple[Draw, ...]:
    """Draw minutes from lots, over as many as it takes; perhaps fewer than were asked for."""
    draws: list[Draw] = []
    for lot in in_order(lots, day):
        if minutes <= 0:
            break
        taken = min(lot.left, minutes)
        draws.append(Draw(lot=lot.id, minutes=-taken))
        minutes -= taken
    return tuple(draws)


def charge(lots: Iterable[Lot], minutes: int, day: date, *, kept_out: int = 0) -> Posting:
    """Bill minutes: from the bank as far as it goes, the rest to invoice; so is `kept_out`."""
    draws = take(lots, minutes - kept_out, day)
    covered = -sum(draw.minutes for draw in draws)
    return Posting(
        kind=EntryKind.BILLED, minutes=-covered, to_invoice=minutes - covered, draws=draws
    )


def reverse(charged: Charged) -> Posting:
    """Take back all that a work order cost: to the lots that it came from."""
    return Posting(
        kind=EntryKind.REVERSED,
        minutes=charged.minutes,
        to_invoice=-charged.uncovered,
        draws=tuple(Draw(lot=draw.lot, minutes=-draw.minutes) for draw in charged.draws),
    )


def after(lots: Sequence[Lot], draws: Iterable[Draw]) -> tuple[Lot, ...]:
    """What is left of each lot after some draws."""
    change = Counter[int]()
    for draw in draws:
        change[draw.lot] += draw.minutes
    return tuple(
        Lot(id=lot.id, left=lot.left + change[lot.id], expires_on=lot.expires_on) for lot in lots
    )


def rebill(
    charged: Charged,
    minutes: int,
    lots: Sequence[Lot],
    day: date,
    *,
    remembered: Charged = NOT_CHARGED,
) -> tuple[Posting, ...]:
    """The entries by which a work order costs `minutes` instead of what it did.

    Args:
        charged: what it costs now.
        minutes: what it is to cost.
        lots: those that it drew from beside all with something left.
        day: on which the work was assessed. Hours that have expired since are still good for the
            work order that drew from them.
        remembered: what it cost before that was taken back whole. What the bank did not cover then
            stays to be invoiced, whatever was bought since.
    """
    if charged.total == minutes:
        return ()
    postings: list[Posting] = []
    if charged.minutes or charged.uncovered:
        remembered = charged
        back = reverse(charged)
        postings.append(back)
        lots = after(lots, back.draws)
    if minutes:
        kept_out = min(remembered.uncovered, max(0, minutes - remembered.minutes))
        own = {draw.lot: -draw.minutes for draw in charged.draws}
        good = [_for_old_work(lot, own.get(lot.id, 0), day) for lot in lots]
        postings.append(charge(good, minutes, day, kept_out=kept_out))
    return tuple(postings)


def _for_old_work(lot: Lot, drawn: int, today: date) -> Lot:
    """A lot as the work order that drew from it may use it: past its day, as far as it did."""
    if _is_good(lot, today):
        return lot
    return Lot(id=lot.id, left=min(lot.left, drawn), expires_on=today)


def cover(lots: Iterable[Lot], uncovered: int, day: date) -> Posting | None:
    """Pay work that was to be invoiced out of the bank, as far as it goes; None: it is empty."""
    draws = take(lots, uncovered, day)
    paid = -sum(draw.minutes for draw in draws)
    if not paid:
        return None
    return Posting(kind=EntryKind.COVERED, minutes=-paid, to_invoice=-paid, draws=draws)


def expire(lots: Iterable[Lot], today: date) -> tuple[Posting, ...]:
    """The entries by which hours go that nobody used in time."""
    return tuple(
        Posting(
            kind=EntryKind.EXPIRED,
            minutes=-lot.left,
            draws=(Draw(lot=lot.id, minutes=-lot.left),),
        )
        for lot in lots
        if lot.left > 0 and not _is_good(lot, today)
    )


def without(charged: Charged, lots: Sequence[Lot], lot_id: int, today: date) -> tuple[Posting, ...]:
    """The entries by which a work order costs the same, and nothing of it comes from one lot.

    `lots` as for `rebill`: what the other lots do not cover is left to invoice.
    """
    back = reverse(charged)
    own = {draw.lot: -draw.minutes for draw in charged.draws}
    others = [lot for lot in after(lots, back.draws) if lot.id != lot_id]
    good = [_for_old_work(lot, own.get(lot.id, 0), today) for lot in others]
    again = charge(good, charged.total, today, kept_out=charged.uncovered)
    return back, again
