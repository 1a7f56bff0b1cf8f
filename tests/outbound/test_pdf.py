import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

import workorder
from outbound.letters import HOSTILE, SHIPPED, letter, overriding, things
from workorder.core.model import Status
from workorder.core.notice import EquipmentCard, NoteCard
from workorder.errors import RenderError
from workorder.outbound.pdf import MAX_SERVICE, render_pdf
from workorder.outbound.samples import SAMPLE_ORDER
from workorder.outbound.templates import Templates

TEMPLATES = Templates(SHIPPED, None)


def read(pdf: bytes) -> PdfReader:
    assert pdf.startswith(b"%PDF-")
    return PdfReader(BytesIO(pdf), strict=True)


def pages(**changes: Any) -> list[str]:  # any field of an order
    """The text of each page, white space folded."""
    pdf = read(render_pdf(letter(**changes), TEMPLATES))
    return [" ".join(page.extract_text().split()) for page in pdf.pages]


def one_page(**changes: Any) -> str:  # as above
    (text,) = pages(**changes)
    return text


def test_it_says_what_the_order_is_and_who_asked_for_what() -> None:
    text = one_page(service="The tray is jammed.\nPlease come.\n\nJane")
    for words in (
        "Northwind IT Services",
        "support@northwind.example",
        "https://portal.northwind.example",
        "WO-1042",
        "In Progress",
        "Printer does not print",
        "Contact name Jane Roe",
        "Contact e-mail jane@acme.example",
        "Acme Ltd",
        "Maria Lopez",
        "November 23, 2026",
        "Eastern Standard Time",
        "The tray is jammed. Please come. Jane",
        "PRN-2",
        "VNB3K12345",
        "2nd floor, Sales",
        "Page 1 of 1",
    ):
        assert words in text


def test_it_is_written_in_the_letters_language() -> None:
    pdf = read(render_pdf(letter(language="es"), TEMPLATES))
    text = pdf.pages[0].extract_text()
    assert "Orden de trabajo" in text
    assert "hora estándar oriental" in text
    assert str(pdf.root_object["/Lang"]) == "es"


def test_it_names_itself_and_its_author() -> None:
    about = read(render_pdf(letter(), TEMPLATES)).metadata
    assert about is not None
    assert about.title == "WO-1042: Printer does not print"
    assert about.author == "Northwind IT Services"


def test_it_carries_its_fonts() -> None:
    fonts = embedded(render_pdf(letter(), TEMPLATES))
    assert fonts == {"DejaVuSans", "DejaVuSans-Bold"}


def embedded(pdf: bytes) -> set[str]:
    """Names of the embedded fonts, without the mark of a subset."""
    found = re.findall(rb"/FontFile2 \d+ 0 R.*?/FontName /[A-Z]{6}\+([\w-]+)", pdf, re.DOTALL)
    return {name.decode() for name in found}


def paper(templates: Templates) -> list[int]:
    page = read(render_pdf(letter(), templates)).pages[0]
    return [round(float(side)) for side in page.mediabox]


def test_the_paper_is_one_setting(tmp_path: Path) -> None:
    css = (SHIPPED / "pdf" / "page.css").read_text(encoding="utf-8")
    letter_sized = css.replace("a4 portrait;", "letter portrait;")
    own = overriding(tmp_path, "pdf/page.css", letter_sized)
    assert paper(TEMPLATES) == [0, 0, 595, 842]
    assert paper(Templates(SHIPPED, own)) == [0, 0, 612, 792]


def test_an_unsorted_order_shows_no_empty_lines() -> None:
    text = one_page(customer="", technician="", contact_name="", equipment=(), service="")
    for label in ("Customer", "Technician", "Contact name", "Equipment", "Serial"):
        assert label not in text
    assert "(no text)" in text


def test_a_closed_order_says_when() -> None:
    closed = letter().order
    assert closed is not None
    text = one_page(status=Status.FINISHED, closed_at=closed.opened_at)
    assert "Finished" in text
    assert "Closed November 23, 2026" in text


def note(number: int, text: str, status: Status | None = None) -> NoteCard:
    at = SAMPLE_ORDER.opened_at + timedelta(hours=number)
    return NoteCard(at=at, actor="Maria Lopez", text=text, status=status)


def test_what_was_done_stands_there_line_by_line_with_when_and_who() -> None:
    notes = (
        note(1, "A new drum is ordered.\n\nMaria", Status.WAITING_PARTS),
        replace(note(26, "Thank you."), actor="Jane Roe", by_customer=True),
        note(50, "", Status.FINISHED),
    )
    text = one_page(status=Status.FINISHED, notes=notes)
    assert "What was done" in text
    assert (
        "Nov 23, 2026, 10:05 AM · Maria Lopez · Waiting Parts A new drum is ordered. Maria "
        "Nov 24, 2026, 11:05 AM · Jane Roe Thank you. "
        "Nov 25, 2026, 11:05 AM · Maria Lopez · Finished"
    ) in text


def test_a_work_order_of_which_nothing_was_written_has_no_such_heading() -> None:
    assert "What was done" not in one_page()


