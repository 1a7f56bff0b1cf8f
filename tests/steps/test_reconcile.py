"""The audit of intake, on a mailbox of lists and a real ledger."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workorder.inbound.mail_values import Fetched, FolderRole, Stored
from workorder.steps.reconcile import FETCH_MAILS, Account, reconcile
from workorder.store.engine import create_schema, open_engine
from workorder.store.files import Files
from workorder.store.ledger import Arrival
from workorder.store.unit import Store

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
INBOX, DONE, ASIDE = FolderRole.INBOX, FolderRole.DONE, FolderRole.ASIDE


class FakeMailbox:
    """Folders that are lists; what is fetched is noted."""

    name = "support"

    def __init__(self) -> None:
        self.folders: dict[FolderRole, list[Fetched]] = {role: [] for role in FolderRole}
        self.fetched: list[int] = []
        self._uid = 0

    def put(self, role: FolderRole, raw: bytes, at: datetime = NOON, size: int = 0) -> Fetched:
        self._uid += 1
        mail = Fetched(uid=self._uid, raw=raw, internaldate=at, size=size or len(raw))
        self.folders[role].append(mail)
        return mail

    def move(self, mail: Fetched, origin: FolderRole, target: FolderRole) -> None:
        self.folders[origin].remove(mail)
        self.put(target, mail.raw, mail.internaldate, mail.size)

    def open(self) -> None:
        """It is always open."""

    def inventory(self, role: FolderRole) -> Iterator[Stored]:
        for mail in self.folders[role]:
            yield Stored(uid=mail.uid, size=mail.size, internaldate=mail.internaldate)

    def fetch_from(self, role: FolderRole, uids: Sequence[int]) -> tuple[Fetched, ...]:
        assert len(uids) <= FETCH_MAILS
        self.fetched += uids
        return tuple(mail for mail in self.folders[role] if mail.uid in uids)


class Ledger:
    """What intake would have written."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def record(self, mail: Fetched, *, truncated: bool = False) -> None:
        arrival = Arrival(
            uidvalidity=1,
            uid=mail.uid,
            sha256=self.store.files.put_raw(mail.raw),
            size=mail.size,
            internaldate=mail.internaldate,
            truncated=truncated,
        )
        with self.store.write() as unit:
            unit.inbound.record("support", [arrival], NOON)

    def decide(self, *, aside: bool = False) -> None:
        """Decide on all that was recorded, or set it aside."""
        with self.store.write() as unit:
            for entry in unit.inbound.take("support", 1000, NOON):
                if aside:
                    unit.inbound.set_aside(entry.id, "broken")
                    continue
                unit.inbound.decided(
                    entry.id,
                    state="done",
                    reason="",
                    number=None,
                    message_id=None,
                    sender="",
                    body_hash="",
                    trace="",
                )


@pytest.fixture
def mailbox() -> FakeMailbox:
    return FakeMailbox()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    engine = open_engine(f"sqlite:///{tmp_path}/workorder.db", create=True)
    create_schema(engine)
    store = Store(engine, Files(tmp_path / "files"))
    yield store
    store.close()


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store)


def account(**counts: int | tuple[str, ...]) -> Account:
    nothing: dict[str, int | tuple[str, ...]] = {
        **dict.fromkeys(("on_server", "recorded", "set_aside", "waiting", "undecided", "gone"), 0),
        "unknown": (),
    }
    return Account(mailbox="support", **(nothing | counts))  # type: ignore[arg-type] # checked at run time


def test_an_empty_mailbox_balances(mailbox: FakeMailbox, store: Store) -> None:
    found = reconcile(mailbox, store)
    assert found == account()
    assert found.balances


def test_recorded_and_set_aside_mail_add_up_without_a_fetch(
    mailbox: FakeMailbox, store: Store, ledger: Ledger
) -> None:
    for number in range(3):
        ledger.record(mailbox.put(DONE, b"mail %d" % number, NOON + timedelta(minutes=number)))
    ledger.decide()
    ledger.record(mailbox.put(ASIDE, b"broken"))
    ledger.decide(aside=True)
    found = reconcile(mailbox, store)
    assert found == account(on_server=4, recorded=3, set_aside=1)
    assert found.balances
    assert mailbox.fetched == []


def test_mail_in_the_inbox_waits_whether_it_is_on_record_or_not(
    mailbox: FakeMailbox, store: Store, ledger: Ledger
) -> None:
    ledger.record(mailbox.put(INBOX, b"decided and not moved yet"))
    ledger.decide()
    mailbox.put(INBOX, b"never seen")
    found = reconcile(mailbox, store)
    assert found == account(on_server=2, waiting=2)
    assert not found.balances


