"""What a step is given of the world around it: the time, and who is to be told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


def _nothing() -> None:
    """Nobody waits to be woken."""


def _never() -> bool:
    return False


def _unwatched(_name: str) -> None:
    """In service nothing watches the steps; a test ends the process at one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The clock (aware UTC), and the runner's side of a step.

    `wake` is called when there is work for the next step, `stopping` says whether to leave the
    rest for later, `checkpoint` is called by name at every boundary between two effects.
    """

    clock: Callable[[], datetime]
    wake: Callable[[], None] = _nothing
    stopping: Callable[[], bool] = _never
    checkpoint: Callable[[str], None] = _unwatched