def test_a_long_note_runs_over_pages() -> None:
    lines = "\n".join(f"Line {n} of the report." for n in range(300))
    texts = pages(notes=(note(1, lines), note(2, "The end.")))
    assert len(texts) > 3
    shown = re.findall(r"Line (\d+) of the report", " ".join(texts))
    assert shown == [str(n) for n in range(300)]
    assert texts[-1].find("The end.") > 0


@pytest.mark.parametrize(
    "notes",
    [
        tuple(note(n, f"Step {n} is done.") for n in range(600)),
        tuple(note(n, f"Step {n} is done. " + "More of it. " * 200) for n in range(60)),
    ],
)
def test_of_too_many_notes_the_last_are_shown_and_that_some_are_missing(
    notes: tuple[NoteCard, ...],
) -> None:
    text = " ".join(pages(notes=notes))
    assert "the earliest is left out" in text
    assert "Step 0 is done" not in text
    assert f"Step {len(notes) - 1} is done" in text


@pytest.mark.parametrize("text", HOSTILE[:10])
def test_no_note_keeps_a_pdf_from_being_made(text: str) -> None:
    own = replace(note(1, text), actor=text[:200])
    assert render_pdf(letter(notes=(own, note(2, "end"))), TEMPLATES).startswith(b"%PDF-")


def test_sixty_pieces_of_equipment_run_over_pages_with_their_heading() -> None:
    texts = pages(equipment=things(60))
    count = len(texts)
    assert count > 1
    for number, text in enumerate(texts, 1):
        assert f"WO-1042 · Page {number} of {count}" in text
        assert "Serial number" in text
    tags = re.findall(r"PC-\d{3}", " ".join(texts))
    assert tags == [f"PC-{n:03}" for n in range(1, 61)]


def test_the_equipment_begins_on_the_first_page_where_there_is_room() -> None:
    assert "PC-001" in pages(equipment=things(60))[0]


def test_a_text_of_many_pages_is_cut_and_says_so() -> None:
    lines = [f"Line {n} of a log that somebody pasted." for n in range(4000)]
    texts = pages(service="\n".join(lines))
    shown = len("\n".join(lines)[:MAX_SERVICE].splitlines())
    assert f"Line {shown - 10} of" in " ".join(texts)
    assert f"Line {shown + 10} of" not in " ".join(texts)
    assert "only its beginning is shown here" in texts[-1]


def test_words_without_an_end_stay_on_the_paper() -> None:
    pdf = read(
        render_pdf(
            letter(
                title="T" * 200,
                contact_name="N" * 300,
                customer="C" * 900,
                service="x" * 5000,
                equipment=(
                    EquipmentCard(tag="T" * 90, name="N" * 900, serial="S" * 90, location="L" * 90),
                ),
            ),
            TEMPLATES,
        )
    )
    longest = 0
    letters = 0
    for page in pdf.pages:
        for line in page.extract_text().splitlines():
            same = max((len(m.group()) for m in re.finditer(r"(.)\1*", line)), default=0)
            longest = max(longest, same)
            letters += line.count("x")
    assert letters >= 5000
    assert longest < 120


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_keeps_a_pdf_from_being_made(text: str) -> None:
    pdf = read(
        render_pdf(
            letter(
                title=text[:200],
                contact_name=text[:100],
                technician=text[:100],
                customer=text[:100],
                service=text,
                equipment=(
                    EquipmentCard(
                        tag=text[:30], name=text[:100], serial=text[:50], location=text[:50]
                    ),
                ),
            ),
            TEMPLATES,
        )
    )
    assert "WO-1042" in pdf.pages[0].extract_text()
    assert "Page 1 of " in pdf.pages[0].extract_text()


@pytest.mark.parametrize("text", HOSTILE[:7])
def test_markup_in_a_text_is_shown_as_it_was_written(text: str) -> None:
    shown = one_page(service=text, equipment=())
    assert "".join(text.split()) in "".join(shown.split())


def test_only_web_and_mail_addresses_are_links() -> None:
    service = (
        "See https://acme.example/a or mail jane@acme.example, javascript:alert(1) file:///etc"
    )
    pdf = read(render_pdf(letter(service=service), TEMPLATES))
    targets = {str(note.get_object()["/A"]["/URI"]) for note in pdf.pages[0].get("/Annots", [])}
    assert targets == {"https://acme.example/a", "mailto:jane@acme.example"}


def test_text_of_many_scripts_can_be_read_and_copied() -> None:
    text = one_page(
        title="Ünïcode “Straße”",
        service=(
            "Принтер не печатает.\n\nο εκτυπωτής δεν τυπώνει.\n\nשלום\n\n"  # Hebrew
            "您好。打印机无法打印。\n\nプリンターが動かない。\n\n프린터가 안 됩니다."
        ),
    )
    for words in (
        "Ünïcode “Straße”",
        "Принтер не печатает.",
        "ο εκτυπωτής δεν τυπώνει.",  # Greek
        "您好。打印机无法打印。",
        "プリンターが動かない。",
        "프린터가 안 됩니다.",
    ):
        assert words in text
    assert any(word in text for word in ("שלום", "םולש"))


