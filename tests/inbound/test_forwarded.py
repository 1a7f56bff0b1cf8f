# Words in all the scripts that clients write them in, some of which look like Latin letters.
import pytest

from inbound.forward_mails import (
    FORWARD_HEADS,
    ISSUE,
    JANE,
    NEWS,
    SIGNATURE,
    attached,
    customers_mail,
    emails,
    found,
    gmail,
    html,
    mail,
    outlook,
    quoted,
)
from workorder.inbound.forwarded import forwarded
from workorder.inbound.parse import parse

# Apple Mail: above its quote marks, the words that lead to it
APPLE = [
    ("en", "Begin forwarded message:", "From: |Subject: |Date: |To: "),
    ("de", "Anfang der weitergeleiteten Nachricht:", "Von: |Betreff: |Datum: |An: "),
    ("fr", "Début du message transféré :", "De: |Objet: |Date: |À: "),
    ("es", "Inicio del mensaje reenviado:", "De: |Asunto: |Fecha: |Para: "),
    ("ro", "Începe mesajul redirecționat:", "Expeditorul: |Subiectul: |Dată: |Destinatarul: "),
    ("uk", "Початок листа, що пересилається:", "Від кого: |Тема: |Дата: |Кому: "),
]


@pytest.mark.parametrize(("client", "head"), FORWARD_HEADS)
def test_each_clients_forward_names_its_author(client: str, head: str) -> None:
    forward = found(mail(f"#for\nShe rang twice.\n\n{SIGNATURE}\n\n{head}\n{NEWS}\n"))
    assert forward.author is not None
    name = "Roe, Jane" if "turned round" in client else "Jane Roe"
    assert (forward.author.name, forward.author.email) == (name, "jane@acme.example")
    assert forward.authors == (forward.author,)
    assert forward.subject == "Printer"
    assert forward.own_text == "#for\nShe rang twice."
    assert forward.text == ISSUE
    assert not forward.attached


@pytest.mark.parametrize(("lead", "labels"), [apple[1:] for apple in APPLE])
def test_apples_quote_marks_are_taken_off(lead: str, labels: str) -> None:
    values = (JANE, "Printer", "2 February 2016 at 10:12:00 CET", "maria@northwind.example")
    head = "\n".join(map("".join, zip(labels.split("|"), values, strict=True)))
    forward = found(mail(f"#for\n\n{lead}\n\n{quoted(head, NEWS)}"))
    assert [author.email for author in forward.authors] == ["jane@acme.example"]
    assert (forward.subject, forward.own_text, forward.text) == ("Printer", "#for", ISSUE)


def test_a_lead_that_is_quoted_too_is_read() -> None:
    head = f"Begin forwarded message:\n\nFrom: {JANE}\nSubject: Printer\nTo: Maria"
    forward = found(mail(f"#for\n\n{quoted(head, ISSUE)}\nSent from my iPhone\n"))
    assert forward.author is not None
    assert (forward.own_text, forward.text) == ("#for", ISSUE)


def test_words_below_a_quoted_forward_are_the_forwarders() -> None:
    head = f"From: {JANE}\nSubject: Printer\nDate: 2 February 2016\nTo: Maria"
    above = f"#for\n\nBegin forwarded message:\n\n{quoted(head, ISSUE)}"
    forward = found(mail(f"{above}\nShe waits at reception.\n\n{SIGNATURE}\n"))
    assert forward.own_text == "#for\n\nShe waits at reception."
    assert forward.text == ISSUE


def test_a_line_that_lost_its_quote_mark_stays_in_the_mail() -> None:
    lines = f"> From: {JANE}\n> Subject: Printer\n>\n> It prints\nonly blanks\n> since Monday."
    forward = found(mail(f"#for\n\nForwarded message:\n\n{lines}\n"))
    assert forward.text == "It prints\nonly blanks\nsince Monday."


def test_a_mail_quoted_below_unquoted_headers_loses_its_marks() -> None:
    head, _, body = gmail(JANE).partition("\n\n")
    forward = found(mail(f"#for\n\n{head}\n\n{quoted(body)}"))
    assert forward.text == ISSUE


