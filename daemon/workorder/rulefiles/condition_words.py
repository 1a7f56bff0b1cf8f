"""What is compared with a field: why a word could never be a value of it."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from workorder.config_file import quoted
from workorder.core.classify import MailKind
from workorder.core.message import normal_address
from workorder.core.model import OpenedBy, Priority
from workorder.core.rule_case import WEEKDAYS
from workorder.core.rule_texts import FieldName
from workorder.core.trust import DmarcResult
from workorder.rulefiles.tables import none_of

_LANGUAGE_FORM: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*", re.IGNORECASE)
_LABEL_FORM: Final = re.compile(r"\w[\w.-]*", re.ASCII)
# What an intake rule can meet: our own mail and bounces are dealt with before.
_KINDS: Final = tuple(
    kind.value for kind in MailKind if kind not in {MailKind.OWN, MailKind.BOUNCE}
)


def word_problem(name: FieldName, word: str) -> str | None:
    """Why no value of the field is that word, or None."""
    check = _CHECKS.get(name)
    return check(word) if check is not None else None


def _address(word: str) -> str | None:
    if normal_address(word) is not None:
        return None
    if "@" not in word and normal_address(f"x@{word}") is not None and "." in word:
        return f"{quoted(word)} is no address (for everybody there: domain = {quoted(word)})"
    return f"{quoted(word)} is no address"


def _domain(word: str) -> str | None:
    if "@" in word:
        bare = word.rpartition("@")[2]
        return f"{quoted(word)} is no domain (did you mean {quoted(bare)}?)"
    return None if normal_address(f"x@{word}") else f"{quoted(word)} is no domain"


def _language(word: str) -> str | None:
    is_code = _LANGUAGE_FORM.fullmatch(word)
    return None if is_code else f'{quoted(word)} is no code of a language ("en", "de")'


def label_problem(word: str) -> str | None:
    """Why a label could not be written so, or None."""
    is_label = _LABEL_FORM.fullmatch(word)
    return None if is_label else f"{quoted(word)}: a label has letters, digits, _ . - only"


def _one_of_a_set(words: Iterable[str]) -> Callable[[str], str | None]:
    known = tuple(words)
    return lambda word: None if word in known else none_of(word, known)


_CHECKS: Final[Mapping[FieldName, Callable[[str], str | None]]] = {
    FieldName.SENDER: _address,
    FieldName.RECIPIENT: _address,
    FieldName.DOMAIN: _domain,
    FieldName.LANGUAGE: _language,
    FieldName.KIND: _one_of_a_set(_KINDS),
    FieldName.DMARC: _one_of_a_set(DmarcResult),
    FieldName.WEEKDAY: _one_of_a_set(WEEKDAYS),
    FieldName.LABEL: label_problem,
    FieldName.PRIORITY: _one_of_a_set(Priority),
    FieldName.DOOR: _one_of_a_set(OpenedBy),
}
CLOSED: Final = frozenset(
    {
        *(FieldName.LANGUAGE, FieldName.KIND, FieldName.DMARC, FieldName.WEEKDAY),
        *(FieldName.PRIORITY, FieldName.DOOR),
    }
)
"""Fields whose values are so few that they are compared whole."""
