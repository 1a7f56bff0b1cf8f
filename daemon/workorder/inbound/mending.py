"""The header block of a mail, mended where the standard library's parser would take it for body.

That parser ends the headers at the first line that is none. Real mails have a space before the
colon (RFC 5322 4.5), a byte order mark, blank lines or an mbox line on top, or a stray line
between two headers; all that follows would be lost to whoever looks for a sender.
"""

import re
from typing import Final

_SOUND: Final = re.compile(rb"(?:[!-9;-~]+:[^\n]*\n|[ \t][^\n]*\n)++\r?\n")
_LEADING: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*\r?\n)*(?:>?From [^\n]*\n)?")
_BLANK_LINE: Final = re.compile(rb"\r?\n[ \t]*\r?\n")
_FIELD: Final = re.compile(rb"([!-9;-~]+)[ \t]*:")
_MAX_HEAD: Final = 1_048_576


def mended_head(raw: bytes) -> tuple[bytes, int]:
    """Return a header block to be parsed in place of the octets before the index returned."""
    if _SOUND.match(raw) or b"\n" not in raw[:_MAX_HEAD]:
        return b"", 0
    start = match.end() if (match := _LEADING.match(raw)) else 0
    blank = _BLANK_LINE.search(raw, start, start + _MAX_HEAD)
    end = blank.end() if blank else len(raw)
    lines = raw[start : min(end, start + _MAX_HEAD)].splitlines(keepends=True)
    first_unsure = _end_of_headers(lines)
    if not any(map(_FIELD.match, lines[:first_unsure])):
        return b"", 0
    kept = [mended for line in lines[:first_unsure] if (mended := _mended(line))]
    return b"".join(kept), start + sum(map(len, lines[:first_unsure]))


def _end_of_headers(lines: list[bytes]) -> int:
    """Return how many lines are headers: up to the last field in the block, less a body's line.

    Where half the lines or more below a stray one are no headers, the body began there without
    a blank line.
    """
    stray = [number for number, line in enumerate(lines) if not _is_header_line(line)]
    for order, number in enumerate(stray):
        below = len(lines) - number - 1
        if (len(stray) - order - 1) * 2 >= below:
            return number
    return len(lines)


def _is_header_line(line: bytes) -> bool:
    return line[:1] in {b" ", b"\t"} or not line.strip() or _FIELD.match(line) is not None


def _mended(line: bytes) -> bytes:
    """Return a header line without spaces before its colon; of a stray line, nothing."""
    if line[:1] in {b" ", b"\t"} or not line.strip():
        return line
    field = _FIELD.match(line)
    return field[1] + b":" + line[field.end() :] if field else b""