def test_an_original_that_answers_below_its_quote_keeps_its_answer() -> None:
    answer = "On Tue, Feb 2, 2016 at 9:00 AM Maria <m@northwind.example> wrote:\n> When?\n\nAt ten."
    forward = found(mail(f"#for\n\n{gmail(JANE, subject='Re: Printer', text=answer)}"))
    assert "At ten." in forward.text
    assert next(author.email for author in forward.authors) == "jane@acme.example"


def test_what_a_program_puts_behind_a_forward_is_not_the_originals() -> None:
    text = gmail(JANE).replace("---------- Forwarded message ---------", "")
    begin = "----- Forwarded message from Jane Roe <jane@acme.example> -----\n"
    text = f"#for\n\n{begin}{text}\n----- End forwarded message -----\n\n{SIGNATURE}\n"
    forward = found(mail(text, subject="[jane@acme.example: Printer]"))
    assert (forward.own_text, forward.text) == ("#for", ISSUE)


def test_a_form_without_header_lines_is_read_from_its_attribution() -> None:
    yandex = '-------- Пересылаемое сообщение --------\n02.02.2016, 10:12, "J R" <j@acme.example>:'
    mac = 'On 02/02/2016 10:12, "Jane Roe" <j@acme.example> wrote:'
    indented = "\n".join(f"    {line}".rstrip() for line in ISSUE.split("\n"))
    for lead in (yandex, mac):
        forward = found(mail(f"#for\n\n{lead}\n\n{indented}\n", subject="FW: Printer"))
        assert [author.email for author in forward.authors] == ["j@acme.example"]
        assert (forward.own_text, forward.text) == ("#for", ISSUE)


def test_headers_that_are_a_table_in_html_are_read() -> None:
    rows = [("Subject", "Printer"), ("Date", "Tue, 2 Feb 2016 10:12:00 +0100")]
    link = '<a href="mailto:jane@acme.example">&lt;jane@acme.example&gt;</a>'
    rows += [("From", f"Jane Roe {link}"), ("To", "Maria")]
    cells = "".join(
        f'<tr><th align="RIGHT" nowrap>{label}: </th><td>{value}</td></tr>' for label, value in rows
    )
    table = f'<table class="moz-email-headers-table"><tbody>{cells}</tbody></table>'
    forward = found(
        html(
            "<p>#for</p><div class='moz-forward-container'><br>-------- Forwarded Message --------"
            f"{table}<br><br>The printer is broken.<p>Please come.</p></div>"
        )
    )
    assert [author.email for author in forward.authors] == ["jane@acme.example"]
    assert forward.subject == "Printer"
    assert (forward.own_text, forward.text) == ("#for", "The printer is broken.\n\nPlease come.")


def test_headers_that_are_divisions_in_html_are_read() -> None:
    lines = "".join(
        f'<div style="margin:0px"><b>{label}: </b><span>{value}<br></span></div>'
        for label, value in (
            ("From", 'Jane Roe &lt;<a href="mailto:jane@acme.example">jane@acme.example</a>&gt;'),
            ("Subject", "<b>Printer</b>"),
            ("Date", "2 February 2016 at 10:12:00 CET"),
            ("To", "Maria"),
        )
    )
    lead = '<blockquote type="cite"><div>Begin forwarded message:</div><br>'
    forward = found(
        html(
            f"<div>#for</div><div><br>{lead}{lines}<br><div>It is broken.</div></blockquote></div>"
        )
    )
    assert [author.email for author in forward.authors] == ["jane@acme.example"]
    assert (forward.subject, forward.own_text, forward.text) == (
        "Printer",
        "#for",
        "It is broken.",
    )


