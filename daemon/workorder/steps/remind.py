"""The clock: what has become due since it was last looked at, each thing once.

The database knows what is due, by columns that the events of a work order move. Nothing here
remembers anything: a restart, a second daemon, a machine that slept for a week and a clock that
was put back find what is there, and do it once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from workorder.core import due
from workorder.core.calendar import Calendar
from workorder.core.decision import Decision, Policy
from workorder.core.model import WorkOrder
from workorder.core.rules import RuleSet
from workorder.errors import OurFaultError
from workorder.steps.periodic import Periodic
from workorder.steps.record import Cause, Recorder
from workorder.steps.surroundings import Surroundings
from workorder.store.unit import Store, Unit

log = structlog.get_logger()

AT_ONCE = 200  # work orders that are looked for in one go
IN_ONE = 50  # of them in one transaction

_Due = Callable[[Unit, WorkOrder], Decision | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSettings:
    """What the configuration says about the clock's work; `rules` gives those in force."""

    policy: Policy
    first_number: int
    rules: Callable[[], RuleSet]


class Remind:
    """The step that does what the clock has made due."""

    def __init__(self, store: Store, settings: ClockSettings, around: Surroundings) -> None:
        self._store = store
        self._settings = settings
        self._around = around
        self._periodic = Periodic(store, settings.policy, settings.rules, around)

    def __call__(self) -> bool:
        """Do a part of what is due now; whether there was any."""
        now, rules = self._around.clock(), self._settings.rules()
        self._mend(now)
        done = self._on_orders(now, rules)
        done += self._periodic(now)
        if done:
            self._around.wake()
        return done > 0

    def _mend(self, now: datetime) -> None:
        with self._store.write() as unit:
            mended = unit.clock.mend(now)
        if mended:
            log.warning("clocks_mended", work_orders=mended)

    def _on_orders(self, now: datetime, rules: RuleSet) -> int:
        zone, calendar = ZoneInfo(self._settings.policy.timezone), rules.calendar

        def follow_up(unit: Unit, order: WorkOrder) -> Decision | None:
            history = unit.orders.events(order.number)
            return due.follow_up(order, now, calendar, zone, history=history)

        kinds: Sequence[tuple[str, Callable[[Unit], tuple[int, ...]], _Due]] = (
            ("follow-up", lambda unit: _follow_ups(unit, now, zone), follow_up),
            (
                "reminder",
                lambda unit: _silent(unit, now, calendar),
                lambda _, order: due.remind(order, now, calendar, zone),
            ),
            (
                "open-long",
                lambda unit: _open_long(unit, now, calendar),
                lambda _, order: due.tell_long_open(order, now, calendar, zone),
            ),
            (
                "timer-long",
                lambda unit: _timed(unit, now, calendar),
                lambda _, order: due.warn_of_timers(order, now, calendar),
            ),
        )
        return sum(self._each(name, find, decide, now) for name, find, decide in kinds)

    def _each(
        self, name: str, find: Callable[[Unit], tuple[int, ...]], decide: _Due, now: datetime
    ) -> int:
        """Do one kind of thing on every work order on which it is due, some in a transaction."""
        with self._store.read() as unit:
            numbers = find(unit)
        done = 0
        for some in _chunks(numbers):
            if self._around.stopping():
                break
            done += self._some(name, some, decide, now)
            self._around.checkpoint(name)
        if done:
            log.info("due", kind=name, count=done)
        return done

    def _some(self, name: str, numbers: Sequence[int], decide: _Due, now: datetime) -> int:
        """Several in one transaction; where one of them cannot be done, each in its own."""
        try:
            with self._store.write() as unit:
                done = sum(self._one(unit, number, decide, now) for number in numbers)
                self._around.checkpoint(f"{name}-before-commit")
        except OurFaultError:
            raise
        except Exception:
            # Whatever is wrong with one work order, the others have their day all the same.
            log.exception("due_failed", kind=name, numbers=[*numbers])
            if len(numbers) == 1:
                return 0
            return sum(self._some(name, [number], decide, now) for number in numbers)
        return done

    def _one(self, unit: Unit, number: int, decide: _Due, now: datetime) -> bool:
        order = unit.orders.get(number)
        decision = decide(unit, order) if order is not None else None
        if decision is None:
            return False
        recorder = Recorder(
            unit,
            self._settings.policy,
            first_number=self._settings.first_number,
            now=now,
            rules=self._settings.rules(),
        )
        recorder.record(decision, Cause())
        return True


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """By number within a transaction: two daemons never wait for one another in a circle."""
    for start in range(0, len(numbers), IN_ONE):
        yield sorted(numbers[start : start + IN_ONE])


def _follow_ups(unit: Unit, now: datetime, zone: ZoneInfo) -> tuple[int, ...]:
    return unit.clock.follow_ups(now.astimezone(zone).date(), limit=AT_ONCE)


def _silent(unit: Unit, now: datetime, calendar: Calendar) -> tuple[int, ...]:
    plan = calendar.reminder
    if plan.off:
        return ()
    return unit.clock.silent(now - plan.first, now - plan.again, most=plan.most, limit=AT_ONCE)


def _open_long(unit: Unit, now: datetime, calendar: Calendar) -> tuple[int, ...]:
    plan = calendar.open_long
    if plan.off:
        return ()
    return unit.clock.open_long(now - plan.first, now - plan.again, limit=AT_ONCE)


def _timed(unit: Unit, now: datetime, calendar: Calendar) -> tuple[int, ...]:
    """The work orders with a timer that runs over the limit and whose owner was not told."""
    since = now - timedelta(minutes=calendar.timer_limit)
    return tuple(
        running.number
        for running in unit.clock.timers()
        if any(not timer.told and timer.started_at < since for timer in running.timers)
    )
