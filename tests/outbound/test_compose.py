import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default
from email.utils import parseaddr
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workorder.core.message import Address
from workorder.core.notice import (
    Audience,
    AutoSubmitted,
    Envelope,
    Letter,
    NoticeKind,
)
from workorder.errors import RenderError
from workorder.outbound.compose import compose
from workorder.outbound.headers import (
    MAX_REFERENCES,
    clean_text,
    ids_field,
    mailbox_field,
    text_field,
)
from workorder.outbound.samples import SAMPLE_ORDER, sample_letter, sample_letters
from workorder.outbound.templates import Templates

SHIPPED = Path(__file__).parents[2] / "templates"
TEMPLATES = Templates(SHIPPED, None)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 160
LONG_ID = f"<{'a' * 100}@mail.outlook.example>"
ALWAYS = ["Date", "From", "To", "Subject", "Message-ID"]
THREAD = ["In-Reply-To", "References"]
AUTOMATIC = ["Auto-Submitted", "X-Auto-Response-Suppress"]
OURS = ["X-WorkOrder", "X-WorkOrder-Event", "MIME-Version", "Content-Type"]
ENCODED_CRLF = "=?utf-8?q?hi=0D=0ABcc=3A_victim=40x.example?="
INJECTIONS = (
    "hi\r\nBcc: victim@x.example",
    "hi\nBcc: victim@x.example",
    "hi\rBcc: victim@x.example",
    "hi\r\n\r\nbody",
    "hi\x0bBcc: victim@x.example",
    "hi\x0cBcc: victim@x.example",
    "hi\x1cBcc: victim@x.example",
    "hi\x85Bcc: victim@x.example",
    "hi\u2028Bcc: victim@x.example",
    "hi\u2029Bcc: victim@x.example",
    "hi\0there",
    "é\r\nBcc: victim@x.example",
    ENCODED_CRLF,
    f"é {ENCODED_CRLF}",
    "a, victim@x.example, b",
    'a" <victim@x.example>, "b',
    "a\\",
    "a (comment",
    "<victim@x.example>",
    "group: victim@x.example;",
    "\ud800 lone",
    "x" * 5000,
    "é" * 5000,
)


def letter(kind: NoticeKind = NoticeKind.OPENED, language: str = "en") -> Letter:
    return sample_letter(kind, language)


def envelope(**changes: object) -> Envelope:
    base = Envelope(
        sender=Address(name="Northwind IT Services", email="support@northwind.example"),
        recipient=Address(name="Jane Roe", email="jane@acme.example"),
        message_id="<20261123.8f3a@northwind.example>",
        in_reply_to="<orig@acme.example>",
        references=("<wo-1042@northwind.example>", "<orig@acme.example>"),
        date=datetime(2026, 11, 23, 14, 5, tzinfo=UTC),
        auto_submitted=AutoSubmitted.REPLIED,
    )
    return replace(base, **changes)  # type: ignore[arg-type] # the names are the caller's


def composed(
    shown: Letter | None = None, sent: Envelope | None = None, pdf: bytes | None = PDF
) -> bytes:
    return compose(shown or letter(), sent or envelope(), TEMPLATES, pdf=pdf, pdf_failed=False)


def parsed(mail: bytes) -> EmailMessage:
    message = message_from_bytes(mail, policy=default)
    assert isinstance(message, EmailMessage)
    assert not [defect for part in message.walk() for defect in part.defects]
    return message


def display_name(mail: bytes, field: str) -> str:
    """The name as it reads; policy.default of Python 3.11 puts blanks between encoded words."""
    unfolded = message_from_bytes(mail, policy=compat32)[field].replace("\r\n", "")
    return str(make_header(decode_header(parseaddr(unfolded)[0])))


