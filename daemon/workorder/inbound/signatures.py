"""Where the writer's words end and the signature begins.

Each rule looks at the end of the lines it is given and answers with the line from which on nothing
is the writer's, or None. They look at a bounded number of lines and at the first characters of
each, so that no text makes them slow. What is not clearly a signature stays.
"""

import re
from collections.abc import Callable, Sequence

from workorder.inbound.quote_lines import fold
from workorder.inbound.signature_lines import (
    MAX_LINE,
    folded,
    is_card,
    is_closing,
    is_contact,
    is_long_rule,
    is_name,
    is_person_to_reach,
    is_prose,
    is_rule,
    may_be_on_card,
)
from workorder.inbound.signature_words import (
    DEVICES,
    DISCLAIMER_SAYS,
    DISCLAIMER_SELF,
    EXCUSES,
    FOOTERS,
    SENT_FIRST,
    SENT_LAST,
)

Lines = Sequence[str]
Rule = Callable[[Lines, int], int | None]

_MAX_ROUNDS = 200  # of taking one thing off the end
_MAX_BLOCK = 25  # lines of a signature below "-- "
_MAX_CARD = 14  # lines of a signature below "Best regards"
_MAX_CLOSING = 4  # lines of a closing, a name, a post, a company
_MAX_FOOTER = 3  # lines of a virus scanner
_MAX_PEEK = 600  # characters in which a disclaimer must say what it is
_MIN_SAYS = 3  # words of lawyers in it

_MAX_MOBILE = 160  # characters of "Sent from my telephone, please excuse its typos"
_MAX_MOBILE_WORDS = 12
_MAX_SHORT_WORDS = 5
_MAX_VERB_LAST_WORDS = 8  # "Von meinem Samsung Galaxy Smartphone gesendet"
_MIN_TELLING = 6  # letters that make a device's name unmistakable inside longer words

_DELIMITERS = frozenset(("--", "—", "–", "__", "- -"))
_LOGO_MARKS = frozenset(("ᐧ",))  # trackers of Gmail add-ons
_VERB_LAST_BEGINS = ("von ", "vom ", "diese ", "sent")


def _either(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(fold(word)) for word in sorted(words, key=len, reverse=True))


_TELLING = tuple(w for w in DEVICES if len(w) >= _MIN_TELLING or w in {"iphon", "ipad", "ipod"})
_DEVICE = re.compile(rf"(?<![a-z])(?:(?:{_either(_TELLING)})|(?:{_either(DEVICES)})(?![a-z]))")
_CLAUSE_END = re.compile(r"[,;:!?](?=\s)|\.\s|\s[-–—|]\s|\s{2,}")
_LINKS = re.compile(r"https?:\S*|\([^()]*\)|<[^<>]*>")
_SENT_FIRST = folded(SENT_FIRST)
_SENT_LAST = folded(SENT_LAST)
_EXCUSES = folded(EXCUSES)
_SELF = folded(DISCLAIMER_SELF)
_SAYS = folded(DISCLAIMER_SAYS)
_FOOTERS = folded(FOOTERS)


def end_of_words(lines: Lines, *, after_quote: bool = False) -> int:
    """Return how many of the cleaned lines remain when signatures at their end are taken off.

    `after_quote` says that the lines stand below a quoted mail and that new text stands above
    it: there, gateways and lists add footers.
    What looks like a signature only by its words (a closing, a disclaimer) stays when nothing
    else would remain.
    """
    end = _trimmed(lines, len(lines))
    disclaimed = False
    for _ in range(_MAX_ROUNDS):
        if not end:
            break
        cut = _first_answer(_SURE, lines, end)
        if cut is None:
            likely = (*_LIKELY, _card) if disclaimed else _LIKELY
            cut = _first_answer(likely, lines, end)
            disclaimed = disclaimed or _disclaimer(lines, end) is not None
            cut = cut if cut is not None and _trimmed(lines, cut) else None
        if cut is None and after_quote:
            cut = _ruled_off(lines, end)
        if cut is None:
            break
        end = _trimmed(lines, cut)
    return end


def is_closing_only(lines: Lines) -> bool:
    """Whether lines are a greeting at the end and a name, and say nothing."""
    words = [line for line in lines[:_MAX_BLOCK] if line]
    if len(words) == 1:
        closing, _, name = words[0].partition(",")
        return is_closing(closing) and (not name or is_name(name))
    return 0 < len(words) <= _MAX_CLOSING and is_closing(words[0]) and all(map(is_name, words[1:]))


def _first_answer(rules: tuple[Rule, ...], lines: Lines, end: int) -> int | None:
    return next((cut for rule in rules if (cut := rule(lines, end)) is not None), None)


def _trimmed(lines: Lines, end: int) -> int:
    while end and not lines[end - 1]:
        end -= 1
    return end


def _rule_line(lines: Lines, end: int) -> int | None:
    """A last line drawn of dashes, stars and the like, or a tracker's mark."""
    line = lines[end - 1]
    return end - 1 if is_rule(line) or line in _LOGO_MARKS or line in _DELIMITERS else None


def _mobile_line(lines: Lines, end: int) -> int | None:
    """`Sent from my iPhone`, and what apps write instead."""
    line = lines[end - 1]
    if len(line) > _MAX_MOBILE:
        return None
    above = lines[end - 2] if end > 1 else ""
    alone = not above or _is_mobile(above) or _names_mobile(above)
    return end - 1 if _is_mobile(line) or (alone and _names_mobile(line)) else None


