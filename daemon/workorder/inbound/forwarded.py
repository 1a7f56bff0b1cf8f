"""A mail that was passed on inside another: who wrote it, and what it says.

Two forms: below header lines in the text, in the way of each client, or as an attached mail. A
mail is only taken for a forward where it says so itself, for what is quoted below an answer is
nothing that its writer meant to pass on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent
from typing import Final

from workorder.core.message import Address, Attachment, Forwarded, InboundMail
from workorder.errors import ParseError
from workorder.inbound.cleaning import clean_name
from workorder.inbound.forward_author import shown_name
from workorder.inbound.forward_marks import (
    Mark,
    Sheet,
    ends_forward,
    mark_at,
    sheet_of,
    unmarked,
)
from workorder.inbound.forward_words import (
    SUBJECT_ANSWERS,
    SUBJECT_BY_SENDER,
    SUBJECT_FORWARDS,
)
from workorder.inbound.parse import parse, parse_head
from workorder.inbound.quote_lines import Page, cleaned, fold
from workorder.inbound.quotes import new_text, new_text_of
from workorder.inbound.signatures import end_of_words

_MAX_LOOKED: Final = 10_000  # lines in which the forwarded mail is looked for, and others in it
_MAX_AUTHORS: Final = 10
_MAX_SUBJECT: Final = 400
_FWD: Final = "(fwd)"
_MAX_READ: Final = 4_194_304  # octets of an attached mail: more than any text there is to read
_ATTACHED: Final = frozenset({"message/rfc822", "message/global"})
_UNKNOWN: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """The lines [start, end) of the forwarded mail, behind `depth` quote marks at least.

    From `behind` on stands what the forwarder wrote below it.
    """

    start: int
    end: int
    behind: int
    depth: int


def forwarded(mail: InboundMail) -> Forwarded | None:
    """Return the mail that was passed on inside a mail, or None where none was.

    Its authors are addresses that its text names, proven by nothing but whoever passed it on.
    """
    return _inline(mail) or _attached(mail)


def _inline(mail: InboundMail) -> Forwarded | None:
    sheet = sheet_of(mail.text)
    mark = _first_mark(sheet)
    if mark is None or not (mark.forwards or _is_passed_on(mail, sheet, mark)):
        return None
    body = _body(sheet, mark)
    subject = clean_name(mark.subject[:_MAX_SUBJECT]).strip(" *_")
    return Forwarded(
        authors=tuple(_authors(sheet, mark, body)),
        own_text=_own_text(sheet, mark, body),
        text=_text(sheet, subject, body),
        subject=subject,
    )


def _attached(mail: InboundMail) -> Forwarded | None:
    mails = [each for each in mail.attachments if _is_mail(each)]
    is_sent_on = mail.report is None and (_says_forward(mail.subject) or _is_new(mail))
    if len(mails) != 1 or not is_sent_on:
        return None
    inner = _read(mails[0])
    if inner is None:
        return Forwarded(authors=(), own_text=mail.new_text, text="", subject="", attached=True)
    authors: tuple[Address, ...] = ()
    if inner.author is not None:
        deeper = _inline(inner)
        authors = (shown_name(inner.author), *(deeper.authors if deeper else ()))
    return Forwarded(
        authors=authors[:_MAX_AUTHORS],
        own_text=mail.new_text,
        text=inner.new_text,
        subject=inner.subject,
        attached=True,
    )


def _is_mail(attachment: Attachment) -> bool:
    named = attachment.type == _UNKNOWN and attachment.name.lower().endswith(".eml")
    return named or attachment.type in _ATTACHED


def _read(attachment: Attachment) -> InboundMail | None:
    content = attachment.content
    try:
        if len(content) > _MAX_READ:
            return parse_head(content[:_MAX_READ], len(content))
        return parse(content)
    except ParseError:
        # That something was passed on is true all the same; it says nothing.
        return None


def _first_mark(sheet: Sheet) -> Mark | None:
    """Return what stands above the first older mail; inside a quote only its first line counts."""
    page = sheet.page
    index, size, looked = 0, len(page.clean), 0
    while (index := page.following[index] if index < size else size) < size:
        looked += 1
        if looked > _MAX_LOOKED:
            return None
        mark = mark_at(sheet, index)
        if mark is not None:
            return mark
        # Of a quote without words on its first line the next one counts.
        is_read = page.quoted[index] and bool(sheet.bare.clean[index])
        index = _behind_quote(page, index) if is_read else index + 1
    return None


def _behind_quote(page: Page, index: int) -> int:
    while index < len(page.clean) and page.quoted[index]:
        index += 1
    return index


def _is_passed_on(mail: InboundMail, sheet: Sheet, mark: Mark) -> bool:
    """Whether an older mail that may also have been answered was forwarded.

    Outlook marks both alike. The subject tells them apart; where it was reworded, a mail that
    answers none cannot have it below itself for another reason, unless a person pasted it there.
    """
    if _says_forward(mail.subject) or (_prefix(mail.subject), mark.label) in SUBJECT_BY_SENDER:
        return True
    return _is_new(mail) and bool(mark.label) and not _is_led_to(sheet, mark.start)


def _is_led_to(sheet: Sheet, start: int) -> bool:
    lines = sheet.page.clean
    above = next((lines[i] for i in range(start - 1, max(-1, start - 4), -1) if lines[i]), "")
    return above.endswith(":")


def _is_new(mail: InboundMail) -> bool:
    """Whether a mail answers no other; some telephones leave out the headers that tell."""
    tied = bool(mail.in_reply_to or mail.references)
    return not tied and _prefix(mail.subject) not in SUBJECT_ANSWERS


def _says_forward(subject: str) -> bool:
    # "[Fwd: Printer]" is Netscape's, "Printer (fwd)" Pine's
    bare = subject.strip()
    within = bare.removeprefix("[")
    is_marked = _word(within) in SUBJECT_FORWARDS or fold(bare[-len(_FWD) :]) == _FWD
    return is_marked or _prefix(subject) in SUBJECT_FORWARDS


def _prefix(subject: str) -> str:
    """The word before the first colon, folded, behind what gateways put in brackets before it."""
    text = subject[:_MAX_SUBJECT].lstrip()
    while text.startswith("[") and "]" in text:
        text = text.partition("]")[2].lstrip()
    return _word(text)


def _word(text: str) -> str:
    word, colon, _ = cleaned(text[:_MAX_SUBJECT]).partition(":")
    return fold(word).strip() if colon else ""


def _body(sheet: Sheet, mark: Mark) -> _Body:
    """The forwarded mail's lines: as deeply quoted as its headers, or throughout more deeply."""
    lines, depths = sheet.page.clean, sheet.depths
    headers = max(depths[mark.start : mark.end], default=0)
    start, end = mark.end, len(lines)
    closing = next(
        (i for i in reversed(range(start, end)) if ends_forward(sheet.bare.clean[i])), end
    )
    words = [i for i in range(start, closing) if lines[i]]
    if headers and closing == end:
        # Below its last quoted line the forwarder's own words, or signature, go on.
        end = behind = next((i + 1 for i in reversed(words) if depths[i] >= headers), start)
    else:
        end, behind = closing, min(closing + 1, end)
    least = min((depths[i] for i in words if i < end), default=headers)
    return _Body(start=start, end=end, behind=behind, depth=max(headers, least))


