"""What the rule files make of a mail, with the names in them looked up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from workorder.core.alerts import Alert
from workorder.core.events import (
    Assigned,
    EquipmentChanged,
    Event,
    LabelsChanged,
    Noted,
    PriorityChanged,
    StatusChanged,
)
from workorder.core.model import SYSTEM, Contact, Customer, Equipment, Technician, WorkOrder
from workorder.core.rules import NO_RULING, Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPlace:
    """Whose an alert is: the open work order of its key, else what a new one would be about.

    `contact` is the customer's first primary contact. `unknown`: names of the rule that nobody has.
    """

    order: WorkOrder | None = None
    customer: Customer | None = None
    contact: Contact | None = None
    equipment: Equipment | None = None
    technician: Technician | None = None
    unknown: tuple[str, ...] = ()


NO_PLACE = AlertPlace()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """What the rules say, and whom and what they name.

    `unknown` are names that nobody and nothing has, each in words for a person. `is_thanks`: the
    mail says thanks, and nothing else.
    """

    ruling: Ruling = NO_RULING
    customer: Customer | None = None
    technician: Technician | None = None
    equipment: tuple[Equipment, ...] = ()
    unknown: tuple[str, ...] = ()
    alert: Alert | None = None
    place: AlertPlace = NO_PLACE
    is_thanks: bool = False

    @property
    def by(self) -> str:
        """Which rules it was."""
        return ", ".join(f'rule "{hit.rule}"' for hit in self.ruling.hits)

    def events(self, order: WorkOrder, at: datetime) -> tuple[Event, ...]:
        """What the rules change about a work order that is `order` now."""
        return tuple(self._events(order, at))

    def _events(self, order: WorkOrder, at: datetime) -> Iterator[Event]:
        sets, by = self.ruling.sets, self.by
        if sets.priority is not None and sets.priority is not order.priority:
            yield PriorityChanged(
                at=at, actor=SYSTEM, text=by, priority=sets.priority, was=order.priority
            )
        added = tuple(name for name in sets.labels if name not in order.labels)
        if added:
            yield LabelsChanged(at=at, actor=SYSTEM, text=by, added=added)
        if self.technician is not None and self.technician.id != order.technician_id:
            yield Assigned(
                at=at,
                actor=SYSTEM,
                technician_id=self.technician.id,
                was=order.technician_id,
            )
        for piece in self.equipment:
            if piece.id not in order.equipment_ids and piece.customer_id == order.customer_id:
                yield EquipmentChanged(at=at, actor=SYSTEM, text=piece.tag, equipment_id=piece.id)
        if sets.status is not None and sets.status is not order.status:
            yield StatusChanged(at=at, actor=SYSTEM, status=sets.status, was=order.status)
        for words in (*sets.notes, *self.unknown):
            yield Noted(at=at, actor=SYSTEM, text=f"{by}: {words}")


NO_RULES = Ruled()
"""Where no rule says anything."""
