"""What a single line of a signature looks like: a closing, a name, a telephone number, a rule."""

import re

from workorder.inbound.quote_lines import fold
from workorder.inbound.signature_words import CLOSINGS, COMPANY_FORMS, CONTACT_LABELS, REPORTING

MAX_LINE = 120  # characters; a longer line is prose
_MAX_CLOSING = 60
_MAX_NAME = 5  # words
_MAX_POST = 9  # words of `Deputy Head of Accounts, Acme Ltd`
_MAX_COMPANY = 7  # words
_MAX_STRANGE = 2  # words beside a telephone number that are no label of it
_LONG_RULE = 10

_RULE = re.compile(r"[-_=*~#+—–\s]+")
_LIST_ITEM = re.compile(r"(?:\d{1,2}[.)]|[-*•])\s")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,}")
_URL = re.compile(r"(?:https?://|www\.)\S+")
_DOMAIN = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_IP_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)")
_PHONE = re.compile(r"(?:\+|\(|\b)\d(?:[\s()./-]{0,3}\d){6,}")
_MARKUP = re.compile(r"[\[\]()<>«»*_|·•,:;]+")
_EDGES = " ,.;!*_-–—/"


def folded(words: tuple[str, ...]) -> tuple[str, ...]:
    """Bring a table of words to the form in which lines are compared."""
    return tuple(map(fold, words))


_CLOSINGS = frozenset(folded(CLOSINGS))
_REPORTING = frozenset(folded(REPORTING))
_COMPANY_FORMS = frozenset(folded(COMPANY_FORMS))
_CONTACT_LABELS = frozenset(folded(CONTACT_LABELS))


def is_rule(line: str) -> bool:
    """Whether a line is drawn of dashes, stars and the like."""
    return len(line) > 1 and _RULE.fullmatch(line[:MAX_LINE]) is not None


def is_long_rule(line: str) -> bool:
    """Whether a line is drawn across the page."""
    return len(line) >= _LONG_RULE and is_rule(line)


def is_closing(line: str) -> bool:
    """Whether a line is `Best regards` or, in two languages, `Viele Grüße / Best regards`."""
    if len(line) > _MAX_CLOSING:
        return False
    words = fold(line).strip(_EDGES)
    parts = [part.strip(_EDGES) for part in re.split(r"[/|&+]|\s-\s", words)]
    return words in _CLOSINGS or (len(parts) > 1 and all(part in _CLOSINGS for part in parts))


def is_name(line: str) -> bool:
    """Whether a line is one to five words with capitals (or without case) and no digits."""
    words = line.strip(_EDGES).split()
    if not 1 <= len(words) <= _MAX_NAME or line.endswith(("?", "!", ":")) or _reports(words):
        return False
    capitals = sum(not word[:1].islower() for word in words)
    return capitals * 2 > len(words) and not any(map(str.isdigit, line))


def is_contact(line: str) -> bool:
    """Whether a telephone number, a mail or a web address is all that a line tells."""
    if len(line) > 2 * MAX_LINE or _IP_ADDRESS.search(line):
        return False
    rest, found = line, 0
    for pattern in (_EMAIL, _URL, _PHONE):
        rest, count = pattern.subn(" ", rest)
        found += count
    words = [fold(word).strip(". ") for word in _MARKUP.sub(" ", rest).replace("-", " ").split()]
    strange = [word for word in words if word.isalpha() and word not in _CONTACT_LABELS]
    return found > 0 and len(strange) <= _MAX_STRANGE and not _reports(words)


def is_person_to_reach(line: str) -> bool:
    """Whether a line holds a mail address or a telephone number, not only a web address."""
    return _EMAIL.search(line[:MAX_LINE]) is not None or is_contact(_URL.sub("", line[:MAX_LINE]))


def is_company(line: str) -> bool:
    """Whether a line is a company's name with its legal form."""
    words = fold(line).replace(",", " ").split()
    return len(words) <= _MAX_COMPANY and not _COMPANY_FORMS.isdisjoint(words[1:])


def may_be_on_card(line: str) -> bool:
    """Whether a line could stand on a visiting card: short, no sentence, nothing reported."""
    is_picture = line[0] + line[-1] == "[]"  # [cid:logo.png]
    if is_picture or is_rule(line) or is_contact(line):
        return True
    if _DOMAIN.fullmatch(line) and not line[-1].isdigit():
        return True
    words = _MARKUP.sub(" ", line).split()
    if len(line) > MAX_LINE or len(words) > _MAX_POST or _reports(words):
        return False
    if line[0] in "#>" or line.endswith(("?", "!", ":")):
        return False
    letters = [word for word in words if word[0].isalpha()]
    capitals = sum(not word[0].islower() for word in letters)
    return capitals * 2 >= len(letters)


def is_card(lines: list[str]) -> bool:
    """Whether lines are a name and at least one line that tells who or where that is."""
    if not lines:
        return False
    name, *rest = re.split(r"\s[|•·/]\s|,\s", lines[0])
    return is_name(name) and any(
        is_contact(line) or is_company(line) for line in (*rest, *lines[1:])
    )


def is_prose(line: str) -> bool:
    """Whether a line is a sentence or an item of a list, as no signature begins."""
    long = len(line) > MAX_LINE or (len(line.split()) > MAX_LINE // 10 and line[-1] in ".,;")
    return long or _LIST_ITEM.match(line) is not None


def _reports(words: list[str]) -> bool:
    return not _REPORTING.isdisjoint(fold(word).strip(".,:") for word in words)
