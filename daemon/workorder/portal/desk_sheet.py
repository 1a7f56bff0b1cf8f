"""All that a technician sees of one work order, read in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from workorder.core.billing import Suggestion, suggest
from workorder.core.books import BankCard, TimeCard
from workorder.core.events import Assigned, CustomerChanged, Linked, Merged
from workorder.core.job import Job
from workorder.core.model import Customer, Equipment, Technician, Timer, WorkOrder
from workorder.core.scene import Names, PastEvent
from workorder.core.viewer import EVERYTHING
from workorder.outbound.filters import excerpt
from workorder.outbound.phrases import Phrases
from workorder.portal.desk_history import Line, Teller
from workorder.portal.services import Services
from workorder.store.unit import Unit
from workorder.store.views import FileView

NEWEST = 40
"""Lines of the history that are shown at once."""

_WHOLE = 40_000  # characters of all texts together, the newest first; of older ones the beginning
_BEGINNING = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A line of the history; `text` may be the beginning of what was written: `cut`."""

    line: Line
    text: str
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A work order, with the names of what it only has ids of.

    `earlier`: how many lines stand before the first that is shown. `owned`: the customer's
    equipment, of which `pieces` are on the work order. `others`: linked and merged ones.
    """

    order: WorkOrder
    customer: Customer | None
    technician: str
    technicians: tuple[Technician, ...]
    lines: tuple[ShownLine, ...]
    earlier: int
    files: tuple[FileView, ...]
    owned: tuple[Equipment, ...]
    pieces: tuple[Equipment, ...]
    times: tuple[TimeCard, ...]
    bank: BankCard | None
    suggestion: Suggestion
    linked: tuple[int, ...]
    merged: tuple[int, ...]

    def timer_of(self, email: str) -> Timer | None:
        """The timer of a technician that runs here."""
        return self.order.hours.timer_of(email)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Which part of the history is asked for: all of it, and the event that is shown whole."""

    all: bool = False
    whole: int | None = None


def sheet_of(unit: Unit, number: int, services: Services, t: Phrases, view: View) -> Sheet | None:
    """The work order of that number, or the one it goes on in; None where there is none."""
    going_on = unit.screens.going_on(EVERYTHING, number)
    order = unit.orders.get(going_on) if going_on is not None else None
    if order is None:
        return None
    history, files = unit.orders.history(order.number), unit.desk.files(order.number)
    people = _Known(unit)
    teller = Teller(
        t,
        names=people.names(history),
        name_of=people.name_of,
        zone=ZoneInfo(services.policy.timezone),
        prefix=services.policy.prefix,
    )
    shown = history if view.all else history[-NEWEST:]
    customer = people.customer(order.customer_id)
    owned = unit.people.equipment_of(customer.id) if customer else ()
    pieces = _pieces(unit, order, owned)
    job = Job(order=order, customer=customer.name if customer else "", equipment=pieces)
    times = unit.bank.times(order.number, order.hours.timers)
    return Sheet(
        order=order,
        customer=customer,
        technician=people.technician(order.technician_id),
        technicians=people.technicians,
        lines=_shortened(teller.lines(shown, files), view.whole),
        earlier=len(history) - len(shown),
        files=files,
        owned=owned,
        pieces=pieces,
        times=tuple(replace(time, technician=people.name_of(time.technician)) for time in times),
        bank=unit.bank.bank_card(order.customer_id),
        suggestion=suggest(job, services.rules().billing),
        linked=_numbers(e.other for e in _events(history) if isinstance(e, Linked)),
        merged=_numbers(
            e.other for e in _events(history) if isinstance(e, Merged) and e.other != e.into
        ),
    )


def _events(history: Sequence[PastEvent]) -> Iterable[object]:
    return (past.event for past in history)


def _numbers(found: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(found))


def _pieces(unit: Unit, order: WorkOrder, owned: Sequence[Equipment]) -> tuple[Equipment, ...]:
    """What is on the work order, also what the customer has no more."""
    known = {piece.id: piece for piece in owned}
    found = (known.get(i) or unit.people.equipment_by_id(i) for i in order.equipment_ids)
    return tuple(piece for piece in found if piece is not None)


def _shortened(lines: Sequence[Line], whole: int | None) -> tuple[ShownLine, ...]:
    """The lines with their texts: a page has to stay small, however long people write."""
    left = _WHOLE
    shown: list[ShownLine] = []
    for line in reversed(lines):
        limit = len(line.text) if line.id == whole else max(_BEGINNING, min(left, _WHOLE // 2))
        cut = excerpt(line.text, limit)
        left -= len(cut.text)
        shown.append(ShownLine(line=line, text=cut.text, cut=cut.cut))
    return tuple(reversed(shown))


class _Known:
    """Names, each looked up once."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self.technicians = unit.people.technicians()
        self._names: dict[str, str] = {}

    def name_of(self, email: str) -> str:
        """What somebody is called; their address where no name is known."""
        if email not in self._names:
            self._names[email] = self._unit.screens.name_of(email) or email
        return self._names[email]

    def technician(self, technician_id: int | None) -> str:
        """What a technician is called, '' for nobody."""
        if technician_id is None:
            return ""
        found = self._unit.people.technician_by_id(technician_id)
        return (found.name or found.email) if found else ""

    def customer(self, customer_id: int | None) -> Customer | None:
        """A customer, present or removed."""
        return self._unit.people.customer_by_id(customer_id) if customer_id is not None else None

    def names(self, history: Sequence[PastEvent]) -> Names:
        """Those that the words of a history need."""
        events = [past.event for past in history]
        assigned = {e.technician_id for e in events if isinstance(e, Assigned)}
        wanted = {e.customer_id for e in events if isinstance(e, CustomerChanged)}
        gone = assigned - {each.id for each in self.technicians} - {None}
        removed = (self._unit.people.technician_by_id(i) for i in gone if i is not None)
        found = (self.customer(i) for i in wanted)
        return Names(
            technicians=(*self.technicians, *(each for each in removed if each is not None)),
            customers=tuple(customer for customer in found if customer is not None),
        )
