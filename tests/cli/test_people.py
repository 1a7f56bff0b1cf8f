"""Customers, contacts, technicians and equipment at the command line."""

from pathlib import Path
from typing import Any

import pytest

from cli.shell import Shell

JANE, PAT, MARIA = "jane@acme.example", "pat@acme.example", "maria@northwind.example"


def test_a_customer_is_added_shown_changed_and_removed(shell: Shell) -> None:
    shell.must(
        *("customer", "add", "Acme Ltd", "--domain", "acme.example"),
        *("--domain", "ACME.test", "--language", "es"),
    )
    shown = shell.json("customer", "show", "acme ltd")
    assert shown == {
        "name": "Acme Ltd",
        "domains": ["acme.example", "acme.test"],
        "language": "es",
        "contacts": [],
        "primary": [],
        "equipment": [],
    }
    shell.must("customer", "set", "Acme Ltd", "--name", "Acme Inc", "--domain", "acme.example")
    shell.must("customer", "set", "acme inc", "--language", "")
    assert shell.json("customer", "list") == [
        {"name": "Acme Inc", "domains": ["acme.example"], "language": None}
    ]
    shell.must("customer", "set", "Acme Inc", "--no-domains")
    assert shell.json("customer", "show", "Acme Inc")["domains"] == []
    shell.must("customer", "remove", "Acme Inc")
    assert shell.json("customer", "list") == []


def test_a_customer_shows_its_people_and_things(settled: Shell) -> None:
    shown = settled.json("customer", "show", "Acme Ltd")
    assert shown["contacts"] == [JANE, PAT]
    assert shown["primary"] == [PAT]
    assert shown["equipment"] == ["PRN-2"]


def test_a_contact_is_changed_field_by_field(settled: Shell) -> None:
    settled.must("customer", "add", "Other Inc")
    settled.must(
        *("contact", "set", JANE, "--email", "jane.roe@acme.example", "--primary"),
        *("--unproven", "--language", "es", "--customer", "Other Inc"),
    )
    changed = settled.json("contact", "show", "Jane.Roe@acme.example")
    assert changed == {
        "email": "jane.roe@acme.example",
        "name": "Jane Roe",
        "customer": "Other Inc",
        "primary": True,
        "language": "es",
        "proven": False,
    }
    settled.must("contact", "set", "jane.roe@acme.example", "--no-primary", "--proven")
    settled.must("contact", "set", "jane.roe@acme.example", "--language", "")
    again = settled.json("contact", "show", "jane.roe@acme.example")
    assert again == changed | {"primary": False, "language": None, "proven": True}
    assert [row["email"] for row in settled.json("contact", "list", "--customer", "acme ltd")] == [
        PAT
    ]
    settled.must("contact", "remove", PAT)
    assert [row["email"] for row in settled.json("contact", "list")] == ["jane.roe@acme.example"]


def test_a_technician_is_changed_field_by_field(settled: Shell) -> None:
    first = {"email": MARIA, "name": "Maria Santos", "notify": "all", "timezone": None}
    assert settled.json("technician", "list") == [first]
    settled.must("technician", "set", MARIA, "--notify", "mine", "--timezone", "Europe/Madrid")
    changed = first | {"notify": "mine", "timezone": "Europe/Madrid"}
    assert settled.json("technician", "show", MARIA) == changed
    settled.must("technician", "set", MARIA, "--name", "Maria", "--timezone", "")
    assert settled.json("technician", "show", MARIA) == changed | {
        "name": "Maria",
        "timezone": None,
    }
    assert settled.run("technician", "set", MARIA, "--timezone", "Mars/Base").code == 2
    settled.must("technician", "remove", MARIA)
    assert settled.json("technician", "list") == []


