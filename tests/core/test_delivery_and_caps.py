from datetime import timedelta

import pytest

from builders import NOON
from workorder.core.caps import CapCounts, is_flood, over_cap
from workorder.core.delivery import LONGEST_PAUSE, Buried, Postponed, after_refusal
from workorder.core.notice import NoticeKind


def refused(attempts: int, age: timedelta) -> Postponed | Buried:
    return after_refusal(attempts=attempts, created_at=NOON - age, now=NOON, reason="451 later")


def test_pauses_double_and_stop_growing() -> None:
    outcomes = [refused(attempts, timedelta(hours=1)) for attempts in (1, 2, 3, 40)]
    pauses = [o.next_at - NOON for o in outcomes if isinstance(o, Postponed)]
    assert pauses == [
        timedelta(minutes=1),
        timedelta(minutes=2),
        timedelta(minutes=4),
        LONGEST_PAUSE,
    ]


def test_five_days_are_enough() -> None:
    assert isinstance(refused(30, timedelta(days=4, hours=23)), Postponed)
    assert refused(30, timedelta(days=5)) == Buried(reason="given up after five days: 451 later")


@pytest.mark.parametrize(
    ("counts", "is_over"),
    [
        ((0, 0, 0, 0), False),
        ((0, 2, 9, 19), False),
        ((1, 0, 0, 0), True),
        ((0, 3, 3, 3), True),
        ((0, 0, 10, 0), True),
        ((0, 0, 0, 20), True),
    ],
)
def test_each_cap_closes_at_its_number(counts: tuple[int, int, int, int], is_over: bool) -> None:
    names = ("to_order", "to_address_in_hour", "to_address_in_day", "site_in_minute")
    reason = over_cap(NoticeKind.OPENED, CapCounts(**dict(zip(names, counts, strict=True))))
    assert (reason is not None) is is_over


def test_each_unproven_mail_is_told_however_many_come_to_one_work_order() -> None:
    counts = CapCounts(to_order=2, to_address_in_hour=2, to_address_in_day=2, site_in_minute=0)
    assert over_cap(NoticeKind.UNPROVEN, counts) is None


def test_two_hundred_mails_a_minute_are_taken_the_next_one_is_a_flood() -> None:
    assert not is_flood(200)
    assert is_flood(201)
