"""What is billed: the technician's assessment, and the rule's suggestion where there is none."""

from dataclasses import replace

from workorder.core.assessing import by_rule
from workorder.core.durations import minutes_in
from workorder.core.effects import Effect
from workorder.core.events import Billed
from workorder.core.fold import fold
from workorder.core.job import Job
from workorder.core.model import BilledBy, WorkOrder
from workorder.core.scene import Scene, Step, Told, done, length, nothing, text, wrong
from workorder.core.tags import Written
from workorder.core.transcript import Value, Verdict

NOTHING = frozenset({"0", "none", "nothing", "off", "free", "0h", "0m"})
"""The words for no time at all."""

_MOST_BILLED = 999 * 60


def assess(written: Written, scene: Scene) -> Step:
    """`#billed 1h`: the technician's assessment; `#billed 0` charges nothing."""
    is_nothing = written.argument.casefold() in NOTHING
    minutes = 0 if is_nothing else minutes_in(written.argument)
    if minutes is None:
        return wrong(Effect.HOURS_WRONG, text("word", written.argument))
    if minutes > _MOST_BILLED:
        return wrong(Effect.HOURS_BOUNDS, length("most", _MOST_BILLED))
    hours = scene.order.hours
    if hours.billed_by is BilledBy.TECHNICIAN and hours.billed == minutes:
        return nothing(Effect.BILLED_SAME, length("length", minutes))
    event = Billed(
        at=scene.at,
        actor=scene.actor,
        minutes=minutes,
        by=BilledBy.TECHNICIAN,
        was=hours.billed,
        was_by=hours.billed_by,
        worked=hours.worked,
    )
    values = length("length", minutes), length("worked", hours.worked)
    return done(Effect.BILLED, *values, events=(event,))


def with_billing(step: Step, scene: Scene) -> Step:
    """A step that adds to the hours of a work order: of a closed one the rule bills anew."""
    order = fold(scene.order, step.events)
    billed = by_rule(job_of(order, scene), scene.billing, at=scene.at, actor=scene.actor)
    if billed is None:
        return step
    told = (*step.told, _billed_words(billed))
    return replace(step, told=told, events=(*step.events, billed))


def job_of(order: WorkOrder, scene: Scene) -> Job:
    """A work order with the names that billing rules ask about."""
    customer = scene.names.customer(order.customer_id)
    pieces = tuple(piece for piece in scene.names.equipment if piece.id in order.equipment_ids)
    return Job(order=order, customer=customer.name if customer else "", equipment=pieces)


def _billed_words(billed: Billed) -> Told:
    values = length("length", billed.minutes), length("worked", billed.worked)
    if not billed.rule:
        return told_of(Effect.BILLED_NOT, *values)
    return told_of(Effect.BILLED_BY_RULE, *values, text("rule", billed.rule))


def told_of(effect: Effect, *values: Value) -> Told:
    """A line of the transcript about what was done."""
    return Told(verdict=Verdict.DONE, effect=effect, values=values)
