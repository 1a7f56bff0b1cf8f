"""`#undo`: what a technician's last mail on a work order did, taken back by events of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from workorder.core.effects import Effect
from workorder.core.events import (
    Assigned,
    AutoMailReceived,
    Billed,
    CustomerChanged,
    EquipmentChanged,
    Event,
    FollowUpSet,
    LabelsChanged,
    Linked,
    Merged,
    Noted,
    Opened,
    ParticipantChanged,
    PriorityChanged,
    Replied,
    StatusChanged,
    TimeChange,
    TimeLogged,
    TitleChanged,
    Undone,
    Unproven,
)
from workorder.core.fold import apply
from workorder.core.model import BilledBy, WorkOrder
from workorder.core.scene import PastEvent, PastNotice, Scene, Step, Told, phrase, text, wrong
from workorder.core.tag_words import words_of
from workorder.core.tags import Written
from workorder.core.transcript import Verdict

_SWAPPED: Mapping[type[Event], tuple[tuple[str, str], ...]] = {
    StatusChanged: (("status", "was"),),
    Assigned: (("technician_id", "was"),),
    PriorityChanged: (("priority", "was"),),
    TitleChanged: (("title", "was"),),
    LabelsChanged: (("added", "removed"),),
    FollowUpSet: (("on", "was"),),
    Billed: (("minutes", "was"), ("by", "was_by")),
    CustomerChanged: (("customer_id", "was_customer_id"), ("requester", "was_requester")),
}
"""What is exchanged in an event that takes another of its kind back."""

_TIME_BACK: Mapping[TimeChange, TimeChange] = {
    TimeChange.STARTED: TimeChange.DROPPED,
    TimeChange.STOPPED: TimeChange.RESUMED,
    TimeChange.DROPPED: TimeChange.RESUMED,
    TimeChange.ENTERED: TimeChange.WITHDRAWN,
}
"""What takes back what became of a technician's time."""

_TURNED = (EquipmentChanged, ParticipantChanged)  # what was put there is removed, or the other way
_STAYS = (Opened, Merged, Linked)
# Mail under the technician's address that nothing proves, or that a machine wrote for them.
_NOT_DONE = (Unproven, AutoMailReceived)


def last_batch(history: Sequence[PastEvent], actor: str) -> tuple[PastEvent, ...]:
    """What the newest mail of `actor` did that was not taken back, nor was a taking back itself.

    The events of one mail share its id; those of one request at the shell share their moment.
    """
    own = [
        past
        for past in history
        if past.event.actor == actor and not isinstance(past.event, _NOT_DONE)
    ]
    taken_back = {past.event.undoes for past in own if isinstance(past.event, Undone)}
    batches = groupby(own, key=lambda past: (past.mail_id, past.event.at))
    for batch in reversed([tuple(group) for _, group in batches]):
        is_undo = any(isinstance(past.event, Undone) for past in batch)
        if not is_undo and batch[0].event_id not in taken_back:
            return batch
    return ()


def undo(_written: Written, scene: Scene) -> Step:
    """Reverse what can be reversed, last first, and say what cannot."""
    batch = last_batch(scene.names.history, scene.actor)
    if not batch:
        return wrong(Effect.UNDO_NOTHING)
    if scene.has_prose:
        return wrong(Effect.UNDO_ALONE)
    back = _taken_back(batch, scene)
    staying = {past.event_id for past in batch if isinstance(past.event, _STAYS)}
    notices = [notice for notice in scene.names.notices if notice.event_id not in staying]
    told = [*back.told, *_words(batch, notices)]
    told = told or [_kept(Effect.UNDO_NOT_POSSIBLE, batch[0].event)]
    gone = {notice.event_id for notice in notices if notice.gone}
    unsaid = tuple(
        past.event_id
        for past in batch
        if past.event_id not in gone | staying and past.event.text and past.event.public
    )
    mark = Undone(at=scene.at, actor=scene.actor, undoes=batch[0].event_id, unsaid=unsaid)
    withdrawn = tuple(notice.outbox_id for notice in notices if not notice.gone)
    return Step(told=tuple(told), events=(*back.events, mark), withdraws=withdrawn)


