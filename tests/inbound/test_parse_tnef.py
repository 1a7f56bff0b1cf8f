import base64
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbound.parse_mails import PLAIN, multipart_mail, part
from workorder.core.message import InboundMail
from workorder.inbound.mapi import TnefError
from workorder.inbound.parse import parse
from workorder.inbound.rtf import decompress_rtf
from workorder.inbound.tnef import read_tnef

START = struct.pack("<IH", 0x223E9F78, 1)
UNICODE, LETTERS, BINARY = 0x1F, 0x1E, 0x102


def attribute(level: int, name: int, value: bytes) -> bytes:
    return (
        struct.pack("<BHHI", level, name, 6, len(value))
        + value
        + struct.pack("<H", sum(value) & 0xFFFF)
    )


def mapi(*properties: tuple[int, int, bytes]) -> bytes:
    out = struct.pack("<I", len(properties))
    for kind, name, value in properties:
        padding = bytes(-len(value) % 4)
        out += struct.pack("<HHII", kind, name, 1, len(value)) + value + padding
    return out


def wide(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le")


FILE = (
    attribute(2, 0x9002, bytes(14))
    + attribute(2, 0x8010, b"REPORT~1.PDF\0")
    + attribute(2, 0x800F, b"%PDF-1.7\0\0")
    + attribute(2, 0x9005, mapi((UNICODE, 0x3707, wide("Bericht für Jane.pdf"))))
)
SECOND = (
    attribute(2, 0x9002, bytes(14))
    + attribute(2, 0x8010, b"b.txt\0")
    + attribute(2, 0x800F, b"two")
)
BODY = attribute(
    1, 0x9003, mapi((UNICODE, 0x1000, wide("Hello from Outlook.")), (LETTERS, 0x37, b"x\0"))
)
RTF = b"{\\rtf1 Hello}"
PLAIN_RTF = struct.pack("<II4sI", len(RTF) + 12, len(RTF), b"MELA", 0) + RTF


def mail_with(octets: bytes, *others: str, name: str = "winmail.dat") -> InboundMail:
    wrapped = part(
        base64.encodebytes(octets).decode(),
        f"Content-Type: application/ms-tnef; name={name}\nContent-Transfer-Encoding: base64",
    )
    return parse(multipart_mail(*others, wrapped))


def test_the_files_of_a_winmail_dat_take_its_place() -> None:
    mail = mail_with(START + FILE + SECOND, PLAIN)

    assert mail.text == "The plain one."
    assert [(file.name, file.content) for file in mail.attachments] == [
        ("Bericht für Jane.pdf", b"%PDF-1.7\0\0"),
        ("b.txt", b"two"),
    ]


def test_its_text_is_shown_where_the_mail_has_none() -> None:
    assert mail_with(START + BODY).text == "Hello from Outlook."
    assert mail_with(START + BODY, PLAIN).text == "The plain one."


def test_its_html_is_shown_where_there_is_nothing_else() -> None:
    html = attribute(
        1, 0x9003, mapi((0x3, 0x3FDE, b"")[:0] or (BINARY, 0x1013, "<p>Grüße</p>".encode()))
    )

    assert mail_with(START + html).text == "Grüße"


def test_text_of_a_code_page_is_decoded_by_it() -> None:
    page = attribute(1, 0x9007, struct.pack("<II", 1251, 0))
    body = attribute(1, 0x800C, "Принтер".encode("cp1251") + b"\0")

    assert read_tnef(START + page + body).text == "Принтер"


def test_a_mail_inside_it_is_kept_as_a_file() -> None:
    inner = START + BODY
    embedded = attribute(2, 0x9002, bytes(14)) + attribute(
        2,
        0x9005,
        mapi((UNICODE, 0x3001, wide("Fwd")), (0x0D, 0x3701, bytes(16) + inner)),
    )

    (file,) = read_tnef(START + embedded).files

    assert (file.name, file.content) == ("Fwd.tnef", inner)


def test_rich_text_alone_is_kept_as_a_file() -> None:
    rich = attribute(1, 0x9003, mapi((BINARY, 0x1009, PLAIN_RTF)))

    (file,) = mail_with(START + rich).attachments

    assert (file.name, file.content) == ("message.rtf", RTF)


def test_compressed_rich_text_is_decompressed() -> None:
    # The example of [MS-OXRTFCP] section 3.1.
    compressed = bytes.fromhex(
        "2d000000 2b000000 4c5a4675 f1c5c7a7 03 000a 00 72 63 70 67 31 32 35 42 32 0a f3 20 68"
        " 65 6c 09 00 20 62 77 05 b0 6c 64 7d 0a 80 0f a0".replace(" ", "")
    )

    assert decompress_rtf(compressed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


@pytest.mark.parametrize("octets", [b"", b"junk", START, START + b"\x01" * 40])
def test_what_is_none_stays_a_file(octets: bytes) -> None:
    mail = mail_with(octets, PLAIN)

    assert [(file.name, file.content) for file in mail.attachments] == [("winmail.dat", octets)]


def test_counts_that_are_not_there_cost_nothing() -> None:
    lie = struct.pack("<I", 2**32 - 1)
    many = attribute(1, 0x9003, lie + bytes(8))
    values = attribute(1, 0x9003, struct.pack("<IHHI", 1, 0x1002, 1, 2**32 - 1) + bytes(8))

    with pytest.raises(TnefError):
        read_tnef(START + many + values)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.data())
def test_only_its_own_error_escapes_from_damaged_octets(data: st.DataObject) -> None:
    octets = bytearray(START + BODY + FILE + SECOND)
    for _ in range(data.draw(st.integers(1, 8))):
        octets[data.draw(st.integers(4, len(octets) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(octets)))

    try:
        tnef = read_tnef(bytes(octets[:cut]))
    except TnefError:
        return
    assert sum(len(file.content) for file in tnef.files) <= len(octets)
