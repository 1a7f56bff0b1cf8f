"""The wheel that `schedule` turns: chores done now and then, whatever the clock does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Something that is looked after every so many seconds; what is due the database knows."""

    seconds: int
    do: Callable[[], object]


class Wheel:
    """Does chores in turn, one that fails never instead of the others."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        """Plan the chores; all of them are done at the first turn."""
        self._chores = chores
        self._longest = max(chore.seconds for chore in chores)
        self._scheduler = schedule.Scheduler()
        self._faults: list[Exception] = []
        self._plan()
        self._is_new = True

    def __call__(self) -> bool:
        """Do what its time has come for; there is never more work right after.

        Raises:
            Exception: what the first chore failed of, when all others are done.
        """
        self._faults.clear()
        if self._is_new:
            self._is_new = False
            self._scheduler.run_all()
        idle = self._scheduler.idle_seconds
        if idle is None or idle > self._longest:
            # The clock was put back, by a person or with summer time, and the next turn would wait
            # until it is that late again.
            self._plan()
            self._scheduler.run_all()
        self._scheduler.run_pending()
        if self._faults:
            raise self._faults[0]
        return False

    def _plan(self) -> None:
        self._scheduler.clear()
        for chore in self._chores:
            self._scheduler.every(chore.seconds).seconds.do(self._tried, chore)

    def _tried(self, chore: Chore) -> None:
        try:
            chore.do()
        except Exception as fault:  # noqa: BLE001 - it is raised when the others are done
            self._faults.append(fault)
