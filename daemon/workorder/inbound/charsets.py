"""Octets to text, whatever a mail says its charset is.

What mails declare and what they hold differ in well-known ways (the WHATWG Encoding standard
lists most of them); the table below names them. Octets are never refused: where nothing fits,
what cannot be read becomes U+FFFD.
"""

import codecs
import re
from typing import Final

# Python's codecs that turn text into text or octets into octets are no charsets.
_NO_CHARSETS: Final = frozenset(
    {
        "base64",
        "bz2",
        "charmap",
        "hex",
        "idna",
        "mbcs",
        "oem",
        "punycode",
        "quopri",
        "raw_unicode_escape",
        "rot_13",
        "undefined",
        "unicode_escape",
        "uu",
        "zlib",
    },
)

# Charset as declared (see `_key`) to the codec that reads what is really sent under that name:
# mostly the vendor's superset of the standard.
_CODEC_OF: Final = {
    "ansi": "cp1252",
    "ansi_x3.4_1968": "ascii",
    "ascii": "ascii",
    "big5": "cp950",
    "big5_hkscs": "big5hkscs",
    "cn_big5": "cp950",
    "cn_gb": "gb18030",
    "euc_jp": "euc_jp",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312_80": "gb18030",
    "gbk": "gb18030",
    "hz_gb_2312": "hz",
    "iso_2022_jp": "iso2022_jp_ext",
    "iso_8859_1": "cp1252",
    "iso_8859_11": "cp874",
    "iso_8859_8_e": "iso8859_8",
    "iso_8859_8_i": "iso8859_8",
    "iso_8859_9": "cp1254",
    "iso8859_1": "cp1252",
    "ks_c_5601": "cp949",
    "ks_c_5601_1987": "cp949",
    "ksc5601": "cp949",
    "ksc_5601": "cp949",
    "latin1": "cp1252",
    "latin_1": "cp1252",
    "macintosh": "mac_roman",
    "ms_kanji": "cp932",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "tis_620": "cp874",
    "unicode_1_1_utf_7": "utf_7",
    "unicode_1_1_utf_8": "utf_8",
    "us_ascii": "ascii",
    "utf8mb4": "utf_8",
    "windows_31j": "cp932",
    "windows_874": "cp874",
    "windows_949": "cp949",
    "dos_874": "cp874",
    "x_big5": "cp950",
    "x_euc_jp": "euc_jp",
    "x_gbk": "gb18030",
    "x_mac_cyrillic": "mac_cyrillic",
    "x_mac_roman": "mac_roman",
    "x_sjis": "cp932",
    "x_user_defined": "cp1252",
}
# Read next where the first codec fails: the same family, another vendor's additions.
_SECOND: Final = {
    "cp949": ("johab",),
    "cp950": ("big5hkscs", "gb18030"),
    "euc_jp": ("euc_jis_2004", "cp932"),
    "gb18030": ("cp950",),
    "iso2022_jp_ext": ("euc_jp", "cp932"),
    "iso8859_8": ("cp1255",),
}
# Declared in good faith by programs that send UTF-8 all the same.
_WESTERN: Final = frozenset({"ascii", "cp1252", "latin_1", "iso8859_15"})
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf_8"),
    (codecs.BOM_UTF16_LE, "utf_16_le"),
    (codecs.BOM_UTF16_BE, "utf_16_be"),
)
_SEPARATORS: Final = re.compile(r"[\s_-]+")
_NAME: Final = re.compile(r"(?:charset\s*=\s*)?[\s\"']*([\w.:+-]+)", re.ASCII | re.IGNORECASE)
_WINDOWS: Final = re.compile(r"(?:x_)?(?:windows|win|cp|microsoft_cp)_?(\d{3,5})")
_ESCAPES: Final = (b"\x1b$", b"\x1b(")
_MAX_NAME: Final = 64
# A UTF-8 text with some damage keeps at least this many well-formed sequences for one bad octet.
_GOOD_PER_BAD: Final = 4


def codec_name(declared: str | None) -> str | None:
    """Return Python's codec for a declared charset, or None where the name says nothing."""
    match = _NAME.match((declared or "")[:_MAX_NAME].strip())
    if match is None:
        return None
    key = _SEPARATORS.sub("_", match[1].lower())
    if key in _CODEC_OF:
        return _CODEC_OF[key]
    windows = _WINDOWS.match(key)
    try:
        name = codecs.lookup(f"cp{windows[1]}" if windows else key).name
    except (LookupError, UnicodeError):
        return None
    codec = name.replace("-", "_")
    return None if codec in _NO_CHARSETS else _CODEC_OF.get(codec, codec)


def decode(octets: bytes, declared: str | None = None) -> str:
    """Return the text of `octets`; a charset that is missing, unknown or wrong is guessed.

    The result may still hold control characters (see inbound.cleaning); it holds no surrogates.
    """
    for bom, codec in _BOMS:
        if octets.startswith(bom):
            return octets[len(bom) :].decode(codec, "replace")
    codec = codec_name(declared) or "ascii"
    if codec.startswith(("utf_16", "utf_32")):
        return _decode_wide(octets, codec)
    text = _strictly(octets, "utf_8" if codec in _WESTERN else codec)
    if text is None or (codec == "ascii" and "\x1b" in text):
        text = _guess(octets, codec)
    return text


def _strictly(octets: bytes, codec: str) -> str | None:
    """Return the text, or None where `octets` are not wholly of that codec."""
    try:
        text = octets.decode(codec)
        # utf-7 and some others let halves of surrogate pairs through: no Unicode text.
        text.encode("utf-8")
    except (UnicodeError, LookupError):
        return None
    return text


def _decode_wide(octets: bytes, codec: str) -> str:
    """Return the text of UTF-16 or UTF-32 without a byte order mark; Latin text tells the order."""
    if codec in {"utf_16", "utf_32"}:
        little = octets[1:400:2].count(0) >= octets[0:400:2].count(0)
        codec += "_le" if little else "_be"
    text = _strictly(octets, codec)
    if text is not None and (not octets or b"\0" in octets or not octets.isascii()):
        return text
    # A body of plain octets under a wide name: the program converted and left the label.
    return _guess(octets, "ascii") if b"\0" not in octets else octets.decode(codec, "replace")


def _guess(octets: bytes, codec: str) -> str:
    """Return the likeliest text of octets that are not what `codec` allows."""
    if any(escape in octets for escape in _ESCAPES) and octets.isascii():
        text = _strictly(octets, "iso2022_jp_ext") or _strictly(octets, "iso2022_kr")
        if text is not None:
            return text
    for other in ("utf_8", *_SECOND.get(codec, ())):
        text = _strictly(octets, other)
        if text is not None:
            return text
    if codec in _WESTERN or codec == "utf_8":
        return _western_or_damaged_utf8(octets)
    return _scrubbed(octets.decode(codec, "replace"))


def _western_or_damaged_utf8(octets: bytes) -> str:
    """Return UTF-8 with its few bad octets replaced, or windows-1252 where they are many."""
    text = octets.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(character > "\x7f" for character in text) - bad
    if good >= bad * _GOOD_PER_BAD:
        return text
    return octets.decode("cp1252", "replace")


def _scrubbed(text: str) -> str:
    """Return the text with lone surrogates replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")
