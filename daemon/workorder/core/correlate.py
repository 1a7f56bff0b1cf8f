"""Which work order a mail belongs to, and which candidates were turned down, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from workorder.core.model import WorkOrder
from workorder.core.sender import Sender


class Via(StrEnum):
    """What pointed from the mail to a work order, strongest first."""

    BRACKETED_NUMBER = "number in brackets in the subject"
    NUMBER = "number in the subject"
    NOTICE = "reference to one of our notices"
    MAIL = "reference to a mail on record"
    REQUEST = "its number, named in a request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A work order that something in the mail points to; candidates come in the order of trust."""

    order: WorkOrder
    via: Via


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedDown:
    """A candidate that was not taken, and why."""

    number: int
    via: Via
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The candidate that was taken, if any, and those that were not."""

    taken: Candidate | None
    turned_down: tuple[TurnedDown, ...]


def place(candidates: Sequence[Candidate], sender: Sender) -> Placement:
    """Take the first candidate that the sender belongs to."""
    turned_down: list[TurnedDown] = []
    for candidate in candidates:
        reason = sender.no_place_in(candidate.order)
        if reason is None:
            return Placement(taken=candidate, turned_down=tuple(turned_down))
        turned_down.append(
            TurnedDown(number=candidate.order.number, via=candidate.via, reason=reason)
        )
    return Placement(taken=None, turned_down=tuple(turned_down))


def place_automatic(candidates: Sequence[Candidate], sender: Sender) -> Placement:
    """Take the candidate of an automatic mail: its sender belongs, or it answers our notice.

    A vendor's ticket system or a holiday autoreply need not be known to the work order, but
    only who was sent a notice can refer to its unguessable Message-ID; a number alone is a guess.
    """
    placement = place(candidates, sender)
    if placement.taken is not None:
        return placement
    answered = next((c for c in candidates if c.via is Via.NOTICE), None)
    return Placement(taken=answered, turned_down=placement.turned_down)
