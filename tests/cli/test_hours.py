"""`workorder hours`: buying, correcting, taking back, invoicing; and the proof that it adds up."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cli.shell import Shell

ACME = "Acme Ltd"
MARIA = "maria@northwind.example"
WHY = ("--note", "a slip")


def balance(shell: Shell) -> tuple[int, int]:
    bank = shell.json("hours", "show", ACME)
    return bank["balance_minutes"], bank["to_invoice_minutes"]


def entries(shell: Shell) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shell.json("hours", "show", ACME)["entries"]
    return found


def last_id(shell: Shell) -> str:
    return str(max(entry["id"] for entry in entries(shell)))


def billed(shell: Shell, length: str) -> str:
    """A finished work order that costs so much; its number."""
    opened = shell.must("open", "--contact", "jane@acme.example", "--title", "Monitor flickers")
    number = opened.strip().removeprefix("WO-")
    shell.must("do", number, "--as", MARIA, f"#billed {length}\n#finished\nDone.")
    return number


def query(shell: Shell, statement: str) -> None:
    with closing(sqlite3.connect(shell.home / "var" / "workorder.db")) as connection:
        connection.execute(statement)
        connection.commit()


def test_hours_are_bought_with_all_that_belongs_to_it(settled: Shell) -> None:
    day = datetime.now(UTC).date() - timedelta(days=40)
    until = datetime.now(UTC).date() + timedelta(days=300)
    said = settled.run(
        *("hours", "buy", ACME.upper(), "7h30m", "--note", "Order 77", "--date", str(day)),
        *("--price", "900 USD", "--expires", str(until)),
    )
    assert (said.code, said.out, said.err) == (0, b"", "Acme Ltd: 7 h 30 min left\n")
    bank = settled.json("hours", "show", ACME)
    (entry,) = bank["entries"]
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("America/New_York"))
    assert entry == {
        "id": entry["id"],
        "at": midnight.astimezone(UTC).isoformat(),
        "kind": "bought",
        "minutes": 450,
        "to_invoice_minutes": 0,
        "balance_minutes": 450,
        "note": "Order 77",
        "number": None,
        "actor": "workorder",
        "price": "900 USD",
        "expires_on": str(until),
        "reverses": None,
    }
    lot = {"entry": entry["id"], "left_minutes": 450, "expires_on": str(until)}
    assert bank["lots"] == [lot]


def test_the_json_of_a_bank_is_the_one_that_was_promised(settled: Shell) -> None:
    empty = settled.json("hours", "show", ACME)
    assert (
        empty.items()
        >= {
            "customer": ACME,
            "balance_minutes": 0,
            "to_invoice_minutes": 0,
            "entries": [],
        }.items()
    )
    settled.must("hours", "buy", ACME, "1")
    number = int(billed(settled, "90m"))
    bank = settled.json("hours", "show", ACME)
    assert (bank["customer"], bank["balance_minutes"], bank["to_invoice_minutes"]) == (ACME, 0, 30)
    assert [(e["kind"], e["minutes"], e["number"]) for e in bank["entries"]] == [
        ("bought", 60, None),
        ("billed", -60, number),
    ]
    assert {"at", "kind", "minutes", "note", "number"} <= set(bank["entries"][0])


@pytest.mark.parametrize("east_of_utc", ["Europe/Berlin", "Pacific/Auckland"])
def test_a_day_is_shown_as_it_was_given_wherever_the_site_is(
    settled: Shell, east_of_utc: str
) -> None:
    settled.edit('timezone = "America/New_York"', f'timezone = "{east_of_utc}"')
    settled.must("hours", "buy", ACME, "10", "--date", "2026-03-01")
    _, line = settled.must("hours", "show", ACME).splitlines()[1:]
    assert line.split()[1:3] == ["2026-03-01", "bought"]


def test_hours_bought_pay_old_work_only_if_they_are_to(settled: Shell) -> None:
    billed(settled, "2h")
    settled.must("hours", "buy", ACME, "1")
    assert balance(settled) == (60, 120)
    said = settled.run("hours", "buy", ACME, "0.5", "--cover")
    assert said.err == "Acme Ltd: 0 min left, 30 min to invoice\n"
    assert balance(settled) == (0, 30)
    assert [entry["kind"] for entry in entries(settled)][-1] == "covered"


def test_a_balance_is_corrected_up_and_down_by_entries(settled: Shell) -> None:
    settled.must("hours", "buy", ACME, "2")
    settled.must("hours", "adjust", ACME, "-1.5", *WHY)
    settled.must("hours", "adjust", ACME, "15m", *WHY)
    assert balance(settled) == (45, 0)
    assert [(e["kind"], e["minutes"], e["note"]) for e in entries(settled)[1:]] == [
        ("adjusted", -90, "a slip"),
        ("adjusted", 15, "a slip"),
    ]
    assert (
        settled.fails("hours", "adjust", ACME, "-1", *WHY) == "only 45 minutes are left in the bank"
    )
    assert "needs a note" in settled.fails("hours", "adjust", ACME, "1", "--note", " ")
    assert balance(settled) == (45, 0)


def test_a_purchase_is_taken_back_and_what_drew_from_it_is_to_be_invoiced(settled: Shell) -> None:
    settled.must("hours", "buy", ACME, "2")
    purchase = last_id(settled)
    billed(settled, "1h")
    settled.must("hours", "reverse", ACME, purchase, *WHY)
    assert balance(settled) == (0, 60)
    assert "taken back already" in settled.fails("hours", "reverse", ACME, purchase, *WHY)
    settled.must("hours", "check")


@pytest.mark.parametrize(("amount", "between"), [("1", (180, 0)), ("-1", (60, 0))])
def test_an_adjustment_is_taken_back(settled: Shell, amount: str, between: tuple[int, int]) -> None:
    settled.must("hours", "buy", ACME, "2")
    settled.must("hours", "adjust", ACME, amount, *WHY)
    assert balance(settled) == between
    settled.must("hours", "reverse", ACME, last_id(settled), *WHY)
    assert balance(settled) == (120, 0)
    settled.must("hours", "check")


def test_a_cover_is_taken_back(settled: Shell) -> None:
    billed(settled, "1h")
    settled.must("hours", "buy", ACME, "2", "--cover")
    assert balance(settled) == (60, 0)
    settled.must("hours", "reverse", ACME, last_id(settled), *WHY)
    assert balance(settled) == (120, 60)
    settled.must("hours", "check")


def test_an_invoice_is_noted_for_one_work_order_or_for_all_and_taken_back(settled: Shell) -> None:
    first, _ = billed(settled, "1h"), billed(settled, "2h")
    said = settled.run("hours", "invoiced", ACME, f"WO-{first}", "--note", "INV-7")
    assert said.err == "Acme Ltd: 1 h invoiced\n"
    assert balance(settled) == (0, 120)
    one = last_id(settled)
    settled.must("hours", "invoiced", ACME, "--all", "--note", "INV-8")
    assert balance(settled) == (0, 0)
    assert settled.fails("hours", "invoiced", ACME, "--all", *WHY) == "there is nothing to invoice"
    settled.must("hours", "reverse", ACME, one, *WHY)
    assert balance(settled) == (0, 60)
    settled.must("hours", "check")


def test_what_a_work_order_costs_is_changed_on_the_work_order(settled: Shell) -> None:
    settled.must("hours", "buy", ACME, "2")
    number = billed(settled, "1h")
    reason = settled.fails("hours", "reverse", ACME, last_id(settled), *WHY)
    assert f"write #billed on WO-{number}" in reason
    settled.must("do", number, "--as", MARIA, "#billed 30m")
    assert balance(settled) == (90, 0)
    back = next(str(entry["id"]) for entry in entries(settled) if entry["kind"] == "reversed")
    assert "write #billed" in settled.fails("hours", "reverse", ACME, back, *WHY)


def test_an_entry_of_another_bank_is_not_there(settled: Shell) -> None:
    settled.must("customer", "add", "Other Inc")
    settled.must("hours", "buy", ACME, "2")
    entry = last_id(settled)
    assert settled.fails("hours", "reverse", "Other Inc", entry, *WHY) == (
        f"no entry {entry} in this bank"
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("buy", ACME, "lots"), 2),
        (("buy", ACME, "1", "--date", "yesterday"), 2),
        (("buy", ACME, "1", "--date", "2026-W10-1"), 2),
        (("buy", ACME, "1", "--date", "0001-01-01"), 2),
        (("buy", ACME, "0"), 1),
        (("buy", ACME, "1", "--date", "2120-01-01"), 1),
        (("buy", ACME, "1", "--expires", "2020-01-01"), 1),
        (("buy", "Acme Lt", "1"), 1),
        (("adjust", ACME, "1"), 2),
        (("reverse", ACME, "0", *WHY), 2),
        (("invoiced", ACME, "printer", *WHY), 2),
        (("invoiced", ACME, *WHY), 2),
        (("invoiced", ACME, "1001", "--all", *WHY), 2),
    ],
)
def test_what_makes_no_sense_changes_no_bank(
    settled: Shell, arguments: tuple[str, ...], code: int
) -> None:
    result = settled.run("hours", *arguments)
    assert (result.code, result.out) == (code, b"")
    assert "Traceback" not in result.err
    assert entries(settled) == []


def test_a_balance_that_somebody_tampered_with_is_found(settled: Shell) -> None:
    settled.must("hours", "buy", ACME, "2")
    assert settled.run("hours", "check").err == "every balance is the sum of its entries\n"
    query(settled, "UPDATE bank_accounts SET balance = balance + 600")
    result = settled.run("hours", "check")
    assert result.code == 1
    assert "Acme Ltd: balance 720 min, entries 120 min, purchases 120 min" in result.err
    assert result.err.endswith("1 banks do not add up\n")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bank_accounts SET to_invoice = 60",
        "UPDATE bank_lots SET remaining = 60",
    ],
)
def test_other_sums_that_somebody_tampered_with_are_found(settled: Shell, statement: str) -> None:
    settled.must("hours", "buy", ACME, "2")
    query(settled, statement)
    assert settled.run("hours", "check").code == 1


def test_the_ledger_itself_cannot_be_tampered_with(settled: Shell) -> None:
    settled.must("hours", "buy", ACME, "2")
    with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        query(settled, "UPDATE bank_entries SET minutes = 6000")
