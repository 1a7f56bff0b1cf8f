from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbound.parse_mails import HTML, PDF, PICTURE, PLAIN, multipart, multipart_mail, part, raw_mail
from workorder.errors import ParseError
from workorder.inbound.parse import parse, parse_head

CONTROLS = [chr(code) for code in (*range(9), *range(11, 32), *range(127, 160))]
STATUS = part(
    "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; bob@x.example\nAction: failed\n",
    "Content-Type: message/delivery-status",
)
ATTACHED = part("Subject: Inner\n\nHi", "Content-Type: message/rfc822")
SEEDS = [
    raw_mail("Hello.\r\n> quoted\r\n-- \r\nJane", headers="To: a@x.example, B <b@x.example>\n"),
    raw_mail(
        "Gr=C3=BC=C3=9Fe =\r\nHi",
        headers="Subject: =?utf-8?q?Dr=C3=BCcker?=\nReferences: <a@x>\n <b@x>\nDate: x\n",
        content="Content-Type: text/plain; charset=gb2312; format=flowed\n"
        "Content-Transfer-Encoding: quoted-printable\n",
    ),
    multipart_mail(multipart(PLAIN, HTML, subtype="alternative", boundary="i"), PICTURE, PDF),
    multipart_mail(PLAIN, STATUS, ATTACHED, subtype="report"),
    raw_mail(
        "<div><blockquote>x</blockquote><a href='http://x'>y", content="Content-Type: text/html\n"
    ),
]


def strings(value: object) -> Iterator[str]:
    """Every string in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif is_dataclass(value):
        for each in fields(value):
            yield from strings(getattr(value, each.name))


def check(raw: bytes) -> None:
    """Parse; only ParseError may escape, and what comes out keeps InboundMail's promises."""
    try:
        mails = (parse(raw), parse_head(raw, len(raw) + 1))
    except ParseError:
        return
    for mail in mails:
        for text in strings(mail):
            text.encode("utf-8")
            assert not any(control in text for control in CONTROLS), repr(text)
        assert all("\n" not in value for _, value in mail.headers)
        assert all("\n" not in file.name and "/" not in file.name for file in mail.attachments)
        assert all(len(file.name.encode()) <= 120 for file in mail.attachments)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_are_a_mail_or_a_parse_error(raw: bytes) -> None:
    check(raw)
    check(b"Subject: x\r\n" + raw)


@settings(
    derandomize=True, max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(st.sampled_from(SEEDS), st.data())
def test_damaged_mails_are_a_mail_or_a_parse_error(seed: bytes, data: st.DataObject) -> None:
    raw = bytearray(seed)
    for _ in range(data.draw(st.integers(0, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    lines = bytes(raw).splitlines(keepends=True)
    if data.draw(st.booleans()):
        index = data.draw(st.integers(0, len(lines) - 1))
        lines[index:index] = lines[index : index + data.draw(st.integers(1, 4))] * 2
    damaged = b"".join(lines)

    check(damaged[: data.draw(st.integers(0, len(damaged)))])
