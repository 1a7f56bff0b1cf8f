"""Recognising a customer's equipment in the words of a mail."""

from collections import Counter
from collections.abc import Sequence

from workorder.core.model import Equipment

# Enough for any mail a person writes; a log file pasted whole is not searched to its end.
MAX_TEXT = 64 * 1024
_MIN_WORDS_OF_A_NAME = 2


def _stands_alone(text: str, start: int, end: int) -> bool:
    def joins(c: str) -> bool:
        return c.isalnum() or c == "_"

    before, after = text[start - 1 : start], text[end : end + 1]
    # PRN-2 is not in PRN-2-B, nor in XPRN-2; a hyphen joins only where a word goes on behind it.
    if after in {"-", "/"} and joins(text[end + 1 : end + 2] or " "):
        return False
    if before in {"-", "/"} and joins(text[start - 2 : start - 1] or " "):
        return False
    return not (before and joins(before)) and not (after and joins(after))


def _has_word(text: str, word: str) -> bool:
    start = text.find(word)
    while start >= 0:
        if _stands_alone(text, start, start + len(word)):
            return True
        start = text.find(word, start + 1)
    return False


def mentioned(text: str, equipment: Sequence[Equipment]) -> tuple[Equipment, ...]:
    """Which of a customer's `equipment` stands in `text`.

    By tag or serial as whole words whatever their case; by name only where the name has two
    words or more and no other piece of the customer bears it.
    """
    folded = " ".join(text[:MAX_TEXT].casefold().split())
    names = Counter(piece.name.casefold() for piece in equipment)

    def is_named(piece: Equipment) -> bool:
        name = " ".join(piece.name.casefold().split())
        single = names[piece.name.casefold()] == 1
        return single and len(name.split()) >= _MIN_WORDS_OF_A_NAME and _has_word(folded, name)

    def is_tagged(piece: Equipment) -> bool:
        keys = (" ".join(key.casefold().split()) for key in (piece.tag, piece.serial))
        return any(key and _has_word(folded, key) for key in keys)

    return tuple(piece for piece in equipment if is_tagged(piece) or is_named(piece))
