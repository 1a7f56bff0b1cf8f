"""The mails that came last, and how each begins."""

from datetime import datetime

import pytest

from store.made import an_arrival, recorded
from workorder.errors import StorageError
from workorder.store.files import HEAD_BYTES
from workorder.store.unit import Store


def test_the_newest_mails_of_all_mailboxes_come_first_and_no_more_than_asked_for(
    store: Store, now: datetime
) -> None:
    recorded(store, 3)
    with store.write() as unit:
        unit.inbound.record("billing", [an_arrival(4), an_arrival(5)], now)
    with store.read() as unit:
        found = unit.inbound.latest(4)
        everything = unit.inbound.latest(100)
    assert [(entry.mailbox, entry.uid) for entry in found] == [
        ("billing", 5),
        ("billing", 4),
        ("support", 3),
        ("support", 2),
    ]
    assert len(everything) == 5


def test_of_a_large_mail_only_the_beginning_is_read(sqlite_store: Store) -> None:
    files = sqlite_store.files
    small, large = b"Subject: x\r\n\r\n", b"Subject: y\r\n\r\n" + b"z" * HEAD_BYTES
    hashes = files.put_raws([small, large])
    assert [files.raw_head(one) for one in hashes] == [small, large[:HEAD_BYTES]]


def test_a_file_that_is_gone_is_no_fault_and_one_that_cannot_be_read_is(
    sqlite_store: Store,
) -> None:
    files = sqlite_store.files
    sha256 = files.put_raw(b"Subject: x\r\n\r\n")
    (path,) = files.root.rglob("*.eml")
    path.unlink()
    assert files.raw_head(sha256) is None
    assert files.raw_head("0" * 64) is None
    path.mkdir()
    with pytest.raises(StorageError, match=r"[Ii]s a directory"):
        files.raw_head(sha256)
