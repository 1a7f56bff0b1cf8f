"""tags.toml: for each language, the spellings in which a tag may be written."""

import re
from typing import Final

from workorder.config_file import quoted
from workorder.core.vocabulary import Spelling, Tag, Vocabulary, squeezed, vocabulary_of
from workorder.rulefiles.tables import Page, Table

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_BETWEEN: Final = re.compile(r"[\s_-]+")
_ALLOWED: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*(?: [^\W_]+(?:['\u2019][^\W_]+)*)*")
_MOST_WORDS: Final = 6


def read_tags(page: Page) -> Vocabulary:
    """The tags, and how tags.toml spells them; what is wrong is noted on `page`."""
    taken = {squeezed(tag.value): (tag, "it is its own name") for tag in Tag}
    spellings: list[Spelling] = []
    for language in page.top.values:
        table = page.top.table(language)
        if table is None:
            continue
        if not _LANGUAGE.fullmatch(language):
            table.wrong_here(f'{quoted(language)} is no code of a language ("en", "de")')
        table.only(list(Tag), "tag")
        for tag in Tag:
            for spelling in _spellings(table, tag, language):
                line = page.document.line_of((*table.key, tag.value))
                mine = (tag, f"see line {line}")
                other, where = taken.setdefault(squeezed(spelling.text), mine)
                if other is not tag:
                    table.wrong(tag, f"{quoted(spelling.text)} already means {other}: {where}")
                spellings.append(spelling)
    return vocabulary_of(spellings)


def _spellings(table: Table, tag: Tag, language: str) -> list[Spelling]:
    made = []
    for written in table.texts(tag):
        text = " ".join(_BETWEEN.sub(" ", written).split())
        reason = _reason(text)
        if reason:
            table.wrong(tag, f"{quoted(written)} {reason}")
        else:
            made.append(Spelling(tag=tag, text=text, language=language))
    return made


def _reason(text: str) -> str | None:
    """Why a spelling could never be read, or would be read as something else."""
    if text.startswith("#"):
        return "is written without the #"
    if not any(c.isalpha() for c in text):
        return "holds no letter"
    if text[0].isdigit():
        return "begins with a digit: #1 is how people number a list"
    if not _ALLOWED.fullmatch(text):
        return "holds more than letters, digits, spaces and hyphens"
    if len(text.split()) > _MOST_WORDS:
        return f"has more than {_MOST_WORDS} words"
    return None
