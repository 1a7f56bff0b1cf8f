"""What the transcript says of an event, whichever tag brought it about."""

from datetime import UTC
from typing import Any, assert_never

from workorder.core.effects import Effect
from workorder.core.events import (
    Assigned,
    Billed,
    CustomerChanged,
    EquipmentChanged,
    Event,
    FollowUpSet,
    LabelsChanged,
    ParticipantChanged,
    PriorityChanged,
    StatusChanged,
    TimeChange,
    TimeLogged,
    TitleChanged,
)
from workorder.core.model import BilledBy
from workorder.core.scene import (
    Names,
    Scene,
    Step,
    day,
    done,
    length,
    moment,
    named,
    phrase,
    text,
)
from workorder.core.transcript import Value

Words = tuple[Effect, *tuple[Value, ...]]
"""An effect, and the values that its phrase has places for."""


def changed(event: Event, scene: Scene) -> Step:
    """A tag that did just this."""
    effect, *values = words_of(event, scene.names)
    return done(effect, *values, events=(event,))


def words_of(event: Event, names: Names) -> Words:
    """The effect that an event is, and its values.

    Raises:
        KeyError: no tag brings such an event about.
    """
    words: Words = _WORDS[type(event)](event, names)
    return words


def status_value(name: str, status: str | None) -> Value:
    """A status by its name in the reader's language."""
    return phrase(name, f"status.{status}" if status else "mail.unknown")


def priority_value(name: str, priority: str | None) -> Value:
    """A priority by its name in the reader's language."""
    return phrase(name, f"priority.{priority}" if priority else "mail.unknown")


def equipment_value(tag: str) -> Value:
    """A piece of equipment by its tag."""
    return text("equipment", tag)


def _status(event: StatusChanged, _names: Names) -> Words:
    values = status_value("status", event.status), status_value("was", event.was)
    return Effect.STATUS_SET, *values


def _assigned(event: Assigned, names: Names) -> Words:
    technician = names.technician(event.technician_id)
    if technician is None:
        return (Effect.ASSIGNED_NOBODY,)
    return Effect.ASSIGNED, text("technician", named(technician))


def _priority(event: PriorityChanged, _names: Names) -> Words:
    values = priority_value("priority", event.priority), priority_value("was", event.was)
    return Effect.PRIORITY_SET, *values


def _labels(event: LabelsChanged, _names: Names) -> Words:
    changes = [*(f"+{name}" for name in event.added), *(f"-{name}" for name in event.removed)]
    return Effect.LABELS_SET, text("labels", changes)


def _title(event: TitleChanged, _names: Names) -> Words:
    return Effect.TITLE_SET, text("title", event.title)


def _equipment(event: EquipmentChanged, _names: Names) -> Words:
    effect = Effect.EQUIPMENT_REMOVED if event.removed else Effect.EQUIPMENT_ADDED
    return effect, equipment_value(event.text)


def _participant(event: ParticipantChanged, _names: Names) -> Words:
    effect = Effect.CC_REMOVED if event.removed else Effect.CC_ADDED
    return effect, text("address", event.email)


def _follow_up(event: FollowUpSet, _names: Names) -> Words:
    return (Effect.FOLLOWUP_SET, day("day", event.on)) if event.on else (Effect.FOLLOWUP_OFF,)


def _customer(event: CustomerChanged, names: Names) -> Words:
    customer = names.customer(event.customer_id)
    contact = text("contact", named(event.requester))
    if customer is None:
        return Effect.FOR_UNSORTED, contact
    return Effect.CUSTOMER_SET, text("customer", customer.name), contact


def _time(event: TimeLogged, _names: Names) -> Words:
    since = moment("since", event.started_at, UTC)
    minutes = length("length", abs(event.minutes))
    match event.change:
        case TimeChange.STARTED | TimeChange.LONG:
            return Effect.TIMER_STARTED, since
        case TimeChange.RESUMED:
            return Effect.TIMER_RESUMED, since
        case TimeChange.STOPPED:
            until = moment("until", event.stopped_at or event.started_at, UTC)
            return Effect.TIMER_STOPPED, minutes, since, until
        case TimeChange.DROPPED:
            return (Effect.TIMER_DROPPED,)
        case TimeChange.ENTERED:
            return Effect.WORKED, minutes
        case TimeChange.WITHDRAWN:
            return Effect.WORKED_WITHDRAWN, minutes
        case _:
            assert_never(event.change)


def _billed(event: Billed, _names: Names) -> Words:
    values = length("length", event.minutes), length("worked", event.worked)
    return (Effect.BILLED if event.by is BilledBy.TECHNICIAN else Effect.BILLED_NOT), *values


# Each function takes the events of its own key only, which the type of a table cannot say.
_WORDS: dict[type[Any], Any] = {
    StatusChanged: _status,
    Assigned: _assigned,
    PriorityChanged: _priority,
    LabelsChanged: _labels,
    TitleChanged: _title,
    EquipmentChanged: _equipment,
    ParticipantChanged: _participant,
    FollowUpSet: _follow_up,
    CustomerChanged: _customer,
    TimeLogged: _time,
    Billed: _billed,
}
