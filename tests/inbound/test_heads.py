"""The headers of a mail alone."""

import pytest

from workorder.inbound.heads import head_alone, read_fields


def test_names_keep_their_letters_and_values_are_unfolded_and_stay_encoded() -> None:
    raw = (
        b"Received: by mx.example\r\n\twith ESMTP\r\n"
        b"x-iNtErNaL: =?utf-8?q?Yes?=\r\nX-INTERNAL:  No \r\n\r\nX-Body: no\r\n"
    )
    assert read_fields(raw) == (
        ("Received", "by mx.example with ESMTP"),
        ("x-iNtErNaL", "=?utf-8?q?Yes?="),
        ("X-INTERNAL", "No"),
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"A: 1\r\nB: 2\r\n\r\nC: 3\r\n",
        b"A: 1\nB: 2\n\nC: 3\n",
        b"A: 1\nB: 2\n\nC: 3\r\n\r\nD: 4\r\n",
        b"\r\n\r\nA: 1\r\nB: 2\r\n\r\nC: 3\r\n",
        b"A: 1\r\nB: 2",
    ],
)
def test_the_text_is_never_read_for_headers(raw: bytes) -> None:
    assert read_fields(raw) == (("A", "1"), ("B", "2"))


@pytest.mark.parametrize(
    "raw", [b"", b"\0\xff\xfe", b"\r\n\r\n", b"no header at all\r\n", b":\r\n"]
)
def test_what_is_no_mail_has_no_headers(raw: bytes) -> None:
    assert read_fields(raw) == ()


def test_a_head_ends_as_a_head_does() -> None:
    assert head_alone(b"A: 1\r\n\r\ntext") == b"A: 1\r\n\r\n"
    assert head_alone(b"A: 1") == b"A: 1\r\n\r\n"
