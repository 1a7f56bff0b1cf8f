import json
import os
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from builders import policy
from fakes import NOW, FakeClock, FakeMailbox
from workorder.core.trust import parse_way
from workorder.errors import MailboxError, StorageError
from workorder.inbound.mail_values import Destination
from workorder.steps.intake import Intake, IntakeSettings
from workorder.steps.site_rules import SiteRules
from workorder.steps.surroundings import Surroundings
from workorder.store.inbound import LedgerEntry
from workorder.store.states import MailState
from workorder.store.unit import Store

HEAD = b"From: jane@acme.example\r\nTo: support@northwind.example\r\n"


def settings(max_mail_bytes: int = 40_000_000) -> IntakeSettings:
    rules = SiteRules(
        policy=policy(),
        ways=(parse_way("dmarc"), parse_way("reply")),
        authserv_id="mx.example",
    )
    return IntakeSettings(
        rules=rules,
        first_number=1001,
        admin_address="admin@northwind.example",
        max_mail_bytes=max_mail_bytes,
    )


class Desk:
    """One intake with its fakes."""

    def __init__(self, store: Store, *, max_mail_bytes: int = 40_000_000) -> None:
        self.store = store
        self.mailbox = FakeMailbox()
        self.clock = FakeClock()
        self.max_mail_bytes = max_mail_bytes
        self.intake = self.started()

    def started(self, around: Surroundings | None = None) -> Intake:
        surroundings = around or Surroundings(clock=self.clock)
        intake = Intake(self.mailbox, self.store, settings(self.max_mail_bytes), surroundings)
        intake.take_back()
        return intake

    def work(self) -> None:
        while self.intake():
            pass

    def entries(self) -> list[LedgerEntry]:
        with self.store.read() as unit:
            count = unit.inbound.tally("support")
            total = sum(
                (
                    count.received,
                    count.in_hand,
                    count.done,
                    count.duplicate,
                    count.ignored,
                    count.aside,
                    count.parked,
                )
            )
            return [unit.inbound.get(entry_id) for entry_id in range(1, total + 1)]

    def titles(self) -> list[str]:
        with self.store.read() as unit:
            return [view.title for view in unit.queries.orders()]


@pytest.fixture
def desk(small_store: Store) -> Desk:
    return Desk(small_store)


def numbered(count: int) -> list[bytes]:
    return [HEAD + f"Subject: job {n}\r\n\r\nhelp {n}\r\n".encode() for n in range(count)]


def test_a_backlog_of_more_than_one_batch_is_worked_off_in_order(desk: Desk) -> None:
    desk.mailbox.put(*numbered(120))
    desk.work()
    assert desk.titles() == [f"job {n}" for n in reversed(range(120))]
    assert desk.mailbox.inbox == {}
    assert {destination for destination, _ in desk.mailbox.filed.values()} == {Destination.DONE}


def test_mail_that_cannot_be_moved_is_neither_handled_nor_fetched_again(desk: Desk) -> None:
    desk.mailbox.refuses_to_move = True
    desk.mailbox.put(*numbered(3))
    desk.work()
    desk.work()
    assert (len(desk.titles()), desk.mailbox.fetches) == (3, 3)
    desk.mailbox.refuses_to_move = False
    desk.work()
    assert desk.mailbox.inbox == {}


def test_the_same_bytes_under_a_new_uidvalidity_are_no_new_mail(desk: Desk) -> None:
    (raw,) = numbered(1)
    desk.mailbox.put(raw)
    desk.work()
    desk.mailbox.uidvalidity = 2
    desk.mailbox.filed.clear()
    desk.mailbox.put(raw)
    desk.work()
    assert len(desk.titles()) == 1
    assert desk.mailbox.inbox == {}


