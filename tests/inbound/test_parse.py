import base64
from datetime import UTC, datetime

import pytest

from inbound.parse_mails import HTML, PDF, PICTURE, PLAIN, multipart, multipart_mail, part, raw_mail
from workorder.core.message import Address
from workorder.errors import ParseError
from workorder.inbound.parse import parse, parse_head


def test_a_plain_mail_is_read_whole() -> None:
    raw = raw_mail(
        "It is broken.\r\nPlease come.\r\n",
        headers="To: Support <support@northwind.example>\nCc: bob@acme.example\n"
        "Reply-To: desk@acme.example\nDate: Mon, 23 Nov 2026 09:00:00 -0500\n"
        "Message-ID: <1@acme.example>\nIn-Reply-To: <0@x>\nReferences: <a@x>\n <b@x>\n",
    )

    mail = parse(raw)

    assert mail.author == Address(name="Jane Roe", email="jane@acme.example")
    assert mail.to == (Address(name="Support", email="support@northwind.example"),)
    assert mail.cc == (Address(name="", email="bob@acme.example"),)
    assert mail.reply_to == (Address(name="", email="desk@acme.example"),)
    assert (mail.subject, mail.message_id) == ("Printer", "<1@acme.example>")
    assert (mail.in_reply_to, mail.references) == (("<0@x>",), ("<a@x>", "<b@x>"))
    assert mail.date == datetime(2026, 11, 23, 14, tzinfo=UTC)
    assert mail.text.strip() == mail.new_text.strip() == "It is broken.\nPlease come."
    assert mail.attachments == ()
    assert (mail.size, mail.truncated, mail.report) == (len(raw), False, None)


def test_a_mail_with_hardly_a_header_is_a_mail() -> None:
    mail = parse(b"X-Nothing: else\r\n\r\nHello\r\n")

    assert (mail.author, mail.from_header_count, mail.authors) == (None, 0, ())
    assert (mail.subject, mail.message_id, mail.date) == ("", None, None)
    assert mail.text.strip() == "Hello"


@pytest.mark.parametrize(
    "raw", [b"", b"Hello there,\r\nno header here.\r\n", b"\0\xff" * 40, b"\n"]
)
def test_bytes_without_a_header_are_no_mail(raw: bytes) -> None:
    with pytest.raises(ParseError, match="no mail"):
        parse(raw)


@pytest.mark.parametrize(
    "first", [b"\xef\xbb\xbf", b"\r\n\r\n", b"From jane Mon Nov 23\r\n", b">From jane\r\n"]
)
def test_what_stands_above_the_headers_hides_none(first: bytes) -> None:
    mail = parse(first + raw_mail())

    assert (mail.subject, mail.text.strip()) == ("Printer", "Hello.")


def test_a_stray_line_between_the_headers_hides_none() -> None:
    mail = parse(
        b"Received: x\r\nquite Delivered-To: y\r\nSubject : Late\r\nTo: a@b.example\r\n\r\nHi"
    )

    assert (mail.subject, mail.text, len(mail.to)) == ("Late", "Hi", 1)


def test_a_body_that_follows_the_headers_at_once_is_body() -> None:
    mail = parse(b"Subject: x\r\nHello Jane,\r\nhow are you\r\ntoday and\r\nPS: fine\r\n")

    assert mail.subject == "x"
    assert mail.text.startswith("Hello Jane,\nhow are you")


def test_lone_carriage_returns_end_lines_too() -> None:
    mail = parse(b"From: a@b.example\rSubject: x\r\rOne\rTwo\r")

    assert (mail.subject, mail.text.strip()) == ("x", "One\nTwo")


def test_the_plain_alternative_is_preferred() -> None:
    assert parse(multipart_mail(PLAIN, HTML, subtype="alternative")).text == "The plain one."


@pytest.mark.parametrize(
    "plain",
    [
        "",
        "   \n\n",
        "Your e-mail client does not support HTML messages.",
        "This message contains HTML, your program can't display HTML.",
        "To view this message please use an HTML-compatible e-mail viewer.",
        "Diese E-Mail ist im HTML-Format und wird nicht unterstützt.",
    ],
)
def test_a_plain_alternative_that_says_nothing_gives_way_to_the_html(plain: str) -> None:
    stand_in = part(plain, "Content-Type: text/plain; charset=utf-8")

    assert parse(multipart_mail(stand_in, HTML, subtype="alternative")).text == "The HTML one."


def test_a_plain_alternative_that_only_mentions_html_is_kept() -> None:
    plain = part("Our shop page is gone. The index is there.", "Content-Type: text/plain")

    assert parse(multipart_mail(plain, HTML, subtype="alternative")).text.startswith("Our shop")


