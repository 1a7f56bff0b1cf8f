"""What a job costs: the minutes to be billed, by its kind and by the time that was worked.

Everything is whole minutes. A suggestion says which rule it is of and how it came about.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from workorder.core.job import Job, JobConditions, JobView
from workorder.core.rule_words import quoted

WHOLE: Final = 100
"""The percentage at which a minute counts as one."""

DEFAULT_RULE: Final = "default"
"""The name that goes with a suggestion of no rule's."""


class Rounding(StrEnum):
    """How worked time becomes a number of increments; the values are those of billing.toml."""

    UP = "up"
    NEAREST = "nearest"
    DOWN = "down"


class Basis(StrEnum):
    """What is charged; the values are those of billing.toml, where FIXED is a duration."""

    WORKED = "worked"
    MINIMUM = "minimum"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """How a kind of job is charged, in minutes.

    `after_hours` is what a minute outside of opening hours counts, in per cent. `fixed` is the
    charge of FIXED alone.
    """

    bill: Basis = Basis.WORKED
    minimum: int = 0
    increment: int = 1
    rounding: Rounding = Rounding.UP
    after_hours: int = WHOLE
    fixed: int = 0
    free: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingRule:
    """A kind of job, and how it is charged."""

    name: str
    line: int
    asked: JobConditions
    charge: Charge


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A balance at which people are told: so many minutes, or per cent of the latest purchase."""

    value: int
    is_percent: bool = False

    def minutes(self, last_bought: int) -> int:
        """The balance, in minutes, at or below which it is reached."""
        return self.value * last_bought // WHOLE if self.is_percent else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """How a site bills: billing.toml as a value.

    The first rule that fits a job counts. `asks_approval`: the primary contacts are asked to agree
    to work of a customer whose bank is empty. `approving` and `asking_balance` are the words,
    folded, by which contacts agree and ask for their balance.
    """

    default: Charge = Charge(minimum=15, increment=15)
    rules: tuple[BillingRule, ...] = ()
    thresholds: tuple[Threshold, ...] = (Threshold(value=20, is_percent=True), Threshold(value=0))
    asks_approval: bool = False
    approving: frozenset[str] = frozenset({"approve", "approved", "aprobar", "apruebo", "aprobado"})
    asking_balance: frozenset[str] = frozenset({"balance", "saldo"})

    def crossed(self, before: int, after: int, last_bought: int) -> Threshold | None:
        """The lowest threshold that a balance fell to or below, or None."""
        marks = ((each.minutes(last_bought), each) for each in self.thresholds)
        fallen = [(mark, each) for mark, each in marks if after <= mark < before]
        return min(fallen, key=lambda pair: pair[0])[1] if fallen else None


SHIPPED: Final = Billing()
"""What billing.toml says when it says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The minutes that a rule would bill, its name, and how it comes to them."""

    minutes: int
    rule: str
    why: str


def suggest(job: Job, billing: Billing) -> Suggestion:
    """What the site's rules bill for a job as it stands."""
    view = JobView(job)
    rule = next((each for each in billing.rules if each.asked.failure(view) is None), None)
    charge = rule.charge if rule is not None else billing.default
    hours = job.order.hours
    minutes, why = _charged(charge, hours.worked, hours.after_hours)
    name = rule.name if rule is not None else DEFAULT_RULE
    whose = f"rule {quoted(name)}" if rule is not None else "no rule fits, the default"
    return Suggestion(minutes=minutes, rule=name, why=f"{whose}: {why}")


def _charged(charge: Charge, worked: int, after_hours: int) -> tuple[int, str]:
    if charge.free:
        return 0, f"free of charge; {worked} min worked"
    match charge.bill:
        case Basis.FIXED:
            return charge.fixed, f"a fixed charge of {charge.fixed} min; {worked} min worked"
        case Basis.MINIMUM:
            return charge.minimum, f"the minimum of {charge.minimum} min; {worked} min worked"
        case Basis.WORKED:
            return _by_time(charge, worked, after_hours)
        case _:
            assert_never(charge.bill)


def _by_time(charge: Charge, worked: int, after_hours: int) -> tuple[int, str]:
    """Worked time in increments, at least the minimum; nothing where nobody worked."""
    if worked <= 0:
        return 0, "nothing worked"
    after_hours = min(max(after_hours, 0), worked)  # corrections may have left it the larger
    # In hundredths of a minute: a factor leaves no fraction behind.
    counted = (worked - after_hours) * WHOLE + after_hours * charge.after_hours
    step = charge.increment * WHOLE
    whole, rest = divmod(counted, step)
    match charge.rounding:
        case Rounding.UP:
            whole += rest > 0
        case Rounding.NEAREST:
            whole += 2 * rest >= step
        case Rounding.DOWN:
            pass
        case _:
            assert_never(charge.rounding)
    minutes = max(whole * charge.increment, charge.minimum)
    factor = f", {after_hours} of them at {charge.after_hours} %" if after_hours else ""
    parts = [f"{worked} min worked{factor}", f"in steps of {charge.increment} min"]
    parts += [f"at least {charge.minimum} min"] if charge.minimum else []
    return minutes, ", ".join(parts)
