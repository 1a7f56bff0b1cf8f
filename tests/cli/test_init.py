"""`workorder init`."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from cli.shell import Shell, process, workorder
from workorder import shipped
from workorder.store.engine import SchemaState, open_engine, schema_state


def tree(folder: Path) -> Iterator[Path]:
    yield folder
    yield from sorted(folder.rglob("*"))


def test_a_new_site_works_at_once_with_nothing_edited(tmp_path: Path) -> None:
    made = process("init", "site", cwd=tmp_path)
    assert (made.code, made.out) == (0, b"")
    config = tmp_path / "site" / "config.toml"
    added = process("--config", str(config), "customer", "add", "Acme Ltd", cwd=Path("/"))
    assert added.code == 0, added.err
    listed = process("--config", str(config), "customer", "list", "--json", cwd=Path("/"))
    assert listed.json == [{"name": "Acme Ltd", "domains": [], "language": None}]


def test_it_writes_config_rules_templates_and_data(shell: Shell) -> None:
    rules = {file.name for file in shipped.rules_folder().iterdir()}
    assert {file.name for file in (shell.home / "rules").iterdir()} == rules
    assert list((shell.home / "templates").iterdir()) == []
    assert {file.name for file in shell.home.iterdir()} == {
        *("config.toml", "rules", "templates", "var", "imap.password", "smtp.password")
    }
    assert shell.config.storage.files.is_dir()
    engine = open_engine(shell.config.storage.database)
    assert schema_state(engine) is SchemaState.CURRENT
    engine.dispose()


def test_the_config_is_the_example_with_the_passwords_beside_it(shell: Shell) -> None:
    example = shipped.example_config().read_text().splitlines()
    written = shell.config_file.read_text().splitlines()
    changed = [pair for pair in zip(example, written, strict=True) if pair[0] != pair[1]]
    assert len(changed) == 2
    assert all(new.startswith("password_file = ") for _, new in changed)
    assert {new.split('"')[1] for _, new in changed} == {"imap.password", "smtp.password"}
    assert [old.index(" #") for old, _ in changed] == [new.index(" #") for _, new in changed]


def test_nobody_else_can_read_what_it_writes(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert workorder("init", str(tmp_path / "new" / "site")).code == 0
    finally:
        os.umask(before)
    for path in tree(tmp_path / "new"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_the_secret_is_new_for_each_site(shell: Shell, tmp_path: Path) -> None:
    secret = shell.config.site.secret_file.read_text().strip()
    assert len(bytes.fromhex(secret)) == 32
    assert workorder("init", str(tmp_path / "other")).code == 0
    assert (tmp_path / "other" / "var" / "secret").read_text().strip() != secret


def test_the_next_steps_are_told_on_stderr_in_commands_that_can_be_copied(tmp_path: Path) -> None:
    folder = tmp_path / "our site"
    told = workorder("init", str(folder)).err
    assert f"workorder --config '{folder}/config.toml' check" in told
    for name in ("config.toml", "imap.password", "smtp.password"):
        assert str(folder / name) in told


def test_a_site_is_never_made_twice(shell: Shell) -> None:
    before = {path: path.stat().st_mtime_ns for path in tree(shell.home)}
    result = workorder("init", str(shell.home))
    assert result.code == 1
    assert (
        result.err
        == f"workorder: {shell.config_file} is there already: this site was made before\n"
    )
    assert {path: path.stat().st_mtime_ns for path in tree(shell.home)} == before


@pytest.mark.parametrize("taken", ["var", "rules", "imap.password"])
def test_what_an_earlier_site_left_is_not_written_over(tmp_path: Path, taken: str) -> None:
    folder = tmp_path / "site"
    place = folder / taken if "." in taken else folder / taken / "workorder.db"
    place.parent.mkdir(parents=True)
    place.write_text("years of work")
    result = workorder("init", str(folder))
    assert result.code == 1
    assert result.err == f"workorder: {folder} holds {taken} already: choose another folder\n"
    assert place.read_text() == "years of work"
    assert [path.name for path in folder.iterdir()] == [taken]


def test_empty_folders_and_other_peoples_files_are_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "README").write_text("ours")
    assert workorder("init", str(tmp_path)).code == 0
    assert (tmp_path / "README").read_text() == "ours"
    assert Shell(tmp_path).json("customer", "list") == []


def test_a_folder_that_cannot_be_made_is_told_in_one_line_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")
    result = workorder("init", str(tmp_path / "file" / "site"))
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "Not a directory" in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://host/name", 2),
        ("postgresql+psycopg://nobody@127.0.0.1:1/none", 1),
        ("it's none", 1),
    ],
)
def test_a_database_that_cannot_be_used_leaves_nothing_behind(
    tmp_path: Path, url: str, code: int
) -> None:
    result = workorder("init", str(tmp_path / "new" / "site"), "--database", url)
    assert (result.code, result.err.count("\n")) == (code, 1)
    assert ".init-" not in result.err
    assert list(tmp_path.iterdir()) == []


def test_another_database_file_can_be_named(tmp_path: Path) -> None:
    place = "sqlite:///var/other.db"
    assert workorder("init", str(tmp_path / "site"), "--database", place).code == 0
    shell = Shell(tmp_path / "site")
    assert shell.config.storage.database.endswith("/site/var/other.db")
    assert shell.json("list") == []


def test_a_server_database_gets_its_tables_and_is_kept_by_the_next_site(
    tmp_path: Path, postgresql_engine: Engine
) -> None:
    url = postgresql_engine.url.render_as_string()
    for name in ("one", "two"):
        made = workorder("init", str(tmp_path / name), "--database", url)
        assert made.code == 0, made.err
        assert ("they are left as they are" in made.err) is (name == "two")
    Shell(tmp_path / "one").must("customer", "add", "Acme Ltd")
    two = Shell(tmp_path / "two")
    assert [row["name"] for row in two.json("customer", "list")] == ["Acme Ltd"]
    assert "ok   database: postgresql+psycopg://workorder" in two.run("check").text
