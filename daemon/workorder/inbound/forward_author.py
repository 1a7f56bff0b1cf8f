"""The one mailbox that a client names as a mail's author, in a line of text.

Clients write it in many ways and quote nothing reliably (`Roe, Jane <jane@acme.example>`), so that
no parser of RFC 5322 can read it. What counts is that nobody is taken for somebody else: every
address outside of double quotes counts, and where they are not all the same one, or anything
follows that could be a second person, nobody is named.
"""

import re
from dataclasses import dataclass
from typing import Final

from workorder.core.message import Address, normal_address
from workorder.inbound.cleaning import clean_name
from workorder.inbound.quote_lines import cleaned

_MAX_VALUE: Final = 1_000
_MAX_NAME: Final = 200
_QUOTED: Final = re.compile(r'"[^"]*"')
_WORD: Final = re.compile(r"[^\s<>()\[\],;]+")
_COMMENT: Final = re.compile(r"\(([^()]*)\)")
# Stricter than `normal_address`: text is full of marks that no domain has, such as `&gt;`.
_ADDRESS: Final = re.compile(r"[^@]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*")
_AT_SIGNS: Final = ("@", "\uff20", "\ufe6b")
_AROUND_ADDRESS: Final = "*'`\u2018\u2019\""
_AROUND_NAME: Final = " \t*_'\"`<([,;\u2018\u2019\u201c\u201d\u00ab\u00bb\u201e"
_LINK: Final = "mailto:"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The only address in a text, which mentions it in [start, end), maybe several times."""

    email: str
    start: int
    end: int


def author_in(value: str) -> Address | None:
    """Return the mailbox that the value of a From line names, or None where that is not clear.

    Args:
        value: What stands behind `From:`, with the rest of a wrapped line.
    """
    shown = _without_quoted(value)
    found = _only_address(shown)
    if found is None:
        return None
    behind = _COMMENT.sub(" ", shown[found.end :])
    if any(c.isalnum() for c in behind):
        # "On Behalf Of Jane Roe": the address is a secretary's, or a mailing program's.
        return None
    comment = _COMMENT.search(shown, max(found.end - 1, 0))
    name = _name(value[: found.start]) or _name(comment[1] if comment else "")
    return Address(name=name, email=found.email)


def address_in(line: str) -> Address | None:
    """Return the only mailbox in an attribution ("On ... Jane Roe <...> wrote:"), or None.

    Its name stays empty: where it begins among the date and the verb depends on the language.
    """
    found = _only_address(_without_quoted(line))
    return Address(name="", email=found.email) if found else None


def shown_name(address: Address) -> Address:
    """Return the address without a name that shows an address, its own or anybody else's."""
    return Address(name=_name(address.name), email=address.email)


def _without_quoted(value: str) -> str:
    """Return a text of the same length in which quoted strings are blank."""
    return _QUOTED.sub(lambda quoted: " " * len(quoted[0]), value[: _MAX_VALUE + 1])


def _only_address(shown: str) -> _Found | None:
    if len(shown) > _MAX_VALUE:
        return None
    words = [word for word in _WORD.finditer(shown) if "@" in word[0]]
    emails = {_email(word[0]) for word in words}
    email = next(iter(emails), None)
    if len(emails) != 1 or email is None:
        return None
    return _Found(email=email, start=words[0].start(), end=words[-1].end())


def _email(word: str) -> str | None:
    bare = _stripped(word).rstrip(":")
    if bare[: len(_LINK)].lower() == _LINK:
        bare = bare[len(_LINK) :].partition("?")[0]
    email = normal_address(_stripped(bare))
    return email if email and _ADDRESS.fullmatch(email) else None


def _stripped(word: str) -> str:
    """Take marks and what cannot be seen off the ends; inside an address neither is harmless."""
    start, end = 0, len(word)
    while start < end and _is_around(word[start]):
        start += 1
    while start < end and _is_around(word[end - 1]):
        end -= 1
    return word[start:end]


def _is_around(character: str) -> bool:
    return character in _AROUND_ADDRESS or not cleaned(character)


def _name(text: str) -> str:
    name = clean_name(text[:_MAX_VALUE]).strip(_AROUND_NAME)[:_MAX_NAME].rstrip()
    # A name that is an address would be read as the address.
    return "" if any(sign in name for sign in _AT_SIGNS) else name
