"""Blocks of header lines and separators that clients put above a quoted or forwarded mail."""

import re
from enum import Enum, auto

from workorder.inbound.attributions import framed_core
from workorder.inbound.quote_lines import Page, fold
from workorder.inbound.quote_words import (
    FORWARD,
    LABELS,
    ORIGINAL,
    REPLY_ABOVE,
    SOURCE_LABELS,
    Role,
)

_MAX_LABEL = 24
_MAX_BLOCK = 40
_MAX_LOOSE = 3
_LONG_SUBJECT = 40  # characters from which on a client may have wrapped it
_MIN_ROLES = 3
_MACHINE_DATE = re.compile(r"\d\d:\d\d:\d\d [+-]\d{4}")  # nobody types it so
_TELLING = {Role.FROM, Role.DATE, Role.SENT, Role.TO, Role.SUBJECT}
_SEPARATOR_FIRST = "-–—=*_~#"
_FOLDED_LABELS = {fold(word): role for word, role in LABELS.items()}
_FOLDED_ORIGINAL = frozenset(map(fold, ORIGINAL))
_FOLDED_FORWARD = frozenset(map(fold, FORWARD))
_SOURCE_LABELS = frozenset(SOURCE_LABELS)
_FOLDED_ABOVE = tuple(map(fold, REPLY_ABOVE))


class Separator(Enum):
    """What a line between the new text and an older mail announces."""

    ORIGINAL = auto()
    FORWARD = auto()


def separator(line: str) -> Separator | None:
    """Return what a line such as `-----Original Message-----` announces, or None for others."""
    if (
        not line
        or len(line) > 4 * _MAX_LABEL
        or not (line[0] in _SEPARATOR_FIRST or line[-1] == ":")
    ):
        return None
    core = framed_core(line)
    if not (core or line[-1] == ":" or line[0] == "#"):
        return None
    words = fold(core or line).strip(" :*_.#-")
    if words in _FOLDED_FORWARD or words.startswith("forwarded by "):
        return Separator.FORWARD
    if core and words in _FOLDED_ORIGINAL:
        return Separator.ORIGINAL
    asks = words.startswith(_FOLDED_ABOVE) or words.endswith(_FOLDED_ABOVE)
    return Separator.ORIGINAL if asks and line[0] in _SEPARATOR_FIRST else None


def is_bare_original(line: str) -> bool:
    """Whether a line says "Original Message" without a frame, as BlackBerry writes it."""
    return fold(line).strip(" :*_") in _FOLDED_ORIGINAL


def header_block_end(page: Page, start: int) -> int | None:
    """Return the line behind the header block that starts at `start`, or None for none there.

    A few lines that look alike are no block: it must name the sender and two more of date,
    recipient and subject, and be unlike a delivery slip ("From: Berlin, To: Munich"). Prose right
    below it, without a blank line, is only believed below a complete one.
    """
    roles: dict[Role, str] = {}
    index, loose = start, 0
    while index < min(len(page.clean), start + _MAX_BLOCK):
        line = page.clean[index]
        role, value = _header(line)
        ends = not line and not _goes_on(page, index, roles)
        if ends or (role and role is not Role.OTHER and role in roles):
            break
        if role:
            roles[role] = value
            loose = 0
        elif not roles:
            return None
        elif line:
            loose += not _belongs(line, roles)
            if loose > _MAX_LOOSE:
                break
            _add_to_last(roles, line)
        index += 1
    complete = len(roles.keys() & _TELLING) > _MIN_ROLES
    if not _is_block(roles) or (loose and not complete) or _is_source(page, start, index):
        return None
    return index


def _is_source(page: Page, start: int, end: int) -> bool:
    """Whether the lines are part of a mail's source, as people paste it and bounces show it."""
    first = start
    while first and page.clean[first - 1] and start - first < _MAX_BLOCK:
        first -= 1
    labels = (line[:_MAX_BLOCK].partition(":")[0] for line in page.clean[first:end])
    return any(label.lower() in _SOURCE_LABELS for label in labels)


def starts_with_label(line: str) -> bool:
    """Whether a cleaned line begins with one of the labels of a header block."""
    return _header(line)[0] is not None


def _header(line: str) -> tuple[Role | None, str]:
    label, colon, value = line[: 4 * _MAX_BLOCK].partition(":")
    if not colon or len(label) > _MAX_LABEL or label.startswith("* "):  # an item of a list
        return None, ""
    return _FOLDED_LABELS.get(fold(label).strip(" *_")), value.strip(" *_\t")


def _goes_on(page: Page, blank: int, roles: dict[Role, str]) -> bool:
    """Whether the block goes on behind a blank line: HTML turned to text has such lines."""
    behind = page.following[blank]
    if behind >= len(page.clean) or behind > blank + 1:
        return False
    role, _ = _header(page.clean[behind])
    return role is not None and role not in roles


def _belongs(line: str, roles: dict[Role, str]) -> bool:
    """Whether a line without a label is the rest of a header: addresses, or a long subject."""
    addresses = "@" in line or line.endswith((";", ",")) or line.startswith("<")
    last = next(reversed(roles))
    return addresses or (last is Role.SUBJECT and len(roles[last]) > _LONG_SUBJECT)


def _add_to_last(roles: dict[Role, str], line: str) -> None:
    last = next(reversed(roles))
    roles[last] = f"{roles[last]} {line}"[: _MAX_BLOCK * 4]


def _is_block(roles: dict[Role, str]) -> bool:
    if roles.keys() == {Role.DATE, Role.TO}:
        return bool(_MACHINE_DATE.search(roles[Role.DATE])) and "@" in roles[Role.TO]
    if Role.FROM not in roles or not roles[Role.FROM]:
        return False
    when = roles.get(Role.SENT) or roles.get(Role.DATE) or ""
    dated = any(c.isdigit() for c in when)
    mailed = any("@" in value for value in roles.values())
    if len(roles.keys() & _TELLING) < _MIN_ROLES:
        return "@" in roles[Role.FROM] and _MACHINE_DATE.search(when) is not None
    return dated and (mailed or Role.SENT in roles or Role.SUBJECT in roles)
