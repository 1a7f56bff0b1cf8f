"""What has to be done now and then, whoever writes mail."""

from collections.abc import Callable
from datetime import datetime

import structlog

from workorder.core.caps import INTAKE_PER_MINUTE
from workorder.steps.wheel import Chore, Wheel
from workorder.store.unit import Store

log = structlog.get_logger()

LEASES_EVERY_SECONDS = 30
PARKED_EVERY_SECONDS = 60
RULES_EVERY_SECONDS = 1


class Housekeeping:
    """Takes back expired leases, lets parked mail go on, reads changed rules; what is due."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
        refresh_rules: Callable[[], bool],
    ) -> None:
        self._store = store
        self._clock = clock
        self._wake = wake
        self._wheel = Wheel(
            (
                Chore(seconds=LEASES_EVERY_SECONDS, do=self._take_back_expired),
                Chore(seconds=RULES_EVERY_SECONDS, do=refresh_rules),
                Chore(seconds=PARKED_EVERY_SECONDS, do=self._release_parked),
            )
        )

    def __call__(self) -> bool:
        """Turn the wheel; there is never more work right after."""
        return self._wheel()

    def _take_back_expired(self) -> None:
        with self._store.write() as unit:
            taken = unit.outbox.take_back_expired(self._clock())
        if taken:
            log.warning("leases_expired", count=taken)
            self._wake()

    def _release_parked(self) -> None:
        with self._store.write() as unit:
            released = unit.inbound.parked_release(INTAKE_PER_MINUTE, self._clock())
        if released:
            log.info("parked_released", count=released)
