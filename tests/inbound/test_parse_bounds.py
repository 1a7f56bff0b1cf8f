import base64
import tracemalloc
from email.message import Message

import pytest

from inbound.parse_mails import HTML, PLAIN, multipart, multipart_mail, part, raw_mail
from workorder.inbound.parse import parse
from workorder.inbound.tree import MAX_DEPTH, MAX_HEADERS, MAX_PARTS, read_tree


def count(message: Message) -> int:
    return sum(1 for _ in message.walk())


def test_recipients_beyond_two_hundred_are_left_out() -> None:
    recipients = ",\n ".join(f"N {number} <u{number}@x.example>" for number in range(100_000))

    mail = parse(raw_mail(headers=f"To: {recipients}\n"))

    assert (len(mail.to), mail.to[0].email, mail.truncated) == (200, "u0@x.example", True)
    assert mail.text == "Hello."


def test_twenty_thousand_encoded_words_are_cut() -> None:
    words = "\n ".join(["=?utf-8?q?abcdefgh=C3=A4?="] * 20_000)

    mail = parse(raw_mail(headers=f"X-First: y\nThread-Topic: {words}\n"))

    assert mail.truncated
    assert (mail.header("thread-topic") or "").startswith("abcdefghäabcdefghä")
    assert all(len(value) <= 65_536 for _, value in mail.headers)


def test_headers_beyond_a_thousand_are_left_out() -> None:
    mail = parse(b"".join(b"X-%d: y\r\n" % number for number in range(5_000)) + b"\r\nHi")

    assert (len(mail.headers), mail.truncated, mail.text) == (MAX_HEADERS, True, "Hi")


@pytest.mark.parametrize("parts", [MAX_PARTS + 1, 40_000])
def test_parts_beyond_a_hundred_are_left_out(parts: int) -> None:
    mail = parse(multipart_mail(*[PLAIN] * parts))

    assert (mail.truncated, mail.text) == (True, "The plain one.")


def test_a_hundred_parts_are_read() -> None:
    files = [part(str(number), "Content-Type: a/b") for number in range(MAX_PARTS)]

    mail = parse(multipart_mail(*files))

    assert (len(mail.attachments), mail.truncated) == (MAX_PARTS, False)


def nested(depth: int) -> bytes:
    text = PLAIN
    for level in range(depth):
        text = multipart(text, boundary=f"b{level}.")
    return (b"Subject: x\r\n") + text.encode()


def test_levels_beyond_twenty_are_left_out() -> None:
    deep = parse(nested(150))

    assert (deep.truncated, deep.text) == (True, "")
    assert parse(nested(MAX_DEPTH)).text == "The plain one."


def test_attached_mails_are_opened_to_a_bounded_depth_only() -> None:
    raw = b"Subject: x\r\nContent-Type: message/rfc822\r\n\r\n" * 3_000 + b"end"

    tree = read_tree(raw, open_attached=True)

    assert tree.truncated
    assert count(tree.root) <= MAX_DEPTH + 1


def test_blocks_of_a_delivery_report_are_bounded() -> None:
    raw = b"Content-Type: message/delivery-status\r\n\r\n" + b"Action: failed\r\n\r\n" * 50_000

    tree = read_tree(raw, open_attached=True)

    assert tree.truncated
    assert count(tree.root) <= 1_001


@pytest.mark.parametrize(
    "header",
    [
        'Content-Type: text/plain; a="' + ";" * 1_000_000 + '"',
        "Content-Type: text/plain" + "; a=b" * 200_000,
        "Content-Disposition: " + '"' * 1_000_001,
        "From: " + "(" * 200_000,
        "From: " + "<" * 200_000,
        "From: " + '"' * 200_001,
        "From: " + "a@" * 100_000,
        "References: " + "a" * 200_000,
        "References: " + "<" * 200_000,
        "Subject: " + "=?a?q?" * 50_000,
        "Date: " + "(" * 200_000,
        "X-Fold: a" + "\n b" * 200_000,
    ],
)
def test_a_header_made_to_cost_time_costs_none(header: str) -> None:
    mail = parse(raw_mail(headers=header + "\n"))

    assert mail.truncated
    assert mail.text == "Hello."


def test_a_text_longer_than_a_book_is_cut() -> None:
    mail = parse(raw_mail("line\n" * 1_000_000))

    assert mail.truncated
    assert 4_000_000 < len(mail.text) < 4_200_000


def test_a_big_file_takes_a_few_times_its_size_in_memory() -> None:
    size = 8_000_000
    body = base64.encodebytes(bytes(size)).decode()
    big = part(body, "Content-Type: a/b; name=x\nContent-Transfer-Encoding: base64")
    raw = multipart_mail(PLAIN, HTML, big)

    tracemalloc.start()
    try:
        mail = parse(raw)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert mail.attachments[0].size == size
    assert peak < 5 * size