@pytest.mark.parametrize(
    "sender",
    [
        "Jane Roe &lt;jane@acme.example&gt;",
        '<a href="mailto:jane@acme.example">Jane Roe</a>',
        'Jane Roe &lt;<a href="mailto:jane@acme.example">jane@acme.example</a>&gt;',
        "Jane Roe [mailto:jane@acme.example]",
    ],
)
@pytest.mark.parametrize("above", ["border-top:solid #E1E1E1 1.0pt", "margin:0"])
def test_outlooks_html_is_read(sender: str, above: str) -> None:
    head = (
        f"<div><div style='{above}'><p class=MsoNormal><b><span>From:</span></b> {sender} <br>"
        "<b>Sent:</b> Tuesday, February 2, 2016 10:12 AM<br><b>To:</b> Maria<br>"
        "<b>Subject:</b> Printer<o:p></o:p></p></div></div><p class=MsoNormal>&nbsp;</p>"
    )
    body = f"<p class=MsoNormal>#for<o:p></o:p></p>{head}<p class=MsoNormal>It is broken.</p>"
    forward = found(html(body, subject="FW: Printer"))
    assert forward.author is not None
    assert (forward.author.name, forward.author.email) == ("Jane Roe", "jane@acme.example")
    assert (forward.subject, forward.own_text, forward.text) == (
        "Printer",
        "#for",
        "It is broken.",
    )


def test_authors_are_told_from_the_outside_in() -> None:
    inner = gmail(JANE)
    middle = outlook("Ann <ann@northwind.example>", subject="FW: Printer", text=f"FYI\n\n{inner}")
    raw = mail(f"#for\n\n{outlook('Bob <bob@northwind.example>', subject='FW: x', text=middle)}")
    assert emails(raw) == ["bob@northwind.example", "ann@northwind.example", "jane@acme.example"]
    assert "Can you come today?" in found(raw).text


def test_authors_inside_apples_quotes_are_told() -> None:
    inner = f"From: {JANE}\nSubject: Printer\nDate: 2 February 2016 at 09:00\nTo: Bob\n\n{ISSUE}"
    middle = f"See below.\n\nBegin forwarded message:\n\n{quoted(inner)}"
    head = "From: Bob <bob@northwind.example>\nSubject: Fwd: Printer\nDate: 2 February 2016\nTo: M"
    raw = mail(f"#for\n\nBegin forwarded message:\n\n{quoted(head, middle)}")
    assert emails(raw) == ["bob@northwind.example", "jane@acme.example"]


def test_an_answer_inside_a_forward_names_whom_it_answers() -> None:
    answer = f"On it.\n\nOn Tue, Feb 2, 2016 at 9:12 AM {JANE} wrote:\n{quoted(ISSUE)}"
    raw = mail(f"#for\n\n{gmail('Bob <bob@northwind.example>', text=answer)}")
    assert emails(raw) == ["bob@northwind.example", "jane@acme.example"]
    assert found(raw).text == "On it."


def test_a_subject_says_that_a_mail_was_forwarded() -> None:
    tied = "In-Reply-To: <1@acme.example>\n"
    text = f"#for\n\n{outlook(JANE)}"
    for subject in ("[EXTERNAL] FW: P", "WG: P", "TR: P", "RV: P", "[Fwd: P]", "P (fwd)"):
        assert emails(mail(text, subject=subject, headers=tied)) == ["jane@acme.example"]


def test_danes_forward_with_the_word_that_finns_answer_with() -> None:
    danish = f"Fra: {JANE}\nSendt: 2. februar 2016 10:12\nTil: Maria\nEmne: Printer\n\n{ISSUE}"
    finnish = f"Lähettäjä: {JANE}\nLähetetty: 2.2.2016 10:12\nVastaanottaja: M\nAihe: P\n\n{ISSUE}"
    assert emails(mail(f"#for\n\n{danish}", subject="VS: Printer")) == ["jane@acme.example"]
    assert forwarded(parse(mail(f"#for\n\n{finnish}", subject="VS: Printer"))) is None


def test_a_reworded_forward_is_one_where_the_mail_answers_none() -> None:
    text = f"#for\n\n{outlook(JANE)}"
    assert emails(mail(text, subject="Acme: printer broken")) == ["jane@acme.example"]
    tied = "In-Reply-To: <1@northwind.example>\n"
    assert forwarded(parse(mail(text, subject="Acme: printer broken", headers=tied))) is None


