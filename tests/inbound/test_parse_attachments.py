import binascii

import pytest

from inbound.parse_mails import PLAIN, multipart_mail, part, raw_mail
from workorder.core.message import Attachment
from workorder.inbound.filenames import MAX_NAME, safe_name
from workorder.inbound.parse import parse


def files_of(content: str, body: str = "AAAA") -> tuple[Attachment, ...]:
    return parse(multipart_mail(PLAIN, part(body, content))).attachments


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ("filename=a.pdf", "a.pdf"),
        ('filename="a b.pdf"', "a b.pdf"),
        ("filename=my report.pdf", "my report.pdf"),
        ('filename="a;b.pdf"', "a;b.pdf"),
        ('filename="say \\"hi\\".pdf"', 'say "hi".pdf'),
        ('filename="open.pdf', "open.pdf"),
        ("filename*=utf-8''%E2%82%AC%20rates.pdf", "€ rates.pdf"),
        ("filename*=iso-8859-1'de'gr%FC%DFe.pdf", "grüße.pdf"),
        ("filename*0*=utf-8''%E2%82%AC;\n filename*1=rates.pdf", "€rates.pdf"),
        ('filename*1="b.pdf"; filename*0="a"', "ab.pdf"),
        ("filename=plain.pdf; filename*=utf-8''b%C3%A4r.pdf", "bär.pdf"),
        ('filename="=?utf-8?q?b=C3=A4r=2Epdf?="', "bär.pdf"),
        ("filename=b\udce4r.pdf", "bär.pdf"),
        ("filename=bär.pdf", "bär.pdf"),
        ('filename="../../etc/passwd"', "passwd"),
        ('filename="C:\\\\Users\\\\jane\\\\a.pdf"', "a.pdf"),
        ('filename="C:\\Users\\jane\\a.pdf"', "a.pdf"),
        ('filename="folder/"', "folder"),
        ('filename=".htaccess"', "htaccess"),
        ("filename*=utf-8''a%0D%0AX%3A%20y%00.pdf", "a X: y .pdf"),
        ("filename*=utf-8''invoice%E2%80%AEfdp.exe", "invoicefdp.exe"),
        ("filename*=utf-8''a%CC%88.pdf", "ä.pdf"),
    ],
)
def test_a_name_is_read_and_made_safe(parameters: str, name: str) -> None:
    (file,) = files_of(
        f"Content-Type: application/pdf\nContent-Disposition: attachment; {parameters}"
    )

    assert file.name == name


def test_the_name_may_stand_in_the_content_type() -> None:
    (file,) = files_of('Content-Type: application/pdf; name="a.pdf"')

    assert file.name == "a.pdf"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("image/jpeg", "image-1.jpg"),
        ("application/pdf", "attachment-1.pdf"),
        ("application/x-unheard-of", "attachment-1"),
        ("video/mp4", "video-1"),
        ("message/rfc822", "message-1.eml"),
    ],
)
@pytest.mark.parametrize("given", ["", "; filename=..", '; filename="/"', "; filename*=utf-8''%00"])
def test_a_file_without_a_usable_name_gets_one(kind: str, name: str, given: str) -> None:
    (file,) = files_of(f"Content-Type: {kind}\nContent-Disposition: attachment{given}")

    assert file.name == name


@pytest.mark.parametrize("stem", ["a" * 500, "ä" * 500, "\U0001f600" * 200])
def test_a_long_name_is_shortened_and_keeps_its_ending(stem: str) -> None:
    name = safe_name(f"{stem}.pdf", "application/pdf", 1)

    assert len(name.encode()) <= MAX_NAME
    assert name.endswith(".pdf")
    assert name[0] == stem[0]


def test_a_text_with_a_name_is_a_file() -> None:
    (file,) = files_of("Content-Type: text/plain; name=error.log", "Error 42")

    assert (file.name, file.content) == ("error.log", b"Error 42")


def test_a_whole_mail_that_is_a_named_text_is_read() -> None:
    mail = parse(raw_mail("Hello", content="Content-Type: text/plain; name=body.txt\n"))

    assert (mail.text, mail.attachments) == ("Hello", ())


def test_a_named_text_is_shown_too_where_there_is_no_other() -> None:
    mail = parse(multipart_mail(part("Hello", "Content-Type: text/plain; name=text.txt")))

    assert (mail.text, [file.name for file in mail.attachments]) == ("Hello", ["text.txt"])


def test_a_whole_mail_that_is_a_file_has_no_text() -> None:
    raw = raw_mail("%PDF-", content="Content-Type: application/pdf; name=scan.pdf\n")

    mail = parse(raw)

    assert (mail.text, mail.attachments[0].name) == ("", "scan.pdf")


def test_octets_of_a_file_come_through_unchanged() -> None:
    octets = bytes(range(256)) * 3
    raw = raw_mail(
        octets, content="Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: binary\n"
    )

    assert parse(raw).attachments[0].content == octets


def test_an_unreadable_type_is_plain_text() -> None:
    assert parse(raw_mail("Hello", content="Content-Type: nonsense\n")).text == "Hello"


def uuencoded(name: str, content: bytes) -> str:
    lines = b"".join(binascii.b2a_uu(content[i : i + 45]) for i in range(0, len(content), 45))
    return f"begin 644 {name}\n{lines.decode()}`\nend\n"


def test_a_file_uuencoded_into_the_text_is_taken_out() -> None:
    content = bytes(range(200))

    mail = parse(raw_mail(f"Above.\n{uuencoded('photo.jpg', content)}Below.\n"))

    assert mail.text.split() == ["Above.", "Below."]
    assert [(file.name, file.content) for file in mail.attachments] == [("photo.jpg", content)]


def test_a_line_that_begins_with_begin_is_prose() -> None:
    text = "begin 644 times\nas I did\nend\nand again."

    assert parse(raw_mail(text)).text == text


def test_a_uuencoded_part_is_decoded() -> None:
    (file,) = files_of(
        "Content-Type: image/gif; name=a.gif\nContent-Transfer-Encoding: x-uuencode",
        uuencoded("a.gif", b"GIF89a"),
    )

    assert (file.name, file.content) == ("a.gif", b"GIF89a")
