"""Content-Transfer-Encoding undone (RFC 2045 section 6), and uuencode of the time before it."""

import binascii
import re
from typing import Final

_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]+")
_UU_BEGIN: Final = re.compile(r"^begin [0-7]{3,4} (\S[^\r\n]{0,254})\r?\n", re.MULTILINE)
_UU_END: Final = re.compile(r"^end[ \t]*\r?$\n?", re.MULTILINE)
_SAMPLE: Final = 2_000
_MIN_LINE: Final = 16
_FEW_LINES: Final = 4
_MAX_UU_FILES: Final = 100


def decode_transfer(payload: str, encoding: str) -> bytes:
    """Return the octets of a part.

    Args:
        payload: The part's body as the standard library keeps it: ASCII, and octets above 127
            as surrogate escapes.
        encoding: The value of Content-Transfer-Encoding; what is unknown counts as 8bit.
    """
    match encoding.partition(";")[0].strip().strip("\"'").lower():
        case "base64" | "base-64":
            return _base64(payload)
        case "quoted-printable" | "quotedprintable" | "quoted_printable":
            return binascii.a2b_qp(octets_of(payload))
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            _, files = split_uuencoded(payload)
            return files[0][1] if files else octets_of(payload)
        case _:
            return octets_of(payload)


def octets_of(text: str) -> bytes:
    """Return the octets that the standard library kept in `text` as surrogate escapes."""
    if text.isascii():
        return text.encode("ascii")
    # Never from the wire, only from a caller with a text of its own: letters go as UTF-8.
    return text.encode("utf-8", "surrogateescape")


def _base64(payload: str) -> bytes:
    """Return what base64 holds, damaged or joined from several pieces as it may be."""
    words = payload[:_SAMPLE].split()
    if len(words) >= _FEW_LINES and sum(map(len, words)) < len(words) * _MIN_LINE:
        # Prose under a wrong label: lines of base64 are long and hold no spaces.
        return octets_of(payload)
    padding = payload.find("=")
    if payload.isascii() and (padding < 0 or not payload[padding:].strip("=\r\n \t")):
        try:
            # Straight from the text: a big file is in memory once as text, once as octets.
            return binascii.a2b_base64(payload)
        except binascii.Error:
            pass
    pieces = (_NOT_BASE64.sub(b"", piece) for piece in octets_of(payload).split(b"="))
    return b"".join(map(_base64_piece, pieces))


def _base64_piece(piece: bytes) -> bytes:
    """Return what a run of base64 letters holds; a letter too many is dropped."""
    whole = piece[: len(piece) - 1] if len(piece) % 4 == 1 else piece
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def split_uuencoded(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Take uuencoded files out of a text; return what is left and (name, content) of each."""
    files: list[tuple[str, bytes]] = []
    kept: list[str] = []
    position = 0
    while len(files) < _MAX_UU_FILES and (begin := _UU_BEGIN.search(text, position)):
        end = _UU_END.search(text, begin.end())
        if end is None:
            break
        content = _uu_content(text[begin.end() : end.start()])
        kept.append(text[position : begin.start() if content else end.end()])
        if content:
            files.append((begin[1].strip(), content))
        position = end.end()
    kept.append(text[position:])
    return "".join(kept), files


def _uu_content(block: str) -> bytes:
    """Return what the lines between begin and end hold, or b'' where they are no uuencode."""
    content: list[bytes] = []
    for line in block.splitlines():
        try:
            content.append(binascii.a2b_uu(line))
        except (binascii.Error, ValueError):
            # Encoders that pad a line short or long; the length letter says what counts.
            wanted = (((ord(line[0]) - 32) & 63) * 4 + 5) // 3
            try:
                content.append(binascii.a2b_uu(line[:wanted]))
            except (binascii.Error, ValueError):
                return b""
    return b"".join(content)
