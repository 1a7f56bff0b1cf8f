"""The outcome of an attempt to deliver a notice, and when to try again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=5)  # RFC 5321 4.5.4.1: at least four to five days
_DOUBLINGS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed:
    """Not now; tried again at `next_at`."""

    next_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Buried:
    """Never again by itself; a person is told."""

    reason: str


def after_refusal(
    *, attempts: int, created_at: datetime, now: datetime, reason: str
) -> Postponed | Buried:
    """What a transient refusal means: a pause that doubles, for five days."""
    if now - created_at >= GIVE_UP_AFTER:
        return Buried(reason=f"given up after five days: {reason}")
    pause = min(FIRST_PAUSE * 2 ** min(max(attempts - 1, 0), _DOUBLINGS), LONGEST_PAUSE)
    return Postponed(next_at=now + pause, reason=reason)
