"""What a job costs: which rule it is, and the minutes."""

from fractions import Fraction
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import PRINTER, order
from workorder.core.billing import (
    SHIPPED,
    Basis,
    Billing,
    BillingRule,
    Charge,
    Rounding,
    Suggestion,
    Threshold,
    suggest,
)
from workorder.core.conditions import Field, FieldName, OneOf, Operator, Says, one_of, says
from workorder.core.job import Job, JobConditions, JobView
from workorder.core.model import Hours, OpenedBy, Priority

LENGTHS = st.integers(0, 3 * 24 * 60)
STEPS = st.integers(1, 24 * 60)


def job(worked: int = 0, after_hours: int = 0, **changes: Any) -> Job:
    return Job(order=order(hours=Hours(worked=worked, after_hours=after_hours), **changes))


def billed(charge: Charge, worked: int, after_hours: int = 0) -> int:
    return suggest(job(worked, after_hours), Billing(default=charge)).minutes


# -- by the time that was worked --------------------------------------------------------------


@given(LENGTHS, STEPS)
def test_rounding_up_is_the_least_number_of_steps_that_holds_it(worked: int, step: int) -> None:
    assert billed(Charge(increment=step), worked) == ceil(Fraction(worked, step)) * step


@given(LENGTHS, STEPS)
def test_rounding_down_is_the_whole_steps_in_it(worked: int, step: int) -> None:
    charge = Charge(increment=step, rounding=Rounding.DOWN)
    assert billed(charge, worked) == floor(Fraction(worked, step)) * step


@given(LENGTHS, STEPS)
def test_rounding_to_the_nearest_counts_half_a_step_up(worked: int, step: int) -> None:
    charge = Charge(increment=step, rounding=Rounding.NEAREST)
    assert billed(charge, worked) == floor(Fraction(worked, step) + Fraction(1, 2)) * step


@given(
    worked=LENGTHS,
    part=st.fractions(0, 1),
    percent=st.integers(0, 1000),
    step=STEPS,
    rounding=st.sampled_from(Rounding),
)
def test_a_factor_is_exact_and_the_sum_is_rounded_once(
    worked: int, part: Fraction, percent: int, step: int, rounding: Rounding
) -> None:
    outside = int(worked * part)
    exact = worked - outside + Fraction(outside * percent, 100)
    steps = {
        Rounding.UP: ceil(exact / step),
        Rounding.DOWN: floor(exact / step),
        Rounding.NEAREST: floor(exact / step + Fraction(1, 2)),
    }[rounding]
    charge = Charge(increment=step, rounding=rounding, after_hours=percent)
    assert billed(charge, worked, outside) == steps * step


@given(
    worked=st.integers(-600, 3000),
    after_hours=st.integers(-600, 3000),
    percent=st.integers(0, 1000),
    minimum=st.integers(0, 1440),
    rounding=st.sampled_from(Rounding),
)
def test_nothing_is_ever_billed_below_the_minimum_or_below_nothing(
    worked: int, after_hours: int, percent: int, minimum: int, rounding: Rounding
) -> None:
    charge = Charge(minimum=minimum, increment=15, rounding=rounding, after_hours=percent)
    minutes = billed(charge, worked, after_hours)
    assert minutes == 0 if worked <= 0 else minutes >= minimum


@given(LENGTHS, LENGTHS, STEPS, st.sampled_from(Rounding))
def test_more_work_never_costs_less(one: int, more: int, step: int, rounding: Rounding) -> None:
    charge = Charge(minimum=15, increment=step, rounding=rounding)
    assert billed(charge, one) <= billed(charge, one + more)


@pytest.mark.parametrize(
    ("rounding", "worked", "percent", "minutes"),
    [
        (Rounding.NEAREST, 15, 100, 30),  # half a step
        (Rounding.NEAREST, 14, 100, 0),
        (Rounding.NEAREST, 10, 149, 0),  # 14.9 minutes
        (Rounding.UP, 30, 100, 30),
        (Rounding.UP, 30, 101, 60),  # 30.3 minutes
        (Rounding.DOWN, 30, 99, 0),  # 29.7 minutes
        (Rounding.UP, 30, 0, 0),
    ],
)
def test_the_edges_of_a_step_are_where_they_are_said_to_be(
    rounding: Rounding, worked: int, percent: int, minutes: int
) -> None:
    charge = Charge(increment=30, rounding=rounding, after_hours=percent)
    assert billed(charge, worked, after_hours=worked) == minutes


def test_more_after_hours_than_were_worked_count_as_all_of_them() -> None:
    """Of which minutes a correction took nobody can say."""
    assert billed(Charge(after_hours=50), worked=10, after_hours=60) == 5


@pytest.mark.parametrize(
    ("worked", "minutes"), [(0, 0), (1, 15), (15, 15), (16, 30), (60, 60), (61, 75)]
)
def test_quarters_of_an_hour_are_billed_as_shipped(worked: int, minutes: int) -> None:
    found = suggest(job(worked, after_hours=worked), SHIPPED)
    assert (found.minutes, found.rule) == (minutes, "default")


# -- by something else ------------------------------------------------------------------------


@pytest.mark.parametrize("worked", [0, 5, 360])
def test_a_fixed_charge_does_not_ask_how_long_it_took(worked: int) -> None:
    assert billed(Charge(bill=Basis.FIXED, fixed=120, minimum=240), worked) == 120
    assert billed(Charge(bill=Basis.MINIMUM, minimum=60, increment=45), worked) == 60
    assert billed(Charge(bill=Basis.FIXED, fixed=120, free=True), worked) == 0


