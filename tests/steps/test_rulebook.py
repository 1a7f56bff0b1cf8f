"""Rules that change while the daemon runs."""

from pathlib import Path

import pytest

from builders import policy
from fakes import FakeClock
from workorder.core.notice import NoticeKind
from workorder.errors import ConfigError
from workorder.steps.rulebook import RuleBook
from workorder.store.outbox import OutboxRow
from workorder.store.unit import Store

GOOD = '[[rule]]\nname = "spam"\nrefuse = "spam"\nwhen.subject.contains = "lottery"\n'
OTHER = GOOD.replace("lottery", "casino")
BAD = GOOD.replace("subject", "subjct")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    write(folder, GOOD)
    return folder


def write(folder: Path, text: str) -> None:
    (folder / "intake.toml").write_text(text)


def book(folder: Path, store: Store) -> RuleBook:
    return RuleBook(
        folder,
        store,
        policy=policy(),
        admin_address="admin@northwind.example",
        clock=FakeClock(),
        wake=lambda: None,
    )


def settle(rules: RuleBook) -> bool:
    """What the wheel does with a change: see it, and see that it stands still."""
    return rules.refresh() or rules.refresh()


def troubles(store: Store) -> list[OutboxRow]:
    with store.read() as unit:
        return [row for row in unit.outbox.rows() if row.kind is NoticeKind.TROUBLE]


def test_a_change_takes_force_when_it_has_stood_still(folder: Path, small_store: Store) -> None:
    rules = book(folder, small_store)
    before = rules.current
    write(folder, OTHER)
    assert not rules.refresh()
    assert rules.current is before
    assert rules.refresh()
    assert rules.current.fingerprint != before.fingerprint
    assert not rules.refresh()
    assert troubles(small_store) == []


def test_a_bad_file_changes_nothing_and_is_told_once(folder: Path, small_store: Store) -> None:
    rules = book(folder, small_store)
    before = rules.current
    write(folder, BAD)
    assert not settle(rules)
    (folder / "intake.toml").touch()
    assert not settle(rules)
    assert rules.current is before
    (row,) = troubles(small_store)
    assert row.recipient == "admin@northwind.example"
    for words in ("intake.toml:4", "spam", "subjct", 'did you mean "subject"'):
        assert words in row.detail
    write(folder, OTHER)
    assert settle(rules)
    assert len(troubles(small_store)) == 1


def test_a_start_with_bad_files_goes_on_with_the_last_good_ones(
    folder: Path, small_store: Store
) -> None:
    before = book(folder, small_store).current
    write(folder, BAD)
    rules = book(folder, small_store)
    assert rules.current.fingerprint == before.fingerprint
    assert len(troubles(small_store)) == 1
    write(folder, OTHER)
    assert settle(rules)


def test_a_first_start_with_bad_files_is_refused(folder: Path, small_store: Store) -> None:
    write(folder, BAD)
    with pytest.raises(ConfigError, match="subjct"):
        book(folder, small_store)


def test_a_folder_that_is_gone_leaves_the_rules_in_force(folder: Path, small_store: Store) -> None:
    rules = book(folder, small_store)
    before = rules.current
    folder.rename(folder.with_name("elsewhere"))
    assert not settle(rules)
    assert rules.current is before
    folder.with_name("elsewhere").rename(folder)
    settle(rules)
    assert rules.current.fingerprint == before.fingerprint
