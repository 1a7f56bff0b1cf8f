"""`workorder tags`: the tags in force, as a list and as a card."""

from pathlib import Path

from pypdf import PdfReader

from cli.shell import Shell
from workorder.core.vocabulary import Tag


def spelled(shell: Shell, text: str) -> None:
    (shell.home / "rules" / "tags.toml").write_text(text, encoding="utf-8")


def test_every_tag_is_listed_with_what_it_does(shell: Shell) -> None:
    heading, *rows = shell.must("tags").splitlines()
    assert heading.split() == ["TAG", "ALSO", "WRITTEN", "WHAT", "IT", "DOES"]
    assert len(rows) == len(Tag)
    assert any(row.startswith("#waiting parts ") for row in rows)
    assert all(len(row.split()) > 2 for row in rows)


def test_the_sites_own_spellings_are_listed_with_the_others(shell: Shell) -> None:
    spelled(shell, '[es]\nfinished = ["terminado"]\n')
    listed = {row["tag"]: row for row in shell.json("tags", "--language", "es")}
    assert listed.keys() == set(Tag)
    assert listed["finished"]["spellings"][0] == "terminado"
    assert "finished" in listed["finished"]["spellings"]
    assert listed["finished"]["help"].startswith("Hecho.")


def test_the_card_is_written_where_asked(shell: Shell, tmp_path: Path) -> None:
    spelled(shell, '[en]\nfinished = ["all done"]\n')
    card = tmp_path / "card.pdf"
    result = shell.run("tags", "--pdf", str(card))
    assert (result.code, result.out) == (0, b"")
    (page,) = PdfReader(card).pages
    assert "#all done" in page.extract_text()
    assert "Northwind IT Services" in page.extract_text()


def test_a_language_that_is_not_there_is_told_in_one_line(shell: Shell) -> None:
    assert shell.fails("tags", "--language", "ep").startswith("no language ep: there are en, es")


def test_wrong_rule_files_are_told_with_file_and_line(shell: Shell) -> None:
    spelled(shell, '[en]\nfinishd = ["done"]\n')
    result = shell.run("tags")
    assert result.code == 2
    assert "tags.toml:2" in result.err
