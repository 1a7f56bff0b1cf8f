"""Chores in turn, whatever one of them does and whatever the clock shows."""

from datetime import datetime, timedelta

import pytest
import time_machine

from workorder.steps.wheel import Chore, Wheel

NOON = datetime(2026, 11, 23, 12, 0)  # noqa: DTZ001 - the wheel is turned by the machine's own clock


def test_every_chore_is_done_at_the_first_turn_and_then_in_its_time() -> None:
    done: list[str] = []
    with time_machine.travel(NOON, tick=False) as wall:
        wheel = Wheel(
            [
                Chore(seconds=20, do=lambda: done.append("clock")),
                Chore(seconds=60, do=lambda: done.append("leases")),
            ]
        )
        wheel()
        assert sorted(done) == ["clock", "leases"]
        wall.shift(timedelta(seconds=21))
        wheel()
        assert sorted(done) == ["clock", "clock", "leases"]


def test_a_chore_that_fails_is_told_and_keeps_no_other_from_being_done() -> None:
    done: list[int] = []

    def fails() -> None:
        raise RuntimeError("the disk is full")

    with time_machine.travel(NOON, tick=False) as wall:
        wheel = Wheel([Chore(seconds=5, do=fails), Chore(seconds=5, do=lambda: done.append(1))])
        for turn in (1, 2):
            with pytest.raises(RuntimeError, match="the disk is full"):
                wheel()
            assert len(done) == turn
            wall.shift(timedelta(seconds=6))


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=400)])
def test_a_clock_that_is_put_back_stops_no_chore(back: timedelta) -> None:
    done: list[int] = []
    with time_machine.travel(NOON, tick=False) as wall:
        wheel = Wheel([Chore(seconds=20, do=lambda: done.append(1))])
        wheel()
        wall.shift(-back)
        wheel()
        wall.shift(timedelta(seconds=21))
        wheel()
    assert len(done) == 3
