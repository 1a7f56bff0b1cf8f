"""Whether a reply says thanks and nothing else: that answers no question, and reopens nothing."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_MOST_WORDS: Final = 15
_MOST_CHARACTERS: Final = 400

ANSWERS: Final = frozenset(
    {
        *("ok", "okay", "k", "yes", "yep", "yeah", "yup", "no", "nope", "not", "sure", "agreed"),
        *("ja", "jawohl", "jo", "nein", "nee", "doch", "klar", "oui", "non", "si", "sim", "nao"),
        *("vale", "claro", "va", "akkoord", "oke", "goed", "daccord", "d'accord", "in ordnung"),
    }
)
"""What may be all that was asked for, as `plain` leaves it: never mere filler around a thanks."""

# People write these with letters and digits.
_SMILEYS: Final = re.compile(r"(?<!\w)(?:[:;=]['\u2019]?-?[)(\]DPp]+|<3+|\^[_.]?\^|[xX]D+)(?!\w)")
_QUESTION: Final = re.compile("[?\xbf\uff1f\u061f\u037e]")
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("\u2019\u2018`\xb4\u02bc", "'"))
# Faces but those that shake or nod, hearts, flowers, folded and clapping hands, sparks; not the
# thumb, the tick and the OK hand: they may be the answer.
_EMOJI: Final = re.compile(
    "[\U0001f600-\U0001f644\U0001f64c\U0001f64f\U0001f44f\U0001f493-\U0001f49f\U0001f5a4"
    "\U0001f90d\U0001f90e\U0001f917\U0001f929\U0001f942\U0001f970\U0001f973\U0001f389\U0001f38a"
    "\U0001f337-\U0001f33c\U0001f490\U0001f31f\u263a\u2728\u2764\u2665\u2b50"
    "\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanks:
    """Phrases that are thanks, and those that may stand around them; as `plain` leaves them."""

    phrases: frozenset[tuple[str, ...]]
    around: frozenset[tuple[str, ...]] = frozenset()


NO_THANKS = Thanks(phrases=frozenset())


def plain(words: str) -> tuple[str, ...]:
    """The words of a phrase; case, accents and marks between them do not count."""
    return tuple(_WORD.findall(_bare(words)))


def is_bare_thanks(text: str, thanks: Thanks, names: Iterable[str]) -> bool:
    """Whether a text is made of thanks, greetings, closings and names alone.

    Args:
        text: The new text of a mail, without quoted text and signature.
        thanks: The phrases of the rule file.
        names: Names of people who may be greeted, or who sign.
    """
    if not thanks.phrases or len(text) > _MOST_CHARACTERS:
        return False
    words = _words_only(text)
    if words is None or not 0 < len(words) <= _MOST_WORDS:
        return False
    known = {word for name in names for word in plain(name)} - ANSWERS
    return _is_made_of(words, thanks, known)


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold())
    return "".join(c for c in decomposed if not unicodedata.category(c).startswith("M"))


def _words_only(text: str) -> tuple[str, ...] | None:
    """The words of a text that holds words and punctuation alone; None where there is more."""
    seen = _EMOJI.sub(" ", _SMILEYS.sub(" ", text))
    if _QUESTION.search(seen):
        return None
    bare = _bare(seen)
    rest = _WORD.sub(" ", bare)
    if any(not (c.isspace() or unicodedata.category(c).startswith("P")) for c in rest):
        return None
    return tuple(_WORD.findall(bare))


def _is_made_of(words: Sequence[str], thanks: Thanks, names: set[str]) -> bool:
    """Whether the words can be cut into phrases and names, one of them at least a thanks.

    `reached` holds, for each place between two words, whether it can be reached without and with a
    thanks before it.
    """
    reached: list[set[bool]] = [{False}, *(set() for _ in words)]
    longest = max(map(len, thanks.phrases | thanks.around))
    for start in range(len(words)):
        if not reached[start]:
            continue
        if words[start] in names:
            reached[start + 1] |= reached[start]
        for end in range(start + 1, min(start + longest, len(words)) + 1):
            piece = tuple(words[start:end])
            if piece in thanks.phrases:
                reached[end].add(True)
            elif piece in thanks.around:
                reached[end] |= reached[start]
    return True in reached[-1]