def test_mail_that_is_not_decided_yet_does_not_balance(
    mailbox: FakeMailbox, store: Store, ledger: Ledger
) -> None:
    ledger.record(mailbox.put(DONE, b"moved by somebody else"))
    found = reconcile(mailbox, store)
    assert found == account(on_server=1, recorded=1, undecided=1)
    assert not found.balances


def test_mail_that_the_ledger_never_saw_is_named(
    mailbox: FakeMailbox, store: Store, ledger: Ledger
) -> None:
    ledger.record(mailbox.put(DONE, b"known"))
    ledger.decide()
    stranger = mailbox.put(ASIDE, b"alien")
    found = reconcile(mailbox, store)
    assert found == account(on_server=2, recorded=1, unknown=(f"aside UID {stranger.uid}",))
    assert not found.balances


def test_mail_whose_date_was_lost_in_a_move_is_known_by_its_bytes(
    mailbox: FakeMailbox, store: Store, ledger: Ledger
) -> None:
    mails = [mailbox.put(INBOX, b"mail %03d" % number) for number in range(FETCH_MAILS + 5)]
    for mail in mails:
        ledger.record(mail)
    ledger.decide()
    mailbox.folders[INBOX].clear()
    for mail in mails:
        mailbox.put(DONE, mail.raw, NOON + timedelta(days=1))
    found = reconcile(mailbox, store)
    assert found == account(on_server=len(mails), recorded=len(mails))
    assert len(mailbox.fetched) == len(mails)


def test_two_copies_of_a_mail_are_both_recorded(
    mailbox: FakeMailbox, store: Store, ledger: Ledger
) -> None:
    ledger.record(mailbox.put(DONE, b"twice"))
    mailbox.put(DONE, b"twice", NOON + timedelta(minutes=1))
    ledger.decide()
    assert reconcile(mailbox, store) == account(on_server=2, recorded=2)


def test_mail_alike_in_size_and_date_is_counted_by_its_own_state(
    mailbox: FakeMailbox, store: Store, ledger: Ledger
) -> None:
    ledger.record(mailbox.put(ASIDE, b"aaaa"))
    ledger.decide(aside=True)
    ledger.record(mailbox.put(DONE, b"bbbb"))
    ledger.decide()
    assert reconcile(mailbox, store) == account(on_server=2, recorded=1, set_aside=1)


def test_a_mail_that_was_retried_counts_as_recorded_though_it_lies_aside(
    mailbox: FakeMailbox, store: Store, ledger: Ledger
) -> None:
    ledger.record(mailbox.put(ASIDE, b"broken"))
    ledger.decide(aside=True)
    with store.write() as unit:
        unit.inbound.retry(unit.inbound.aside()[0].id, NOON)
    ledger.decide()
    assert reconcile(mailbox, store) == account(on_server=1, recorded=1)


def test_mail_that_somebody_deleted_is_gone_and_the_rest_balances(
    mailbox: FakeMailbox, store: Store, ledger: Ledger
) -> None:
    mail = mailbox.put(DONE, b"deleted")
    ledger.record(mail)
    ledger.record(mailbox.put(DONE, b"kept"))
    ledger.decide()
    mailbox.folders[DONE].remove(mail)
    found = reconcile(mailbox, store)
    assert found == account(on_server=1, recorded=1, gone=1)
    assert found.balances


def test_of_a_mail_too_large_to_fetch_the_size_has_to_do(
    mailbox: FakeMailbox, store: Store, ledger: Ledger
) -> None:
    ledger.record(mailbox.put(DONE, b"head only", size=5_000_000), truncated=True)
    mailbox.put(DONE, b"head only", NOON + timedelta(minutes=1), size=5_000_000)
    other = mailbox.put(DONE, b"another", size=6_000_000)
    ledger.decide()
    found = reconcile(mailbox, store, largest=1_000_000)
    assert found == account(on_server=3, recorded=2, unknown=(f"done UID {other.uid}",))
    assert mailbox.fetched == []


def test_servers_that_tell_parts_of_a_second_agree_with_those_that_do_not(
    mailbox: FakeMailbox, store: Store, ledger: Ledger
) -> None:
    mail = mailbox.put(INBOX, b"mail", NOON + timedelta(milliseconds=400))
    ledger.record(mail)
    ledger.decide()
    mailbox.folders[INBOX].clear()
    mailbox.put(DONE, b"mail", NOON)
    assert reconcile(mailbox, store) == account(on_server=1, recorded=1)
    assert mailbox.fetched == []
