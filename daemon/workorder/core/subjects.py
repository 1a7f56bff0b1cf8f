"""Subjects: the WO numbers people leave in them, the title under which a work order goes on."""

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_TITLE = 200
NO_SUBJECT = "(no subject)"
# Longer runs of digits are order numbers of somebody else's shop, and would not fit a column.
MAX_DIGITS = 9

# What mail clients put before a subject, in many languages. Not the Italian "R:" and "I:":
# to a support desk they are drive letters.
_REPLY_WORDS = (
    *("re", "aw", "antw", "antwort", "sv", "vs", "rv", "res", "rif", "odp", "ynt", "cevap"),
    *("ref", "bls", "atb", "vl", "ответ", "отв", "відп", "απ", "ΣΧΕΤ", "תשובה", "השב", "رد"),
    *("回复", "回覆", "答复", "답장", "返信", "trả lời", "balas"),
)
_FORWARD_WORDS = (
    *("fw", "fwd", "wg", "weitergeleitet", "tr", "enc", "pd", "ilt", "ilet", "doorst", "vb"),
    *("trs", "továb", "переслано", "пересл", "προωθ", "ΠΡΘ", "הועבר", "העבר", "إعادة توجيه"),
    *("转发", "轉寄", "전달", "転送", "chuyển tiếp", "teruskan"),
)
_CLIENT_PREFIX = re.compile(
    r"\s*(?:" + "|".join(map(re.escape, _REPLY_WORDS + _FORWARD_WORDS)) + r")"
    r"(?:\s?\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s?[:\uff1a]\s*",
    re.IGNORECASE,
)

_FORWARD_PREFIX = re.compile(
    r"\s*(?:" + "|".join(map(re.escape, _FORWARD_WORDS)) + r")\s?[:\uff1a]", re.IGNORECASE
)
_LEFT_BEHIND = " -\u2013\u2014:|.,;"  # what a number that was taken out leaves at the start


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A number found in a subject; in brackets, `[WO-1042]`, it is surely meant."""

    number: int
    bracketed: bool


@lru_cache(maxsize=8)
def _number_pattern(prefix: str) -> re.Pattern[str]:
    # Not inside a word (TWO 1042), not the head of a longer number or word (WO-10423x, WO-10.5).
    return re.compile(
        rf"(?<!\w)(?P<open>\[\s*)?{re.escape(prefix)}\s{{0,2}}[-\u2010-\u2015_#:.]?\s{{0,2}}#?"
        rf"(?P<digits>[1-9][0-9]{{0,{MAX_DIGITS - 1}}})(?!\w|[.,:/\u2010-\u2015-]\d)"
        r"(?P<close>\s*\])?",
        re.IGNORECASE,
    )


def mentions(subject: str, prefix: str) -> tuple[Mention, ...]:
    """Every work-order number in `subject`, in the order in which they are to be tried.

    Bracketed ones come first, then bare ones, each as they stand; a number comes once.
    """
    found = [
        Mention(
            number=int(match["digits"]),
            bracketed=match["open"] is not None and match["close"] is not None,
        )
        for match in _number_pattern(prefix).finditer(subject)
    ]
    found.sort(key=lambda mention: not mention.bracketed)
    unique = {mention.number: mention for mention in reversed(found)}
    return tuple(mention for mention in found if unique[mention.number] is mention)


def title_of(subject: str, prefix: str) -> str:
    """`subject` without what clients prefix and without WO numbers; never empty."""
    text = _number_pattern(prefix).sub(" ", subject)
    while match := _CLIENT_PREFIX.match(text):
        text = text[match.end() :]
    folded = " ".join(text.split()).lstrip(_LEFT_BEHIND).rstrip(" -:|")
    return folded[:MAX_TITLE].rstrip() or NO_SUBJECT


def label(number: int, prefix: str) -> str:
    """How a work order is named to people: `WO-1042`."""
    return f"{prefix}-{number}"


def is_forward(subject: str) -> bool:
    """Whether a mail client put the mark of a forward before the subject."""
    return _FORWARD_PREFIX.match(subject) is not None


def number_in(words: str, prefix: str) -> int | None:
    """The work order that somebody names alone: `WO-1040`, `[WO-1040]`, `#1040` or `1040`."""
    found = mentions(words, prefix)
    if len(found) == 1:
        return found[0].number
    bare = words.strip().removeprefix("#")
    fits = bare.isascii() and bare.isdigit() and len(bare) <= MAX_DIGITS
    return int(bare) if fits and not found else None
