import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workorder.inbound.charsets import codec_name, decode


@pytest.mark.parametrize(
    ("declared", "octets", "text"),
    [
        ("utf-8", "Grüße".encode(), "Grüße"),
        ("iso-8859-1", "café “x”".encode("cp1252"), "café “x”"),
        ("windows-1251", "Принтер".encode("cp1251"), "Принтер"),
        ("cp-1250", "žluťoučký".encode("cp1250"), "žluťoučký"),
        ("koi8-r", "Принтер".encode("koi8-r"), "Принтер"),
        ("koi8-u", "Їжак".encode("koi8-u"), "Їжак"),
        ("gb2312", "朱镕基".encode("gbk"), "朱镕基"),
        ("GB18030", "你好𠀋".encode("gb18030"), "你好𠀋"),
        ("x-gbk", "你好".encode("gbk"), "你好"),
        ("big5", "繁體".encode("cp950"), "繁體"),
        ("ks_c_5601-1987", "똠방각하".encode("cp949"), "똠방각하"),
        ("euc-kr", "한글".encode("euc_kr"), "한글"),
        ("shift_jis", "①髙".encode("cp932"), "①髙"),
        ("iso-2022-jp", "まみむ".encode("iso2022_jp"), "まみむ"),
        ("euc-jp", "日本".encode("euc_jp"), "日本"),
        ("iso-8859-8-i", "שלום".encode("iso8859_8"), "שלום"),
        ("iso-8859-8-I", "שלום".encode("cp1255"), "שלום"),
        ("windows-1256", "سلام".encode("cp1256"), "سلام"),
        ("windows-874", "ไทย".encode("cp874"), "ไทย"),
        ("tis-620", "ไทย".encode("cp874"), "ไทย"),
        ("utf-7", b"Hi +AOQ-!", "Hi ä!"),
        ("unicode-1-1-utf-7", b"+AOQ-", "ä"),
        ("utf-16", "Grüße".encode("utf-16"), "Grüße"),
        ("utf-16le", "Grüße".encode("utf-16-le"), "Grüße"),
        ("utf-16", "Grüße".encode("utf-16-be"), "Grüße"),
        ("utf-16", b"only ascii", "only ascii"),
        ("macintosh", "café".encode("mac_roman"), "café"),
        ("hz-gb-2312", "你好".encode("hz"), "你好"),
        ('"utf-8"', "ä".encode(), "ä"),
        ("'iso-8859-1'", b"\xe4", "ä"),
        ("charset=utf-8", "ä".encode(), "ä"),
        ("utf8; format=flowed", "ä".encode(), "ä"),
        ("x-nobody-knows", "ä".encode(), "ä"),
        ("x-nobody-knows", b"\xe4", "ä"),
        (None, "ä".encode(), "ä"),
        (None, b"caf\xe9", "café"),
        (None, "まみむ".encode("iso2022_jp"), "まみむ"),
        ("us-ascii", "ä".encode(), "ä"),
        ("iso-8859-1", "Größe".encode(), "Größe"),
        ("utf-8", "Größe".encode("cp1252"), "Größe"),
        ("iso-2022-jp", "送信".encode("euc_jp"), "送信"),
        ("utf-8", b"\xef\xbb\xbfhi", "hi"),
        ("iso-8859-1", "ä".encode("utf-8-sig"), "ä"),
        ("rot13", b"abc", "abc"),
        ("base64", b"YWJj", "YWJj"),
        ("undefined", b"abc", "abc"),
        ("unicode_escape", b"\\x41", "\\x41"),
    ],
)
def test_octets_are_read_as_they_were_meant(declared: str | None, octets: bytes, text: str) -> None:
    assert decode(octets, declared) == text


def test_a_little_damage_costs_a_letter_and_not_the_text() -> None:
    text = decode("Größe äöü Straße".encode() + b"\xff", "utf-8")

    assert text == "Größe äöü Straße\ufffd"


def test_halves_of_surrogate_pairs_never_come_out() -> None:
    assert "\ud800" not in decode(b"+2AA-x", "utf-7")


@pytest.mark.parametrize(
    "name", ["", " ", "\0", "a" * 5_000, "..", "../x", "zlib", "hex", "é", None]
)
def test_a_name_that_is_no_charset_is_none(name: str | None) -> None:
    assert codec_name(name) is None


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.binary(max_size=60),
    st.sampled_from(
        ["utf-8", "utf-7", "utf-16", "utf-32", "gb2312", "iso-2022-jp", "hz", "big5", "euc-kr", "x"]
    )
    | st.text(max_size=20),
)
def test_every_octet_string_has_a_text(octets: bytes, declared: str) -> None:
    decode(octets, declared).encode("utf-8")