def test_another_mail_under_a_reused_uid_is_not_lost(desk: Desk) -> None:
    first, second = numbered(2)
    desk.mailbox.put(first)
    desk.work()
    desk.mailbox.filed.clear()  # as a restored mailbox: the same UIDVALIDITY, the same UID
    desk.mailbox.put(second)
    desk.work()
    assert desk.titles() == ["job 1", "job 0"]


def test_a_mail_that_cannot_be_read_is_tried_three_times_and_set_aside_alone(desk: Desk) -> None:
    good = numbered(2)
    desk.mailbox.put(good[0], b"no mail at all", good[1])
    desk.work()
    assert [entry.state for entry in desk.entries()] == [
        MailState.DONE,
        MailState.ASIDE,
        MailState.DONE,
    ]
    assert desk.entries()[1].attempts == 3
    assert [d for d, _ in desk.mailbox.filed.values()].count(Destination.ASIDE) == 1
    with desk.store.read() as unit:
        told = [row.recipient for row in unit.outbox.rows() if row.kind == "trouble"]
    assert told == ["admin@northwind.example"]


def test_a_server_that_is_away_costs_no_attempt(desk: Desk) -> None:
    desk.mailbox.put(*numbered(1))
    desk.mailbox.is_away = True
    with pytest.raises(MailboxError):
        desk.work()
    desk.mailbox.is_away = False
    desk.work()
    assert desk.entries()[0].attempts == 0


def test_one_lost_raw_file_stops_no_other_mail(desk: Desk) -> None:
    def lose_one(name: str) -> None:
        if name == "recorded":
            min(desk.store.files.root.rglob("*.eml")).unlink()

    desk.intake = desk.started(Surroundings(clock=desk.clock, checkpoint=lose_one))
    desk.mailbox.put(*numbered(3))
    desk.work()
    states = [entry.state for entry in desk.entries()]
    assert sorted(states) == sorted([MailState.DONE, MailState.DONE, MailState.ASIDE])


def test_files_that_are_away_are_a_fault_of_ours_and_no_try_of_the_mail(desk: Desk) -> None:
    raw, away = desk.store.files.root / "raw", desk.store.files.root / "away"

    def hide(name: str) -> None:
        if name == "recorded":
            raw.rename(away)

    desk.intake = desk.started(Surroundings(clock=desk.clock, checkpoint=hide))
    desk.mailbox.put(*numbered(2))
    with pytest.raises(StorageError):
        desk.work()
    away.rename(raw)
    desk.work()
    assert [(e.state, e.attempts) for e in desk.entries()] == [(MailState.DONE, 0)] * 2


def test_a_locked_database_costs_no_attempt(desk: Desk) -> None:
    blocker = sqlite3.connect(desk.store.engine.url.database or "", isolation_level=None)
    desk.store.engine.dispose()
    desk.mailbox.put(*numbered(1))

    def lock(name: str) -> None:
        if name == "files-stored":
            blocker.execute("BEGIN EXCLUSIVE")
            with desk.store.engine.connect() as probe:
                probe.exec_driver_sql("PRAGMA busy_timeout = 10")

    desk.intake = desk.started(Surroundings(clock=desk.clock, checkpoint=lock))
    with pytest.raises(StorageError):
        desk.work()
    blocker.execute("ROLLBACK")
    blocker.close()
    desk.intake = desk.started()
    desk.work()
    assert desk.entries()[0].state is MailState.DONE
    assert len(desk.titles()) == 1


class _Died(BaseException):
    """The process ended here."""