def content(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    text: str = part.get_content()
    return text


def test_a_notice_is_text_and_html_with_its_pdf_beside_them() -> None:
    message = parsed(composed())
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "WO-1042.pdf"
    assert attachment.get_content() == PDF
    assert "Service requested" in content(message, "plain")
    assert content(message, "html").startswith("<!DOCTYPE html>")


def test_a_notice_without_pdf_is_text_and_html_alone() -> None:
    message = parsed(composed(pdf=None))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_the_headers_are_these_and_no_others() -> None:
    message = parsed(composed())
    assert message.keys() == [*ALWAYS, *THREAD, *AUTOMATIC, *OURS]
    assert message["From"] == "Northwind IT Services <support@northwind.example>"
    assert message["To"] == "Jane Roe <jane@acme.example>"
    assert message["Subject"] == "[WO-1042] Printer does not print"
    assert message["Date"] == "Mon, 23 Nov 2026 14:05:00 +0000"
    assert message["Message-ID"] == "<20261123.8f3a@northwind.example>"
    assert message["In-Reply-To"] == "<orig@acme.example>"
    assert message["References"] == "<wo-1042@northwind.example> <orig@acme.example>"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "DR, RN, NRN, OOF, AutoReply"
    assert message["X-WorkOrder"] == "1042"
    assert message["X-WorkOrder-Event"] == "opened"


def test_a_persons_words_are_not_marked_as_automatic() -> None:
    message = parsed(composed(letter(NoticeKind.REPLY), envelope(auto_submitted=None), pdf=None))
    assert message.keys() == [*ALWAYS, *THREAD, *OURS]
    assert message["X-WorkOrder-Event"] == "reply"


def test_a_notice_that_answers_nothing_has_no_thread() -> None:
    message = parsed(composed(sent=envelope(in_reply_to=None, references=())))
    assert message.keys() == [*ALWAYS, *AUTOMATIC, *OURS]


def test_trouble_without_a_work_order_names_none() -> None:
    message = parsed(composed(letter(NoticeKind.TROUBLE), pdf=None))
    assert "X-WorkOrder" not in message
    assert message["X-WorkOrder-Event"] == "trouble"
    assert message["Subject"].startswith("Work order system: ")


def test_every_sample_composes_in_every_language() -> None:
    for language in ("en", "es"):
        for shown in sample_letters(language):
            message = parsed(composed(shown, pdf=None))
            assert message["X-WorkOrder-Event"] == shown.kind


def test_the_same_input_gives_the_same_bytes() -> None:
    again = Templates(SHIPPED, None)
    assert composed() == compose(letter(), envelope(), again, pdf=PDF, pdf_failed=False)


def test_another_message_id_gives_other_boundaries() -> None:
    ours, other = composed(), composed(sent=envelope(message_id="<other@northwind.example>"))
    assert parsed(ours).get_boundary() != parsed(other).get_boundary()


def test_ids_of_78_and_more_characters_stay_as_they_are_one_a_line() -> None:
    sent = envelope(in_reply_to=LONG_ID, references=("<t@northwind.example>", LONG_ID))
    head = composed(sent=sent).partition(b"\r\n\r\n")[0]
    long = LONG_ID.encode()
    assert b"\r\nIn-Reply-To: " + long + b"\r\n" in head
    assert b"\r\nReferences: <t@northwind.example>\r\n " + long + b"\r\n" in head
    assert b"=?" not in head


def test_very_many_references_keep_the_threads_first_and_the_last_ones() -> None:
    ids = [f"<{n}@x.example>" for n in range(5000)]
    field = ids_field("References", ids)
    assert field is not None
    kept = field.decode().removeprefix("References: ").split("\r\n ")
    assert len(kept) == MAX_REFERENCES
    assert kept[0] == ids[0]
    assert kept[1:] == ids[1 - MAX_REFERENCES :]


@pytest.mark.parametrize(
    "broken",
    [
        "no brackets",
        "<a b@x>",
        "<a\r\nBcc: v@x.example>",
        "<é@x>",
        "<" + "a" * 990 + ">",
        "",
        "<a>x",
    ],
)
def test_what_is_no_id_is_left_out_of_references(broken: str) -> None:
    assert ids_field("References", [broken, "<ok@x.example>"]) == b"References: <ok@x.example>"
    assert ids_field("In-Reply-To", [broken]) is None


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_title_adds_no_header_and_no_recipient(text: str) -> None:
    shown = replace(letter(), order=replace(SAMPLE_ORDER, title=text))
    message = parsed(composed(shown))
    assert message.keys() == [*ALWAYS, *THREAD, *AUTOMATIC, *OURS]
    assert [address.addr_spec for address in message["To"].addresses] == ["jane@acme.example"]
    assert message["Subject"].startswith("[WO-1042] ")
    assert len(message["Subject"]) <= 240


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_name_adds_no_header_and_no_recipient(text: str) -> None:
    sent = envelope(
        recipient=Address(name=text, email="jane@acme.example"),
        sender=Address(name=text, email="support@northwind.example"),
    )
    mail = composed(sent=sent)
    message = parsed(mail)
    assert message.keys() == [*ALWAYS, *THREAD, *AUTOMATIC, *OURS]
    (to,) = message["To"].addresses
    (sender,) = message["From"].addresses
    assert (to.addr_spec, sender.addr_spec) == ("jane@acme.example", "support@northwind.example")
    assert display_name(mail, "To") == display_name(mail, "From") == clean_text(text)


@pytest.mark.parametrize(
    "email", ["", "jane", "a@b\r\nBcc: v@x.example", "a@b.example, v@x.example", "<a@b.example>"]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(RenderError, match="no mail address"):
        composed(sent=envelope(recipient=Address(name="", email=email)))


def test_a_message_id_that_is_none_is_refused() -> None:
    with pytest.raises(RenderError, match="no Message-ID"):
        composed(sent=envelope(message_id="<a@b>\r\nBcc: v@x.example"))


@pytest.mark.parametrize("label", ['WO-1042"; x="y', "WO-1042\r\nX: y", "../../WO", "WÖ-1042"])
def test_the_name_of_the_pdf_adds_no_header(label: str) -> None:
    shown = replace(letter(), order=replace(SAMPLE_ORDER, label=label))
    (attachment,) = parsed(composed(shown)).iter_attachments()
    name = attachment.get_filename()
    assert name is not None
    assert re.fullmatch(r"[A-Za-z0-9._-]+\.pdf", name)
    assert attachment.keys() == ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"]


@pytest.mark.parametrize("end", ["\n.\n", "\r.\r", "\r\n.\r", "\n.\r\n", "\r\n.\r\n"])
def test_an_end_of_data_in_the_text_stays_text(end: str) -> None:
    words = f"before{end}MAIL FROM:<x@x.example>{end}after"
    mail = composed(replace(letter(), order=replace(SAMPLE_ORDER, service=words)))
    assert b"\r\n.\r\n" not in mail
    assert mail.count(b"\r") == mail.count(b"\n") == mail.count(b"\r\n")
    text = content(parsed(mail), "plain")
    assert "MAIL FROM:<x@x.example>" in text
    assert "after" in text


def test_a_text_that_looks_like_a_boundary_opens_no_part() -> None:
    boundary = parsed(composed()).get_boundary()
    words = f"\n--{boundary}\nContent-Type: text/html\n\n<b>x</b>\n--{boundary}--\n"
    message = parsed(composed(replace(letter(), order=replace(SAMPLE_ORDER, service=words))))
    assert len(list(message.walk())) == 5
    assert f"--{boundary}--" in content(message, "plain")


@pytest.mark.parametrize(
    "words",
    ["Größe: 5 €", "Принтер не печатает", "\u5370\u5237", "\U0001f5a8", "a" * 3000, "tail \n x "],
)
def test_texts_of_any_script_come_out_as_they_went_in(words: str) -> None:
    mail = composed(replace(letter(), order=replace(SAMPLE_ORDER, service=words)))
    assert mail.isascii()
    assert max(map(len, mail.split(b"\r\n"))) <= 998
    text = content(parsed(mail), "plain")
    for line in words.splitlines():
        assert line.rstrip() in text


def test_control_characters_of_a_text_are_marked_as_unreadable() -> None:
    mail = composed(replace(letter(), order=replace(SAMPLE_ORDER, service="a\0b\x07c\ud800d")))
    assert "a\ufffdb\ufffdc\ufffdd" in content(parsed(mail), "plain")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Plain words", b"Subject: [WO-1042] Plain words\r\n"),
        ("Impresión", b"Subject: [WO-1042] =?utf-8?"),
        ("=?utf-8?q?x?=", b"Subject: [WO-1042] =?utf-8?"),
    ],
)
def test_the_number_stands_readable_in_the_raw_subject(title: str, shown: bytes) -> None:
    mail = composed(replace(letter(), order=replace(SAMPLE_ORDER, title=title)))
    assert shown in mail
    assert parsed(mail)["Subject"] == f"[WO-1042] {title}"