def test_html_alone_is_read() -> None:
    raw = raw_mail("<html><body>Hi<br>there</body></html>", content="Content-Type: text/html\n")

    assert parse(raw).text == "Hi\nthere"


def test_html_under_the_name_of_plain_text_is_read_as_html() -> None:
    assert parse(raw_mail("<html><body><p>Hi &amp; bye</p></body></html>")).text == "Hi & bye"


def test_plain_text_under_the_name_of_html_keeps_its_lines() -> None:
    assert parse(raw_mail("One\r\nTwo", content="Content-Type: text/html\n")).text == "One\nTwo"


def test_text_before_and_after_a_picture_is_joined() -> None:
    before, after = (part(words, "Content-Type: text/plain") for words in ("Above.", "Below."))

    mail = parse(multipart_mail(before, PICTURE, after))

    assert mail.text == "Above.\n\nBelow."
    assert [(file.name, file.inline) for file in mail.attachments] == [("shot.png", True)]


def test_a_footer_that_a_list_adds_is_part_of_the_text() -> None:
    both = multipart(PLAIN, HTML, subtype="alternative", boundary="inner")
    footer = part("-- \nlist footer", "Content-Type: text/plain")

    assert parse(multipart_mail(both, footer)).text.startswith("The plain one.\n\n-- \nlist")


def test_the_same_words_twice_are_shown_once() -> None:
    again = part("<p>The plain\none.</p>", "Content-Type: text/html")

    assert parse(multipart_mail(PLAIN, again)).text == "The plain one."


def test_a_file_inside_an_alternative_is_kept() -> None:
    rich = multipart(HTML, PDF, boundary="inner")

    mail = parse(multipart_mail(PLAIN, rich, subtype="alternative"))

    assert mail.text == "The plain one."
    assert [(file.name, file.content) for file in mail.attachments] == [("a.pdf", b"%PDF-")]


def test_a_signed_mail_is_read_and_its_signature_kept() -> None:
    signature = part("MIIB", "Content-Type: application/pkcs7-signature; name=smime.p7s")

    mail = parse(multipart_mail(PLAIN, signature, subtype="signed"))

    assert mail.text == "The plain one."
    assert [file.name for file in mail.attachments] == ["smime.p7s"]


def test_a_calendar_part_is_a_file() -> None:
    invitation = part("BEGIN:VCALENDAR", "Content-Type: text/calendar; method=REQUEST")

    mail = parse(multipart_mail(PLAIN, HTML, invitation, subtype="alternative"))

    assert mail.text == "The plain one."
    assert [(file.name, file.type) for file in mail.attachments] == [
        ("invite-1.ics", "text/calendar")
    ]


def test_a_mail_that_is_a_calendar_reply_loses_nothing() -> None:
    raw = raw_mail("BEGIN:VCALENDAR", content="Content-Type: text/calendar; method=REPLY\n")

    mail = parse(raw)

    assert (mail.text, mail.attachments[0].content) == ("", b"BEGIN:VCALENDAR")


def test_an_attached_mail_is_kept_whole_and_apart() -> None:
    inner = "From: bob@x.example\nSubject: Inner\n" + multipart(PLAIN, PDF, boundary="inner")
    attached = part(inner, "Content-Type: message/rfc822")

    mail = parse(multipart_mail(part("Outer.", "Content-Type: text/plain"), attached))

    assert (mail.subject, mail.text) == ("Printer", "Outer.")
    assert [file.name for file in mail.attachments] == ["message-1.eml"]
    assert (
        mail.attachments[0].content == inner.rstrip("\n").replace("\n", "\r\n").encode() + b"\r\n"
    )


def test_an_attached_mail_in_base64_is_decoded() -> None:
    inner = b"Subject: Inner\r\n\r\nHello\r\n"
    attached = part(
        base64.b64encode(inner).decode(),
        "Content-Type: message/rfc822; name=fwd.eml\nContent-Transfer-Encoding: base64",
    )

    mail = parse(multipart_mail(PLAIN, attached))

    assert [(file.name, file.content) for file in mail.attachments] == [("fwd.eml", inner)]


def test_a_multipart_without_its_boundary_is_text() -> None:
    raw = raw_mail("Just words.", content="Content-Type: multipart/mixed; boundary=none\n")

    assert parse(raw).text == "Just words."


def test_a_boundary_folded_inside_its_quotes_is_found() -> None:
    raw = raw_mail(
        "--a b\r\n\r\nHi\r\n--a b--\r\n",
        content='Content-Type: multipart/mixed; boundary="a\n b"\n',
    )

    assert parse(raw).text == "Hi"