class _Crash:
    """Ends the process when the third mail was parsed: in its batch, or tried alone."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._parsed = 0

    def __call__(self, name: str) -> None:
        if name != "parsed":
            return
        self._parsed += 1
        with self._store.read() as unit:
            third = unit.inbound.get(3)
        is_third = third.attempts > 0 if third.alone else self._parsed == 3
        if third.state is MailState.IN_HAND and is_third:
            raise _Died


def _deaths(desk: Desk) -> int:
    """Start again after each death until all is done; how many there were."""
    for deaths in range(10):
        desk.intake = desk.started(Surroundings(clock=desk.clock, checkpoint=_Crash(desk.store)))
        try:
            desk.work()
        except _Died:
            continue
        return deaths
    pytest.fail("it never ends")


def test_a_crash_counts_only_against_the_mail_that_was_tried_alone(desk: Desk) -> None:
    deadly = HEAD + b"Subject: deadly\r\n\r\nboom\r\n"
    good = numbered(4)
    desk.mailbox.put(*good[:2], deadly, *good[2:])
    assert _deaths(desk) == 4  # once in the batch, three times alone
    states = [entry.state for entry in desk.entries()]
    assert states.count(MailState.DONE) == 4
    assert states[2] is MailState.ASIDE
    assert all(entry.attempts <= 1 for entry in desk.entries() if entry.id != 3)


def test_a_mail_that_is_too_large_opens_a_work_order_by_its_head(small_store: Store) -> None:
    desk = Desk(small_store, max_mail_bytes=100_000)
    boundary = b'Content-Type: multipart/mixed; boundary="b"\r\nMIME-Version: 1.0\r\n'
    parts = b"--b\r\nContent-Type: text/plain\r\n\r\nsee the file\r\n--b\r\n"
    part = b"Content-Type: application/zip; name=big.zip\r\nContent-Transfer-Encoding: base64\r\n"
    big = (
        HEAD + b"Subject: big\r\n" + boundary + b"\r\n" + parts + part + b"\r\n" + b"QUJD" * 50_000
    )
    desk.mailbox.put(big)
    desk.work()
    with desk.store.read() as unit:
        view = unit.queries.order(1001)
    assert view is not None
    assert view.detail is not None
    assert view.detail.events[0].text.strip() == "see the file"
    assert any("larger" in event.text for event in view.detail.events if event.kind == "note")


def test_a_flood_of_one_sender_is_parked_and_let_out_not_lost(desk: Desk) -> None:
    desk.mailbox.put(*numbered(230))
    desk.work()
    states = [entry.state for entry in desk.entries()]
    assert (states.count(MailState.DONE), states.count(MailState.PARKED)) == (200, 30)
    desk.clock.advance(timedelta(minutes=2))
    with desk.store.write() as unit:
        assert unit.inbound.parked_release(200, desk.clock()) == 30
    desk.work()
    assert len(desk.titles()) == 230


def test_a_mail_keeps_the_account_of_its_decision(desk: Desk) -> None:
    desk.mailbox.put(*numbered(1))
    desk.work()
    stages = [stage for stage, _ in json.loads(desk.entries()[0].trace)]
    assert stages[0] == "mail is"
    assert stages[-1] == "so"


def test_every_mail_of_the_corpora_gets_a_verdict(desk: Desk) -> None:
    folder = os.environ.get("WORKORDER_CORPORA")
    if not folder:
        pytest.skip("set WORKORDER_CORPORA to a folder of real mails with their index.jsonl")
    rows = [json.loads(line) for line in (Path(folder) / "index.jsonl").read_text().splitlines()]
    raws = {
        (Path(folder) / row["path"]).read_bytes()
        for row in rows
        if row["format"].startswith("rfc822")
    }
    # One a minute: this is about reading, not about floods.
    for n, raw in enumerate(sorted(raws)):
        desk.mailbox.put(raw, at=NOW - timedelta(minutes=n))
    desk.work()
    entries = desk.entries()
    assert len(entries) == len(raws)
    aside = [entry for entry in entries if entry.state is MailState.ASIDE]
    settled = {MailState.DONE, MailState.IGNORED, MailState.DUPLICATE, MailState.ASIDE}
    assert {entry.state for entry in entries} <= settled
    # Only bytes that are no mail at all may defeat us, and never by an error nobody foresaw.
    assert all("no mail" in entry.reason for entry in aside)
    assert len(aside) <= 5
