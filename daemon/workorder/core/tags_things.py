"""The tags that put other things on a work order: equipment, and other work orders."""

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from workorder.core.effects import Effect
from workorder.core.events import EquipmentChanged, Linked, Merged, StatusChanged
from workorder.core.model import Equipment, Status, WorkOrder
from workorder.core.scene import (
    Elsewhere,
    Scene,
    Step,
    Told,
    done,
    length,
    moment,
    named,
    nothing,
    phrase,
    text,
    wrong,
)
from workorder.core.subjects import number_in
from workorder.core.tag_words import changed, equipment_value, priority_value, status_value
from workorder.core.tags import Written
from workorder.core.transcript import Verdict
from workorder.core.vocabulary import Tag

_MOST_SHOWN = 8


# -- equipment --------------------------------------------------------------------------------


def add_equipment(written: Written, scene: Scene) -> Step:
    """`#equipment SRV-01`, several with commas; `#equipment -SRV-01` takes one off."""
    customer = scene.names.customer(scene.order.customer_id)
    if customer is None:
        return wrong(Effect.EQUIPMENT_UNSORTED)
    owned = [piece for piece in scene.names.equipment if piece.customer_id == customer.id]
    step = Step(told=())
    for word in filter(None, (piece.strip() for piece in written.argument.split(","))):
        tag = word.removeprefix("-")
        piece = _called(tag, owned)
        if piece is None:
            known = [each.tag for each in owned]
            near = get_close_matches(tag.upper(), known, n=3, cutoff=0.5) or known[:_MOST_SHOWN]
            values = text("word", tag), text("customer", customer.name), text("known", near or "-")
            return wrong(Effect.EQUIPMENT_UNKNOWN, *values)
        one = _equipment(piece, scene, removed=word.startswith("-"))
        step = replace(step, told=step.told + one.told, events=step.events + one.events)
    return step


def _called(word: str, owned: list[Equipment]) -> Equipment | None:
    """By tag, else by serial, else by a name that no other has."""
    wanted = word.casefold()
    keys = [[p for p in owned if p.tag.casefold() == wanted]]
    keys.append([p for p in owned if p.serial and p.serial.casefold() == wanted])
    keys.append([p for p in owned if p.name and p.name.casefold() == wanted])
    return next((found[0] for found in keys if len(found) == 1), None)


def _equipment(piece: Equipment, scene: Scene, *, removed: bool) -> Step:
    if (piece.id in scene.order.equipment_ids) is not removed:
        return nothing(Effect.EQUIPMENT_SAME, equipment_value(piece.tag))
    event = EquipmentChanged(
        at=scene.at, actor=scene.actor, text=piece.tag, equipment_id=piece.id, removed=removed
    )
    return changed(event, scene)


# -- other work orders ------------------------------------------------------------------------


def _other(written: Written, scene: Scene) -> WorkOrder | Step:
    """The work order that the tag names, or why there is none."""
    number = number_in(written.argument, scene.prefix)
    if number is None:
        return wrong(Effect.NUMBER_WRONG, text("word", written.argument))
    found = dict(scene.names.orders).get(number)
    return found or wrong(Effect.NUMBER_UNKNOWN, text("number", scene.label(number)))


def merge(written: Written, scene: Scene) -> Step:
    """`#merge WO-1040`: this work order ends, and WO-1040 goes on with its history.

    A mail that answers none has nothing to merge. Two customers' work orders stay two: each would
    be shown the other's; and what a customer was told goes to no stranger. Open work does not end
    in a work order that is closed.
    """
    if scene.is_new:
        return wrong(Effect.MERGE_NEW)
    other = _other(written, scene)
    if isinstance(other, Step):
        return other
    order = scene.order
    if other.number == order.number:
        return wrong(Effect.MERGE_ITSELF)
    refused = _not_to_be_merged(order, other)
    if refused is not None:
        return wrong(refused, text("number", scene.label(other.number)))
    ended, goes_on = _ended(order, other, scene), _going_on(order, other, scene)
    values = text("number", scene.label(order.number)), text("into", scene.label(other.number))
    return replace(
        done(Effect.MERGED, *values, events=(goes_on,)),
        elsewhere=(Elsewhere(number=order.number, events=ended),),
        moves_from=order.number,
        goes_on=other,
    )


def _not_to_be_merged(order: WorkOrder, other: WorkOrder) -> Effect | None:
    if order.customer_id is not None and other.customer_id is None:
        return Effect.MERGE_UNSORTED
    if order.customer_id not in {None, other.customer_id}:
        return Effect.MERGE_CUSTOMER
    return Effect.MERGE_CLOSED if order.status.is_open and not other.status.is_open else None


