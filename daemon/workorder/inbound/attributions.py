"""Attribution lines: "On 3 May 2024 at 10:15, Jane Roe <jane@acme.example> wrote:".

Clients write them in every order and language and wrap them over up to five lines. What they have
in common is looked for: a date, a time, an address, a word for "wrote", a colon at the end. How
much of it is asked for depends on what follows: above a quoted line a little will do; above
unquoted text, where everything below would go, it must be the whole form.
"""

import re
from dataclasses import dataclass

from workorder.inbound.quote_lines import Page, fold
from workorder.inbound.quote_words import (
    DETERMINERS,
    FIRST_PERSON,
    PRONOUNS,
    WROTE_UNSPACED,
    WROTE_WORDS,
)

MAX_LINES = 6
_MAX_LINE = 400
_MAX_WINDOW = 600
_MAX_PLAIN_WORDS = 18
_MAX_SHORT = 60  # characters of `Jane Roe wrote:` without a date or an address
_NEAR_WORDS = 4


def _either(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(fold(word)) for word in sorted(words, key=len, reverse=True))


_WROTE = re.compile(rf"(?<!\w)(?:{_either(WROTE_WORDS)})(?!\w)|(?:{_either(WROTE_UNSPACED)})")
_DATE = re.compile(
    r"(?<![\d.])\d{1,2}([./-])\s?\d{1,2}\1\s?(?:\d\d){1,2}(?![\d.]*\d)"  # 3/5/24, 3. 5. 2024
    r"|(?<!\d)\d{4}([./-])\s?\d{1,2}\2\s?\d{1,2}(?!\d)"  # 2024-05-03
    r"|(?<!\d)(?:1[34]|19|20|25)\d\d(?!\d)"  # a year; also of the Persian and the Thai calendar
    r"|\d{1,2}\s?[월月]\s?\d{1,2}\s?[일日]"
)
_TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.h時时]\s?\d{2}(?!\d)|(?<!\d)\d{1,2}\s?[ap]\.?m\b")
_ADDRESS = re.compile(r"[\w.+-]@[\w-]")
_BRACKETED = re.compile(r"<[^<>]*>|\[[^\[\]]*\]|\([^()]*@[^()]*\)")
_ADDRESS_LAST = re.compile(r"@[^\s@:<>]+[>)\]]+\"?\s?:$")
_FRAME = "-–—=*_~ "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
    """What was found in the joined lines of a window."""

    text: str
    date: bool
    time: bool
    address: bool
    wrote: bool
    colon: bool
    framed: bool


def attribution_start(page: Page, end: int) -> int | None:
    """Return where the attribution that ends with line `end` starts, or None for none.

    It is judged by whether a quoted line follows.
    """
    line = page.clean[end]
    if len(line) > _MAX_LINE or line[0] == "|" or page.quoted[end]:
        return None
    below = page.mark_below(end + 1)
    framed = framed_core(line) != ""
    if not (below or framed or line[-1] == ":"):
        return None
    starts = [end] if framed else _starts(page, end)
    windows = [(start, found) for start in starts if (found := _evidence(page, start, end, below))]
    for is_enough in (_is_certain, _is_weak_above_quote):
        for start, found in windows:
            if _is_whole(found.text) and is_enough(found, below):
                return _extended(page, start, end, found, below)
    return None


def framed_core(line: str) -> str:
    """Return what stands between dashes, or '' for a line that is not framed by them."""
    if line[:2].strip(_FRAME) or line[-2:].strip(_FRAME) or len(line) > _MAX_LINE:
        return ""
    return line.strip(_FRAME)


def _starts(page: Page, end: int) -> list[int]:
    """The lines on which it may start, the nearest first; one blank line may lie between."""
    starts: list[int] = []
    blanks = 0
    for index in range(end, max(-1, end - MAX_LINES), -1):
        line = page.clean[index]
        if not line:
            blanks += 1
            # a blank line inside only where the part below cannot stand alone
            if blanks > 1 or not starts or page.clean[starts[-1]][0] not in "<>":
                break
            continue
        if page.quoted[index] or line[0] == "|" or len(line) > _MAX_LINE:
            break
        if index < end and line[-1] == ":":
            break
        starts.append(index)
    return starts


def _evidence(page: Page, start: int, end: int, below: str) -> _Evidence | None:
    text = " ".join(line for line in page.clean[start : end + 1] if line)
    date = _DATE.search(text) is not None
    address = "@" in text and _ADDRESS.search(text) is not None
    framed = start == end and framed_core(page.clean[end]) != ""
    short = below == ">" and len(text) <= _MAX_SHORT and text[-1] == ":"
    if len(text) > _MAX_WINDOW or not (date or address or framed or short):
        return None
    text = fold(text).strip(_FRAME)
    return _Evidence(
        text=text,
        date=date,
        time=_TIME.search(_DATE.sub(" ", text) if date else text) is not None,
        address=address,
        wrote=_WROTE.search(text) is not None,
        colon=text.endswith(":"),
        framed=framed,
    )


