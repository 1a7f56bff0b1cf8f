"""The technicians' first page: what runs, what is due, what waits, and what is open."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from werkzeug.wrappers import Response

from workorder.core.calendar import wall
from workorder.core.model import Status, Technician
from workorder.core.subjects import number_in
from workorder.core.viewer import EVERYTHING
from workorder.portal.desk_forms import ME, NOBODY
from workorder.portal.frame import Frame, to
from workorder.portal.orders import searched, whole_number
from workorder.steps.sessions import new_secret
from workorder.store.desk import COUNTED_TO, OPEN, DeskWanted, DueRow, Load, TimerRow
from workorder.store.screens import Listing, OrderRow
from workorder.store.unit import Unit

_PAGE = 30
_MOST_DUE = 10
_MOST_WAITING = 5
_MOST_LOADS = 40
_STATUSES = {"": OPEN, "all": tuple(Status)} | {status.value: (status,) for status in Status}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the filters say. `technician`: me, nobody, an id, or '' for everybody."""

    words: str
    status: str
    technician: str
    before: int | None

    @property
    def is_plain(self) -> bool:
        """Whether it is the board itself, and not a part of the list."""
        return not self.words and self.before is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What was found: own `timers`, follow-ups that are `due`, what waits longest, the list."""

    timers: tuple[TimerRow, ...]
    due: tuple[DueRow, ...]
    waiting: tuple[OrderRow, ...]
    listed: Listing
    loads: tuple[Load, ...]


class Board:
    """The board, and its list."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._services = frame.services

    def add_to(self, pages: Blueprint) -> None:
        """Put the page where it is."""
        pages.add_url_rule("", "board", self.board)

    def board(self) -> Response:
        """What runs, what is due, what waits, and what is open."""
        viewer, asked = self._frame.technician(), _asked()
        number = self._number_in(asked.words)
        with self._services.store.read() as unit:
            if number is not None and unit.screens.going_on(EVERYTHING, number) is not None:
                return to("desk.order", number=number)
            shown = self._shown(unit, viewer.technician, asked)
        return self._frame.page(
            "desk/board.html",
            asked=asked,
            shown=shown,
            running={timer.order.number for timer in shown.timers},
            sums=_sums(shown.loads),
            busiest=_busiest(shown.loads, viewer.technician.id),
            statuses=[*Status],
            me=ME,
            nobody=NOBODY,
            own_id=viewer.technician.id,
            new_secret=new_secret,
        )

    def _shown(self, unit: Unit, own: Technician, asked: Asked) -> Shown:
        wanted = _wanted(asked, own)
        few = DeskWanted(technician=wanted.technician, nobodys=wanted.nobodys, limit=_MOST_WAITING)
        zone = ZoneInfo(own.timezone or self._services.policy.timezone)
        today = self._services.clock().astimezone(zone).date()
        due: tuple[DueRow, ...] = ()
        if asked.is_plain and not wanted.nobodys:
            start = wall(today, 0, zone)
            due = unit.desk.due(today, start, technician=wanted.technician, limit=_MOST_DUE)
        return Shown(
            timers=unit.desk.timers(own.email),
            due=due,
            waiting=unit.desk.untouched(few) if asked.is_plain and not asked.status else (),
            listed=unit.desk.listing(wanted),
            loads=unit.desk.loads(),
        )

    def _number_in(self, words: str) -> int | None:
        """The number that was typed, with or without what numbers begin with."""
        return whole_number(words) or number_in(words, self._services.policy.prefix)


def _asked() -> Asked:
    given = request.args
    status = given.get("status", "")
    return Asked(
        words=" ".join(given.get("q", "").split()),
        status=status if status in _STATUSES else "",
        technician=given.get("technician", ""),
        before=whole_number(given.get("before")),
    )


def _wanted(asked: Asked, own: Technician) -> DeskWanted:
    chosen = own.id if asked.technician == ME else whole_number(asked.technician)
    return DeskWanted(
        statuses=_STATUSES[asked.status],
        words=searched(asked.words),
        technician=chosen,
        nobodys=asked.technician == NOBODY,
        before=asked.before,
        limit=_PAGE,
    )


def _busiest(loads: tuple[Load, ...], own_id: int) -> list[Load]:
    """Nobody's, one's own, and of the others those who have most open."""

    def rank(load: Load) -> tuple[bool, bool, int]:
        return (load.technician_id is not None, load.technician_id != own_id, -load.total)

    return sorted(loads, key=rank)[:_MOST_LOADS]


def _sums(loads: tuple[Load, ...]) -> list[tuple[Status, int, bool]]:
    """How many are in each open status, and whether there are more than were counted."""
    columns = zip(*(load.counts for load in loads), strict=True)
    return [
        (status, sum(counts), max(counts) >= COUNTED_TO)
        for status, counts in zip(OPEN, columns, strict=True)
    ]
