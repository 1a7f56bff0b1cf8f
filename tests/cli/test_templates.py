"""`workorder templates`: previews and copies."""

import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from cli.shell import Shell
from workorder import shipped
from workorder.core.notice import NoticeKind


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_notice_is_shown_as_a_mail_with_headers_and_text(shell: Shell, kind: str) -> None:
    head, _, body = shell.must("templates", "preview", kind).partition("\n\n")
    names = [line.partition(":")[0] for line in head.splitlines()]
    assert names == ["From", "To", "Subject"]
    assert "Northwind IT Services" in body


def test_a_preview_is_of_this_site_and_its_own_templates(shell: Shell) -> None:
    shell.edit("Northwind IT Services", "Sud Informatique")
    own = shell.home / "templates" / "mail" / "opened" / "subject.txt"
    own.parent.mkdir(parents=True)
    own.write_text("[{{ order.label }}] we are on it")
    shown = shell.must("templates", "preview", "opened")
    assert shown.startswith("From: Sud Informatique <support@northwind.example>\n")
    assert "Subject: [WO-1042] we are on it\n" in shown
    assert shown.rstrip().endswith("Sud Informatique\nsupport@northwind.example")


def test_pdf_and_html_are_written_where_asked(shell: Shell, tmp_path: Path) -> None:
    pdf, html = tmp_path / "a.pdf", tmp_path / "a.html"
    text = shell.must("templates", "preview", "opened", "--pdf", str(pdf), "--html", str(html))
    page = "".join(page.extract_text() for page in PdfReader(pdf).pages)
    for fact in ("WO-1042", "Jane Roe", "jane@acme.example", "PRN-2"):
        assert fact in page
    assert "<html" in html.read_text()
    assert "WO-1042.pdf" in text


def test_a_statement_is_printed_and_its_page_can_be_seen(shell: Shell, tmp_path: Path) -> None:
    pdf = tmp_path / "statement.pdf"
    text = shell.must("templates", "preview", "statement", "--pdf", str(pdf))
    assert "Subject: Acme Ltd: your hours in November 2026\n" in text
    page = "".join(page.extract_text() for page in PdfReader(pdf).pages)
    assert "Statement of hours" in page
    assert "Twelve months" in shell.must("templates", "preview", "pdf/statement.html")


def test_language_and_reader_can_be_chosen(shell: Shell) -> None:
    english = shell.must("templates", "preview", "opened")
    spanish = shell.must("templates", "preview", "opened", "--language", "es")
    technician = shell.must("templates", "preview", "opened", "--for", "technician")
    assert "Servicio solicitado" not in english
    assert "orden de trabajo" in spanish
    assert "To: Maria Lopez <maria@northwind.example>" in technician


def test_one_template_is_shown_as_it_renders(shell: Shell) -> None:
    assert shell.must("templates", "preview", "mail/opened/subject.txt") == (
        "[WO-1042] Printer does not print\n"
    )
    assert "<table" in shell.must("templates", "preview", "mail/reply/body.html")
    assert "PRN-2" in shell.must("templates", "preview", "pdf/work-order.html")


def own_notice(shell: Shell, folder: str) -> None:
    """A notice of the site's own."""
    place = shell.home / "templates" / "mail" / folder
    place.mkdir(parents=True)
    (place / "subject.txt").write_text("[{{ order.label }}] {{ order.title }}")
    for part in ("body.txt", "body.html"):
        (place / part).write_text("Hooray, {{ order.status | status }}!")


def test_a_notice_is_shown_with_the_folder_and_the_pdf_that_the_site_chose(shell: Shell) -> None:
    own_notice(shell, "hooray")
    (shell.home / "rules" / "notices.toml").write_text('[finished]\ntemplate = "hooray"\n')
    assert shell.must("templates", "preview", "finished").endswith("\nHooray, Finished!\n")
    assert shell.must("templates", "preview", "hooray").endswith("\nHooray, Finished!\n")
    assert shell.must("templates", "preview", "mail/hooray/body.txt") == "Hooray, Finished!\n"
    assert shell.must("templates", "preview", "cancelled").count("cancelled") > 0


def test_a_notice_that_nobody_uses_yet_is_shown_with_an_opening(shell: Shell) -> None:
    own_notice(shell, "hooray")
    assert shell.must("templates", "preview", "hooray").endswith("\nHooray, In Progress!\n")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["opend"], "no notice or template opend (did you mean opened?)"),
        (["mail/opened/body.htm"], "(did you mean mail/opened/body.html?)"),
        (["mail/nothing/body.html"], "no notice or template mail/nothing/body.html"),
        (["mail/layout.html"], "mail/layout.html is a part of others: preview one of opened"),
        (["pdf/tag-card.html"], "is no notice's: see it with workorder tags --pdf FILE"),
        (["note", "--for", "customer"], "is not for the customer: it is for the technician"),
        (["opened", "--language", "ep"], "no language ep: there are en, es"),
        (["trouble", "--for", "customer"], "not for the customer: it is for the admin"),
        (["trouble", "--pdf", "{tmp}/x.pdf"], "a notice trouble without a work order has no PDF"),
        (["opened", "--pdf", "{tmp}/none/x.pdf"], "x.pdf: No such file or directory"),
    ],
)
def test_what_cannot_be_shown_is_told_in_one_line(
    shell: Shell, tmp_path: Path, arguments: list[str], why: str
) -> None:
    told = [argument.format(tmp=tmp_path) for argument in arguments]
    result = shell.run("templates", "preview", *told)
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert why in result.err


def test_a_fault_in_an_override_is_told_with_file_and_line(shell: Shell) -> None:
    own = shell.home / "templates" / "mail" / "opened" / "body.txt"
    own.parent.mkdir(parents=True)
    own.write_text("Hello\n{{ order.nubmer }}\n")
    assert f"{own}:2: " in shell.fails("templates", "preview", "opened")


def test_a_notice_is_copied_whole_and_a_template_by_itself(shell: Shell) -> None:
    ours = shell.home / "templates"
    result = shell.run("templates", "copy", "opened")
    assert (result.code, result.out) == (0, b"")
    copied = sorted(path.relative_to(ours).as_posix() for path in ours.rglob("*.*"))
    assert copied == [
        *("mail/opened/body.html", "mail/opened/body.txt", "mail/opened/subject.txt"),
    ]
    shell.must("templates", "copy", "pdf/work-order.css")
    for name in (*copied, "pdf/work-order.css"):
        assert (ours / name).read_bytes() == (shipped.templates_folder() / name).read_bytes()
        assert str(ours / name) in result.err or name == "pdf/work-order.css"
    overridden = {row["name"] for row in shell.json("templates", "list") if row["overridden"]}
    assert overridden == {*copied, "pdf/work-order.css"}
    assert re.search(r"(?m)^mail/opened/body.txt +yours$", shell.must("templates", "list"))


def test_a_copy_never_overwrites_and_then_copies_nothing(shell: Shell) -> None:
    mine = shell.home / "templates" / "mail" / "opened" / "body.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("hours of work")
    assert (
        shell.fails("templates", "copy", "opened") == f"{mine}: there already, and not overwritten"
    )
    assert [path.name for path in mine.parent.iterdir()] == ["body.txt"]
    assert mine.read_text() == "hours of work"


def test_what_is_not_shipped_cannot_be_copied(shell: Shell) -> None:
    assert shell.fails("templates", "copy", "closed").startswith("no notice or template closed")
    assert "no notice" in shell.fails("templates", "copy", "../config.example.toml")
