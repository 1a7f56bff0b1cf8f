"""The header lines that a client puts above a mail it passes on, read for who wrote it.

`quote_headers` answers where such lines end; here they are read. A client wraps a long line where
it likes, and what stands in a name is the sender's choice: whoever chooses it well can make one
header look like several. So a block that goes on where it should have ended names nobody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from workorder.inbound.forward_words import HEADER_LABELS
from workorder.inbound.quote_lines import Page, cleaned, fold
from workorder.inbound.quote_words import Role

_MAX_LABEL: Final = 24
_MAX_LINES: Final = 40
_MAX_PARAGRAPH: Final = 400
_MAX_STRAYS: Final = 3  # lines in a row that look like no part of a header
_MAX_RUN: Final = 2_000  # characters of headers that stand on one line
_MIN_RUN: Final = 3  # of them
_LONG_SUBJECT: Final = 40  # characters from which on a client may have wrapped it
_LEAST_WIDTH: Final = 50  # of lines that a client wraps
_TELLING: Final = frozenset({Role.FROM, Role.SENT, Role.DATE, Role.TO, Role.SUBJECT})
_COLON: Final = re.compile("[:\uff1a]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of header lines; `end` is the line behind it.

    `sender` is what stands behind the label for the author, '' where that cannot be told apart
    from the rest; `label` that label, folded.
    """

    end: int
    sender: str
    label: str
    subject: str


@dataclass(slots=True)
class _Header:
    """A header on the lines [start, end), which grow while it is read."""

    role: Role
    label: str
    start: int
    end: int


def role_of(line: str) -> Role | None:
    """Return what a cleaned line of a header block tells, by the label it begins with."""
    label, colon, _ = line[: 2 * _MAX_LABEL].partition(":")
    return HEADER_LABELS.get(_folded(label)) if colon and len(label) <= _MAX_LABEL else None


def read_block(page: Page, start: int) -> Block | None:
    """Read the block that starts at a line, or return None where no line of it names an author."""
    headers, sound = _headers(page, start)
    author = next((header for header in headers if header.role is Role.FROM), None)
    run = read_run(page.raw[(author or headers[0]).start], start + 1) if headers else None
    if run is not None and len(headers) > 1:
        # Several headers on one line, and more below it: the first ones were part of a name.
        return replace(run, end=headers[-1].end, sender="")
    if run is not None:
        return run if sound else replace(run, sender="")
    if author is None:
        return None
    subject = next((header for header in headers if header.role is Role.SUBJECT), None)
    sound = sound and not _may_hide_address(page, headers, author)
    return Block(
        end=headers[-1].end,
        sender=_value(page, author) if sound else "",
        label=author.label,
        subject=_value(page, subject) if subject else "",
    )


def _headers(page: Page, start: int) -> tuple[list[_Header], bool]:
    """Read headers up to where they end, and whether nothing in them can be a sender's doing."""
    headers: list[_Header] = []
    strays = 0
    for index in range(start, min(len(page.clean), start + _MAX_LINES)):
        line = page.clean[index]
        role = role_of(line)
        if role in _TELLING and any(_one(header.role) is _one(role) for header in headers):
            return _ended(page, headers), not page.clean[index - 1]
        if role:
            label = _folded(line[:_MAX_LABEL].partition(":")[0])
            headers.append(_Header(role=role, label=label, start=index, end=index + 1))
            strays = 0
        elif not headers or (not line and not _goes_on(page, index, headers)):
            return _ended(page, headers), True
        elif line:
            strays += not _is_rest(page, index, headers[-1])
            if strays > _MAX_STRAYS and headers[-1].role is not Role.FROM:
                break
    sound = _is_author_first(headers) and not _comes_again(page, start, headers)
    return _ended(page, headers), sound


def _one(role: Role) -> Role:
    """No client writes both Sent and Date."""
    return Role.DATE if role is Role.SENT else role


def _is_author_first(headers: list[_Header]) -> bool:
    """Whether nothing that a sender words stands above the author; dates are the client's."""
    roles = [header.role for header in headers]
    above = roles[: roles.index(Role.FROM)] if Role.FROM in roles else []
    return set(above) <= {Role.SENT, Role.DATE}


def _may_hide_address(page: Page, headers: list[_Header], author: _Header) -> bool:
    """Whether the header below an author, which few clients write there, may be its rest."""
    below = next((header for header in headers if header.start >= author.end), None)
    if below is None or below.role is not Role.OTHER or "@" not in _value(page, below):
        return False
    room = len(page.clean[author.end - 1]) + len(page.clean[below.start].split(maxsplit=1)[0])
    return room >= _LEAST_WIDTH