def test_arabic_letters_are_joined() -> None:
    text = one_page(service="مرحبا")
    joined = re.findall(r"[\ufe70-\ufefc]", text)
    assert len(joined) == 5


def test_a_text_from_right_to_left_begins_at_the_right_edge() -> None:
    def left_edge(service: str) -> float:
        edges: list[float] = []

        def note(text: str, _cm: object, tm: list[float], _font: object, _size: object) -> None:
            if "Z" in text:
                edges.append(tm[4])

        pdf = read(render_pdf(letter(service=service), TEMPLATES))
        pdf.pages[0].extract_text(visitor_text=note)
        return edges[0]

    assert left_edge("Z hello") < 100
    assert left_edge("שלום Z") > 400


def test_emoji_are_named() -> None:
    assert "It smokes [fire] [flag DE] help" in one_page(service="It smokes 🔥 🇩🇪 help")


def test_without_an_order_there_is_no_pdf() -> None:
    with pytest.raises(RenderError, match="without a work order"):
        render_pdf(replace(letter(), order=None), TEMPLATES)


def test_a_wrong_page_is_a_render_error_with_file_and_line(tmp_path: Path) -> None:
    overriding(tmp_path, "pdf/work-order.html", "<p>\n{{ order.colour }}</p>")
    with pytest.raises(RenderError, match=r"work-order\.html:2: .*colour"):
        render_pdf(letter(), Templates(SHIPPED, tmp_path))


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<div>" * 400 + "deep", "RenderLimitError"),
        ("<p>" + "x" * 11_000_000 + "</p>", "RenderLimitError"),
    ],
)
def test_a_page_that_cannot_be_laid_out_is_a_render_error(
    page: str, reason: str, tmp_path: Path
) -> None:
    templates = Templates(SHIPPED, overriding(tmp_path, "pdf/work-order.html", page))
    with pytest.raises(RenderError, match=rf"^WO-1042: {reason}: ") as caught:
        render_pdf(letter(), templates)
    assert "\n" not in str(caught.value)
    assert render_pdf(letter(), TEMPLATES).startswith(b"%PDF-")


def test_a_page_without_any_style_is_printed(tmp_path: Path) -> None:
    templates = Templates(SHIPPED, overriding(tmp_path, "pdf/work-order.html", "<p>Hello</p>"))
    assert "Hello" in read(render_pdf(letter(), templates)).pages[0].extract_text()


def test_a_site_may_put_its_own_picture_on_the_page(tmp_path: Path) -> None:
    from PIL import Image  # noqa: PLC0415 # for this test alone

    page = '<p>Hello</p><img src="logo.png">'
    templates = Templates(SHIPPED, overriding(tmp_path, "pdf/work-order.html", page))
    Image.new("RGB", (40, 20), "navy").save(tmp_path / "pdf" / "logo.png")
    assert len(read(render_pdf(letter(), templates)).pages[0].images) == 1


_AUDITED = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
from outbound.letters import HOSTILE, letter, SHIPPED
from workorder.outbound.pdf import render_pdf
from workorder.outbound.templates import Templates

own = Path(sys.argv[1]) if len(sys.argv) > 1 else None
templates = Templates(SHIPPED, own)
render_pdf(letter(), templates)
seen = []
watching = True

def watch(event, arguments):
    if watching and (event == "open" or event.partition(".")[0] in ("socket", "subprocess", "os")):
        if event.partition(".")[0] != "os" or event in ("os.system", "os.exec", "os.posix_spawn"):
            seen.append((event, str(arguments[0])))

sys.addaudithook(watch)
for text in HOSTILE:
    render_pdf(letter(title=text[:200], customer=text[:200], service=text), templates)
watching = False
print(seen)
"""


def audited(*own: Path) -> str:
    """What the process opened, called or started while it rendered hostile letters."""
    paths = [str(Path(workorder.__file__).parents[1]), str(Path(__file__).parents[1])]
    program = _AUDITED.format(paths=paths)
    done = subprocess.run(  # our own interpreter
        [sys.executable, "-c", program, *map(str, own)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_hostile_texts_make_it_open_nothing_and_call_nobody() -> None:
    assert audited() == "[]"


def test_not_even_a_template_can_reach_outside_its_folders(tmp_path: Path) -> None:
    page = (
        '<style>@import "/etc/passwd"; @font-face { font-family: x; src: url(/etc/passwd) }'
        " body { background-image: url(http://127.0.0.1:9/x.png) }</style>"
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">'
        '<img src="/etc/passwd"><img src="../../../../../../etc/passwd">'
        '<img src="http://127.0.0.1:9/y.png"><img src="file:///etc/passwd">'
        '<pdf:insertpdf src="/etc/passwd"></pdf:insertpdf><p>Hello</p>'
    )
    opened = audited(overriding(tmp_path, "pdf/work-order.html", page))
    assert "passwd" not in opened
    assert "socket" not in opened