def test_flowed_text_is_put_back_into_paragraphs() -> None:
    raw = raw_mail(
        "One long \r\nline.\r\n> quoted \r\n> words\r\n>> deep\r\n >not quoted\r\n-- \r\nJane\r\n",
        content="Content-Type: text/plain; format=flowed\n",
    )

    assert parse(raw).text.split("\n")[:6] == [
        "One long line.",
        "> quoted words",
        ">> deep",
        ">not quoted",
        "-- ",
        "Jane",
    ]


def test_flowed_text_may_ask_for_its_spaces_to_go() -> None:
    raw = raw_mail(
        "東 \r\n京", content="Content-Type: text/plain; charset=utf-8; format=flowed; DelSp=yes\n"
    )

    assert parse(raw).text == "東京"


def test_enriched_text_loses_its_commands() -> None:
    raw = raw_mail(
        "<bold>Now</bold> is\r\nthe <color><param>red</param>time</color>.\r\n\r\nYes, 1 << 2",
        content="Content-Type: text/enriched\n",
    )

    assert parse(raw).text == "Now is the time.\nYes, 1 < 2"


def test_prose_that_is_labelled_base64_is_left_as_it_is() -> None:
    raw = raw_mail("The printer is broken again", content="Content-Transfer-Encoding: base64\n")

    assert parse(raw).text == "The printer is broken again"


@pytest.mark.parametrize(
    "body",
    [
        "SGVsbG8sIEphbmU=",
        "SGVsbG8s\r\nIEphbmU",
        "SGVs!bG8sIEphbmU=\r\n",
        "SGVsbG8=LCBKYW5l",
        "SGVsbG8sIEphbmUx1",
    ],
)
def test_damaged_base64_gives_what_it_has(body: str) -> None:
    assert parse(raw_mail(body, content="Content-Transfer-Encoding: base64\n")).text.startswith(
        "Hello, Jane"
    )


def test_quoted_printable_is_decoded_damaged_as_it_is() -> None:
    raw = raw_mail(
        "Gr=C3=BC=C3=9Fe =ZZ=\r\n!", content="Content-Transfer-Encoding: quoted-printable\n"
    )

    assert parse(raw).text == "Grüße =ZZ!"


def test_controls_never_reach_the_text() -> None:
    mail = parse(raw_mail(b"A\0B\x1b[31m\x07C\x0bD\xc2\x85E\xe2\x80\xa8F\tG"))

    assert mail.text == "AB[31mC\nD\nE\nF\tG"


def test_a_head_is_read_as_far_as_it_goes() -> None:
    raw = multipart_mail(PLAIN, PDF, PICTURE)
    cut = raw[: raw.index(b"iVBOR") + 5]

    mail = parse_head(cut, 90_000_000)

    assert (mail.size, mail.truncated, mail.text) == (90_000_000, True, "The plain one.")
    assert [file.name for file in mail.attachments] == ["a.pdf"]


def test_a_head_that_ends_in_its_text_keeps_it() -> None:
    mail = parse_head(raw_mail("It is bro"), 5_000)

    assert (mail.text, mail.truncated) == ("It is bro", True)


def test_a_delivery_report_shows_its_text_and_keeps_its_parts() -> None:
    status = part(
        "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; bob@x.example\nAction: failed\n"
        "Status: 5.1.1\n",
        "Content-Type: message/delivery-status",
    )
    returned = part("Message-ID: <7@n.example>\n\n", "Content-Type: message/rfc822")

    mail = parse(
        multipart_mail(
            part("Sorry.", "Content-Type: text/plain"),
            status,
            returned,
            subtype="report",
            parameters="; report-type=delivery-status",
        )
    )

    assert mail.text == "Sorry."
    assert [file.name for file in mail.attachments] == ["delivery-status-1.txt", "message-2.eml"]
    assert mail.report is not None
    assert [each.email for each in mail.report.recipients] == ["bob@x.example"]


@pytest.mark.parametrize("charset", ["a\0b", "x*=y''z", "undefined", "rot13", '"'])
def test_a_bounce_with_a_charset_that_is_none_is_read(charset: str) -> None:
    body = b"Sorry, gr\xfc\xdfe: bob@x.example: user unknown"
    raw = raw_mail(
        body, headers="Return-Path: <>\n", content=f"Content-Type: text/plain; charset={charset}\n"
    )

    assert parse(raw).text.startswith("Sorry, grü")


def test_the_charset_of_a_part_may_be_split_and_labelled() -> None:
    octets = "Grüße".encode("cp1252")
    raw = raw_mail(octets, content="Content-Type: text/plain; charset*=us-ascii''iso-8859-1\n")

    assert parse(raw).text == "Grüße"