@pytest.mark.parametrize(
    "text",
    [
        "Done.\n\nOn Tue, Feb 2, 2016 at 10:12 AM Jane Roe <jane@acme.example> wrote:\n> Please.",
        f"Done.\n\n{outlook(JANE)}",
        f"Done.\n\n________________________________\n{outlook(JANE)}",
        f"Done.\n\n-----Original Message-----\n{outlook(JANE)}",
        f"Done.\n\n{outlook(JANE, text=gmail('Bob <bob@acme.example>'))}",
        f"Done.\n\nOn Tue, Feb 2, 2016 at 10:12 AM {JANE} wrote:\n{quoted(gmail(JANE))}",
        "Done.",
        "",
    ],
)
@pytest.mark.parametrize("subject", ["Re: [WO-1042] Printer", "AW: WG: Printer", "SV: Printer"])
def test_an_answer_is_no_forward(text: str, subject: str) -> None:
    assert forwarded(parse(mail(text, subject=subject))) is None


def test_a_mail_that_a_person_pasted_is_no_forward() -> None:
    text = f"#for\nThis is what she wrote:\n\n{outlook(JANE)}"
    assert forwarded(parse(mail(text, subject="Printer at Acme"))) is None


def test_a_forward_without_headers_is_one_of_nobodys() -> None:
    forward = found(mail("#for\n\n---------- Forwarded message ---------\n\nIt is broken.\n"))
    assert (forward.author, forward.authors, forward.subject) == (None, (), "")
    assert (forward.own_text, forward.text) == ("#for", "It is broken.")


@pytest.mark.parametrize("kind", ["message/rfc822", "message/global", "application/octet-stream"])
def test_a_mail_that_is_attached_names_its_author(kind: str) -> None:
    forward = found(attached(customers_mail(), kind=kind))
    assert forward.author is not None
    assert (forward.author.name, forward.author.email) == ("Jane Roe", "jane@acme.example")
    assert (forward.subject, forward.own_text, forward.text) == ("Printer", "#for", ISSUE)
    assert forward.attached


def test_an_attached_forward_names_both_authors() -> None:
    inner = customers_mail("Bob <bob@northwind.example>", gmail(JANE), "Fwd: Printer")
    assert emails(attached(inner)) == ["bob@northwind.example", "jane@acme.example"]


def test_only_one_attached_mail_is_a_forward() -> None:
    assert forwarded(parse(attached(customers_mail(), customers_mail()))) is None
    assert forwarded(parse(attached())) is None


def test_a_mail_attached_to_an_answer_is_a_file() -> None:
    assert forwarded(parse(attached(customers_mail(), subject="Re: [WO-1042] Printer"))) is None


def test_a_mail_attached_under_a_subject_of_the_technicians_own_is_a_forward() -> None:
    assert emails(attached(customers_mail(), subject="Acme: printer")) == ["jane@acme.example"]


def test_an_attached_mail_that_cannot_be_read_is_nobodys() -> None:
    forward = found(attached(b"no header at all\r\n", kind="application/octet-stream"))
    assert (forward.authors, forward.text, forward.own_text) == ((), "", "#for")


def test_a_file_of_outlooks_own_form_is_not_read() -> None:
    raw = attached(customers_mail(), kind="application/vnd.ms-outlook")
    assert forwarded(parse(raw)) is None


def test_headers_in_the_text_come_before_an_attached_mail() -> None:
    raw = attached(customers_mail("Evil <evil@evil.example>"))
    text = f"#for\r\n\r\n{gmail(JANE)}".replace("\n", "\r\n").encode()
    forward = found(raw.replace(b"#for\r\n", text, 1))
    assert [author.email for author in forward.authors] == ["jane@acme.example"]
    assert not forward.attached


def test_a_huge_attached_mail_is_read_up_to_its_files() -> None:
    file = "--i\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n" + "A" * 5_000_000
    head = f"From: {JANE}\r\nSubject: Printer\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n"
    inner = f"{head}--i\r\nContent-Type: text/plain\r\n\r\n{ISSUE}\r\n{file}\r\n--i--\r\n".encode()
    forward = found(attached(inner))
    assert (forward.author is not None, forward.text) == (True, ISSUE)