def _taken_back(batch: Sequence[PastEvent], scene: Scene) -> Step:
    """The events that take a mail's back, last first.

    What a rule billed comes last: where the work order stays closed it is billed anew instead.
    """
    order = scene.order
    told: list[Told] = []
    events: list[Event] = []
    last_first = [*reversed(batch)]
    for past in sorted(last_first, key=lambda past: _is_by_rule(past.event)):
        back = _taking_back(past.event, scene)
        if _is_by_rule(past.event) and not order.status.is_open:
            continue
        if isinstance(past.event, _STAYS):
            told.append(_kept(Effect.UNDO_NOT_POSSIBLE, past.event))
        elif back is not None and not _stands(order, past, scene):
            told.append(_kept(Effect.UNDO_CHANGED_SINCE, past.event))
        elif back is not None:
            order = apply(order, back)
            events.append(back)
            effect, *values = words_of(back, scene.names)
            told.append(Told(verdict=Verdict.DONE, effect=effect, values=tuple(values)))
    return Step(told=tuple(told), events=tuple(events))


def _is_by_rule(event: Event) -> bool:
    return isinstance(event, Billed) and event.by is BilledBy.RULE


def _stands(order: WorkOrder, past: PastEvent, scene: Scene) -> bool:
    """Whether what an event did is still so, and nobody changed it since."""
    event = past.event
    if isinstance(event, Billed):
        # An equal amount may be somebody else's word.
        bills = [each.event_id for each in scene.names.history if isinstance(each.event, Billed)]
        return bool(bills) and bills[-1] == past.event_id
    if not isinstance(event, TimeLogged):
        return apply(order, event) == order
    running = order.hours.timer_of(event.technician)
    match event.change:
        case TimeChange.STARTED:
            return running is not None and running.started_at == event.started_at
        case TimeChange.STOPPED | TimeChange.DROPPED:
            return running is None
        case _:
            return True


def _taking_back(event: Event, scene: Scene) -> Event | None:
    """The event that takes another back; None where there is none."""
    if isinstance(event, TimeLogged):
        return _time_back(event, scene)
    if isinstance(event, _TURNED):
        return replace(event, at=scene.at, actor=scene.actor, removed=not event.removed)
    pairs = _SWAPPED.get(type(event), ())
    values: dict[str, Any] = {"at": scene.at, "actor": scene.actor, "text": ""}
    for name, other in pairs:
        values |= {name: getattr(event, other), other: getattr(event, name)}
    if isinstance(event, StatusChanged):
        values["known_at"] = None  # when the taking back is known, whoever records it says
    # An old record does not say what was before.
    unknown = any(values.get(name, name) in {None, ""} for name in ("status", "priority", "title"))
    return replace(event, **values) if pairs and not unknown else None


def _time_back(event: TimeLogged, scene: Scene) -> TimeLogged | None:
    change = _TIME_BACK.get(event.change)
    if change is None:
        return None
    started = [
        past.event
        for past in scene.names.history
        if isinstance(past.event, TimeLogged) and past.event.started_at == event.started_at
    ]
    runs_on = change is TimeChange.RESUMED
    return replace(
        event,
        at=scene.at,
        actor=scene.actor,
        # A timer that runs on has the note that it was started with, and no more.
        text=started[0].text if started and runs_on else event.text,
        told=runs_on and any(each.change is TimeChange.LONG for each in started),
        change=change,
        minutes=-event.minutes,
        after_hours=-event.after_hours,
    )


def _kept(effect: Effect, event: Event) -> Told:
    what = phrase("what", f"event.{event.kind}")
    return Told(verdict=Verdict.NOTHING, effect=effect, values=(what,))


def _words(batch: Sequence[PastEvent], notices: Sequence[PastNotice]) -> list[Told]:
    """What was told: mails that are out are out, those that still wait are withdrawn."""
    told: list[Told] = []
    if any(isinstance(past.event, Replied | Noted) for past in batch):
        told.append(Told(verdict=Verdict.NOTHING, effect=Effect.UNDO_WORDS_KEPT))
    for effect, gone in ((Effect.UNDO_WORDS_SENT, True), (Effect.UNDO_WORDS_WITHDRAWN, False)):
        recipients = dict.fromkeys(n.recipient for n in notices if n.gone is gone)
        if recipients:
            values = (text("recipients", recipients),)
            told.append(Told(verdict=Verdict.NOTHING, effect=effect, values=values))
    return told