def _comes_again(page: Page, start: int, headers: list[_Header]) -> bool:
    """Whether below lines that look like the mail itself the real headers go on after all."""
    seen = {_one(header.role) for header in headers} & _TELLING
    for line in page.clean[headers[-1].end : start + _MAX_PARAGRAPH]:
        role = role_of(line)
        if not line or (role and _one(role) in seen):
            return bool(line)
    return False


def _goes_on(page: Page, blank: int, headers: list[_Header]) -> bool:
    """Whether more of the block follows a blank line: HTML turned to text has such lines."""
    behind = page.following[blank]
    if behind != blank + 1 or behind >= len(page.clean):
        return False
    seen = {header.role for header in headers}
    dated = not seen.isdisjoint({Role.SENT, Role.DATE})
    if dated and seen >= {Role.FROM, Role.TO, Role.SUBJECT}:
        return False
    role = role_of(page.clean[behind])
    return role is not None and role not in seen


def _ended(page: Page, headers: list[_Header]) -> list[_Header]:
    """Give each header its lines without a label: all up to the next one, or the rest of it."""
    for header, below in pairwise(headers):
        header.end = below.start
    if headers:
        last = headers[-1]
        while last.end < len(page.clean) and page.clean[last.end] and _is_last_rest(page, last):
            last.end += 1
    return headers


def _is_last_rest(page: Page, last: _Header) -> bool:
    # Whatever stands right below the author is looked at: it may hold a second address.
    if last.role is Role.FROM:
        return last.end < last.start + _MAX_LINES
    return _is_rest(page, last.end, last)


def _is_rest(page: Page, index: int, header: _Header) -> bool:
    """Whether a line without a label is the rest of the header above it."""
    line = page.clean[index]
    if header.role is not Role.SUBJECT:
        return "@" in line or line[-1] in ";," or line[0] == "<"
    alone = index + 1 >= len(page.clean) or not page.clean[index + 1]
    long = len(page.clean[header.start]) > _LONG_SUBJECT
    return long and alone and index == header.start + 1


def _value(page: Page, header: _Header) -> str:
    """What stands behind the label, as it came: what cannot be seen in it matters."""
    first, *others = page.raw[header.start : header.end]
    behind = _COLON.split(first, maxsplit=1)[-1]
    return " ".join(part for line in (behind, *others) if (part := line.strip()))


def read_run(raw: str, end: int) -> Block | None:
    """Read headers that all stand on one line, as Yahoo and Samsung send them, or return None.

    Labels that no client writes in that order may be made of the words of a name: the author is
    then not told.

    Args:
        raw: The line as it came, from the first label on.
        end: The line behind it.
    """
    marks = list(_labels(raw)) if len(raw) <= _MAX_RUN else []
    roles = [role for role, _, _ in marks if role in _TELLING]
    begins = bool(marks) and not cleaned(raw[: marks[0][1]]).strip(" *_\t")
    if len(set(roles)) < _MIN_RUN or Role.FROM not in roles or not begins:
        return None
    ends = [*(start for _, start, _ in marks[1:]), len(raw)]
    parts = [
        (role, raw[start:behind], raw[behind:stop])
        for (role, start, behind), stop in zip(marks, ends, strict=True)
    ]
    label, sender = next((label, value) for role, label, value in parts if role is Role.FROM)
    subject = next((value for role, _, value in parts if role is Role.SUBJECT), "")
    return Block(
        end=end,
        sender=sender.strip() if _is_in_order([role for role, _, _ in marks]) else "",
        label=_folded(label[:-1]),
        subject=subject.strip(),
    )


def _is_in_order(roles: list[Role]) -> bool:
    """Whether each header comes once, the subject last, and no copies right behind the author."""
    telling = [_one(role) for role in roles if role in _TELLING]
    once = len(set(telling)) == len(telling)
    last = Role.SUBJECT not in telling[:-1]
    behind = roles[roles.index(Role.FROM) + 1 :][:1]
    return once and last and Role.OTHER not in behind


def _labels(line: str) -> Iterator[tuple[Role, int, int]]:
    """Yield role, start and end of each label with its colon; it may stick to what is before it."""
    for colon in _COLON.finditer(line):
        for start in range(max(colon.start() - _MAX_LABEL, 0), colon.start()):
            label = line[start : colon.start()]
            role = None if label[0].islower() or label[0] == " " else _role_of_label(label)
            if role:
                yield role, start, colon.end()
                break


def _role_of_label(label: str) -> Role | None:
    return HEADER_LABELS.get(_folded(label))


def _folded(label: str) -> str:
    return fold(label).strip(" *_\t\u00a0")
