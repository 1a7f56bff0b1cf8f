"""`workorder open`, `list`, `show` and `pdf`."""

from pathlib import Path

import pytest
from pypdf import PdfReader

from cli.shell import Shell

JANE = "jane@acme.example"
MARIA = "maria@northwind.example"


def opened(shell: Shell, title: str = "Monitor flickers", *more: str) -> str:
    return shell.must("open", "--contact", JANE, "--title", title, *more).strip()


def test_an_order_is_opened_listed_and_shown(settled: Shell) -> None:
    text = "It flickers since noon.\n"
    arguments = ("--text", "-", "--equipment", "prn-2", "--as", MARIA)
    out = settled.must("open", "--contact", JANE, "--title", "Monitor", *arguments, stdin=text)
    assert out == "WO-1001\n"
    (brief,) = settled.json("list")
    whole = settled.json("show", "1001")
    assert {"events", "times", "files"}.isdisjoint(brief)
    assert brief.items() <= whole.items()
    assert (whole["status"], whole["opened_by"]) == ("in-progress", "technician")
    assert whole["equipment"] == ["PRN-2"]
    assert whole["customer"] == "Acme Ltd"
    assert whole["contact"] == {"name": "Jane Roe", "email": JANE}
    first = whole["events"][0]
    assert (first["kind"], first["actor"], first["text"]) == ("opened", MARIA, text.strip())
    assert (whole["times"], whole["files"]) == ([], [])
    shown = settled.must("show", "WO-1001")
    for fact in ("WO-1001  Monitor", "Acme Ltd", f"Jane Roe <{JANE}>", "PRN-2", "since noon"):
        assert fact in shown


def test_an_opening_is_told_to_the_customer_and_the_technicians(settled: Shell) -> None:
    opened(settled)
    told = {(row["event"], row["recipient"]) for row in settled.json("outbox", "list")}
    assert told == {("opened", JANE), ("opened", "pat@acme.example"), ("opened", MARIA)}


def test_open_can_answer_with_the_whole_order(settled: Shell) -> None:
    order = settled.json("open", "--contact", JANE, "--title", "Monitor")
    assert order == settled.json("show", str(order["number"]))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--contact", "x@y.example"], "no contact x@y.example; add them: workorder contact add"),
        (["--contact", JANE, "--equipment", "SRV-9"], "has no equipment SRV-9"),
        (["--contact", JANE, "--as", "tom@northwind.example"], "no technician tom@northwind."),
    ],
)
def test_an_opening_with_something_unknown_opens_nothing(
    settled: Shell, arguments: list[str], why: str
) -> None:
    assert why in settled.fails("open", "--title", "Monitor", *arguments)
    assert settled.json("list") == []
    assert settled.json("outbox", "list") == []


def test_orders_are_listed_newest_first_and_by_what_is_asked(settled: Shell) -> None:
    for title in ("Monitor flickers", "Printer jams", "VPN is slow"):
        opened(settled, title)
    numbers = [row["number"] for row in settled.json("list")]
    assert numbers == [1003, 1002, 1001]

    def found(*arguments: str) -> list[int]:
        return [row["number"] for row in settled.json("list", *arguments)]

    assert found("--text", "PRINTER") == [1002]
    assert found("--text", "printer nothing") == []
    assert found("--customer", "acme ltd") == numbers
    assert found("--status", "in-progress") == numbers
    assert found("--status", "finished") == []
    assert found("--technician", MARIA) == []
    assert "no customer Acme Lt" in settled.fails("list", "--customer", "Acme Lt")
    assert settled.run("list", "--status", "lost").code == 2
    assert [row.split()[0] for row in settled.must("list").splitlines()] == [
        *("NUMBER", "WO-1003", "WO-1002", "WO-1001"),
    ]


def test_the_pdf_of_an_order_is_written_in_its_contacts_language(
    settled: Shell, tmp_path: Path
) -> None:
    opened(settled, "Monitor flickers", "--equipment", "PRN-2")
    file = tmp_path / "order.pdf"

    def page() -> str:
        result = settled.run("pdf", "1001", str(file))
        assert (result.code, result.out, result.err) == (0, b"", f"wrote {file}\n")
        return "".join(page.extract_text() for page in PdfReader(file).pages)

    english = page()
    for fact in ("WO-1001", "Monitor flickers", "Jane Roe", JANE, "PRN-2"):
        assert fact in english
    settled.must("customer", "set", "Acme Ltd", "--language", "es")
    spanish = page()
    assert "Orden de trabajo" in spanish
    settled.must("contact", "set", JANE, "--language", "en")
    assert "Orden de trabajo" not in page()


def test_orders_that_are_not_there_are_told(settled: Shell, tmp_path: Path) -> None:
    assert settled.fails("show", "7") == "no work order WO-7"
    assert settled.fails("pdf", "7", str(tmp_path / "x.pdf")) == "no work order WO-7"
    opened(settled)
    assert "cannot write" in settled.fails("pdf", "1001", str(tmp_path / "none" / "x.pdf"))
