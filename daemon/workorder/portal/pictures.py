"""Pictures of numbers, as the points of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 720, 200
_PAD = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A balance over time: the line, the ground under it, where zero is, and what it spans.

    `highest` and `lowest` in minutes.
    """

    line: str
    area: str
    zero: float
    highest: int
    lowest: int
    start: datetime
    end: datetime
    width: int = WIDTH
    height: int = HEIGHT


def burn_down(
    balance: int, changes: Sequence[tuple[datetime, int]], *, start: datetime, end: datetime
) -> Picture:
    """A balance as it was between two moments: it stays, and steps with each change.

    Args:
        balance: minutes at `start`.
        changes: moments within, in order, and by how many minutes each changes it.
        start: the left edge.
        end: the right edge.
    """
    steps = [(start, balance)]
    for at, minutes in changes:
        balance += minutes
        steps.append((at, balance))
    steps.append((end, balance))
    highest = max(0, *(value for _, value in steps))
    lowest = min(0, *(value for _, value in steps))
    span = (end - start).total_seconds() or 1.0

    def x(at: datetime) -> float:
        return round(WIDTH * (at - start).total_seconds() / span, 1)

    def y(value: int) -> float:
        part = (highest - value) / ((highest - lowest) or 1)
        return round(_PAD + (HEIGHT - 2 * _PAD) * part, 1)

    line = [f"M{x(start)} {y(steps[0][1])}"]
    line += [f"H{x(at)}V{y(value)}" for at, value in steps[1:]]
    path = "".join(line)
    return Picture(
        line=path,
        area=f"{path}V{y(0)}H0Z",
        zero=y(0),
        highest=highest,
        lowest=lowest,
        start=start,
        end=end,
    )
