"""What a work order costs that no technician has assessed: the suggestion of its rule."""

from datetime import datetime

from workorder.core.billing import Billing, suggest
from workorder.core.events import Billed
from workorder.core.job import Job
from workorder.core.model import BilledBy, Status, WorkOrder


def by_rule(job: Job, billing: Billing, *, at: datetime, actor: str) -> Billed | None:
    """What the rule for its kind bills for a work order as it stands, if that is another amount.

    A technician's assessment stands. While it is open nothing is billed by a rule, nor where it was
    cancelled.
    """
    order, hours = job.order, job.order.hours
    if hours.billed_by is BilledBy.TECHNICIAN or order.status.is_open:
        return None
    if order.status is Status.CANCELLED:
        if not hours.billed:
            return None
        return _billed(order, at, actor, minutes=0, rule="", why="it was cancelled")
    found = suggest(job, billing)
    is_so = hours.billed == found.minutes and hours.billed_by is BilledBy.RULE
    is_nothing = not (hours.worked or hours.billed or found.minutes)
    if is_so or is_nothing:
        return None
    return _billed(order, at, actor, minutes=found.minutes, rule=found.rule, why=found.why)


def _billed(  # noqa: PLR0913 - whose doing, when, how much, by which rule and why
    order: WorkOrder, at: datetime, actor: str, *, minutes: int, rule: str, why: str
) -> Billed:
    return Billed(
        at=at,
        actor=actor,
        text=why,
        minutes=minutes,
        by=BilledBy.RULE,
        was=order.hours.billed,
        was_by=order.hours.billed_by,
        rule=rule,
        worked=order.hours.worked,
    )
