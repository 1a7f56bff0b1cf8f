"""Where a mail that was passed on begins, and who wrote it: one line of a text at a time."""

from dataclasses import dataclass
from typing import Final

from workorder.core.message import Address
from workorder.inbound.attributions import MAX_LINES, attribution_start, framed_core
from workorder.inbound.forward_author import address_in, author_in
from workorder.inbound.forward_blocks import Block, read_block, read_run, role_of
from workorder.inbound.forward_words import FORWARD_BEGINS, FORWARD_ENDS, FORWARD_WORDS
from workorder.inbound.quote_headers import (
    Separator,
    header_block_end,
    is_bare_original,
    separator,
)
from workorder.inbound.quote_lines import Page, cleaned, fold, page_of
from workorder.inbound.quote_words import Role

MAX_DEPTH: Final = 20  # quote marks that are taken off a line; who writes more plays
_SPACES: Final = " \t\u00a0"
_MAX_SEPARATOR: Final = 200
_MAX_PARAGRAPH: Final = 40
_EDGES: Final = " :*_.#-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A mail's text as it came (`page`) and without quote marks (`bare`): the same lines.

    `depths` says how many marks each line had, up to MAX_DEPTH.
    """

    page: Page
    bare: Page
    depths: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Lines [start, end) above an older mail.

    `forwards`: they say that it was forwarded; else it may have been answered. `label` is the
    word before its author, folded, or ''.
    """

    start: int
    end: int
    forwards: bool
    author: Address | None
    subject: str = ""
    label: str = ""


def sheet_of(text: str) -> Sheet:
    """Return a text (LF line ends) in both forms."""
    page = page_of(text)
    depths = tuple(
        _depth(line) if quoted else 0 for line, quoted in zip(page.clean, page.quoted, strict=True)
    )
    pairs = zip(page.raw, depths, strict=True)
    bare = page_of("\n".join(unmarked(line, depth) for line, depth in pairs))
    return Sheet(page=page, bare=bare, depths=depths)


def unmarked(line: str, depth: int) -> str:
    """Return a line as it came without its first `depth` quote marks, or as many as it has."""
    text, taken = line, False
    for _ in range(depth):
        rest = text.lstrip(_SPACES)
        if cleaned(rest[:1]) != ">":
            break
        text, taken = rest[1:], True
    return text.removeprefix(" ") if taken else text


def mark_at(sheet: Sheet, index: int) -> Mark | None:
    """Return the mark at a line with words, or None; that of an attribution ends there."""
    line = sheet.bare.clean[index]
    if not line:
        return None
    kind = _announced(line)
    if kind is not None:
        return _below(sheet, index, forwards=kind is Separator.FORWARD)
    run = _run_behind_separator(sheet.bare.raw[index], index + 1)
    if run is not None:
        return _mark(run, start=index, end=run.end, forwards=True)
    if role_of(line) and header_block_end(sheet.bare, index) is not None:
        block = read_block(sheet.bare, index)
        if block is not None:
            start = _with_bare_original(sheet.bare, index)
            return _mark(block, start=start, end=block.end, forwards=False)
    if role_of(line) is Role.FROM and _names_somebody(sheet.bare, index):
        return Mark(start=index, end=index + 1, forwards=False, author=None)
    return _attribution(sheet, index)


def ends_forward(line: str) -> bool:
    """Whether a cleaned line says that the forwarded mail ends above it."""
    core = framed_core(line) if line[:1] == "-" else ""
    return bool(core) and fold(core).strip(_EDGES).startswith(FORWARD_ENDS)


def _depth(line: str) -> int:
    depth = 0
    for character in line:
        if depth == MAX_DEPTH or character not in "> \t":
            break
        depth += character == ">"
    return depth


def _announced(line: str) -> Separator | None:
    """What a line announces, with the forms that only stand above a forwarded mail."""
    found = separator(line)
    if found is not None or not line or len(line) > _MAX_SEPARATOR:
        return found
    core = framed_core(line)
    words = fold(core or line).strip(_EDGES)
    framed = bool(core) or line[-1] == ":"
    told = (framed and words in FORWARD_WORDS) or (core and words.startswith(FORWARD_BEGINS))
    return Separator.FORWARD if told else None


def _below(sheet: Sheet, index: int, *, forwards: bool) -> Mark:
    """The mark that begins with a separator: with the headers or the attribution below it."""
    bare = sheet.bare
    below = bare.following[index + 1] if index + 1 < len(bare.clean) else len(bare.clean)
    block = read_block(bare, below) if below < len(bare.clean) else None
    if block is not None:
        end = _behind_closing(bare, block.end)
        return _mark(block, start=index, end=end, forwards=forwards)
    if below < len(bare.clean) and role_of(bare.clean[below]) is not None:
        # Headers that cannot be read; a sentence in them is some sender's.
        return Mark(start=index, end=index + 1, forwards=forwards, author=None)
    for last in range(below, min(below + MAX_LINES, len(bare.clean))):
        found = _attribution(sheet, last) if bare.clean[last] else None
        if found is not None and found.start == below:
            return Mark(start=index, end=found.end, forwards=forwards, author=found.author)
    return Mark(start=index, end=index + 1, forwards=forwards, author=None)


def _mark(block: Block, *, start: int, end: int, forwards: bool) -> Mark:
    return Mark(
        start=start,
        end=end,
        forwards=forwards,
        author=author_in(block.sender),
        subject=block.subject,
        label=block.label,
    )


def _behind_closing(bare: Page, end: int) -> int:
    """Where the mail begins: Zoho draws below its headers the line that it draws above them."""
    below = bare.following[end] if end < len(bare.clean) else len(bare.clean)
    closes = below < len(bare.clean) and _announced(bare.clean[below]) is Separator.FORWARD
    if not closes:
        return end
    next_line = bare.following[below + 1] if below + 1 < len(bare.clean) else len(bare.clean)
    opens = next_line < len(bare.clean) and role_of(bare.clean[next_line]) is not None
    return end if opens else below + 1


def _run_behind_separator(raw: str, end: int) -> Block | None:
    """`----- Forwarded Message ----- From: ... To: ... Subject: ...`, as Yahoo sends it."""
    text = raw.lstrip(_SPACES)
    if text[:3] != "---":
        return None
    words, dashes, behind = text[:_MAX_SEPARATOR].lstrip("- ").partition("---")
    if not dashes or fold(words).strip(_EDGES) not in FORWARD_WORDS:
        return None
    start = len(text[:_MAX_SEPARATOR]) - len(behind)
    return read_run(text[start:].lstrip("- \u00a0"), end)


def _attribution(sheet: Sheet, index: int) -> Mark | None:
    page = sheet.bare if sheet.depths[index] else sheet.page
    start = attribution_start(page, index)
    if start is None:
        return None
    line = " ".join(page.raw[start : index + 1])
    return Mark(start=start, end=index + 1, forwards=False, author=address_in(line))


def _names_somebody(bare: Page, index: int) -> bool:
    """Whether an address stands in the paragraph that a line begins.

    Below a label for an author that is no block: whatever follows may be the rest of a name.
    """
    last = index
    while last < min(len(bare.clean), index + _MAX_PARAGRAPH) and bare.clean[last]:
        if "@" in bare.clean[last]:
            return True
        last += 1
    return False


def _with_bare_original(bare: Page, start: int) -> int:
    """Where the mark begins: BlackBerry writes "Original Message" above it, without a frame."""
    above = next((i for i in range(start - 1, max(-1, start - 4), -1) if bare.clean[i]), None)
    return above if above is not None and is_bare_original(bare.clean[above]) else start