def _is_whole(text: str) -> bool:
    """Whether the text can be the start of an attribution: brackets closed, a name in front."""
    return text.count("<") >= text.count(">") and text[:1] not in "<>(["


def _is_certain(found: _Evidence, _below: str) -> bool:
    wrote = found.wrote and (found.colon or found.framed)
    return (wrote and _is_strong(found)) or _is_dated_address(found)


def _is_weak_above_quote(found: _Evidence, below: str) -> bool:
    # a table is drawn with bars too: above one, only a whole date and address are believed
    return (below == ">" and _is_weak(found)) or (below == "|" and _is_dated_first(found))


def _is_strong(found: _Evidence) -> bool:
    """With "wrote": an address, or a date and a time near the beginning or the end."""
    plain = _plain_words(found.text)
    if len(plain) > _MAX_PLAIN_WORDS:
        return False
    if found.address:
        return _is_told_by_client(found.text) and (found.date or _is_name_wrote(found.text, plain))
    if not PRONOUNS.isdisjoint(plain[1:]):
        return False
    if found.framed:
        return len(plain) <= 2 * _NEAR_WORDS
    words = found.text.split()
    near_edge = _has_digit(words[:_NEAR_WORDS]) or _has_digit(words[-_NEAR_WORDS:])
    return found.date and found.time and near_edge and DETERMINERS.isdisjoint(plain[1:])


def _is_told_by_client(text: str) -> bool:
    """Whether nobody speaks in the first person, nor of "him" behind the address."""
    *before, behind = _BRACKETED.split(text)
    return FIRST_PERSON.isdisjoint(" ".join(before).split()) and PRONOUNS.isdisjoint(behind.split())


def _is_name_wrote(text: str, plain: list[str]) -> bool:
    """`Jane Roe <jane@acme.example> wrote:` and nothing else."""
    behind = _BRACKETED.split(text)[-1].strip(" :")
    return len(plain) <= 2 * _NEAR_WORDS and bool(_WROTE.match(behind))


def _is_dated_address(found: _Evidence) -> bool:
    """`3 May 2024, 10:15 Jane Roe <jane@acme.example>:`, the form without a verb."""
    return (
        found.date
        and found.time
        and _ADDRESS_LAST.search(found.text) is not None
        and _has_digit(found.text.split()[:_NEAR_WORDS])
        and len(_plain_words(found.text)) <= _MAX_PLAIN_WORDS
        and _is_told_by_client(found.text)
    )


def _is_dated_first(found: _Evidence) -> bool:
    """`2013/7/20 Jane Roe <jane@acme.example>`, as Gmail wrote once."""
    return found.date and found.address and _has_digit(found.text.split()[:2])


def _is_weak(found: _Evidence) -> bool:
    """What is enough above a line that is quoted."""
    plain = _plain_words(found.text)
    if found.address:
        return (found.colon and len(plain) <= _MAX_PLAIN_WORDS) or _is_dated_first(found)
    if not DETERMINERS.isdisjoint(plain[1:]) or plain[:1] == ["the"]:
        return False
    short = len(plain) <= 2 * _NEAR_WORDS
    if found.date:
        return found.colon and short and (found.wrote or found.time)
    return found.wrote and found.colon and len(plain) <= _NEAR_WORDS


def _extended(page: Page, start: int, end: int, found: _Evidence, below: str) -> int:
    """Take in lines above that hold the date the attribution itself still lacks."""
    if found.date:
        return start
    for upper in range(start - 1, max(-1, end - MAX_LINES), -1):
        line = page.clean[upper]
        if not line or page.quoted[upper] or line[-1] in ".!?:" or len(line) > _MAX_LINE:
            break
        more = _evidence(page, upper, end, below)
        if more and more.date and _has_digit(more.text.split()[:_NEAR_WORDS]):
            enough = _is_certain(more, below) or _is_weak_above_quote(more, below)
            return upper if enough else start
    return start


def _plain_words(text: str) -> list[str]:
    """The words outside brackets that are no numbers."""
    words = (word.strip(".,:;\"'()") for word in _BRACKETED.sub(" ", text).split())
    return [word for word in words if word.isalpha()]


def _has_digit(words: list[str]) -> bool:
    return any(c.isdigit() for word in words for c in word)