@pytest.mark.parametrize(
    ("charge", "why"),
    [
        (Charge(), "90 min worked, 30 of them at 100 %, in steps of 1 min"),
        (
            Charge(minimum=120, increment=15, after_hours=150),
            "90 min worked, 30 of them at 150 %, in steps of 15 min, at least 120 min",
        ),
        (Charge(bill=Basis.MINIMUM, minimum=60), "the minimum of 60 min; 90 min worked"),
        (Charge(bill=Basis.FIXED, fixed=45), "a fixed charge of 45 min; 90 min worked"),
        (Charge(free=True), "free of charge; 90 min worked"),
    ],
)
def test_a_suggestion_says_how_it_came_about(charge: Charge, why: str) -> None:
    found = suggest(job(90, 30), Billing(default=charge))
    assert found.why == f"no rule fits, the default: {why}"


# -- which rule -------------------------------------------------------------------------------


def asks(name: str, *words: str) -> OneOf:
    return one_of(Field(name=FieldName(name)), words)


def contains(name: str, *words: str) -> Says:
    return says(Field(name=FieldName(name)), Operator.CONTAINS, words)


def rule(name: str, minutes: int, *when: OneOf | Says, unless: OneOf | None = None) -> BillingRule:
    asked = JobConditions(when=when, unless=(unless,) if unless else ())
    charge = Charge(bill=Basis.FIXED, fixed=minutes)
    return BillingRule(name=name, line=1, asked=asked, charge=charge)


def test_the_first_rule_that_fits_counts() -> None:
    rules = (
        rule("one", 10, asks("label", "vpn"), unless=asks("priority", "urgent")),
        rule("two", 20, asks("label", "vpn")),
        rule("three", 30, asks("label", "vpn")),
    )
    billing = Billing(rules=rules)
    assert suggest(job(5, labels=("vpn",), priority=Priority.LOW), billing) == Suggestion(
        minutes=10, rule="one", why='rule "one": a fixed charge of 10 min; 5 min worked'
    )
    assert suggest(job(5, labels=("vpn",), priority=Priority.URGENT), billing).rule == "two"
    assert suggest(job(5, labels=("lan",)), billing).rule == "default"


@pytest.mark.parametrize(
    "condition",
    [
        contains("words", "manual backup"),
        contains("words", "nightly job"),
        asks("label", "VPN"),
        asks("equipment", "prn-2"),
        contains("equipment", "front desk"),
        asks("customer", "acme  ltd"),
        asks("priority", "high"),
        asks("door", "portal"),
    ],
)
def test_a_rule_can_ask_about_everything_of_a_job(condition: OneOf | Says) -> None:
    there = Job(
        order=order(
            title="Manual\nBackup",
            service="the nightly job failed",
            labels=("x", "vpn"),
            priority=Priority.HIGH,
            opened_by=OpenedBy.PORTAL,
        ),
        customer="Acme Ltd",
        equipment=(PRINTER,),
    )
    other = Job(order=order(title="x", service="y", labels=(), opened_by=OpenedBy.MAIL))
    asked = JobConditions(when=(condition,))
    assert asked.failure(JobView(there)) is None
    assert asked.failure(JobView(other)) is not None
    barred = JobConditions(unless=(condition,))
    assert barred.failure(JobView(other)) is None
    assert str(barred.failure(JobView(there))).startswith("unless: ")


def test_a_job_has_no_value_for_fields_of_mails() -> None:
    view = JobView(Job(order=order()))
    assert view.values(Field(name=FieldName.SENDER)) == ()
    assert view.values(Field(name=FieldName.CUSTOMER)) == ()


# -- balances ---------------------------------------------------------------------------------


def percent(value: int) -> Threshold:
    return Threshold(value=value, is_percent=True)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (600, 121, None),
        (121, 120, percent(20)),
        (120, 60, None),  # told before
        (600, 0, Threshold(value=0)),
        (600, -60, Threshold(value=0)),
        (1, 0, Threshold(value=0)),
        (0, -60, None),
        (60, 600, None),
        (0, 0, None),
    ],
)
def test_a_bank_is_low_once_each_time_it_falls_that_far(
    before: int, after: int, found: Threshold | None
) -> None:
    assert SHIPPED.crossed(before, after, last_bought=600) == found


def test_nobody_is_told_where_there_is_no_threshold() -> None:
    assert Billing(thresholds=()).crossed(600, 0, last_bought=600) is None


@given(
    st.lists(st.builds(Threshold, value=st.integers(0, 100), is_percent=st.booleans()), max_size=4),
    st.integers(-900, 900),
    st.lists(st.integers(0, 60), max_size=8),
    st.integers(0, 600),
)
def test_a_threshold_is_crossed_once_on_the_way_down(
    thresholds: list[Threshold], balance: int, draws: list[int], bought: int
) -> None:
    billing = Billing(thresholds=tuple(thresholds))
    marks = []
    for draw in draws:
        crossed = billing.crossed(balance, balance - draw, bought)
        balance -= draw
        if crossed is not None:
            assert balance <= crossed.minutes(bought) < balance + draw
            marks.append(crossed.minutes(bought))
    assert marks == sorted(set(marks), reverse=True)
