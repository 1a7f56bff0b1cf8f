"""The clock waits until the mail that came in meanwhile was read."""

from datetime import timedelta

import pytest

from fakes import FakeClock
from workorder.steps.patience import GAP, Patience


def read(patience: Patience, mailbox: str, *, more: bool = False) -> None:
    patience.read(mailbox, lambda: more)


def test_the_clock_waits_for_every_mailbox_to_be_read_to_its_end() -> None:
    patience = Patience(["support", "sales"], FakeClock())
    assert not patience.is_over()
    read(patience, "support")
    read(patience, "sales", more=True)
    assert not patience.is_over()
    read(patience, "sales")
    assert patience.is_over()


def test_a_daemon_without_mailboxes_waits_for_none() -> None:
    assert Patience([], FakeClock()).is_over()


@pytest.mark.parametrize("slept", [timedelta(days=7), -timedelta(hours=1)])
def test_after_a_gap_the_mail_is_read_first_again(slept: timedelta) -> None:
    clock = FakeClock()
    patience = Patience(["support"], clock)
    read(patience, "support")
    assert patience.is_over()
    clock.advance(GAP - timedelta(seconds=1))
    assert patience.is_over()
    clock.advance(slept)
    assert not patience.is_over()
    read(patience, "support")
    assert patience.is_over()
