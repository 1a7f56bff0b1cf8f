from datetime import UTC, datetime

import pytest

from inbound.parse_mails import raw_mail
from workorder.core.message import InboundMail
from workorder.inbound.parse import parse


def mail_with(headers: str) -> InboundMail:
    octets = headers.encode("utf-8", "surrogateescape").replace(b"\n", b"\r\n")
    return parse(octets + b"\r\n\r\nx")


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("=?utf-8?q?Dr=C3=BCcker?= kaputt", "Drücker kaputt"),
        ("=?UTF-8?B?RHLDvA==?=\n =?UTF-8?B?Y2tlcg==?=", "Drücker"),
        ("=?utf-8?q?Dr=C3?= =?utf-8?q?=BCcker?=", "Drücker"),
        ("=?gb2312?B?xOO6w4E5/TA=?=", "你好\U0002000b"[:2]),
        ("=?iso-8859-1?Q?caf=E9_=A3?= 5", "café £ 5"),
        ("=?iso-2022-jp?B?GyRCJF4kXyRgJGEkYhsoQg==?=", "まみむめも"),
        ("=?x-nobody-knows?q?abc?=", "abc"),
        ("=?utf-8?q?no end", "=?utf-8?q?no end"),
        ("=?utf-8?Q?Hello World?=", "Hello World"),
        ("=?utf-8*en?q?Hello?=", "Hello"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("folded\n\tonce", "folded once"),
        ("Grüße", "Grüße"),
        ("caf\udce9", "café"),
    ],
)
def test_a_subject_is_decoded(raw: str, subject: str) -> None:
    assert mail_with(f"Subject: {raw}").subject.startswith(subject)


def test_an_encoded_line_end_in_a_subject_makes_no_line() -> None:
    mail = mail_with("Subject: =?utf-8?q?hi=0D=0ABcc=3A_victim=40x=00=E2=80=A8y?=")

    assert mail.subject == "hi Bcc: victim@x y"


def test_what_turns_text_around_is_taken_off_subjects_and_names() -> None:
    mail = mail_with("Subject: a\u202eb\u2066c\nFrom: J\u202eane\u200b <j@x.example>")

    assert (mail.subject, mail.authors[0].name) == ("abc", "Jane")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Jane Roe <j@x.example>", "Jane Roe"),
        ('"Roe, Jane" <j@x.example>', "Roe, Jane"),
        ("=?utf-8?q?J=C3=B6rg?= Roe <j@x.example>", "Jörg Roe"),
        ('"=?utf-8?q?J=C3=B6rg?=" <j@x.example>', "Jörg"),
        (
            "=?utf-8?q?Roe=2C_Jane_=3Cevil=40x=2Eexample=3E?= <j@x.example>",
            "Roe, Jane <evil@x.example>",
        ),
        ("J\udcf6rg <j@x.example>", "Jörg"),
        ("<j@x.example>", ""),
        ("j@x.example (Jane Roe)", "Jane Roe"),
        ("J@X.Example", ""),
        ("=?utf-8?q?Jane=0D=0ABcc=3A_v=40x?= <j@x.example>", "Jane Bcc: v@x"),
    ],
)
def test_a_sender_is_read_with_the_name_decoded(value: str, name: str) -> None:
    author = mail_with(f"From: {value}").author

    assert author is not None
    assert (author.name, author.email) == (name, "j@x.example")


@pytest.mark.parametrize(
    "headers",
    [
        "From: a@x.example\nFrom: b@x.example",
        "From: a@x.example, b@x.example",
        "From: boss@co.example, \u00e9vil@x.example",
        "From: boss@co.example, <broken@x.example",
        "From: boss@co(<evil@evil.example>",
        "From: <boss@co.example><evil@evil.example>",
        "From: =?utf-8?q?boss=40co=2Eexample?=",
        "From: boss@co\uff0eexample",
        "From: undisclosed-recipients:;",
        "From:",
        "X-None: x",
    ],
)
def test_whoever_is_not_exactly_one_sender_is_no_author(headers: str) -> None:
    assert mail_with(headers).author is None


def test_every_from_header_is_counted_and_read() -> None:
    mail = mail_with("From: a@x.example\nFrom: B <b@x.example>")

    assert mail.from_header_count == 2
    assert [author.email for author in mail.authors] == ["a@x.example", "b@x.example"]


def test_a_list_of_recipients_may_hold_groups_comments_and_folds() -> None:
    mail = mail_with(
        'To: Team: a@x.example,\n "B, C" <b@x.example>;, (c) d@x.example,, e@x.example'
    )

    assert [each.email for each in mail.to] == [
        "a@x.example",
        "b@x.example",
        "d@x.example",
        "e@x.example",
    ]


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("Mon, 23 Nov 2026 09:00:00 +0000", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("23 Nov 2026 09:00 EST (winter)", datetime(2026, 11, 23, 14, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 9:00:00 -0000", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 09:00:00", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("yesterday", None),
        ("Mon, 99 Nov 2026 99:00:00 +9999", None),
        ("Mon, 23 Nov 99999999999 09:00:00 +0000", None),
        ("", None),
    ],
)
def test_a_date_is_a_moment_or_none(raw: str, moment: datetime | None) -> None:
    assert mail_with(f"Date: {raw}\nX: y").date == moment


@pytest.mark.parametrize(
    ("headers", "ids"),
    [
        ("References: <a@x> <b@x>", ("<a@x>", "<b@x>")),
        ("References: <a@x><b@x> <a@x>", ("<a@x>", "<b@x>")),
        ("References: <a\n @x>", ("<a@x>",)),
        ("References: a@x, b@x", ("<a@x>", "<b@x>")),
        ("References: none at all", ()),
        ("References: <\u00e9@x>", ()),
        ("References: =?utf-8?q?=3Ca=40x=3E?=", ()),
        ("References: " + "<" * 5_000, ()),
    ],
)
def test_references_are_message_ids(headers: str, ids: tuple[str, ...]) -> None:
    assert mail_with(headers).references == ids


def test_of_very_many_references_the_first_and_last_are_kept() -> None:
    mail = mail_with("References: " + " ".join(f"<{number}@x>" for number in range(5_000)))

    assert mail.references[0] == "<0@x>"
    assert mail.references[-1] == "<4999@x>"
    assert len(mail.references) == 200


def test_the_first_of_two_message_ids_counts() -> None:
    assert mail_with("Message-ID: <1@x>\nMessage-Id: <2@x>").message_id == "<1@x>"


def test_an_encoded_message_id_is_none() -> None:
    mail = mail_with("Message-ID: =?utf-8?q?=3Cx=40y=3E=0D=0AZZ99_DELETE_INBOX?=")

    assert mail.message_id is None


def test_headers_keep_their_order_and_are_named_in_lower_case() -> None:
    mail = mail_with("Received: one\nX-Two: b\nRECEIVED: three\n folded")

    assert mail.headers == (("received", "one"), ("x-two", "b"), ("received", "three folded"))
    assert mail.all_headers("received") == ("one", "three folded")


def test_encoded_words_in_structured_headers_say_nothing() -> None:
    quoted = "mx.example; spf=pass smtp.mailfrom==?utf-8?q?x=3B_dmarc=3Dpass?="
    mail = mail_with(f"Authentication-Results: {quoted}")

    assert mail.header("authentication-results") == quoted


def test_the_body_of_a_mail_adds_no_header() -> None:
    mail = parse(raw_mail("X-Late: no\r\n\r\nHi"))

    assert mail.header("x-late") is None