def _ended(order: WorkOrder, other: WorkOrder, scene: Scene) -> tuple[Merged | StatusChanged, ...]:
    """What the merged work order keeps for itself: that it went into the other."""
    where = f"merged into {scene.label(other.number)}"
    merged = Merged(
        at=scene.at, actor=scene.actor, text=where, other=other.number, into=other.number
    )
    if not order.status.is_open:
        return (merged,)
    closed = StatusChanged(
        at=scene.at, actor=scene.actor, status=Status.CANCELLED, was=order.status, public=False
    )
    return merged, closed


def _going_on(order: WorkOrder, other: WorkOrder, scene: Scene) -> Merged:
    requester = [order.requester.email] if order.requester.email else []
    return Merged(
        at=scene.at,
        actor=scene.actor,
        text=f"{scene.label(order.number)} was merged into this one",
        other=order.number,
        into=other.number,
        participants=tuple(dict.fromkeys([*requester, *order.participants])),
        equipment_ids=order.equipment_ids,
        labels=order.labels,
        technician_id=order.technician_id,
        follow_up_on=order.follow_up_on,
        alert_key=order.alert_key,
        worked=order.hours.worked,
        after_hours=order.hours.after_hours,
        billed=order.hours.billed,
        billed_by=order.hours.billed_by,
        timers=order.hours.timers,
        approval=order.approval,
    )


def link(written: Written, scene: Scene) -> Step:
    """`#link WO-1040`: each of the two names the other."""
    other = _other(written, scene)
    if isinstance(other, Step):
        return other
    if other.number == scene.order.number:
        return wrong(Effect.LINK_ITSELF)
    shown = text("number", scene.label(other.number))
    linked = [past.event for past in scene.names.history if isinstance(past.event, Linked)]
    if any(event.other == other.number for event in linked):
        return nothing(Effect.LINK_SAME, shown)
    step = done(Effect.LINKED, shown, events=(_linked(other.number, scene),))
    if scene.is_new:
        return step  # what will be its number is not known yet, and it names the other
    back = Elsewhere(number=other.number, events=(_linked(scene.order.number, scene),))
    return replace(step, elsewhere=(back,))


def _linked(number: int, scene: Scene) -> Linked:
    words = f"see {scene.label(number)}"
    return Linked(at=scene.at, actor=scene.actor, text=words, other=number)


# -- looking ----------------------------------------------------------------------------------


def tell_status(_written: Written, scene: Scene) -> Step:
    """`#status`: how the work order stands; without one, the technician's own open ones."""
    shown = scene.names.own_orders if scene.is_new else (scene.order,)
    if not shown:
        return nothing(Effect.STATUS_NONE)
    return Step(told=tuple(told for order in shown for told in _standing_and_hours(order, scene)))


def _standing_and_hours(order: WorkOrder, scene: Scene) -> Iterator[Told]:
    """How a work order stands, what was worked and billed, and that one's own timer runs."""
    yield _standing(order, scene)
    hours, own = order.hours, order.hours.timer_of(scene.actor)
    if hours.worked or hours.billed_by is not None:
        values = length("worked", hours.worked), length("length", hours.billed)
        yield Told(verdict=Verdict.NOTHING, effect=Effect.HOURS_ARE, values=values)
    if own is not None:
        since = moment("since", own.started_at, scene.zone)
        yield Told(verdict=Verdict.NOTHING, effect=Effect.TIMER_RUNS, values=(since,))


def _standing(order: WorkOrder, scene: Scene) -> Told:
    customer = scene.names.customer(order.customer_id)
    technician = scene.names.technician(order.technician_id)
    values = (
        text("number", scene.label(order.number)),
        text("title", order.title),
        status_value("status", order.status),
        text("technician", named(technician))
        if technician
        else phrase("technician", "mail.nobody"),
        text("customer", customer.name) if customer else phrase("customer", "mail.unknown"),
        priority_value("priority", order.priority),
    )
    return Told(verdict=Verdict.NOTHING, effect=Effect.STATUS_IS, values=values)


def tell_help(_written: Written, scene: Scene) -> Step:
    """`#help`: every tag with what it does, in the site's own words."""
    first = {spelling.tag: spelling.text for spelling in reversed(scene.vocabulary.spellings)}
    return Step(
        told=tuple(
            Told(
                verdict=Verdict.NOTHING, effect=Effect.HELP, written=f"#{first[tag]}", explains=tag
            )
            for tag in Tag
        )
    )
