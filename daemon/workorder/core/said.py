"""Events that come without words, in a line for whoever reads a work order's history."""

from typing import assert_never

from workorder.core.events import Billed, TimeChange, TimeLogged
from workorder.core.model import BilledBy

_CHANGES = {
    TimeChange.STARTED: "timer started, runs since {since}",
    TimeChange.STOPPED: "timer stopped: {length}",
    TimeChange.ENTERED: "{length} written down",
    TimeChange.LONG: "the timer runs long, since {since}",
    TimeChange.DROPPED: "timer dropped: nothing counts",
    TimeChange.RESUMED: "the stop taken back: the timer runs on since {since}",
    TimeChange.WITHDRAWN: "taken back: {length}",
}


def said(event: TimeLogged | Billed) -> str:
    """What an event about hours says, beside the words that may go with it."""
    match event:
        case TimeLogged():
            words = _CHANGES[event.change].format(
                length=spelled(abs(event.minutes)), since=f"{event.started_at:%Y-%m-%d %H:%M} UTC"
            )
            own = event.technician == event.actor
            return words if own else f"{words} ({event.technician})"
        case Billed():
            return f"{spelled(event.minutes)} billed{_by(event)}, {spelled(event.worked)} worked"
        case _:
            assert_never(event)


def _by(event: Billed) -> str:
    if event.by is None:
        return " (the assessment taken back)"
    if event.by is BilledBy.TECHNICIAN:
        return " by assessment"
    return f" by the rule {event.rule}" if event.rule else " without a rule"


def spelled(minutes: int) -> str:
    """Minutes for the terminal: 8 h 30 min."""
    hours, rest = divmod(abs(minutes), 60)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{rest} min"] if rest or not hours else []
    return ("-" if minutes < 0 else "") + " ".join(parts)