def test_a_long_subject_is_folded_and_reads_the_same() -> None:
    for word in ("printer ", "größe ", "\u5370\u5237 "):
        title = (word * 40)[:190].strip()
        mail = composed(replace(letter(), order=replace(SAMPLE_ORDER, title=title)))
        assert max(map(len, mail.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78
        assert parsed(mail)["Subject"] == f"[WO-1042] {title}"


@given(text=st.text(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_text_in_a_header_is_one_header_that_reads_as_cleaned(text: str) -> None:
    clean = clean_text(text)
    field = text_field("Subject", clean)
    message = message_from_bytes(field + b"\r\n\r\n", policy=default)
    assert message.keys() == ["Subject"]
    assert message["Subject"] == clean
    assert len(clean) <= 200


@given(name=st.text(max_size=250))
@settings(max_examples=100, deadline=None)
def test_any_name_is_one_mailbox_that_reads_as_cleaned(name: str) -> None:
    field = mailbox_field("To", Address(name=name, email="jane@acme.example"))
    message = message_from_bytes(field + b"\r\n\r\n", policy=default)
    assert message.keys() == ["To"]
    (address,) = message["To"].addresses
    assert address.addr_spec == "jane@acme.example"
    assert display_name(field + b"\r\n\r\n", "To") == clean_text(name)
    assert max(map(len, field.split(b"\r\n"))) <= 998


def test_clean_text_drops_what_turns_the_reading_direction() -> None:
    assert clean_text("a\u202eb\u2066c\u200fd\ufeff") == "abcd"
    assert clean_text(" a \t\r\n b\u2028c\x85d ") == "a b c d"
    assert clean_text("e\u0301") == "é"
    assert clean_text("x" * 300) == "x" * 199 + "…"


def test_an_internal_kind_has_no_wording_for_a_customer() -> None:
    for kind in (
        *(NoticeKind.NOTE, NoticeKind.TRANSCRIPT, NoticeKind.UNPROVEN),
        *(NoticeKind.MAIL_FAILED, NoticeKind.TROUBLE),
    ):
        shown = replace(letter(kind), audience=Audience.CUSTOMER)
        with pytest.raises(RenderError, match="is not for the customer"):
            composed(shown, pdf=None)


def test_another_folder_may_word_a_notice_and_its_event_stays_the_same() -> None:
    shown = replace(letter(NoticeKind.WAITING_PARTS), template="waiting-vendor")
    message = parsed(composed(shown, pdf=None))
    assert "is waiting for a vendor" in content(message, "plain")
    assert message["X-WorkOrder-Event"] == "waiting-parts"


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(RenderError, match=r'no template "mail/nowhere/subject.txt"'):
        composed(replace(letter(), template="nowhere"), pdf=None)


def test_a_customers_letter_shows_nothing_that_is_internal() -> None:
    secret = "margin 40 percent"
    for shown in sample_letters("en"):
        if shown.audience is not Audience.CUSTOMER:
            continue
        event = replace(shown.event, reason=secret, recipient="boss@northwind.example")
        message = parsed(composed(replace(shown, event=event), pdf=PDF if shown.order else None))
        assert secret not in str(message)
        for subtype in ("plain", "html"):
            assert secret not in content(message, subtype)
            assert "boss@northwind" not in content(message, subtype)


def test_a_pdf_without_a_work_order_is_refused() -> None:
    with pytest.raises(RenderError, match="without a work order"):
        composed(letter(NoticeKind.TROUBLE), pdf=PDF)


def test_the_file_of_a_statement_is_named_after_its_month() -> None:
    message = parsed(composed(letter(NoticeKind.STATEMENT), pdf=PDF))
    (file,) = message.iter_attachments()
    assert file.get_filename() == "Statement-2026-11.pdf"
    assert message["X-WorkOrder"] is None
    assert message["X-WorkOrder-Event"] == "statement"


def test_a_failed_pdf_is_told_in_the_mail() -> None:
    mail = compose(letter(), envelope(), TEMPLATES, pdf=None, pdf_failed=True)
    for subtype in ("plain", "html"):
        assert "could not be made" in content(parsed(mail), subtype)


def test_an_override_that_makes_the_subject_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mail/opened").mkdir(parents=True)
    (tmp_path / "mail/opened/subject.txt").write_text(" \n ")
    with pytest.raises(RenderError, match="subject is empty"):
        compose(letter(), envelope(), Templates(SHIPPED, tmp_path), pdf=None, pdf_failed=False)


def test_an_overridden_subject_of_several_lines_is_one_header(tmp_path: Path) -> None:
    (tmp_path / "mail/opened").mkdir(parents=True)
    (tmp_path / "mail/opened/subject.txt").write_text("[WO-1]\nBcc: victim@x.example\n\nbody")
    templates = Templates(SHIPPED, tmp_path)
    mail = compose(letter(), envelope(), templates, pdf=None, pdf_failed=False)
    assert parsed(mail)["Subject"] == "[WO-1] Bcc: victim@x.example body"
    assert "Bcc" not in parsed(mail)
