"""What all commands have in common: help, exit codes, configuration, the database's state."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cli.shell import DAEMON, Shell, process, workorder

COMMANDS = [
    *("init", "check", "run", "demo", "list", "show", "pdf", "open"),
    *("do", "rules"),
    *("customer", "contact", "equipment", "technician"),
    *("hours", "statement", "report"),
    *("tags", "templates", "mail", "outbox", "reconcile"),
]
HEAVY = {"sqlalchemy", "alembic", "pydantic", "imapclient", "jinja2", "xhtml2pdf", "structlog"}


def test_help_imports_nothing_that_takes_time() -> None:
    program = (
        "import sys\n"
        "from workorder.cli.main import main\n"
        "try:\n"
        "    main(['--help'])\n"
        "finally:\n"
        "    print('LOADED', *{name.partition('.')[0] for name in sys.modules})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(DAEMON)},
        timeout=60,
    )
    help_text, _, loaded = done.stdout.partition("LOADED")
    assert "click" in loaded.split()
    assert HEAVY.isdisjoint(loaded.split())
    listed = [line.split()[0] for line in help_text.split("Commands:\n")[1].splitlines()]
    assert listed == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = workorder(command, "--help")
    assert (result.code, result.err) == (0, "")
    assert result.text.startswith("Usage: ")


@pytest.mark.parametrize(
    "wrong", [["frobnicate"], ["list", "--frob"], ["show"], ["show", "printer"], ["show", "1" * 30]]
)
def test_wrong_usage_ends_with_2_and_a_word_on_stderr(shell: Shell, wrong: list[str]) -> None:
    result = shell.run(*wrong)
    assert (result.code, result.out) == (2, b"")
    assert "Usage: " in result.err


def test_every_problem_of_a_wrong_configuration_is_a_line_on_stderr(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        "[site]\n"
        'name = "Northwind"\n'
        'suport_address = "support@northwind.example"\n'
        'admin_address = "admin"\n'
        "[numbers]\n"
        'first = "many"\n'
        "[smtp]\n"
        'host = "127.0.0.1"\n'
    )
    result = process("--config", "config.toml", "list", "--json", cwd=tmp_path)
    assert (result.code, result.out) == (2, b"")
    lines = result.err.splitlines()
    assert all(line.startswith("config.toml:") for line in lines)
    for place in (":3: site.suport_address", ":4: site.admin_address", ":6: numbers.first"):
        assert sum(place in line for line in lines) == 1
    assert any("mailboxes" in line for line in lines)
    assert any("did you mean" in line and "support_address" in line for line in lines)


def test_without_any_configuration_one_line_says_where_it_was_looked_for(tmp_path: Path) -> None:
    result = process("list", cwd=tmp_path)
    assert (result.code, result.out, result.err.count("\n")) == (2, b"", 1)
    assert "--config" in result.err
    assert "WORKORDER_CONFIG" in result.err


def test_the_configuration_is_found_by_option_then_environment_then_folder(
    settled: Shell, tmp_path: Path
) -> None:
    told = str(settled.config_file)
    customers = ("customer", "list", "--json")
    here = process(*customers, cwd=settled.home)
    by_environment = process(*customers, cwd=tmp_path, WORKORDER_CONFIG=told)
    by_option = process("--config", told, *customers, cwd=tmp_path, WORKORDER_CONFIG="/nowhere")
    assert here.json == by_environment.json == by_option.json
    assert len(here.json) == 1


def test_a_missing_database_is_told_and_none_is_made_in_its_place(shell: Shell) -> None:
    file = shell.home / "var" / "workorder.db"
    file.unlink()
    assert shell.fails("list") == f"database: {file} does not exist"
    assert not file.exists()


def test_a_database_without_tables_is_told(shell: Shell) -> None:
    (shell.home / "var" / "workorder.db").write_bytes(b"")
    for command in (["list"], ["run", "--once"], ["customer", "add", "Acme Ltd"]):
        assert shell.fails(*command).startswith("database: it has no tables")


def test_a_database_of_a_newer_program_is_left_alone(shell: Shell) -> None:
    with sqlite3.connect(shell.home / "var" / "workorder.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for command in (["list"], ["run", "--once"], ["customer", "add", "Acme Ltd"]):
        assert shell.fails(*command).startswith("database: made by a newer Work Order")


def test_a_file_that_is_no_database_is_told_in_one_line(shell: Shell) -> None:
    (shell.home / "var" / "workorder.db").write_bytes(b"no database at all" * 100)
    assert shell.fails("list") == "database: file is not a database"