def _is_mobile(line: str) -> bool:
    if len(line) > _MAX_MOBILE:
        return False
    words = fold(line).strip(" *_<>()[]«»-.!")
    if _offers_outlook(words) or _is_mobile_verb_last(words):
        return True
    if not words.startswith(_SENT_FIRST):
        return False
    clause = _CLAUSE_END.search(words)
    first = words[: clause.start()] if clause else words
    rest = words[clause.end() :].strip() if clause else ""
    size = len(first.split())
    # "Sent from my TI-85" names no known device, but a model
    model = words.startswith("sent from my ") and size <= _MAX_SHORT_WORDS
    named = _DEVICE.search(first) or (model and any(map(str.isdigit, first)))
    told = not rest or rest.startswith(_EXCUSES) or _DEVICE.match(rest)
    return size <= _MAX_MOBILE_WORDS and bool(named and told)


def _is_mobile_verb_last(words: str) -> bool:
    """`Von meinem iPhone gesendet`: languages whose verb stands at the end."""
    if not words.endswith(_SENT_LAST) or not _DEVICE.search(words):
        return False
    size = len(words.split())
    few = size <= _MAX_SHORT_WORDS
    return few or (size <= _MAX_MOBILE_WORDS and words.startswith(_VERB_LAST_BEGINS))


def _offers_outlook(words: str) -> bool:
    """`Get Outlook for iOS` in any language."""
    bare = _LINKS.sub(" ", words)
    named = "outlook" in bare and ("ios" in bare or "android" in bare)
    return named and len(bare.split()) <= _MAX_VERB_LAST_WORDS


def _names_mobile(line: str) -> bool:
    """`Jane from mobile`, `From my iPhone 6`: only believed in a paragraph of such lines."""
    if len(line) > _MAX_MOBILE:
        return False
    words = fold(line).strip(" *_<>()[].").split()
    place = next((i for i, word in enumerate(words[:2]) if word in {"from", "via"}), None)
    if place is None or len(words) - place > _MAX_SHORT_WORDS:
        return False
    return any(_DEVICE.match(word) for word in words[place + 1 :])


def _delimited(lines: Lines, end: int) -> int | None:
    """What stands below `-- `, the delimiter of RFC 3676 section 4.3, however it was trimmed."""
    seen = 0
    for index in range(end - 1, max(-1, end - 3 * _MAX_BLOCK), -1):
        line = lines[index]
        if line in _DELIMITERS:
            return index if _fits_below_delimiter(lines[index + 1 : end]) else None
        seen += bool(line)
        if seen > _MAX_BLOCK:
            return None
    return None


def _fits_below_delimiter(block: Lines) -> bool:
    words = [line for line in block if line]
    if is_prose(words[0]) or any(line[0] == "#" for line in words):
        return False
    asks = any(line[-1] in "?？" for line in words)
    return not asks or any(map(is_contact, words))


def _ruled_off(lines: Lines, end: int) -> int | None:
    """A short footer below a drawn line, below a quoted mail."""
    start = next(i for i in range(end) if lines[i])
    # people draw with dashes, programs with underscores
    if end - start > _MAX_CARD or not is_long_rule(lines[start]) or lines[start].strip("_"):
        return None
    words = [line for line in lines[start + 1 : end] if line]
    says = len(words) > _MAX_FOOTER or any(is_prose(line) or line[-1] in "?!" for line in words)
    return None if says else start


def _contact_block(lines: Lines, end: int) -> int | None:
    """Lines of telephones and addresses below a drawn line, as lists and companies add them."""
    contacts, reached = 0, False
    for index in range(end - 1, max(-1, end - 2 * _MAX_BLOCK), -1):
        line = lines[index]
        if not line:
            continue
        if is_long_rule(line):
            announced = index > 0 and lines[index - 1][-1:] == ":"
            return index if contacts > 1 and reached and not announced else None
        is_list = "mailing list" in fold(line)
        if not (is_list or may_be_on_card(line)):
            return None
        contacts += is_list or is_contact(line)
        reached = reached or is_person_to_reach(line)
    return None


def _closed(lines: Lines, end: int) -> int | None:
    """`Best regards` and a card below it."""
    below: list[str] = []
    for index in range(end - 1, max(-1, end - 3 * _MAX_CARD), -1):
        line = lines[index]
        if not line:
            continue
        if is_closing(line):
            return index if is_card(below[::-1]) else None
        if len(below) >= _MAX_CARD or not may_be_on_card(line):
            return None
        below.append(line)
    return None


def _card(lines: Lines, end: int) -> int | None:
    """A card without a closing: believed only above a disclaimer."""
    start = _paragraph_start(lines, end)
    block = list(lines[start:end])
    few = 1 < len(block) <= _MAX_CARD
    return start if few and is_card(block) and all(map(may_be_on_card, block)) else None


def _disclaimer(lines: Lines, end: int) -> int | None:
    """A last paragraph in which a mail speaks of itself in a lawyer's words, or a scanner's."""
    start = _paragraph_start(lines, end)
    first = fold(lines[start]).lstrip(" *_#\"'([")
    if first.startswith(_FOOTERS) and end - start <= _MAX_FOOTER:
        return start
    if not any(phrase in first[:MAX_LINE] for phrase in _SELF):
        return None
    text = fold(" ".join(line[:_MAX_PEEK] for line in lines[start : start + _MAX_BLOCK]))
    said = sum(word in text for word in _SAYS)
    return start if said >= _MIN_SAYS and len(text) > MAX_LINE else None


def _paragraph_start(lines: Lines, end: int) -> int:
    start = end
    while start and lines[start - 1] and end - start < 2 * _MAX_BLOCK:
        start -= 1
    return start


_SURE: tuple[Rule, ...] = (_rule_line, _mobile_line, _delimited)
_LIKELY: tuple[Rule, ...] = (_disclaimer, _contact_block, _closed)
