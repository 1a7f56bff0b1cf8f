"""What the writer of a mail wrote anew: without the quoted mail and without the signature.

A person's words must never be swallowed, so whatever is not clearly quoted, and clearly the
client's doing, stays; the mail is kept whole elsewhere. In particular:

* a forwarded mail stays, for it is what the mail is about;
* quoted lines stay where the answers stand between them;
* header lines that somebody pasted ("this is the mail I mean:") stay;
* where nothing else was written, what would be the quoted mail stays, unless every line of it is
  marked as quoted.

All work is done in passes over the lines with look-around of bounded length.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from workorder.inbound.attributions import attribution_start
from workorder.inbound.quote_headers import (
    Separator,
    header_block_end,
    is_bare_original,
    separator,
    starts_with_label,
)
from workorder.inbound.quote_lines import Page, fold, page_of, unquoted
from workorder.inbound.quote_parts import Reading, own_lines
from workorder.inbound.quote_words import FORWARD_PREFIXES, POINTERS
from workorder.inbound.signatures import end_of_words

_MAX_POINTING = 400  # characters of new text in which "see below" is looked for
_MAX_LOOKED = 10_000  # unquoted lines in which the older mail is looked for
_FORWARD_PREFIXES = frozenset(map(fold, FORWARD_PREFIXES))
_POINTING = tuple(map(fold, POINTERS))
_BLANKS = re.compile(r"\n{4,}")


class _Kind(Enum):
    ATTRIBUTION = auto()
    HEADERS = auto()
    ORIGINAL = auto()
    FORWARD = auto()


_PASTED = frozenset((_Kind.HEADERS, _Kind.ORIGINAL))  # what people also paste themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """Lines [start, end) that a client put above an older mail."""

    kind: _Kind
    start: int
    end: int


def new_text(text: str) -> str:
    """Return what was written anew in a mail's text (LF line ends), without blank edges.

    Empty where a mail does nothing but quote or sign.
    """
    page = page_of(_BLANKS.sub("\n\n\n", text))
    reading = _read(page)
    tail = range(_with_blank(page, reading.kept_from), len(page.raw))
    return _joined(page, [*own_lines(page, reading), *tail])


def new_text_of(subject: str, text: str) -> str:
    """Return `forwarded_text` where the subject begins as a forward's, else `new_text`."""
    prefix, colon, _ = subject.strip().partition(":")
    is_forward = bool(colon) and fold(prefix).strip() in _FORWARD_PREFIXES
    return forwarded_text(text) if is_forward else new_text(text)


def forwarded_text(text: str) -> str:
    """Return the text of a mail that is known to be a forward, for example from its subject.

    Outlook marks a forwarded mail as it marks the one answered to. Only the signature above it is
    taken off; the forwarded mail stays whole.
    """
    page = page_of(text)
    start = next((mark.start for mark in _marks(page)), len(page.raw))
    end = end_of_words(page.clean[:start])
    return _joined(page, [*range(end), *range(_with_blank(page, start), len(page.raw))])


def _with_blank(page: Page, start: int) -> int:
    return start - 1 if 0 < start < len(page.clean) and not page.clean[start - 1] else start


def _joined(page: Page, kept: list[int]) -> str:
    lines: list[str] = []
    last = -1
    for index in kept:
        blank = not page.clean[index]
        # where something was taken out, one blank line is enough
        if not (blank and (not lines or (index != last + 1 and not lines[-1]))):
            lines.append("" if blank else page.raw[index].rstrip())
        last = index
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)


def _read(page: Page) -> Reading:
    """Find where the older mail begins, if it does, and which attributions to leave out."""
    size = len(page.raw)
    dropped: set[int] = set()
    introduced: set[int] = set()
    since = 0
    end = kept_from = size
    for mark in _marks(page):
        marked = page.mark_below(mark.end) if mark.kind is _Kind.ATTRIBUTION else ""
        if mark.kind in _PASTED and _is_pasted(page, mark.start):
            continue
        if marked:
            introduced.add(page.following[mark.end])
            dropped.update(range(mark.start, mark.end))
            dropped.update(_barred(page, mark.end))
            continue
        start = _with_bare_original(page, mark.start)
        own = _words(page, dropped, since, start)
        since = mark.end
        if mark.kind is _Kind.ATTRIBUTION and not own:
            dropped.update(range(mark.start, mark.end))
            continue
        end = start
        stays = mark.kind is _Kind.FORWARD or not own or _points_below(own)
        kept_from = end if stays else size
        break
    return Reading(
        end=end,
        kept_from=kept_from,
        dropped=frozenset(dropped),
        introduced=frozenset(introduced),
    )


def _marks(page: Page) -> Iterator[_Mark]:
    """Yield every mark on unquoted lines, and a quoted forward that no attribution stands above."""
    index, size = 0, len(page.clean)
    behind, introduced, looked = 0, -1, 0
    while (index := page.following[index] if index < size else size) < size:
        if page.quoted[index]:
            forward = separator(unquoted(page.clean[index])) is Separator.FORWARD
            if forward and index != introduced:
                yield _Mark(kind=_Kind.FORWARD, start=index, end=index + 1)
            index = _behind_quote(page, index)
            continue
        looked += 1
        if looked > _MAX_LOOKED:
            return
        mark = _mark_at(page, index)
        if mark and mark.start >= behind:
            yield mark
            behind = mark.end
            introduced = page.following[behind] if behind < size else size
        index = mark.end if mark else index + 1


def _mark_at(page: Page, index: int) -> _Mark | None:
    line = page.clean[index]
    found = separator(line)
    if found:
        kind = _Kind.FORWARD if found is Separator.FORWARD else _Kind.ORIGINAL
        below = page.following[index + 1] if index + 1 < len(page.clean) else index
        return _Mark(kind=kind, start=index, end=header_block_end(page, below) or index + 1)
    if starts_with_label(line) and (end := header_block_end(page, index)) is not None:
        return _Mark(kind=_Kind.HEADERS, start=index, end=end)
    start = attribution_start(page, index)
    if start is None:
        return None
    return _Mark(kind=_Kind.ATTRIBUTION, start=start, end=index + 1)


def _behind_quote(page: Page, index: int) -> int:
    while index < len(page.clean) and page.quoted[index]:
        index = page.following[index + 1] if index + 1 < len(page.clean) else len(page.clean)
    return index


def _barred(page: Page, start: int) -> range:
    """The lines quoted with bars below an attribution."""
    end = first = page.following[start]
    while end < len(page.clean) and page.clean[end][:1] == "|":
        end += 1
    return range(first, end)


def _words(page: Page, dropped: set[int], start: int, end: int) -> list[str]:
    """The writer's lines in [start, end), none where they are but a signature."""
    lines = [page.clean[i] for i in range(start, end) if i not in dropped and not page.quoted[i]]
    return lines[: end_of_words(lines)]


def _is_pasted(page: Page, start: int) -> bool:
    """Whether prose that ends with a colon leads to a header block: its writer put it there."""
    above = next((i for i in range(start - 1, max(-1, start - 4), -1) if page.clean[i]), None)
    return above is not None and page.clean[above].endswith(":") and not page.quoted[above]


def _points_below(own: list[str]) -> bool:
    """Whether short new text says that the answers stand in the mail below it."""
    text = " ".join(own)
    return len(text) <= _MAX_POINTING and any(phrase in fold(text) for phrase in _POINTING)


def _with_bare_original(page: Page, start: int) -> int:
    above = next((i for i in range(start - 1, max(-1, start - 4), -1) if page.clean[i]), None)
    return above if above is not None and is_bare_original(page.clean[above]) else start
