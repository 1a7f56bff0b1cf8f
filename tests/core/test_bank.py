"""The bank: for any sequence of what can happen, every minute is accounted for once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from workorder.core.bank import (
    NOT_CHARGED,
    Charged,
    Draw,
    EntryKind,
    Lot,
    Posting,
    after,
    charge,
    cover,
    expire,
    in_order,
    rebill,
    reverse,
    take,
    without,
)

TODAY = date(2026, 11, 23)


def lot(id_: int, left: int, expires_in: int | None = None) -> Lot:
    expires_on = TODAY + timedelta(days=expires_in) if expires_in is not None else None
    return Lot(id=id_, left=left, expires_on=expires_on)


def test_what_expires_first_is_drawn_first_then_the_oldest() -> None:
    lots = [lot(1, 60), lot(2, 60, 30), lot(3, 60, 10), lot(4, 60)]
    assert [each.id for each in in_order(lots, TODAY)] == [3, 2, 1, 4]


def test_a_charge_may_split_over_purchases_and_the_rest_is_to_invoice() -> None:
    posting = charge([lot(1, 30), lot(2, 20)], 90, TODAY)
    assert posting == Posting(
        kind=EntryKind.BILLED,
        minutes=-50,
        to_invoice=40,
        draws=(Draw(lot=1, minutes=-30), Draw(lot=2, minutes=-20)),
    )


def test_hours_are_good_on_their_last_day_and_not_after() -> None:
    assert take([lot(1, 60, 0)], 30, TODAY) == (Draw(lot=1, minutes=-30),)
    assert take([lot(1, 60, -1)], 30, TODAY) == ()


def test_an_assessment_is_replaced_by_a_reversal_and_a_new_charge() -> None:
    charged = Charged(minutes=60, draws=(Draw(lot=1, minutes=-60),))
    back, again = rebill(charged, 90, [lot(1, 30)], TODAY)
    assert (back.kind, back.minutes) == (EntryKind.REVERSED, 60)
    assert (again.kind, again.minutes, again.to_invoice) == (EntryKind.BILLED, -90, 0)


def test_the_same_amount_again_is_no_entry() -> None:
    assert rebill(Charged(minutes=30, uncovered=30), 60, [], TODAY) == ()


def test_what_was_bought_later_does_not_silently_pay_old_work() -> None:
    charged = Charged(uncovered=120)
    _, again = rebill(charged, 150, [lot(9, 600)], TODAY)
    assert (again.minutes, again.to_invoice) == (-30, 120)
    _, less = rebill(charged, 60, [lot(9, 600)], TODAY)
    assert (less.minutes, less.to_invoice) == (0, 60)


def test_hours_past_their_day_are_good_for_the_work_that_drew_from_them() -> None:
    charged = Charged(minutes=60, draws=(Draw(lot=1, minutes=-60),))
    _, again = rebill(charged, 90, [lot(1, 0, -5)], TODAY)
    assert (again.minutes, again.to_invoice) == (-60, 30)


def test_old_work_is_covered_when_that_is_asked_for() -> None:
    assert cover([lot(1, 50)], 80, TODAY) == Posting(
        kind=EntryKind.COVERED,
        minutes=-50,
        to_invoice=-50,
        draws=(Draw(lot=1, minutes=-50),),
    )
    assert cover([], 80, TODAY) is None


def test_work_that_drew_from_hours_never_bought_draws_from_others() -> None:
    charged = Charged(minutes=60, draws=(Draw(lot=1, minutes=-60),))
    back, again = without(charged, [lot(1, 0), lot(2, 40)], 1, TODAY)
    assert back.minutes == 60
    assert again == Posting(
        kind=EntryKind.BILLED, minutes=-40, to_invoice=20, draws=(Draw(lot=2, minutes=-40),)
    )


# -- any sequence -----------------------------------------------------------------------------


@dataclass
class Ledger:
    """A bank as the store keeps it, in memory: entries are added, and nothing else."""

    today: date = TODAY
    entries: list[tuple[int, Posting]] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    charged: dict[int, Charged] = field(default_factory=dict)

    @property
    def balance(self) -> int:
        return sum(posting.minutes for _, posting in self.entries)

    @property
    def to_invoice(self) -> int:
        return sum(posting.to_invoice for _, posting in self.entries)

    def post(self, number: int, posting: Posting, expires_on: date | None = None) -> None:
        self.entries.append((number, posting))
        if posting.kind in {EntryKind.BOUGHT, EntryKind.ADJUSTED} and not posting.draws:
            self.lots.append(Lot(id=len(self.entries), left=posting.minutes, expires_on=expires_on))
        self.lots = [*after(self.lots, posting.draws)]
        if number:
            self.charged[number] = _joined(self.charged.get(number, NOT_CHARGED), posting)


def _joined(charged: Charged, posting: Posting) -> Charged:
    draws = {draw.lot: draw.minutes for draw in charged.draws}
    for draw in posting.draws:
        draws[draw.lot] = draws.get(draw.lot, 0) + draw.minutes
    return Charged(
        minutes=charged.minutes - posting.minutes,
        uncovered=charged.uncovered + posting.to_invoice,
        draws=tuple(Draw(lot=each, minutes=minutes) for each, minutes in draws.items() if minutes),
    )


_AMOUNTS = st.integers(min_value=1, max_value=600)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("buy"), _AMOUNTS, st.one_of(st.none(), st.integers(0, 40))),
        st.tuples(st.just("bill"), st.integers(0, 600), st.integers(1, 4)),
        st.tuples(st.just("adjust"), _AMOUNTS, st.booleans()),
        st.tuples(st.just("wait"), st.integers(1, 30), st.none()),
        st.tuples(st.just("cover"), st.none(), st.integers(1, 4)),
        st.tuples(st.just("unbuy"), st.none(), st.integers(0, 20)),
    ),
    max_size=30,
)


def _done(ledger: Ledger, step: tuple[str, int | None, object]) -> None:
    what, amount, other = step
    for posting in expire(ledger.lots, ledger.today):
        ledger.post(0, posting)
    _DO[what](ledger, amount or 0, other)


def _buy(ledger: Ledger, amount: int, other: object) -> None:
    until = ledger.today + timedelta(days=other) if isinstance(other, int) else None
    ledger.post(0, Posting(kind=EntryKind.BOUGHT, minutes=amount), until)


def _bill(ledger: Ledger, amount: int, other: object) -> None:
    assert isinstance(other, int)
    charged = ledger.charged.get(other, NOT_CHARGED)
    for posting in rebill(charged, amount, ledger.lots, ledger.today):
        ledger.post(other, posting)


def _adjust(ledger: Ledger, amount: int, other: object) -> None:
    if not other:
        ledger.post(0, Posting(kind=EntryKind.ADJUSTED, minutes=amount))
        return
    draws = take(ledger.lots, amount, ledger.today)
    if -sum(draw.minutes for draw in draws) == amount:
        ledger.post(0, Posting(kind=EntryKind.ADJUSTED, minutes=-amount, draws=draws))


def _wait(ledger: Ledger, amount: int, _other: object) -> None:
    ledger.today += timedelta(days=amount)


def _cover(ledger: Ledger, _amount: int, other: object) -> None:
    assert isinstance(other, int)
    open_ = ledger.charged.get(other, NOT_CHARGED).uncovered
    paid = cover(ledger.lots, open_, ledger.today)
    if paid is not None:
        ledger.post(other, paid)


def _unbuy(ledger: Ledger, _amount: int, other: object) -> None:
    assert isinstance(other, int)
    _taken_back(ledger, other)


_DO: Mapping[str, Callable[[Ledger, int, object], None]] = {
    "buy": _buy,
    "bill": _bill,
    "adjust": _adjust,
    "wait": _wait,
    "cover": _cover,
    "unbuy": _unbuy,
}


def _taken_back(ledger: Ledger, which: int) -> None:
    """A purchase that was none: what drew from it draws from others, then it goes."""
    if which >= len(ledger.lots):
        return
    gone = ledger.lots[which].id
    for number, charged in [*ledger.charged.items()]:
        if any(draw.lot == gone for draw in charged.draws):
            for posting in without(charged, ledger.lots, gone, ledger.today):
                ledger.post(number, posting)
    left = ledger.lots[which].left
    draws = (Draw(lot=gone, minutes=-left),) if left else ()
    ledger.entries.append((0, Posting(kind=EntryKind.REVERSED, minutes=-left, draws=draws)))
    ledger.lots = [*after(ledger.lots, draws)]


@settings(max_examples=100, deadline=None)
@given(steps=_STEPS)
def test_every_minute_is_accounted_for_once_whatever_happens(
    steps: list[tuple[str, int | None, object]],
) -> None:
    ledger = Ledger()
    billed: dict[int, int] = {}
    for step in steps:
        _done(ledger, step)
        if step[0] == "bill":
            assert isinstance(step[1], int)
            assert isinstance(step[2], int)
            billed[step[2]] = step[1]
        # The balance is what is left of all purchases, and none is overdrawn.
        assert ledger.balance == sum(each.left for each in ledger.lots)
        assert all(each.left >= 0 for each in ledger.lots)
        # Each work order costs what was billed, from the bank or to invoice, and no more.
        for number, charged in ledger.charged.items():
            assert charged.total == billed[number]
            assert charged.minutes == -sum(draw.minutes for draw in charged.draws)
            assert charged.minutes >= 0
            assert charged.uncovered >= 0
        assert ledger.to_invoice == sum(each.uncovered for each in ledger.charged.values())


@given(minutes=_AMOUNTS, lefts=st.lists(st.integers(0, 300), max_size=6))
def test_a_charge_that_is_reversed_leaves_everything_as_it_was(
    minutes: int, lefts: list[int]
) -> None:
    lots = [lot(i, left) for i, left in enumerate(lefts)]
    posting = charge(lots, minutes, TODAY)
    assert posting.to_invoice - posting.minutes == minutes
    charged = Charged(minutes=-posting.minutes, uncovered=posting.to_invoice, draws=posting.draws)
    back = reverse(charged)
    assert (back.minutes + posting.minutes, back.to_invoice + posting.to_invoice) == (0, 0)
    assert [*after(after(lots, posting.draws), back.draws)] == lots