def _authors(sheet: Sheet, mark: Mark, body: _Body) -> Iterator[Address]:
    """Yield the authors from the outside in, up to the first who is not told clearly.

    Whoever comes behind such a one would be taken for the author of a mail that they only
    received. A quote that no line introduces is such a mail too.
    """
    if mark.author is None:
        return
    yield mark.author
    index, depth, told, looked = body.start, body.depth, 1, 0
    introduced = False
    while (index := _next_line(sheet, index)) < body.end and told < _MAX_AUTHORS:
        looked += 1
        found = mark_at(sheet, index)
        if found is not None:
            if found.author is None:
                return
            yield found.author
            index, introduced, told = found.end, True, told + 1
            continue
        here = sheet.depths[index]
        if looked > _MAX_LOOKED or (here > depth and not introduced):
            return
        depth = here if introduced else min(depth, here)
        index, introduced = index + 1, False


def _next_line(sheet: Sheet, index: int) -> int:
    following = sheet.bare.following
    return following[index] if index < len(following) else len(following)


def _own_text(sheet: Sheet, mark: Mark, body: _Body) -> str:
    page = sheet.page
    above = new_text("\n".join(page.raw[: mark.start]))
    end = body.behind + end_of_words(page.clean[body.behind :], after_quote=True)
    below = "\n".join(line.rstrip() for line in page.raw[body.behind : end]).strip("\n")
    return "\n\n".join(part for part in (above, below) if part)


def _text(sheet: Sheet, subject: str, body: _Body) -> str:
    lines = (unmarked(line, body.depth) for line in sheet.page.raw[body.start : body.end])
    # The Outlook of the Mac indents a forwarded mail instead of marking it.
    return new_text_of(subject, dedent("\n".join(lines)))