def test_equipment_is_found_by_tag_and_by_customer_where_two_have_the_tag(settled: Shell) -> None:
    settled.must("customer", "add", "Other Inc")
    settled.must("equipment", "add", "prn-2", "--customer", "Other Inc", "--serial", "S1")
    ambiguous = settled.fails("equipment", "show", "PRN-2")
    assert ambiguous == "2 customers have equipment PRN-2: add --customer NAME"
    settled.must(
        *("equipment", "set", "PRN-2", "--customer", "Other Inc"),
        *("--tag", "PRN-9", "--name", "Label printer", "--location", "Cellar"),
    )
    assert settled.json("equipment", "show", "prn-9") == {
        "tag": "PRN-9",
        "customer": "Other Inc",
        "name": "Label printer",
        "serial": "S1",
        "location": "Cellar",
    }
    settled.must("equipment", "remove", "PRN-9")
    assert [row["tag"] for row in settled.json("equipment", "list")] == ["PRN-2"]
    assert settled.json("equipment", "list", "--customer", "Other Inc") == []


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("customer add|acme ltd", "a customer Acme Ltd"),
        ("customer add|Beta|--domain|gmail.com", "gmail.com is a free-mail domain"),
        ("customer add|Beta|--domain|acme.example", "belongs to Acme Ltd already"),
        ("contact add|jane@acme.example|--customer|Acme Ltd", "a contact's address already"),
        ("contact add|maria@northwind.example|--customer|Acme Ltd", "a technician's address"),
        ("contact add|jane|--customer|Acme Ltd", "no e-mail address"),
        ("technician add|jane@acme.example", "a contact's address already"),
        ("equipment add|prn-2|--customer|Acme Ltd", "has an equipment PRN-2 already"),
    ],
)
def test_what_cannot_be_added_is_refused_in_one_line(
    settled: Shell, command: str, why: str
) -> None:
    group, _, rest = command.partition(" ")
    before = everything(settled)
    assert why in settled.fails(group, *rest.split("|"))
    assert everything(settled) == before


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("customer show|Acme Lt", "no customer Acme Lt (did you mean acme ltd?)"),
        ("customer remove|Nobody", "no customer Nobody"),
        ("contact show|jan@acme.example", "(did you mean jane@acme.example?)"),
        ("contact add|x@y.example|--customer|Acme", "no customer Acme"),
        ("technician set|maria@northwind.exmaple|--name|M", "(did you mean maria@northwind."),
        ("equipment show|PRN-3", "no equipment PRN-3 (did you mean prn-2?)"),
        ("equipment list|--customer|Acme Lt", "no customer Acme Lt"),
    ],
)
def test_what_is_not_there_is_named_with_the_nearest_word(
    settled: Shell, command: str, why: str
) -> None:
    group, _, rest = command.partition(" ")
    assert why in settled.fails(group, *rest.split("|"))


def test_tables_are_aligned_and_empty_ones_print_nothing(shell: Shell) -> None:
    for group in ("customer", "contact", "technician", "equipment"):
        assert shell.must(group, "list") == ""
    shell.settle()
    heading, *rows = shell.must("contact", "list").splitlines()
    column = heading.index("NAME")
    assert [row[column:].split("  ")[0] for row in rows] == ["Jane Roe", "Pat Lee"]
    assert "yes" in shell.must("contact", "show", PAT)


def test_what_was_written_elsewhere_cannot_drive_the_terminal(shell: Shell) -> None:
    shell.must("customer", "add", "Evil\x1b[2J\u202egnp.exe")
    assert "\x1b" not in shell.must("customer", "list")
    assert "\u202e" not in shell.must("customer", "show", "Evil\x1b[2J\u202egnp.exe")
    assert shell.json("customer", "list")[0]["name"] == "Evil\x1b[2J\u202egnp.exe"


def test_an_import_adds_every_row(settled: Shell, tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text("email,customer,primary\ntim@acme.example,Acme Ltd,yes\n")
    result = settled.run("contact", "import", str(file))
    assert (result.code, result.out, result.err) == (0, b"", "imported 1 contacts\n")
    assert settled.json("contact", "show", "tim@acme.example")["primary"] is True


@pytest.mark.parametrize(
    ("group", "text"),
    [
        ("customer", "name,domains\nBeta,beta.example\nAcme Ltd,\nGamma,gmail.com\n"),
        ("contact", "email,customer\nbea@beta.example,Acme Ltd\nno,Acme Ltd\nx@y.example,Nobody\n"),
        ("equipment", "tag,customer\nSRV-1,Acme Ltd\nPRN-2,Acme Ltd\nSRV-2,Nobody\n"),
    ],
)
def test_an_import_with_bad_rows_adds_none_and_names_each(
    settled: Shell, tmp_path: Path, group: str, text: str
) -> None:
    before = everything(settled)
    (tmp_path / "rows.csv").write_text(text)
    why = settled.fails(group, "import", str(tmp_path / "rows.csv"))
    assert why.startswith("nothing was imported; ")
    assert "rows.csv:2:" not in why
    for line in (3, 4):
        assert f"rows.csv:{line}: " in why
    assert everything(settled) == before


def everything(shell: Shell) -> list[Any]:
    groups = ("customer", "contact", "technician", "equipment")
    return [shell.json(group, "list") for group in groups]
